'use strict';
// creditmemo.created: one credit note, of the contact of its invoice, which it waits for.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, CART } = require('./lib/books');

let stack, sage, shop, books;

const sell = (change = {}) => shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open', ...change });
const credit = (sold, change = {}) => shop.sandbox('creditmemos', { invoice_id: sold.id, shipping: 0, reason: 'Damaged', ...change });
const notesOf = async (memo) => (await sage.ledger()).sales_credit_notes.filter((note) => note.reference === memo.increment_id);
const invoiceOf = async (sold) => (await sage.invoices()).find((invoice) => invoice.reference === sold.increment_id);

async function assertCredited(memo) {
	const run = await books.finish('creditmemo.created', memo.id);
	assert.equal(run.status, 'succeeded', `${run.error_code}: ${run.error_message}`);
	const notes = await notesOf(memo);
	assert.equal(notes.length, 1);
	assert.equal(notes[0].id, run.sage_id);
	assert.equal(Number(notes[0].total_amount), memo.grand_total);
	assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	return { run, note: notes[0] };
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'credit' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
});
after(() => stack?.stop());
afterEach(() => sage.calm());

describe('a credit memo', () => {
	it('is one call, of its invoice\'s contact, and the shop is told', async () => {
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		const memo = await credit(sold);
		await books.deliver();
		assert.deepEqual(await books.calls(() => stack.runWorker()), { 'POST /sales_credit_notes': 1 });
		const { note } = await assertCredited(memo);
		const invoice = await invoiceOf(sold);
		assert.equal(note.contact.id, invoice.contact.id);
		assert.equal(note.original_invoice_date, invoice.date);
		assert.equal(note.notes, `Credit for invoice ${sold.increment_id} — Damaged`);
		assert.equal((await books.state('creditmemo', memo.id)).sync_status, 'synced');
	});

	it('saved again makes no call', async () => {
		const sold = await sell();
		const memo = await credit(sold);
		await books.deliver();
		await assertCredited(memo);
		await stack.sql(`UPDATE sync_run SET status = 'failed' WHERE event = 'creditmemo.created' AND magento_id = ${memo.id}`);
		await postEvent(stack, shop, 'creditmemo.created', eventBody('creditmemo.created', memo.id));
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
		await assertCredited(memo);
	});

	it('several of one invoice, in another currency, with adjustments', async () => {
		const sold = await sell({ currency: 'EUR', base_to_order_rate: 1.17, items: [{ sku: 'A', name: 'Tea', qty: 4, price: 10, tax_percent: 20 }] });
		const first = await credit(sold, { items: [{ sku: 'A', qty: 1 }], adjustment_positive: 2, adjustment_negative: 1 });
		const second = await credit(sold, { items: [{ sku: 'A', qty: 2 }] });
		await books.deliver();
		const one = await assertCredited(first);
		const two = await assertCredited(second);
		assert.equal(one.note.currency.id, 'EUR');
		assert.equal(one.note.contact.id, two.note.contact.id);
		assert.deepEqual(one.note.credit_note_lines.slice(-2).map((line) => line.description), ['Adjustment refund', 'Adjustment fee']);
	});

	it('abroad: its adjustments are zero-rated as every line', async () => {
		const sold = await sell({ items: [{ sku: 'A', name: 'Tea', qty: 2, price: 10, tax_percent: 0 }], shipping: 0, billing_address: { street: ['1 Rue'], city: 'Paris', postcode: '75001', country_id: 'FR' } });
		const memo = await credit(sold, { items: [{ sku: 'A', qty: 1 }], adjustment_positive: 3, adjustment_negative: 1 });
		await books.deliver();
		const { note } = await assertCredited(memo);
		assert.equal(note.credit_note_lines.length, 3);
		for (const line of note.credit_note_lines) assert.deepEqual([line.tax_rate.id, line.eu_goods_services_type.id], ['GB_ZERO', 'GOODS']);
	});

	it('made from the order gets the contact of its customer', async () => {
		const memo = await shop.sandbox('creditmemos', { ...CART, guest: books.guest(), from_order: true });
		await books.deliver();
		const { run } = await assertCredited(memo);
		assert.ok(!books.warnings(run).includes('original_invoice_not_synced'));
	});
});

describe('its invoice', () => {
	it('unfinished: it is waited for, no attempt is spent', async () => {
		const sold = await sell();
		const memo = await credit(sold);
		await books.deliver();
		await sage.fault({ kind: 'server_error', method: 'POST', path: '/v3.1/sales_invoices', count: 1 });
		await stack.runWorker();
		const waiting = await books.run('creditmemo.created', memo.id);
		assert.deepEqual([waiting.status, waiting.attempts], ['queued', '0']);
		const [job] = await stack.sql(`SELECT state, attempts, behind_type, behind_id FROM job WHERE kind = 'creditmemo.created'`);
		assert.deepEqual(job, { state: 'blocked', attempts: '0', behind_type: 'invoice', behind_id: String(sold.id) });
		const { note } = await assertCredited(memo);
		assert.equal(note.contact.id, (await invoiceOf(sold)).contact.id);
		assert.equal((await books.run('creditmemo.created', memo.id)).attempts, '1');
	});

	it('arriving later than the memo but before it is worked on: waited for as well', async () => {
		const sold = await sell({ events: false });
		const memo = await credit(sold, { events: false });
		await postEvent(stack, shop, 'creditmemo.created', eventBody('creditmemo.created', memo.id));
		await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', sold.id));
		await stack.runWorker();
		const { note, run } = await assertCredited(memo);
		assert.equal(note.contact.id, (await invoiceOf(sold)).contact.id);
		assert.deepEqual(books.warnings(run), []);
	});

	it('never seen: the memo is posted, with a warning', async () => {
		const sold = await sell({ events: false });
		const memo = await credit(sold);
		await books.deliver();
		const { run } = await assertCredited(memo);
		assert.deepEqual(books.warnings(run), ['original_invoice_not_synced']);
		assert.equal(await invoiceOf(sold), undefined);
	});

	it('failed: the memo is posted, with a warning', async () => {
		await stack.sql(`UPDATE policy SET body = JSON_SET(body, '$.default_tax_rate_id', 'GB_GONE') WHERE binding_id = '${shop.tenant}'`);
		const sold = await sell();
		await books.deliver();
		await stack.runWorker();
		assert.equal((await books.run('invoice.created', sold.id)).error_code, 'not_in_reference');
		await stack.sql(`UPDATE policy SET body = JSON_SET(body, '$.default_tax_rate_id', 'GB_STANDARD') WHERE binding_id = '${shop.tenant}'`);
		const memo = await credit(sold);
		await books.deliver();
		const { run } = await assertCredited(memo);
		assert.deepEqual(books.warnings(run), ['original_invoice_not_synced']);
	});

	it('skipped: the memo is posted, with a warning', async () => {
		await books.settings({ sync_unpaid_invoices: false });
		const sold = await sell();
		const memo = await credit(sold);
		await books.deliver();
		const { run } = await assertCredited(memo);
		assert.deepEqual(books.warnings(run), ['original_invoice_not_synced']);
		await books.settings({ sync_unpaid_invoices: true });
	});
});

describe('exactly one credit note', () => {
	for (const kind of ['cut_after', 'gateway_timeout', 'malformed_json', 'cut_before', 'unavailable'])
		it(kind, async () => {
			const memo = await credit(await sell());
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/sales_credit_notes', count: 2 });
			await stack.runWorker();
			assert.equal((await books.run('creditmemo.created', memo.id)).status, 'queued');
			await assertCredited(memo);
		});

	it('an intent of more than six days is looked up, not repeated', async () => {
		const memo = await credit(await sell());
		await books.deliver();
		await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/sales_credit_notes' });
		await stack.runWorker();
		await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
		const made = await books.calls(() => assertCredited(memo));
		assert.equal(made['POST /sales_credit_notes'], undefined);
	});
});

describe('the plan', () => {
	it('without credit notes: skipped, and says so', async () => {
		await stack.sql("INSERT INTO plan (code, name, payments) VALUES ('small', 'Small', 1)");
		await stack.sql("UPDATE account SET plan = 'small'");
		const memo = await credit(await sell());
		await books.deliver();
		const run = await books.finish('creditmemo.created', memo.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'feature_not_in_plan']);
		const abroad = await sell({ currency: 'EUR', base_to_order_rate: 1.17 });
		await books.deliver();
		assert.equal((await books.finish('invoice.created', abroad.id)).skip_reason, 'feature_not_in_plan');
		await stack.sql("UPDATE account SET plan = 'self_hosted'");
	});
});
