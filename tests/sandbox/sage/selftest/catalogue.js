// The catalogue: families, item codes, stock that only movements change.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { SHOP, api, control, get, hex32, invoiceBody, line, made, newContact, post, refused, state } = require('./client');

const purchases = async () => (await get('/ledger_accounts?visible_in=expenses&attributes=all')).json.$items[0].id;
const item = async (root, extra = {}) => ({ [root]: { item_code: 'MUG', description: 'Blue mug',
	sales_ledger_account_id: state.ledger, purchase_ledger_account_id: await purchases(), ...extra } });
const movement = (id, extra = {}) => ({ stock_movement: { stock_item_id: id, date: '2026-10-01', quantity: 25,
	cost_price: 2.5, details: 'STOCKTAKE', ...extra } });

test('catalogue: the three families are made, found, changed', async () => {
	for (const [root, prices] of [['product', 'sales_prices'], ['service', 'sales_rates'], ['stock_item', 'sales_prices']]) {
		const kind = prices === 'sales_rates' ? 'rate' : 'price';
		const path = `/${root}s`;
		const one = made(await post(path, await item(root, { item_code: `C-${root}`, sales_tax_rate_id: 'GB_STANDARD',
			[prices]: [{ [`${kind}_name`]: 'Sales Price', [kind]: 12.5 }] })));

		assert.equal(one.displayed_as, 'Blue mug');
		assert.equal(one[prices][0][kind], '12.5');
		assert.equal(one.sales_tax_rate.id, 'GB_STANDARD');
		assert.equal((await get(`${path}?search=c-${root}`)).json.$total, 1);
		const put = await api('PUT', `${path}/${one.id}`, { body: { [root]: { description: 'Red mug' } } });
		assert.equal(put.status, 200, put.text);
		assert.equal(put.json.item_code, `C-${root}`);
		assert.equal((await get(`${path}/${one.id}`)).json.description, 'Red mug');
		for (const other of ['products', 'services', 'stock_items'].filter((name) => `/${name}` !== path))
			assert.equal((await get(`/${other}/${one.id}`)).status, 404);
		assert.equal((await api('DELETE', `${path}/${one.id}`)).status, 204);
		assert.equal((await get(`${path}/${one.id}`)).status, 404);
	}
});

test('catalogue: fields against the published tables, codes used once', async () => {
	refused(await post('/stock_items', await item('stock_item', { item_code: 'X'.repeat(31) })), 'item_code');
	refused(await post('/stock_items', await item('stock_item', { item_code: undefined })), 'item_code');
	refused(await post('/products', await item('product', { purchase_ledger_account_id: undefined })), 'purchase_ledger_account_id');
	refused(await post('/products', await item('product', { sales_ledger_account_id: await purchases() })), 'sales_ledger_account_id');
	refused(await post('/products', await item('product', { description: 'é'.repeat(256) })), 'description');
	refused(await post('/services', await item('service', { cost_price: -1 })), 'cost_price');
	refused(await post('/services', await item('service', { quantity_in_stock: 3 })), 'quantity_in_stock');
	made(await post('/services', await item('service', { purchase_ledger_account_id: undefined })));
	refused(await post('/products', await item('product')), 'item_code');
});

test('catalogue: prices and rates name a type of their own', async () => {
	for (const [root, prices, kind, type] of [['product', 'sales_prices', 'price', 'product_sales_price_type'], ['service', 'sales_rates', 'rate', 'service_rate_type']]) {
		const known = (await get(`/${type}s?attributes=all`)).json.$items[0];
		const body = async (id) => item(root, { item_code: `T-${root}-${id.slice(0, 4)}`, [prices]: [{ [`${type}_id`]: id, [`${kind}_name`]: 'Sales Price', [kind]: 3 }] });
		assert.equal(made(await post(`/${root}s`, await body(known.id)))[prices][0][type].id, known.id);
		refused(await post(`/${root}s`, await body('f'.repeat(32))), `${prices}.${type}_id`);
	}
});

test('stock: changed by movements, never below nothing, counted once under one id', async () => {
	const stock = made(await post('/stock_items', await item('stock_item', { quantity_in_stock: 99 })));
	const level = async () => (await get(`/stock_items/${stock.id}`)).json.quantity_in_stock;
	const body = movement(stock.id, { idempotency_id: hex32() });

	assert.equal(await level(), '0.0');
	const first = made(await post('/stock_movements', body));
	assert.equal(made(await post('/stock_movements', body)).id, first.id);
	assert.equal(first.quantity, '25.0');
	assert.equal(await level(), '25.0');
	const second = made(await post('/stock_movements', movement(stock.id, { quantity: -5.5 })));
	assert.equal(await level(), '19.5');
	refused(await post('/stock_movements', movement(stock.id, { quantity: -20 })), 'quantity');
	refused(await post('/stock_movements', movement(stock.id, { quantity: 0 })), 'quantity');
	refused(await post('/stock_movements', movement(hex32())), 'stock_item_id');
	refused(await post('/stock_movements', movement(stock.id, { details: 'x'.repeat(51) })), 'details');
	assert.equal((await get(`/stock_movements?stock_item_id=${stock.id}`)).json.$total, 2);
	assert.equal((await api('DELETE', `/stock_movements/${second.id}`)).status, 204);
	assert.equal(await level(), '25.0');
	const ledger = await control('GET', `ledger?business=${SHOP}`);
	assert.equal(ledger.stock_items[0].quantity_in_stock, '25.0');
	assert.equal(ledger.stock_movements.length, 1);
});

test('catalogue: a line names a living item of its own family', async () => {
	const contact = await newContact();
	const stock = made(await post('/stock_items', await item('stock_item')));
	const service = made(await post('/services', await item('service', { item_code: 'WRAP' })));
	const invoice = (extra) => post('/sales_invoices', invoiceBody(contact, { invoice_lines: [line(extra)] }));

	made(await invoice({ product_id: stock.id }));
	made(await invoice({ service_id: service.id }));
	refused(await invoice({ product_id: service.id }), 'line_items.product_id');
	refused(await invoice({ service_id: stock.id }), 'line_items.service_id');
	refused(await invoice({ product_id: hex32() }), 'line_items.product_id');
});
