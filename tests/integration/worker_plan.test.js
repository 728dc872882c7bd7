'use strict';
// Plans: each feature of the one table is enforced where settings are saved and where events
// run; the number of shops where one is joined, and after a change to a smaller plan.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { addBinding, eventBody, pairShop, postEvent } = require('./lib/shop');
const { newOwner } = require('./lib/merchant');
const { request } = require('./lib/http');
const { Sage } = require('./lib/sage');
const { Books, CART } = require('./lib/books');

const OTHER_BUSINESS = 'fbfba2e45c2045dc5cab22a5afe83d9d';

let stack, sage, shop, books, bank, features, defaults;
let items = 0;

const json = (...args) => stack.ctl(...args, '--json');
const sell = (change = {}) => shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open', ...change });
const product = (change = {}) => shop.sandbox('products', { sku: `P${++items}`, name: 'Mug', product_type: 'simple', price: 5, manage_stock: true, stock_qty: 3, ...change });

/** Puts the account on a plan with every feature but one, and perhaps a limit of shops. */
async function without(feature, bindings) {
	const kept = features.filter((name) => name !== feature).join(',');
	await json('plan', 'put', '--plan', 'trial', '--name', 'Trial', '--features', kept, ...(bindings === undefined ? [] : ['--bindings', String(bindings)]));
	await json('plan', 'set', '--account', 'Demo Ltd', '--plan', 'trial');
}
const everything = () => json('plan', 'set', '--account', 'Demo Ltd', '--plan', 'self_hosted');

/** The error that a command failed with, as JSON says it. */
async function refused(...args) {
	const error = await json(...args).then(() => assert.fail(`${args.join(' ')} did not fail`), (reason) => reason);
	assert.ok(error.stderr, error.stack);
	return JSON.parse(error.stderr.trim().split('\n').pop()).error;
}

async function ended(event, made) {
	await books.deliver();
	const run = await books.finish(event, made.id);
	return run.skip_reason ?? run.status;
}

// What each feature is asked for by: settings that need it (each refused without it), and a
// run under the plan without it, of settings saved before.
const FEATURES = {
	credit_notes: {
		settings: [],
		async runs() {
			const sold = await sell();
			assert.equal(await ended('invoice.created', sold), 'succeeded');
			assert.equal(await ended('creditmemo.created', await shop.sandbox('creditmemos', { invoice_id: sold.id, shipping: 0 })), 'feature_not_in_plan');
		},
	},
	payments: {
		settings: [() => ({ default_bank_account_id: bank }), () => ({ payment_method_map: { stripe_payments: bank } })],
		async runs() {
			const sold = await sell({ state: 'paid' });
			assert.equal(await ended('invoice.paid', sold), 'feature_not_in_plan');
			assert.equal((await books.run('invoice.created', sold.id)).status, 'succeeded');
		},
	},
	products: {
		settings: [() => ({ sync_products: true })],
		runs: async () => assert.equal(await ended('product.upserted', await product()), 'feature_not_in_plan'),
	},
	stock: {
		settings: [() => ({ sync_products: true, sync_stock: true })],
		async runs() {
			const made = await product();
			assert.equal(await ended('product.upserted', made), 'succeeded');
			const ledger = await sage.ledger();
			assert.ok(ledger.products.some((item) => item.item_code === made.entity.sku), 'an item without stock');
			assert.ok(!ledger.stock_items.some((item) => item.item_code === made.entity.sku));
		},
	},
	multi_currency: {
		settings: [],
		async runs() {
			assert.equal(await ended('invoice.created', await sell({ currency: 'EUR', base_to_order_rate: 1.17 })), 'feature_not_in_plan');
			assert.equal(await ended('invoice.created', await sell()), 'succeeded');
		},
	},
	several_stores: {
		settings: [() => ({ website_filter: [1, 2] }), () => ({ store_filter: [1, 2] })],
		async runs() {
			// Store 1 was synced first.
			assert.equal(await ended('invoice.created', await sell({ store_id: 2 })), 'feature_not_in_plan');
			const sold = await sell({ state: 'paid' });
			assert.equal(await ended('invoice.created', sold), 'succeeded');
			assert.equal(await ended('invoice.paid', sold), 'succeeded');
			assert.equal(await ended('invoice.paid', await sell({ store_id: 2, state: 'paid' })), 'feature_not_in_plan');
			const memo = await shop.sandbox('creditmemos', { ...CART, guest: books.guest(), from_order: true, store_id: 2 });
			assert.equal(await ended('creditmemo.created', memo), 'feature_not_in_plan');
			// A filter that names one store chooses it; one of two, saved before, its first.
			await books.settings({ store_filter: [2] });
			assert.equal(await ended('invoice.created', await sell({ store_id: 2 })), 'succeeded');
			await everything();
			await books.settings({ store_filter: [2, 1] });
			await without('several_stores');
			assert.equal(await ended('invoice.created', await sell({ store_id: 2 })), 'succeeded');
			assert.equal(await ended('invoice.created', await sell({ store_id: 1 })), 'feature_not_in_plan');
		},
	},
	consolidation: {
		settings: [() => ({ b2c_consolidation: { enabled: true, fallback_contact_email: 'web@example.test' } })],
		async runs() {
			const guest = books.guest();
			const sold = await sell({ guest });
			assert.equal(await ended('invoice.created', sold), 'succeeded');
			const invoice = (await sage.invoices()).find((one) => one.reference === sold.increment_id);
			const contact = (await sage.ledger()).contacts.find((one) => one.id === invoice.contact.id);
			assert.match(contact.name, new RegExp(guest.last_name), 'a contact of their own');
		},
	},
};

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'plans' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
	bank = (await books.reference('bank_account'))[0].id;
	features = Object.keys((await json('plan', 'list')).plans[0].features);
	await books.settings({
		default_bank_account_id: bank,
		default_purchase_ledger_account_id: (await books.reference('ledger_account')).find((account) => account.body.in_expenses).id,
	});
	defaults = (await json('policy', 'get', '--binding', shop.tenant)).policy;
	assert.equal(await ended('invoice.created', await sell()), 'succeeded');
});
after(() => stack?.stop());
beforeEach(async () => {
	await everything();
	await books.settings(defaults);
});

it('every feature of the table is tested here', () => {
	assert.deepEqual(Object.keys(FEATURES).sort(), [...features].sort());
});

for (const [feature, { settings, runs }] of Object.entries(FEATURES))
	describe(`a plan without ${feature}`, () => {
		for (const change of settings)
			it(`refuses the setting: ${change.toString().slice(6)}`, async () => {
				await books.settings(change()); // a plan with it does not
				await without(feature);
				const file = stack.secretFile(JSON.stringify({ ...defaults, ...change() }));
				const error = await refused('policy', 'set', '--binding', shop.tenant, '--file', file);
				assert.equal(error.code, 'tier_limit_exceeded');
				for (const part of Object.keys(change())) if (part !== 'sync_products' || feature === 'products') assert.ok(error.message.includes(part), error.message);
			});

		it('does not run what needs it, and runs the rest', async () => {
			for (const change of settings) if (feature !== 'several_stores') await books.settings(change());
			await without(feature);
			await runs();
		});
	});

describe('a plan of so many shops', () => {
	const room = /allows 1 connected shop.*Disconnect one of them, or choose a larger plan/;

	it('refuses one more from ledgerctl', async () => {
		await without(null, 1);
		const error = await addBinding(stack, {}).then(() => assert.fail('it was added'), (reason) => reason);
		assert.match(error.stderr, /tier_limit_exceeded/);
		assert.match(error.stderr, room);
		await without(null, 2);
		const { tenant } = await addBinding(stack, {});
		await json('binding', 'revoke', '--binding', tenant);
		await without(null, 1);
	});

	it('refuses one more on the page, before the code is used, and lets keys be changed', async () => {
		const owner = await newOwner(stack, 'Small Ltd');
		const pair = async (name) => {
			const base = `${stack.shopUrl}/${name}`;
			const { code } = (await request(`${base}/_sandbox/pairing-code`, { method: 'POST' })).json;
			return { code, base, answer: await owner.post('/dashboard/connect-magento', { magento_base_url: base, pairing_code: code }) };
		};
		await without(null, 1);
		await json('plan', 'set', '--account', 'Small Ltd', '--plan', 'trial');
		assert.equal((await pair('first-shop')).answer.status, 303);
		const second = await pair('second-shop');
		assert.equal(second.answer.status, 422, second.answer.text);
		assert.match(second.answer.text, /tier_limit_exceeded/);
		assert.match(second.answer.text, room);
		assert.deepEqual(await stack.sql(`SELECT 1 FROM binding WHERE shop_url = '${second.base}'`), []);
		assert.equal((await pair('first-shop')).answer.status, 303, 'new keys of a shop that is connected');
		await json('plan', 'set', '--account', 'Small Ltd', '--plan', 'self_hosted');
		const retried = await owner.post('/dashboard/connect-magento', { magento_base_url: second.base, pairing_code: second.code });
		assert.equal(retried.status, 303, 'the code is still good');
	});

	it('runs the shops that were joined first', async () => {
		const later = await pairShop(stack, { shop: 'later', business: OTHER_BUSINESS });
		const laterBooks = new Books(stack, sage, later);
		await stack.runWorker();
		await without(null, 1);
		const sold = await later.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open' });
		await laterBooks.deliver();
		assert.equal((await laterBooks.finish('invoice.created', sold.id)).skip_reason, 'feature_not_in_plan');
		await postEvent(stack, later, 'customer.upserted', eventBody('customer.upserted', (await later.sandbox('customers', { events: false, email: 'late@example.test', first_name: 'Late', last_name: 'One' })).id));
		assert.equal((await laterBooks.finish('customer.upserted', 1)).skip_reason, 'feature_not_in_plan');
		assert.equal(await ended('invoice.created', await sell()), 'succeeded');
		await json('binding', 'revoke', '--binding', shop.tenant);
		await postEvent(stack, later, 'invoice.created', eventBody('invoice.created', sold.id));
		assert.equal((await laterBooks.finish('invoice.created', sold.id)).status, 'succeeded', 'there is room now');
	});
});
