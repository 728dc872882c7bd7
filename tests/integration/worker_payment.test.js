'use strict';
// invoice.paid: a payment allocated to its invoice in one call, in whatever order the two
// events come, exactly once whatever breaks.

const assert = require('node:assert/strict');
const { after, afterEach, before, beforeEach, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, CART } = require('./lib/books');
const { until } = require('./lib/until');

let stack, sage, shop, books, bank;

const sell = (change = {}) => shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open', payment_method: 'stripe_payments', ...change });
const pay = (sold) => shop.sandbox(`invoices/${sold.id}/pay`, {});
const invoiceOf = async (sold) => (await sage.invoices()).filter((invoice) => invoice.reference === sold.increment_id);
/** Money that somebody entered in Sage by hand, of the contact of that invoice. */
async function receive([invoice], payment) {
	const { access_token: token } = await shop.sage('grant', { business: shop.business });
	const answer = await fetch(`${stack.sageUrl}/v3.1/contact_payments`, {
		method: 'POST',
		headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' },
		body: JSON.stringify({ contact_payment: { transaction_type_id: 'CUSTOMER_RECEIPT', contact_id: invoice.contact.id, bank_account_id: bank,
			date: '2026-10-01', ...payment } }),
	});
	assert.equal(answer.status, 201, await answer.text());
}
const paymentsOf = async (sold) => (await sage.ledger()).contact_payments.filter((payment) => payment.reference === sold.increment_id);

/** One invoice and one payment, allocated in full. */
async function assertPaid(sold) {
	const run = await books.finish('invoice.paid', sold.id);
	assert.equal(run.status, 'succeeded', `${run.error_code}: ${run.error_message}`);
	const invoices = await invoiceOf(sold);
	const payments = await paymentsOf(sold);
	assert.equal(invoices.length, 1);
	assert.equal(payments.length, 1);
	assert.equal(payments[0].id, run.sage_id);
	assert.equal(Number(payments[0].total_amount), sold.grand_total);
	assert.equal(invoices[0].status.id ?? invoices[0].status, 'PAID');
	assert.equal(Number(invoices[0].outstanding_amount), 0);
	assert.equal(payments[0].allocated_artefacts[0].artefact.id, invoices[0].id);
	assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	return { run, invoice: invoices[0], payment: payments[0] };
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'paid' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
	bank = (await books.reference('bank_account'))[0].id;
});
after(() => stack?.stop());
beforeEach(() => books.settings({ payment_method_map: { stripe_payments: bank } }));
afterEach(() => sage.calm());

describe('a payment', () => {
	it('is one call: paid, allocated, dated, in the bank account of its method', async () => {
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		await pay(sold);
		await books.deliver();
		const made = await books.calls(() => stack.runWorker());
		assert.deepEqual(made, { 'POST /contact_payments': 1 });
		const { payment, run } = await assertPaid(sold);
		assert.equal(payment.bank_account.id, bank);
		assert.equal(payment.transaction_type.id, 'CUSTOMER_RECEIPT');
		assert.match(payment.date, /^\d{4}-\d\d-\d\d$/);
		assert.equal(run.sage_total, sold.grand_total.toFixed(2));
		const state = await books.state('invoice', sold.id);
		assert.equal(state.sync_status, 'synced');
		assert.match(state.provider_reference, /^SI-/);
	});

	it('is in the currency and at the rate of its invoice', async () => {
		const sold = await sell({ currency: 'EUR', base_to_order_rate: 1.17, state: 'paid' });
		await books.deliver();
		const { invoice, payment } = await assertPaid(sold);
		assert.equal(payment.currency.id, 'EUR');
		assert.equal(payment.exchange_rate, invoice.exchange_rate);
	});

	it('that comes with its invoice follows it', async () => {
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await stack.runWorker();
		await assertPaid(sold);
	});

	it('told again makes no call', async () => {
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await assertPaid(sold);
		await stack.sql(`UPDATE sync_run SET status = 'failed' WHERE binding_id = '${shop.tenant}' AND magento_id = ${sold.id}`);
		await shop.sandbox('cli-sync', { ids: [sold.id], event: 'both' });
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
		await assertPaid(sold);
	});
});

describe('the order of the two events', () => {
	it('the payment first, the invoice never: both are posted', async () => {
		const sold = await sell({ events: false, state: 'paid' });
		const answer = await postEvent(stack, shop, 'invoice.paid', eventBody('invoice.paid', sold.id));
		assert.equal(answer.status, 202, answer.text);
		await assertPaid(sold);
		const state = await until('the shop was told', () => books.state('invoice', sold.id));
		assert.equal(state.sync_status, 'synced');
		assert.match(state.provider_reference, /^SI-/);
	});

	for (const [what, path] of [['invoice', '/v3.1/sales_invoices'], ['payment', '/v3.1/contact_payments']])
		it(`the payment first, its ${what}'s answer lost, and then the shop has neither: what was posted is known`, async () => {
			const sold = await sell({ events: false, state: 'paid' });
			await postEvent(stack, shop, 'invoice.paid', eventBody('invoice.paid', sold.id));
			await sage.fault({ kind: 'cut_after', method: 'POST', path });
			await stack.runWorker();
			await shop.sandbox('faults', { fault: '404', match: '/byte8/', count: -1 });
			const run = await books.finish('invoice.paid', sold.id);
			await shop.sandbox('faults', { clear: true });
			assert.equal(run.status, what === 'invoice' ? 'failed' : 'succeeded');
			assert.deepEqual(await stack.sql('SELECT kind FROM intent'), []);
			assert.equal((await stack.sql(`SELECT 1 FROM entity_xref WHERE kind = 'invoice' AND magento_key = '${sold.id}'`)).length, 1);
			await shop.sandbox('cli-sync', { ids: [sold.id], event: 'both' });
			await assertPaid(sold);
		});

	it('the payment first, then the invoice, which makes no call any more', async () => {
		const sold = await sell({ events: false, state: 'paid' });
		await postEvent(stack, shop, 'invoice.paid', eventBody('invoice.paid', sold.id));
		await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', sold.id));
		await stack.runWorker();
		const { invoice } = await assertPaid(sold);
		const run = await books.finish('invoice.created', sold.id);
		assert.equal(run.status, 'succeeded');
		assert.equal(run.sage_id, invoice.id);
	});

	it('a payment waits behind an invoice that is tried again', async () => {
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await sage.fault({ kind: 'server_error', method: 'POST', path: '/v3.1/sales_invoices', count: 1 });
		await stack.runWorker();
		assert.equal((await books.run('invoice.created', sold.id)).status, 'queued');
		assert.equal((await books.run('invoice.paid', sold.id)).attempts, '0');
		await assertPaid(sold);
	});
});

describe('an invoice that is not in Sage', () => {
	it('failed: so does the payment; a retry of both, in order, settles it', async () => {
		await books.settings({ payment_method_map: { stripe_payments: bank }, invoice_number_prefix: 'X'.repeat(6) });
		await stack.sql(`UPDATE policy SET body = JSON_SET(body, '$.invoice_number_prefix', REPEAT('X', 20)) WHERE binding_id = '${shop.tenant}' ORDER BY version DESC LIMIT 1`);
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await stack.runWorker();
		assert.equal((await books.run('invoice.created', sold.id)).error_code, 'reference_too_long');
		const failed = await books.finish('invoice.paid', sold.id);
		assert.deepEqual([failed.status, failed.error_class, failed.error_code], ['failed', 'not_found', 'invoice_not_synced']);
		const state = await books.state('invoice', sold.id);
		assert.deepEqual([state.sync_status, state.error_code], ['failed', 'validation:reference_too_long'], 'the reason, not what followed');
		await books.settings({ payment_method_map: { stripe_payments: bank }, invoice_number_prefix: '' });
		await shop.sandbox('cli-sync', { ids: [sold.id], event: 'both' });
		await assertPaid(sold);
	});

	it('skipped by a filter: so is the payment, for the same reason', async () => {
		await books.settings({ payment_method_map: { stripe_payments: bank }, website_filter: [77] });
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await stack.runWorker();
		const run = await books.finish('invoice.paid', sold.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'website_filtered']);
		await books.settings({ payment_method_map: { stripe_payments: bank }, website_filter: [] });
		assert.deepEqual(await invoiceOf(sold), []);
	});

	it('skipped as unpaid: it is posted when it is paid', async () => {
		await books.settings({ payment_method_map: { stripe_payments: bank }, sync_unpaid_invoices: false });
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		assert.equal((await books.run('invoice.created', sold.id)).skip_reason, 'unpaid_invoice');
		await pay(sold);
		await books.deliver();
		await assertPaid(sold);
		assert.equal((await books.state('invoice', sold.id)).sync_status, 'synced');
		await books.settings({ payment_method_map: { stripe_payments: bank }, sync_unpaid_invoices: true });
	});

	it('skipped as unpaid, then paid by cheque: the invoice is posted, the payment is skipped', async () => {
		await books.settings({ payment_method_map: { stripe_payments: null }, sync_unpaid_invoices: false });
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		assert.equal((await books.run('invoice.created', sold.id)).skip_reason, 'unpaid_invoice');
		await pay(sold);
		await books.deliver();
		const run = await books.finish('invoice.paid', sold.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'payment_method_not_mapped']);
		const [invoice, ...more] = await invoiceOf(sold);
		assert.deepEqual(more, []);
		assert.equal(Number(invoice.total_amount), sold.grand_total);
		assert.equal(Number(invoice.outstanding_amount), sold.grand_total);
		const state = await books.state('invoice', sold.id);
		assert.deepEqual([state.sync_status, state.provider_reference], ['synced', invoice.displayed_as]);
		// Told again, nothing more happens.
		await postEvent(stack, shop, 'invoice.paid', eventBody('invoice.paid', sold.id));
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
		assert.equal((await invoiceOf(sold)).length, 1);
		await books.settings({ payment_method_map: { stripe_payments: bank }, sync_unpaid_invoices: true });
	});

	it('skipped as unpaid, paid, but of a website that is filtered by now: neither is posted', async () => {
		await books.settings({ payment_method_map: { stripe_payments: bank }, sync_unpaid_invoices: false });
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		await books.settings({ website_filter: [77] });
		await pay(sold);
		await books.deliver();
		const run = await books.finish('invoice.paid', sold.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'website_filtered']);
		assert.deepEqual(await invoiceOf(sold), []);
		await books.settings({ payment_method_map: { stripe_payments: bank }, sync_unpaid_invoices: true, website_filter: [] });
	});
});

describe('a method', () => {
	for (const [map, what] of [[{}, 'unmapped'], [{ stripe_payments: null }, 'mapped to none']])
		it(`${what}: the payment is skipped, the invoice stays open`, async () => {
			await books.settings({ payment_method_map: map });
			const sold = await sell({ state: 'paid' });
			await books.deliver();
			const run = await books.finish('invoice.paid', sold.id);
			assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'payment_method_not_mapped']);
			const [invoice] = await invoiceOf(sold);
			assert.equal(Number(invoice.outstanding_amount), sold.grand_total);
			assert.equal((await books.state('invoice', sold.id)).sync_status, 'synced', 'the invoice stays what it is');
		});

	it('unmapped, with a default bank account: goes there', async () => {
		await books.settings({ payment_method_map: {}, default_bank_account_id: bank });
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await assertPaid(sold);
		await books.settings({ default_bank_account_id: null });
	});
});

describe('a payment that Sage refuses', () => {
	it('shows over the invoice as failed, until it is retried', async () => {
		const set = (id) => stack.sql(`UPDATE policy SET body = JSON_SET(body, '$.payment_method_map.stripe_payments', '${id}') WHERE binding_id = '${shop.tenant}'`);
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		await set('f'.repeat(32));
		await pay(sold);
		await books.deliver();
		const run = await books.finish('invoice.paid', sold.id);
		assert.deepEqual([run.status, run.error_class, run.error_code], ['failed', 'provider', 'RecordInvalid']);
		assert.match(run.error_message, /bank_account_id/);
		let state = await books.state('invoice', sold.id);
		assert.deepEqual([state.sync_status, state.error_code, state.provider_reference], ['failed', 'provider:RecordInvalid', null]);
		await set(bank);
		await postEvent(stack, shop, 'invoice.paid', eventBody('invoice.paid', sold.id));
		const { invoice } = await assertPaid(sold);
		state = await books.state('invoice', sold.id);
		assert.deepEqual([state.sync_status, state.error_code, state.provider_reference], ['synced', null, invoice.displayed_as]);
	});
});

describe('less outstanding than is paid', () => {
	it('allocates what is open; the rest is on account, with a warning', async () => {
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		const [invoice] = await invoiceOf(sold);
		await receive([invoice], { total_amount: 20, allocated_artefacts: [{ artefact_id: invoice.id, amount: 20 }] });
		await pay(sold);
		await books.deliver();
		const run = await books.finish('invoice.paid', sold.id);
		assert.equal(run.status, 'succeeded', run.error_message);
		assert.deepEqual(books.warnings(run), ['allocated_in_part']);
		const [payment] = await paymentsOf(sold);
		assert.equal(Number(payment.payment_on_account.outstanding_amount), 20);
		assert.equal(Number((await invoiceOf(sold))[0].outstanding_amount), 0);
	});
});

describe('exactly one payment', () => {
	for (const kind of ['cut_after', 'gateway_timeout', 'malformed_json', 'cut_before', 'unavailable'])
		it(kind, async () => {
			const sold = await sell({ state: 'paid' });
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/contact_payments', count: 2 });
			await stack.runWorker();
			assert.equal((await books.run('invoice.paid', sold.id)).status, 'queued');
			await assertPaid(sold);
		});

	it('killed between the invoice and its payment, when the payment came first', async () => {
		const sold = await sell({ events: false, state: 'paid' });
		await postEvent(stack, shop, 'invoice.paid', eventBody('invoice.paid', sold.id));
		await sage.fault({ kind: 'latency', ms: 1500, method: 'POST', path: '/v3.1/contact_payments' });
		const worker = stack.spawnWorker({ once: true });
		await until('the invoice is settled', async () =>
			(await stack.sql(`SELECT 1 FROM entity_xref WHERE kind = 'invoice' AND magento_key = '${sold.id}'`)).length);
		worker.kill('SIGKILL');
		await worker.ended;
		await sage.calm();
		await stack.sql("UPDATE lane SET lease_until = '2000-01-01'");
		await assertPaid(sold);
	});

	it('an intent of more than six days is looked up, not repeated', async () => {
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/contact_payments' });
		await stack.runWorker();
		await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
		const made = await books.calls(() => assertPaid(sold));
		assert.equal(made['POST /contact_payments'], undefined);
	});

	it('found unallocated, it is finished by an allocation', async () => {
		const sold = await sell({ state: 'paid' });
		await books.deliver();
		await sage.fault({ kind: 'cut_before', method: 'POST', path: '/v3.1/contact_payments' });
		await stack.runWorker();
		await receive(await invoiceOf(sold), { total_amount: sold.grand_total, reference: sold.increment_id });
		await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
		const run = await books.finish('invoice.paid', sold.id);
		assert.equal(run.status, 'succeeded', run.error_message);
		assert.equal((await paymentsOf(sold)).length, 1);
		assert.equal(Number((await invoiceOf(sold))[0].outstanding_amount), 0);
		assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	});

	for (const [kind, age] of [['cut_after', 0], ['cut_before', 0], ['cut_after', 7], ['cut_before', 7]])
		it(`that allocation counts once: ${kind}, ${age} days later`, async () => {
			const sold = await sell({ state: 'paid' });
			await books.deliver();
			await sage.fault({ kind: 'cut_before', method: 'POST', path: '/v3.1/contact_payments' });
			await stack.runWorker();
			await receive(await invoiceOf(sold), { total_amount: sold.grand_total, reference: sold.increment_id });
			await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
			await sage.fault({ kind, method: 'POST', path: '/v3.1/contact_allocations' });
			await books.hurry();
			await stack.runWorker();
			await stack.sql(`UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL ${age} DAY WHERE kind = 'invoice_allocation'`);
			const run = await books.finish('invoice.paid', sold.id);
			assert.equal(run.status, 'succeeded', run.error_message);
			assert.equal((await paymentsOf(sold)).length, 1);
			assert.equal(Number((await invoiceOf(sold))[0].outstanding_amount), 0);
			assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
		});
});
