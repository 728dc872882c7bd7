'use strict';
// ledgerctl on the books: settings, plans, preview, links, states told again.

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
		assert.deepEqual(shown.requests[0].reasons, []);
		const why = Object.fromEntries(shown.requests[1].reasons.map((reason) => [reason.what, reason.why]));
		assert.deepEqual(why, {
			contact: 'the buyer\'s own: B2C consolidation is off; there is none in this currency yet, and the request before makes it',
			shipping: 'the shop charges no tax: 0.00 is not mapped, and Sage\'s own rate of 0 % is GB_ZERO',
			adjustment: '-5.00 are missing to Magento\'s total when lines and shipping are summed: a gift card, store credit, reward points or rounding',
			'line 1': '20.00 tax on 100.00 net, and no mapping fits it: default_tax_rate_id',
			'line 2': 'it is no supply: the rate without tax',
		});
		assert.equal((await sage.invoices()).length, 0);
		assert.deepEqual(await stack.sql('SELECT 1 FROM intent UNION ALL SELECT 1 FROM entity_xref'), []);
		const text = await ctl('preview', 'invoice.created', String(sold.id), '--binding', shop.tenant);
		for (const { why: told } of shown.requests[1].reasons) assert.ok(text.includes(`      why: ${told}\n`), told);
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
		const preview = async (event, id) => (await json('preview', event, String(id), '--binding', shop.tenant)).requests;
		const paths = async (event, id) => (await preview(event, id)).map((one) => one.path);
		const reasons = async (event, id) => Object.fromEntries((await preview(event, id)).at(-1).reasons.map((reason) => [reason.what, reason.why]));
		const before_ = await sage.ledger();
		assert.deepEqual(await paths('invoice.paid', sold.id), ['/contacts', '/sales_invoices', '/contact_payments']);
		assert.deepEqual(await reasons('invoice.paid', sold.id), { contact: 'that of the invoice, (new)', bank_account: "'checkmo' is not mapped: default_bank_account_id" });
		for (const event of ['invoice.created', 'invoice.paid'])
			assert.deepEqual((await json('preview', event, String(sold.id), '--binding', shop.tenant)).warnings, [], event);
		assert.deepEqual(await paths('creditmemo.created', memo.id), ['/contacts', '/sales_credit_notes']);
		assert.match((await reasons('creditmemo.created', memo.id)).contact, /^the buyer's own/);
		assert.deepEqual(await paths('customer.upserted', person.id), ['/contacts']);
		assert.deepEqual(await paths('product.upserted', product.id), ['/stock_items', '/stock_movements']);
		assert.deepEqual(await sage.ledger(), before_);
	});

	it('tells the mapping, the country, the fallback, the original invoice', async () => {
		const reasons = async (event, id) => (await json('preview', event, String(id), '--binding', shop.tenant)).requests.at(-1).reasons;
		const why = (list, what) => list.filter((reason) => reason.what === what).map((reason) => reason.why).join('; ');
		await books.settings({ tax_rate_map: { '20.00': 'GB_STANDARD', '0.00': 'GB_EXEMPT' }, payment_method_map: { stripe_payments: bank } });
		const home = await sell({ events: false, items: [{ sku: 'A', name: 'Tea', qty: 1, price: 10, tax_percent: 20, discount: 1 }, { sku: 'B', name: 'Book', qty: 1, price: 5, tax_percent: 0 }] });
		const told = await reasons('invoice.created', home.id);
		assert.equal(why(told, 'line 1'), '1.80 tax on 9.00 net is 20.00 %, which tax_rate_map maps to GB_STANDARD');
		assert.equal(why(told, 'line 2'), 'the shop charges no tax: tax_rate_map maps 0.00 to GB_EXEMPT');
		const abroad = await sell({ events: false, items: [{ sku: 'A', name: 'Tea', qty: 1, price: 10, tax_percent: 0 }], billing_address: { ...ADDRESS, country_id: 'FR' } });
		assert.match(why(await reasons('invoice.created', abroad.id), 'line 1'), /^the billing country is FR: .* zero-rated/);
		await books.settings({ b2c_consolidation: { enabled: true, fallback_contact_email: 'web@example.test' } });
		assert.match(why(await reasons('invoice.created', home.id), 'contact'), /^the fallback: B2C consolidation/);
		await books.settings({ b2c_consolidation: { enabled: false, fallback_contact_email: 'web@example.test' } });
		await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', home.id));
		await books.finish('invoice.created', home.id);
		const memo = await shop.sandbox('creditmemos', { events: false, invoice_id: home.id, shipping: 0 });
		assert.match(why(await reasons('creditmemo.created', memo.id), 'contact'), /^that of the original invoice, SI-/);
		await books.settings({ tax_rate_map: {}, payment_method_map: {} });
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

	it('no two records of the shop are one of Sage', async () => {
		const [mine, other] = [await sell(), await sell()];
		await books.deliver();
		const [{ sage_id: first }, { sage_id: second }] = [await books.finish('invoice.created', mine.id), await books.finish('invoice.created', other.id)];
		const link = (id, to, ...more) => ['xref', 'link', '--binding', shop.tenant, '--kind', 'invoice', '--magento-id', String(id), '--sage-id', to, ...more];
		const linked = async (id) => (await stack.sql(`SELECT sage_id FROM entity_xref WHERE binding_id = '${shop.tenant}' AND kind = 'invoice' AND magento_key = '${id}'`))[0]?.sage_id;
		const before_ = await stack.sql(`SELECT * FROM entity_xref WHERE sage_id = '${first}'`);
		assert.equal((await refused(...link(98766, first))).code, 'linked_elsewhere');
		assert.equal(await linked(98766), undefined);
		assert.deepEqual(await stack.sql(`SELECT * FROM entity_xref WHERE sage_id = '${first}'`), before_, 'nor is the other touched');
		assert.equal((await refused(...link(other.id, first, '--replace'))).code, 'linked_elsewhere');
		assert.equal(await linked(other.id), second, 'a refusal changes nothing');
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const { contact, invoice_lines: [line] } = (await sage.invoices()).find((one) => one.id === second);
		const made = await fetch(`${stack.sageUrl}/v3.1/sales_invoices`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' },
			body: JSON.stringify({ sales_invoice: { contact_id: contact.id, date: '2026-10-01', reference: 'BY-HAND', invoice_lines: [{ description: 'By hand', ledger_account_id: line.ledger_account.id, unit_price: 1, tax_rate_id: 'GB_ZERO', tax_amount: 0 }] } }) });
		const { id: third } = await made.json();
		const error = await refused(...link(other.id, third));
		assert.equal(error.code, 'linked_already');
		assert.match(error.message, /--replace/);
		await json(...link(other.id, third, '--replace'));
		assert.equal(await linked(other.id), third);
		await json(...link(98766, second));
		assert.equal(await linked(98766), second, 'what was set aside can be linked anew');
	});

	it('is refused for what is no record', async () => {
		for (const [kind, id] of [['contact:gbp', '5'], ['contact:', '5'], ['order', '5'], ['invoice', ''], ['invoice', 'gone:5'], ['invoice', 'é'], ['invoice', '5'.repeat(65)]])
			assert.equal((await refused('xref', 'link', '--binding', shop.tenant, '--kind', kind, '--magento-id', id, '--sage-id', 'a'.repeat(32))).code, 'usage', `${kind} ${id}`);
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
		assert.ok((await json('push-state', '--binding', shop.tenant)).queued >= 3);
		assert.equal((await refused('push-state', '--binding', shop.tenant, '--entity', 'invoice', '--id', '98765')).code, 'nothing_to_tell');
		await stack.runWorker();
	});

	it('of a range: of ids, of a kind, of days', async () => {
		const push = async (...range) => (await json('push-state', '--binding', shop.tenant, ...range)).queued;
		const day = (offset) => new Date(Date.now() + offset * 86400000).toISOString().slice(0, 10);
		const sold = [await sell(), await sell(), await sell(), await sell()];
		await books.deliver();
		for (const { id } of sold) await books.finish('invoice.created', id);
		await stack.runWorker();
		const ids = sold.map(({ id }) => id);
		await stack.sql(`UPDATE sync_run SET finished_at = '2026-01-31 23:59:59.9' WHERE magento_id = ${ids[3]} AND entity_type = 'invoice'`);
		assert.equal(await push('--entity', 'invoice', '--id', `${ids[0]}-${ids[1]},${ids[3]},${ids[3]}`), 3);
		assert.equal(await push('--entity', 'invoice', '--id', `${ids[0]}-${ids[3]}`), 1, 'the others are being told already');
		await stack.runWorker();
		assert.equal(await push('--from', '2026-01-31', '--to', '2026-01-31'), 1);
		await stack.runWorker();
		assert.equal((await refused('push-state', '--binding', shop.tenant, '--from', '2026-02-01', '--to', '2026-02-02')).code, 'nothing_to_tell');
		assert.ok((await push('--entity', 'invoice', '--from', day(-1), '--to', day(1))) >= 3);
		await stack.runWorker();
	});

	it('is refused for what is no range', async () => {
		for (const range of [['--id', '5'], ['--entity', 'order'], ['--from', '2026-01-31'], ...['', '0', '7-5', '1,', '1;2', '-3', 'x', '4294967296'].map((list) => ['--entity', 'invoice', '--id', list])])
			assert.equal((await refused('push-state', '--binding', shop.tenant, ...range)).code, 'usage', range.join(' '));
	});
});
