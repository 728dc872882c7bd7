'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { send, VECTORS, ITEM, Shop } = require('./client');

test('canonical bodies given verbatim come back byte for byte', async () => {
	const shop = new Shop();
	await shop.pair();
	const files = fs.readdirSync(path.join(VECTORS, 'canonical'));
	assert.ok(files.length >= 9);
	for (const file of files) {
		const body = fs.readFileSync(path.join(VECTORS, 'canonical', file), 'utf8').trimEnd();
		const [kind, id] = file.replace('.json', '').split('-');
		await shop.control('POST', `raw?kind=${kind}`, body);
		const res = await shop.rest('GET', `${kind}/${id}`);
		assert.equal(res.status, 200);
		assert.equal(res.text, body, file);
	}
});

// The entities of the vectors made from a cart: Magento's own arithmetic and printing.
test('made entities equal the real ones byte for byte', async () => {
	const shop = new Shop();
	await shop.pair();
	const real = (name) => fs.readFileSync(path.join(VECTORS, 'canonical', `${name}.json`), 'utf8').trimEnd();
	const at = (name, field = 'created_at') => JSON.parse(real(name))[field];
	const high = { street: ['1 High St', 'Flat 2'], city: 'London', region: 'Greater London', postcode: 'SW1A 1AA', country_id: 'GB', telephone: '0207 000' };
	const order = { street: ['9 Order Rd', 'Unit 3'], city: 'Leeds', region: 'West Yorkshire', postcode: 'LS1 1AA', country_id: 'GB', telephone: '0113 000' };
	const ship = { ...order, street: '5 Ship St', city: 'York' };
	const sku = 'SIMPLE-1 & "Ω"/é';
	const simple = { sku, name: `Prod ${sku}`, tax_percent: 20 };
	const same = async (kind, id) => assert.equal((await shop.rest('GET', `${kind}/${id}`)).text, real(`${kind}-${id}`), `${kind}-${id}`);

	await shop.control('POST', 'customers', { email: 'ada@example.test', first_name: 'Ada', last_name: 'Lovelace', address: high, created_at: at('customer-1'), updated_at: at('customer-1') });
	await shop.control('POST', 'customers', { email: 'bare@example.test', first_name: 'Bare', last_name: 'Profile', created_at: at('customer-2'), updated_at: at('customer-2') });
	await same('customer', 1);
	await same('customer', 2);
	await shop.control('POST', 'invoices', { customer_id: 1, billing_address: order, shipping_address: ship, shipping: 15, created_at: at('invoice-1'),
		items: [{ ...simple, qty: 2, price: 50 }, { sku: 'VIRT-1', name: 'Prod VIRT-1', qty: 1, price: '30.00', tax_percent: '20' }] });
	await shop.control('POST', 'invoices', { guest: { email: 'guest@example.test', first_name: 'Guy', last_name: 'Guest', company: 'Order Co' }, billing_address: order, shipping_address: ship, shipping: 5, created_at: at('invoice-2'),
		payment_method: 'purchaseorder', po_number: 'PO-77', items: [{ ...simple, price: 50 }] });
	await shop.control('POST', 'invoices', { id: 4, order_id: 4, guest: { email: 'eur@example.test', first_name: 'Ada', last_name: 'L' }, billing_address: { ...order, street: '9 Order Rd' }, shipping_address: { ...order, street: '9 Order Rd' },
		shipping: 17.55, shipping_tax_percent: 20, discount_percent: 10, currency: 'EUR', base_to_order_rate: 1.17, created_at: at('invoice-4'), items: [{ ...simple, qty: 3, price: 58.5 }] });
	for (const id of [1, 2, 4]) await same('invoice', id);
	await shop.control('POST', 'creditmemos', { invoice_id: 1, adjustment_positive: 1, adjustment_negative: 2, reason: 'Damaged in transit', created_at: at('creditmemo-1') });
	await same('creditmemo', 1);
	await shop.control('POST', 'invoices', { id: 3, payment_method: 'banktransfer', gateway_metadata: ['Bank Transfer Payment', null], created_at: at('payment-3', 'captured_at'), items: [{ ...simple, price: 90 }] });
	await same('payment', 3);
	await shop.control('POST', 'products', { sku, name: 'Renamed', price: 55, cost: '20.5000', weight: 1.5, stock_qty: 98, created_at: at('product-1'), updated_at: at('product-1', 'updated_at') });
	await shop.control('POST', 'products', { sku: 'VIRT-1', name: 'Prod VIRT-1', product_type: 'virtual', price: 30, stock_qty: 0, manage_stock: false, created_at: at('product-2'), updated_at: at('product-2') });
	await same('product', 1);
	await same('product', 2);
});

test('an invoice falls back on its order for what the profile lacks, a credit memo does not', async () => {
	const shop = new Shop();
	await shop.pair();
	await shop.control('POST', 'customers', { email: 'bare@example.test', first_name: 'Bare', last_name: 'Profile' });
	const { entity } = await shop.control('POST', 'invoices', { customer_id: 1, company: 'Order Co', items: [ITEM] });
	assert.equal(entity.customer.company, 'Order Co');
	assert.equal(entity.customer.addresses.length, 2);
	assert.equal(entity.customer.group_id, 1);
	const memo = await shop.control('POST', 'creditmemos', { invoice_id: 1 });
	assert.deepEqual(memo.entity.customer.addresses, []);
	assert.ok(!('company' in memo.entity.customer));
	await shop.control('POST', 'customers', { id: 1, email: 'new@example.test', address: {} });
	const now = JSON.parse((await shop.rest('GET', 'invoice/1')).text);
	assert.equal(now.customer.email, 'new@example.test', 'the profile is read on each call');
});

test('carts: composites, discounts, partial refunds', async () => {
	const shop = new Shop();
	await shop.pair();
	const make = async (cart) => (await shop.control('POST', 'invoices', cart)).entity;
	const zero = { line_subtotal: 0, line_tax: 0, line_total: 0 };

	const configurable = await make({ items: [{ ...ITEM, type: 'configurable', child_name: 'A-red' }] });
	assert.deepEqual(configurable.lines[1], { sku: 'A', name: 'A-red', qty: 2, unit_price: 0, ...zero });
	assert.equal(configurable.grand_total, 120);

	const bundle = await make({ items: [{ type: 'bundle', sku: 'B', qty: 1, price: 80, children: [{ ...ITEM, qty: 1 }, { sku: 'C', price: 30, tax_percent: 0 }] }] });
	assert.deepEqual(bundle.lines[0], { sku: 'B', name: 'B', qty: 1, unit_price: 80, ...zero });
	assert.deepEqual([bundle.subtotal, bundle.tax_amount, bundle.grand_total], [80, 10, 90]);
	assert.ok(!('tax_rate' in bundle.lines[2]));

	const shared = await make({ discount: 10, items: [{ sku: 'A', price: 10 }, { sku: 'B', price: 10 }, { sku: 'C', price: 10 }] });
	assert.deepEqual(shared.lines.map((line) => line.line_total), [6.67, 6.67, 6.66]);
	assert.equal(shared.discount_amount, -10);
	assert.equal(shared.grand_total, 20);

	// 12 off gross at 20 %: 10 net, 2 of it tax that Magento hides as compensation.
	const gross = await make({ discount: 12, discount_includes_tax: true, items: [{ sku: 'A', price: 100, tax_percent: 20 }] });
	assert.deepEqual([gross.lines[0].line_tax, gross.lines[0].line_total, gross.grand_total], [18, 106, 108]);

	const odd = await make({ items: [{ sku: 'A', qty: '3', price: '4.995', tax_percent: 20 }] });
	assert.deepEqual([odd.lines[0].unit_price, odd.lines[0].line_subtotal, odd.lines[0].line_tax], [4.995, 14.99, 3]);

	const gift = await make({ adjustment: -25, items: [ITEM] });
	assert.equal(gift.grand_total, 95);

	const part = (await shop.control('POST', 'creditmemos', { invoice_id: 5, items: [{ sku: 'A', qty: 1 }], reason: 'One came back' })).entity;
	assert.deepEqual([part.lines[0].qty, part.lines[0].line_subtotal, part.lines[0].line_tax, part.grand_total], [1, 5, 1, 6]);
	const detached = (await shop.control('POST', 'creditmemos', { invoice_id: 1, from_order: true })).entity;
	assert.ok(!('invoice_id' in detached) && !('invoice_created_at' in detached));

	const bad = await send('POST', `${shop.base}/_sandbox/invoices`, {}, JSON.stringify({ items: [{ sku: 'A', price: 'ten' }] }));
	assert.equal(bad.status, 400);
	assert.match(bad.text, /price/);
});
