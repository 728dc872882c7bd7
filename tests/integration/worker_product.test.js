'use strict';
// product.upserted: families, digests, and stock that moves once by what it differs.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, CART } = require('./lib/books');

let stack, sage, shop, books, purchases;
let items = 0;
const FAMILIES = ['products', 'services', 'stock_items'];

const product = (change = {}) => shop.sandbox('products', {
	sku: `SKU-${++items}`, name: 'Blue mug', product_type: 'simple', price: 12.5, cost: 4.2, manage_stock: false, stock_qty: 0, ...change,
});
const upsert = (made) => postEvent(stack, shop, 'product.upserted', eventBody('product.upserted', made.id));
async function edit(made, change) {
	await shop.sandbox('products', { ...made.entity, id: made.id, ...change, events: false });
	await upsert(made);
}

async function itemOf(made) {
	const ledger = await sage.ledger();
	const found = FAMILIES.flatMap((family) => ledger[family].filter((item) => item.item_code === made.entity.sku).map((item) => ({ family, ...item })));
	assert.ok(found.length <= 1, JSON.stringify(found));
	return found[0];
}
const movements = async (made) => {
	const item = await itemOf(made);
	return (await sage.ledger()).stock_movements.filter((movement) => movement.stock_item.id === item.id).map((movement) => Number(movement.quantity));
};

async function assertUpserted(made) {
	const run = await books.finish('product.upserted', made.id);
	assert.equal(run.status, 'succeeded', `${run.error_code}: ${run.error_message}`);
	assert.equal(run.magento_number, made.entity.sku);
	assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	return run;
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'goods' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
	purchases = (await books.reference('ledger_account')).find((account) => account.body.in_expenses).id;
	await books.settings({ sync_products: true, sync_stock: true, default_purchase_ledger_account_id: purchases });
});
after(() => stack?.stop());
afterEach(() => sage.calm());

describe('a product', () => {
	for (const [change, family] of [[{}, 'products'], [{ product_type: 'virtual' }, 'services'], [{ product_type: 'downloadable' }, 'services'], [{ manage_stock: true }, 'stock_items']])
		it(`${JSON.stringify(change)} is one of ${family}`, async () => {
			const made = await product(change);
			await books.deliver();
			const run = await assertUpserted(made);
			const item = await itemOf(made);
			assert.equal(item.family, family);
			assert.equal(item.id, run.sage_id);
			assert.equal(item.description, 'Blue mug');
		});

	it('unchanged costs no call; changed one', async () => {
		const made = await product({ manage_stock: true, stock_qty: 3 });
		await books.deliver();
		await assertUpserted(made);
		await upsert(made);
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
		await assertUpserted(made);
		await edit(made, { name: 'Red mug' });
		assert.deepEqual(await books.calls(() => stack.runWorker()), { 'PUT /stock_items/{key}': 1 });
		await assertUpserted(made);
		assert.equal((await itemOf(made)).description, 'Red mug');
	});

	it('stays in its family', async () => {
		const made = await product();
		await books.deliver();
		await assertUpserted(made);
		await edit(made, { product_type: 'virtual', name: 'Voucher' });
		await assertUpserted(made);
		const item = await itemOf(made);
		assert.deepEqual([item.family, item.description], ['products', 'Voucher']);
	});

	it('composite is skipped', async () => {
		const made = await product({ product_type: 'configurable' });
		await books.deliver();
		const run = await books.finish('product.upserted', made.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'PRODUCT_TYPE_NOT_SUPPORTED']);
	});

	it('switched off is skipped', async () => {
		await books.settings({ sync_products: false, sync_stock: false });
		const made = await product();
		await books.deliver();
		const run = await books.finish('product.upserted', made.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'products_disabled']);
		await books.settings({ sync_products: true, sync_stock: true });
	});

	it('with an SKU that is too long fails, and says so', async () => {
		const made = await product({ sku: 'S'.repeat(31), manage_stock: true });
		await books.deliver();
		const run = await books.finish('product.upserted', made.id);
		assert.deepEqual([run.status, run.error_class, run.error_code], ['failed', 'validation', 'sku_too_long']);
	});
});

describe('the price', () => {
	for (const [change, prices, type] of [[{}, 'sales_prices', 'product_sales_price_type'], [{ manage_stock: true }, 'sales_prices', 'product_sales_price_type'], [{ product_type: 'virtual' }, 'sales_rates', 'service_rate_type']])
		it(`of ${JSON.stringify(change)} is of the business's own type`, async () => {
			const made = await product(change);
			await books.deliver();
			await assertUpserted(made);
			const price = (await itemOf(made))[prices][0];
			const kind = type === 'service_rate_type' ? 'rate' : 'price';
			const [known] = await books.reference(`${kind}_type`);
			assert.equal(price[type].id, known.id);
			assert.equal(price[`${kind}_name`], known.name);
			assert.equal(Number(price[kind]), 12.5);
			assert.equal(known.name, kind === 'price' ? 'Sales Price' : 'Rate');
		});

	it('of a business whose Sage has no catalogue is not asked for, and nothing else suffers', async () => {
		await sage.fault({ kind: 'no_subscription', path: '/v3.1/product_sales_price_types', count: -1 });
		await stack.sql(`CALL reference_refresh('${shop.tenant}')`);
		await stack.runWorker();
		assert.deepEqual(await books.reference('price_type'), []);
		assert.ok((await books.reference('tax_rate')).length > 0);
		const [{ sage_status: status }] = await stack.sql(`SELECT sage_status FROM binding WHERE id = '${shop.tenant}'`);
		assert.equal(status, 'active');
		const made = await product();
		await books.deliver();
		await assertUpserted(made);
		await sage.calm();
		await stack.sql(`CALL reference_refresh('${shop.tenant}')`);
		await stack.runWorker();
		assert.equal((await books.reference('price_type')).length, 1);
	});
});

describe('an edition of Sage without', () => {
	for (const [path, change] of [['products', {}], ['services', { product_type: 'virtual' }], ['stock_items', { manage_stock: true, stock_qty: 3 }], ['stock_movements', { manage_stock: true, stock_qty: 3 }]])
		it(`${path}: the product fails and says so, and the invoice behind it is posted`, async () => {
			await sage.fault({ kind: 'no_subscription', path: `/v3.1/${path}`, count: -1 });
			const made = await product(change);
			const sold = await shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open' });
			await books.deliver();
			await stack.runWorker();
			const run = await books.run('product.upserted', made.id);
			assert.deepEqual([run.status, run.error_class, run.error_code], ['failed', 'provider', 'edition_lacks_products']);
			assert.equal((await books.run('invoice.created', sold.id)).status, 'succeeded');
			const [{ sage_status: status }] = await stack.sql(`SELECT sage_status FROM binding WHERE id = '${shop.tenant}'`);
			assert.equal(status, 'active');
			await sage.calm();
			await stack.runWorker(); // the shop is told
			assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
			await upsert(made);
			await assertUpserted(made);
			if (change.manage_stock) assert.deepEqual(await movements(made), [3]);
		});

	it('a catalogue: the level of a stock item is not read either', async () => {
		const made = await product({ manage_stock: true, stock_qty: 3 });
		await books.deliver();
		await assertUpserted(made);
		await sage.fault({ kind: 'no_subscription', path: '/v3.1/stock_items', count: -1 });
		await edit(made, { stock_qty: 5 });
		await stack.runWorker();
		assert.equal((await books.run('product.upserted', made.id)).error_code, 'edition_lacks_products');
	});
});

describe('an item code that Sage has already', () => {
	/** An item that somebody entered in Sage by hand. */
	async function enter(family, item) {
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const { default_ledger_account_id: sales } = (await stack.ctl('policy', 'get', '--binding', shop.tenant, '--json')).policy;
		const answer = await fetch(`${stack.sageUrl}/v3.1/${family}s`, { method: 'POST',
			headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' },
			body: JSON.stringify({ [family]: { description: 'By hand', sales_ledger_account_id: sales, purchase_ledger_account_id: purchases, ...item } }) });
		assert.equal(answer.status, 201, await answer.text());
	}
	const code = () => `MUG-${++items}`;

	it('in the product\'s family is adopted, and brought up to date', async () => {
		const sku = code();
		await enter('product', { item_code: `${sku}-LONGER` }); // found by the search, but another
		await enter('product', { item_code: sku });
		const [held] = (await sage.ledger()).products.filter((item) => item.item_code === sku);
		const made = await product({ sku });
		await books.deliver();
		const calls = await books.calls(() => stack.runWorker());
		assert.deepEqual([calls['POST /products'], calls['GET /products'], calls['PUT /products/{key}']], [1, 1, 1], JSON.stringify(calls));
		const run = await assertUpserted(made);
		assert.equal(run.sage_id, held.id);
		assert.equal((await itemOf(made)).description, 'Blue mug');
		await upsert(made);
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
	});

	it('of a stock item: only the difference moves', async () => {
		const sku = code();
		await enter('stock_item', { item_code: sku });
		const made = await product({ sku, manage_stock: true, stock_qty: 4 });
		await books.deliver();
		await assertUpserted(made);
		assert.deepEqual(await movements(made), [4]);
	});

	it('in another family fails, and says what to do', async () => {
		const sku = code();
		await enter('service', { item_code: sku });
		const made = await product({ sku });
		await books.deliver();
		const run = await books.finish('product.upserted', made.id);
		assert.deepEqual([run.status, run.error_class, run.error_code], ['failed', 'provider', 'item_code_taken']);
		assert.match(run.error_message, new RegExp(`'${sku}'.*Change the code`));
		assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	});

	it('of a product that was deleted in the shop is taken over', async () => {
		const sku = code();
		const old = await product({ sku, manage_stock: true, stock_qty: 2 });
		await books.deliver();
		const { sage_id: held } = await assertUpserted(old);
		await stack.sql(`UPDATE entity_xref SET magento_key = '987654' WHERE sage_id = '${held}'`); // a product the shop does not have
		const made = await product({ sku, manage_stock: true, stock_qty: 2 });
		await books.deliver();
		assert.equal((await assertUpserted(made)).sage_id, held);
		const known = await stack.sql(`SELECT magento_key FROM entity_xref WHERE sage_id = '${held}'`);
		assert.deepEqual(known, [{ magento_key: String(made.id) }]);
	});

	it('of a product that the shop still has fails, and names it', async () => {
		const sku = code();
		const old = await product({ sku });
		await books.deliver();
		await assertUpserted(old);
		await shop.sandbox('products', { ...old.entity, id: old.id, sku: code(), events: false });
		const made = await product({ sku });
		await books.deliver();
		const run = await books.finish('product.upserted', made.id);
		assert.deepEqual([run.status, run.error_code], ['failed', 'item_code_taken']);
		assert.match(run.error_message, new RegExp(`product ${old.id}.*Save that product`));
		// Its new SKU reaches Sage, and the code is free.
		await upsert(old);
		await books.finish('product.upserted', old.id);
		await upsert(made);
		await assertUpserted(made);
	});
});

describe('stock', () => {
	it('moves up, down, and not at all', async () => {
		const made = await product({ manage_stock: true, stock_qty: 7 });
		await books.deliver();
		await assertUpserted(made);
		assert.deepEqual(await movements(made), [7]);
		for (const [quantity, moved] of [[10, [7, 3]], [4, [7, 3, -6]], [4, [7, 3, -6]], [4.5, [7, 3, -6, 0.5]]]) {
			await edit(made, { stock_qty: quantity });
			await assertUpserted(made);
			assert.deepEqual(await movements(made), moved);
			assert.equal(Number((await itemOf(made)).quantity_in_stock), quantity);
		}
	});

	for (const kind of ['cut_after', 'gateway_timeout', 'malformed_json', 'cut_before'])
		it(`counts once: ${kind}`, async () => {
			const made = await product({ manage_stock: true, stock_qty: 7 });
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/stock_movements', count: 2 });
			await stack.runWorker();
			await assertUpserted(made);
			assert.deepEqual(await movements(made), [7]);
		});

	it('counts once although it changed while the answer was lost', async () => {
		const made = await product({ manage_stock: true, stock_qty: 7 });
		await books.deliver();
		await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/stock_movements' });
		await stack.runWorker();
		await shop.sandbox('products', { ...made.entity, id: made.id, stock_qty: 9, events: false });
		await assertUpserted(made);
		assert.deepEqual(await movements(made), [7, 2]);
	});

	it('an intent of more than six days is judged by the level', async () => {
		for (const kind of ['cut_after', 'cut_before']) {
			const made = await product({ manage_stock: true, stock_qty: 7 });
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/stock_movements' });
			await stack.runWorker();
			await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
			await assertUpserted(made);
			assert.deepEqual(await movements(made), [7], kind);
		}
	});

	it('that is no longer managed is left alone, until it is managed again', async () => {
		const made = await product({ manage_stock: true, stock_qty: 12 });
		await books.deliver();
		await assertUpserted(made);
		await edit(made, { manage_stock: false, stock_qty: 0, name: 'Red mug' });
		await assertUpserted(made);
		const { family, description, quantity_in_stock: level } = await itemOf(made);
		assert.deepEqual([family, description, Number(level)], ['stock_items', 'Red mug', 12]);
		await edit(made, { manage_stock: true, stock_qty: 10 });
		await assertUpserted(made);
		assert.deepEqual(await movements(made), [12, -2]);
	});

	it('switched off: the item, but no movement', async () => {
		await books.settings({ sync_stock: false });
		const made = await product({ manage_stock: true, stock_qty: 7 });
		await books.deliver();
		await assertUpserted(made);
		assert.equal((await itemOf(made)).family, 'products');
		await books.settings({ sync_stock: true });
	});
});

describe('exactly one item', () => {
	for (const [family, change] of [['products', {}], ['services', { product_type: 'virtual' }], ['stock_items', { manage_stock: true }]])
		for (const [kind, posts] of [['cut_after', undefined], ['cut_before', 1]])
			it(`an intent of more than six days is looked up first: ${family}, ${kind}`, async () => {
				const made = await product(change);
				await books.deliver();
				await sage.fault({ kind, method: 'POST', path: `/v3.1/${family}` });
				await stack.runWorker();
				await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
				const calls = await books.calls(() => assertUpserted(made));
				assert.equal(calls[`POST /${family}`], posts, JSON.stringify(calls));
				assert.equal((await itemOf(made)).family, family);
			});

	for (const kind of ['cut_after', 'gateway_timeout', 'malformed_json', 'cut_before'])
		it(kind, async () => {
			const made = await product();
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/products', count: 2 });
			await stack.runWorker();
			await assertUpserted(made);
			assert.ok(await itemOf(made));
		});
});
