'use strict';
// ledgerctl on the books: settings, plans, preview, links, backfill, reconciliation.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, ADDRESS, CART } = require('./lib/books');

let stack, sage, shop, books, bank;

const ctl = (...args) => stack.ctl(...args);
const json = (...args) => stack.ctl(...args, '--json');
const sell = (change = {}) => shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open', ...change });
const today = () => new Date().toISOString().slice(0, 10);
const day = (offset) => new Date(Date.now() + offset * 86400000).toISOString().slice(0, 10);

/** The error that a command failed with, as JSON says it. */
async function refused(...args) {
	const error = await json(...args).then(() => assert.fail(`${args.join(' ')} did not fail`), (reason) => reason);
	assert.ok(error.stderr, error.stack);
	return JSON.parse(error.stderr.trim().split('\n').pop()).error;
}

const validate = (policy) => ['policy', 'validate', '--binding', shop.tenant, '--file', stack.secretFile(JSON.stringify(policy))];

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'desk' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
	bank = (await books.reference('bank_account'))[0].id;
});
after(() => stack?.stop());

describe('policy', () => {
	it('is got, set as a new version, and got again', async () => {
		const { version } = await json('policy', 'get', '--binding', shop.tenant);
		await books.settings({ invoice_number_prefix: 'WEB-', payment_method_map: { stripe_payments: bank } });
		const got = await json('policy', 'get', '--binding', shop.tenant);
		assert.equal(got.version, version + 1);
		assert.equal(got.policy.invoice_number_prefix, 'WEB-');
		assert.deepEqual(got.policy.payment_method_map, { stripe_payments: bank });
		await books.settings({ invoice_number_prefix: '', payment_method_map: {} });
	});

	const faults = [
		[{ default_tax_rate_id: 'GB_NONE' }, 'not_in_reference', 'default_tax_rate_id'],
		[{ default_ledger_account_id: 'x' }, 'not_in_reference', 'default_ledger_account_id'],
		[{ default_bank_account_id: 'x' }, 'not_in_reference', 'default_bank_account_id'],
		[{ payment_method_map: { stripe_payments: 'x' } }, 'not_in_reference', 'payment_method_map[stripe_payments]'],
		[{ tax_rate_map: { 20: 'GB_STANDARD', '20.00': 'GB_STANDARD' } }, 'duplicate', 'tax_rate_map[20.00]'],
		[{ tax_rate_map: { 20: 'GB_NONE' } }, 'not_in_reference', 'tax_rate_map[20.00]'],
		[{ invoice_number_prefix: 'TOOLONG' }, 'too_long', 'invoice_number_prefix'],
		[{ invoice_number_prefix: '2026' }, 'invalid_format', 'invoice_number_prefix'],
		[{ time_zone: 'Mars/Olympus' }, 'out_of_range', 'time_zone'],
		[{ magento_base_currency: 'EURO' }, 'not_in_reference', 'magento_base_currency'],
		[{ default_eu_goods_services_type: 'BOTH' }, 'out_of_range', 'default_eu_goods_services_type'],
		[{ sync_products: true }, 'required', 'default_purchase_ledger_account_id'],
		[{ sync_stock: true }, 'required', 'sync_products'],
		[{ store_filter: [0] }, 'invalid_format', 'store_filter'],
		[{ b2c_consolidation: { enabled: true } }, 'required', 'b2c_consolidation.fallback_contact_email'],
		[{ b2c_consolidation: { fallback_contact_email: 'nobody' } }, 'invalid_format', 'b2c_consolidation.fallback_contact_email'],
		[{ b2c_consolidation: { fallback_contact_reference: 'WEBSALES10' } }, 'too_long', 'b2c_consolidation.fallback_contact_reference'],
		[{ no_such_setting: 1 }, 'unknown_setting', 'no_such_setting'],
	];
	for (const [policy, code, field] of faults)
		it(`refuses ${JSON.stringify(policy)}`, async () => {
			const error = await refused(...validate(policy));
			assert.equal(error.code, code);
			assert.ok(error.message.includes(field), error.message);
		});

	it('tells all faults at once, and saves nothing', async () => {
		const { version } = await json('policy', 'get', '--binding', shop.tenant);
		const file = stack.secretFile(JSON.stringify({ default_tax_rate_id: 'X', time_zone: 'Y' }));
		const error = await refused('policy', 'set', '--binding', shop.tenant, '--file', file);
		assert.match(error.message, /default_tax_rate_id.*time_zone/);
		assert.equal((await json('policy', 'get', '--binding', shop.tenant)).version, version);
	});
});

describe('plan', () => {
	it('is made, listed, given to an account', async () => {
		await ctl('plan', 'put', '--plan', 'small', '--name', 'Small', '--features', 'payments', '--bindings', '1');
		const { plans } = await json('plan', 'list');
		const small = plans.find((plan) => plan.code === 'small');
		assert.deepEqual([small.features.payments, small.features.products, small.bindings], [true, false, 1]);
		assert.deepEqual(plans.find((plan) => plan.code === 'self_hosted').bindings, null);
		await ctl('plan', 'set', '--account', 'Demo Ltd', '--plan', 'small');
		await ctl('plan', 'set', '--account', 'Demo Ltd', '--plan', 'self_hosted');
		assert.equal((await refused('plan', 'set', '--account', 'Demo Ltd', '--plan', 'none')).code, 'plan_unknown');
		assert.equal((await refused('plan', 'set', '--account', 'Nobody', '--plan', 'small')).code, 'account_unknown');
		assert.equal((await refused('plan', 'put', '--plan', 'odd', '--features', 'everything')).code, 'usage');
	});
});

describe('preview', () => {
	it('prints what would be posted, with reasons, and posts nothing', async () => {
		const sold = await sell({ events: false, adjustment: -5 });
		let shown;
		const made = await books.calls(async () => (shown = await json('preview', 'invoice.created', String(sold.id), '--binding', shop.tenant)));
		assert.deepEqual(made, {});
		assert.equal(shown.outcome, 'posted');
		assert.deepEqual(shown.requests.map((one) => `${one.method} ${one.path}`), ['POST /contacts', 'POST /sales_invoices']);
		assert.equal(shown.requests[1].body.sales_invoice.reference, sold.increment_id);
		assert.deepEqual(shown.warnings, ['adjusted_to_total']);
		const what = shown.reasons.map((reason) => reason.what);
		for (const one of ['contact', 'line 1', 'shipping', 'adjustment']) assert.ok(what.includes(one), `${one} in ${what}`);
		assert.equal((await sage.invoices()).length, 0);
		assert.deepEqual(await stack.sql('SELECT 1 FROM intent UNION ALL SELECT 1 FROM entity_xref'), []);
		const text = await ctl('preview', 'invoice.created', String(sold.id), '--binding', shop.tenant);
		assert.match(text, /POST \/sales_invoices[\s\S]*why: /);
	});

	it('posts exactly that afterwards', async () => {
		const sold = await sell({ events: false });
		const shown = await json('preview', 'invoice.created', String(sold.id), '--binding', shop.tenant);
		await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', sold.id));
		await books.finish('invoice.created', sold.id);
		const [invoice] = (await sage.invoices()).filter((one) => one.reference === sold.increment_id);
		const { sales_invoice: body } = shown.requests[1].body;
		assert.deepEqual(invoice.invoice_lines.map((line) => line.description), body.invoice_lines.map((line) => line.description));
		assert.equal(invoice.date, body.date);
		const again = await json('preview', 'invoice.created', String(sold.id), '--binding', shop.tenant);
		assert.deepEqual([again.outcome, again.requests], ['unchanged', []]);
	});

	it('of the other events', async () => {
		await books.settings({ default_bank_account_id: bank, sync_products: true, sync_stock: true,
			default_purchase_ledger_account_id: (await books.reference('ledger_account')).find((account) => account.body.in_expenses).id });
		const sold = await sell({ events: false, state: 'paid' });
		const memo = await shop.sandbox('creditmemos', { events: false, invoice_id: sold.id, shipping: 0 });
		const person = await shop.sandbox('customers', { events: false, email: 'pre@example.test', first_name: 'Pre', last_name: 'View', address: ADDRESS });
		const product = await shop.sandbox('products', { events: false, sku: 'PV', name: 'Mug', product_type: 'simple', price: 5, manage_stock: true, stock_qty: 3 });
		const paths = async (event, id) => (await json('preview', event, String(id), '--binding', shop.tenant)).requests.map((one) => one.path);
		const before_ = await sage.ledger();
		assert.deepEqual(await paths('invoice.paid', sold.id), ['/contacts', '/sales_invoices', '/contact_payments']);
		assert.deepEqual(await paths('creditmemo.created', memo.id), ['/contacts', '/sales_credit_notes']);
		assert.deepEqual(await paths('customer.upserted', person.id), ['/contacts']);
		assert.deepEqual(await paths('product.upserted', product.id), ['/stock_items', '/stock_movements']);
		assert.deepEqual(await sage.ledger(), before_);
	});

	it('of what is skipped, unknown or refused says so', async () => {
		const product = await shop.sandbox('products', { events: false, sku: 'PC', name: 'Set', product_type: 'bundle', price: 5 });
		const shown = await json('preview', 'product.upserted', String(product.id), '--binding', shop.tenant);
		assert.deepEqual([shown.outcome, shown.skip_reason], ['skipped', 'PRODUCT_TYPE_NOT_SUPPORTED']);
		assert.equal((await refused('preview', 'invoice.created', '99999', '--binding', shop.tenant)).class, 'not_found');
		assert.equal((await refused('preview', 'order.created', '1', '--binding', shop.tenant)).code, 'usage');
	});
});

describe('xref link', () => {
	it('names a record by hand; what links to nothing is refused', async () => {
		const sold = await sell({ events: false });
		const [other] = await sage.invoices();
		const link = (id) => ['xref', 'link', '--binding', shop.tenant, '--kind', 'invoice', '--magento-id', String(sold.id), '--sage-id', id];
		assert.equal((await refused(...link('0'.repeat(31) + '1'))).class, 'not_found');
		await stack.sql(`DELETE FROM entity_xref WHERE sage_id = '${other.id}'`);
		assert.equal((await json(...link(other.id))).displayed_as, other.displayed_as);
		await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', sold.id));
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
		assert.equal((await books.run('invoice.created', sold.id)).sage_id, other.id);
		const [{ contact_id: contact }] = await stack.sql(`SELECT contact_id FROM entity_xref WHERE sage_id = '${other.id}'`);
		assert.equal(contact, other.contact.id);
	});
});

describe('backfill and reconcile', () => {
	let lost, period;
	before(async () => {
		// A business of its own, so that what the tests before left plays no part.
		shop = await pairShop(stack, { shop: 'lost', account: 'Lost Ltd', business: 'fbfba2e45c2045dc5cab22a5afe83d9d' });
		books = new Books(stack, sage, shop);
		await stack.runWorker();
		lost = [];
		for (let i = 0; i < 4; i++) lost.push(await sell({ events: false }));
		lost.push(await sell({ events: false, created_at: `${day(-40)}T12:00:00Z` }));
		period = ['--from', day(-1), '--to', day(1)];
	});
	const reconcile = (...more) => ['reconcile', '--binding', shop.tenant, ...period, ...more];

	it('finds what never came', async () => {
		const error = await refused(...reconcile());
		assert.equal(error.code, 'books_disagree');
		assert.match(error.message, /^4 /);
	});

	it('counts first, queues with --yes, at low priority', async () => {
		const fill = ['backfill', '--binding', shop.tenant, '--event', 'invoice.created', ...period];
		assert.deepEqual(await json(...fill), { found: 4, queued: 0, there: 0 });
		assert.deepEqual(await stack.sql(`SELECT 1 FROM job WHERE binding_id = '${shop.tenant}'`), []);
		assert.deepEqual(await json(...fill, '--yes'), { found: 4, queued: 4, there: 0 });
		assert.deepEqual(await stack.sql(`SELECT DISTINCT priority FROM job WHERE binding_id = '${shop.tenant}'`), [{ priority: '1' }]);
		assert.deepEqual(await json(...fill, '--yes'), { found: 4, queued: 0, there: 4 });
		await stack.runWorker();
		for (const sold of lost.slice(0, 4)) assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
		const ids = ['backfill', '--binding', shop.tenant, '--event', 'invoice.created', '--ids', `${lost[4].id}`, '--yes'];
		assert.deepEqual(await json(...ids), { found: 1, queued: 1, there: 0 });
		await stack.runWorker();
	});

	it('then both agree', async () => {
		const table = await ctl(...reconcile());
		assert.equal(table.trim().split('\n').length, 4);
		const csv = await ctl(...reconcile('--csv'));
		assert.match(csv, /^kind,date,number/);
		assert.equal(csv.trim().split('\n').length, 5);
	});

	it('sees a duplicate, another total, another contact, a voided one, an unlinked one', async () => {
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const send = async (method, path, body) => {
			const answer = await fetch(`${stack.sageUrl}/v3.1/${path}`, { method, body: body && JSON.stringify(body),
				headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' } });
			assert.ok(answer.status < 300, `${path}: ${answer.status} ${await answer.text()}`);
		};
		const held = await sage.invoices(shop.business);
		const of = (sold) => held.find((one) => one.reference === sold.increment_id);
		const verdicts = async () => {
			const text = await ctl(...reconcile('--csv')).catch((error) => error.stdout);
			return Object.fromEntries(text.trim().split('\n').slice(1).map((line) => line.split(',')).map((cells) => [Number(cells[3]), cells[8]]));
		};
		const line = (sold) => ({ description: 'By hand', ledger_account_id: of(sold).invoice_lines[0].ledger_account.id, unit_price: 1, tax_rate_id: 'GB_ZERO', tax_amount: 0 });
		await send('POST', 'sales_invoices', { sales_invoice: { contact_id: of(lost[0]).contact.id, date: today(), reference: lost[0].increment_id, invoice_lines: [line(lost[0])] } });
		await send('PUT', `sales_invoices/${of(lost[1]).id}`, { sales_invoice: { invoice_lines: [line(lost[1])] } });
		await send('DELETE', `sales_invoices/${of(lost[2]).id}?void_reason=test`);
		await stack.sql(`DELETE FROM entity_xref WHERE sage_id = '${of(lost[3]).id}'`);
		assert.deepEqual(await verdicts(), { [lost[0].id]: 'duplicate', [lost[1].id]: 'different_total', [lost[2].id]: 'missing', [lost[3].id]: 'not_linked' });
		await stack.sql(`UPDATE entity_xref SET contact_id = '${'f'.repeat(32)}', total = total WHERE sage_id = '${of(lost[4]).id}'`);
		period = ['--from', day(-41), '--to', day(-39)];
		assert.deepEqual(await verdicts(), { [lost[4].id]: 'different_contact' });
	});
});

describe('push-state', () => {
	it('tells the shop again', async () => {
		const sold = await sell();
		await books.deliver();
		await books.finish('invoice.created', sold.id);
		const before_ = (await books.state('invoice', sold.id)).writes;
		assert.equal((await json('push-state', '--binding', shop.tenant, '--entity', 'invoice', '--id', String(sold.id))).queued, 1);
		await stack.runWorker();
		assert.equal((await books.state('invoice', sold.id)).writes, before_ + 1);
		assert.ok((await json('push-state', '--binding', shop.tenant)).queued >= 5);
		assert.equal((await refused('push-state', '--binding', shop.tenant, '--entity', 'invoice', '--id', '98765')).code, 'nothing_to_tell');
	});
});
