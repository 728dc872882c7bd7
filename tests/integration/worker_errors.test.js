'use strict';
// What each kind of failure does: which wait without spending an attempt, which are told to
// the merchant at once, and what the merchant is told.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, CART } = require('./lib/books');

const US = '05a1b2c3d4e5f60718293a4b5c6d7e02'; // the Sage sandbox's American business

let stack, sage, shop, books;

async function sell(change = {}) {
	const sold = await shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open', ...change });
	await books.deliver();
	return sold;
}

const binding = async () => (await stack.sql(`SELECT sage_status, magento_status FROM binding WHERE id = '${shop.tenant}'`))[0];
const lane = async () => (await stack.sql(`SELECT parked_why, parked_until > UTC_TIMESTAMP() AS parked FROM lane WHERE binding_id = '${shop.tenant}' AND upstream = 'sage'`))[0];

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'errors' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
});
after(() => stack?.stop());
afterEach(() => sage.calm());

describe('pauses the lane, spends no attempt, and goes on by itself', () => {
	for (const [kind, status, why] of [['no_subscription', 'no_subscription', 'no_subscription'], ['access_denied', 'access_denied', 'sage_access_denied']])
		it(kind, async () => {
			await sage.fault({ kind, count: -1, path: '/v3.1/' });
			const sold = await sell();
			const { token_refreshes: refreshes } = await sage.stats();
			await stack.runWorker();
			const run = await books.run('invoice.created', sold.id);
			assert.deepEqual([run.status, run.attempts, run.error_class, run.error_code], ['queued', '0', 'auth', why]);
			assert.equal((await binding()).sage_status, status);
			assert.deepEqual(await lane(), { parked_why: why, parked: '1' });
			assert.equal((await sage.stats()).token_refreshes, refreshes, 'a new token would not help');
			await sage.calm();
			assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
			assert.equal((await binding()).sage_status, 'active');
		});

	it('an access token that is refused twice', async () => {
		await sage.fault({ kind: 'expired_token', count: 2, method: 'POST', path: '/v3.1/' });
		const sold = await sell();
		await stack.runWorker();
		const run = await books.run('invoice.created', sold.id);
		assert.deepEqual([run.status, run.attempts, run.error_code], ['queued', '0', 'sage_token_refused']);
		assert.equal((await binding()).sage_status, 'reconnect_needed');
		await stack.sql(`UPDATE binding SET sage_status = 'active' WHERE id = '${shop.tenant}'`); // a person connects it again
		assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
	});

	it('a default that nothing could choose: filled in, it serves what was queued without it', async () => {
		const american = await pairShop(stack, { shop: 'american', account: 'Example Inc', business: US, region: 'US' });
		const desk = new Books(stack, sage, american);
		await stack.runWorker(); // reference data: several rates, and none is the country's own
		const order = async () => {
			const sold = await american.sandbox('invoices', { ...CART, items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50 }], currency: 'USD', guest: desk.guest(), state: 'open' });
			await desk.deliver();
			return sold;
		};
		const early = await order();
		await stack.runWorker();
		const run = await desk.run('invoice.created', early.id);
		assert.deepEqual([run.status, run.attempts, run.error_code, run.policy_version], ['queued', '0', 'settings_incomplete', '1']);
		assert.ok((await desk.reference('tax_rate')).some(({ id }) => id === 'US_NY_CITY'));
		await desk.settings({ default_tax_rate_id: 'US_NY_CITY' });
		const late = await order();
		for (const [sold, version] of [[early, '1'], [late, '2']]) {
			const ended = await desk.finish('invoice.created', sold.id);
			assert.deepEqual([ended.status, ended.policy_version], ['succeeded', version], ended.error_message);
		}
		assert.deepEqual(await desk.leftovers(), { intents: [], jobs: [] });
	});
});

describe('fails at once, in words', () => {
	it('what Sage refuses: the entry that says why, not the umbrella', async () => {
		const bought = (await books.reference('ledger_account')).find((account) => account.body.in_expenses && !account.body.in_sales).id;
		const { default_ledger_account_id: kept } = (await stack.ctl('policy', 'get', '--binding', shop.tenant, '--json')).policy;
		const set = (id) => stack.sql(`UPDATE policy SET body = JSON_SET(body, '$.default_ledger_account_id', '${id}') WHERE binding_id = '${shop.tenant}'`);
		await set(bought);
		const sold = await sell();
		const run = await books.finish('invoice.created', sold.id);
		await set(kept);
		assert.deepEqual([run.status, run.error_class, run.error_code, run.attempts], ['failed', 'provider', 'RecordInvalid', '1']);
		assert.match(run.error_message, /line_items\.ledger_account_id/);
		assert.ok(!run.error_message.includes('line_items.description'), run.error_message);
		const [attempt] = await stack.sql(`SELECT request, answer FROM run_attempt WHERE run_id = ${run.id}`);
		const { sales_invoice: asked } = JSON.parse(attempt.request);
		assert.equal(asked.invoice_lines[0].ledger_account_id, bought);
		assert.equal(asked.main_address.address_line_1, '…');
		assert.equal(JSON.parse(attempt.answer)[0].$dataCode, 'RecordInvalid');
		for (const personal of [CART.billing_address.street[0], CART.billing_address.city, CART.billing_address.postcode, 'example.test'])
			assert.ok(!(attempt.request + attempt.answer).includes(personal), personal);
		assert.deepEqual(await stack.sql('SELECT 1 FROM intent WHERE kind = \'invoice\''), [], 'nothing was made, so nothing is kept');
		assert.equal((await books.state('invoice', sold.id)).error_code, 'provider:RecordInvalid');
	});

	it('an event that a newer version queued', async () => {
		const sold = await sell();
		await stack.sql(`UPDATE job SET kind = 'invoice.folded' WHERE kind = 'invoice.created' AND magento_id = ${sold.id}`);
		const run = await books.finish('invoice.created', sold.id);
		assert.deepEqual([run.status, run.error_class, run.error_code, run.attempts], ['failed', 'internal', 'not_built_yet', '1']);
		assert.deepEqual((await sage.invoices()).filter((invoice) => invoice.reference === sold.increment_id), []);
	});

	it('an entity that the shop does not have', async () => {
		for (const event of ['invoice.created', 'invoice.paid', 'creditmemo.created', 'customer.upserted', 'product.upserted']) {
			await postEvent(stack, shop, event, eventBody(event, 987654));
			const run = await books.finish(event, 987654);
			assert.deepEqual([run.status, run.error_class, run.attempts], ['failed', 'not_found', '1'], event);
		}
	});
});

describe('is tried again', () => {
	for (const kind of ['server_error', 'unavailable', 'gateway_timeout'])
		it(`${kind}, for reading as for writing`, async () => {
			await sage.fault({ kind, method: 'POST', path: '/v3.1/sales_invoices', count: 1 });
			const sold = await sell();
			await stack.runWorker();
			const run = await books.run('invoice.created', sold.id);
			assert.deepEqual([run.status, run.attempts, run.error_class], ['queued', '1', 'http']);
			assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
		});

	it('a page that something before Sage refuses with: the grant is not taken for gone', async () => {
		await sage.fault({ kind: 'forbidden_page', method: 'POST', path: '/v3.1/sales_invoices', count: 1 });
		const sold = await sell();
		await stack.runWorker();
		const run = await books.run('invoice.created', sold.id);
		assert.deepEqual([run.status, run.attempts, run.error_class, run.error_code], ['queued', '1', 'http', 'sage_failed']);
		assert.deepEqual(await stack.sql(`SELECT sage_status FROM binding WHERE id = '${shop.tenant}'`), [{ sage_status: 'active' }]);
		assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
	});

	it('a refusal of access: once more with a new token, and only then people are asked', async () => {
		const own = `id = '${shop.tenant}'`;
		const status = async () => (await stack.sql(`SELECT sage_status FROM binding WHERE ${own}`))[0].sage_status;
		const { token_refreshes: before_ } = await sage.stats();
		await sage.fault({ kind: 'forbidden', method: 'POST', path: '/v3.1/sales_invoices', count: 1 });
		const sold = await sell();
		await stack.runWorker();
		assert.equal((await books.run('invoice.created', sold.id)).status, 'succeeded');
		assert.deepEqual([await status(), (await sage.stats()).token_refreshes], ['active', before_ + 1]);
		await sage.fault({ kind: 'forbidden', method: 'POST', path: '/v3.1/sales_invoices', count: 2 });
		const late = await sell();
		await stack.runWorker();
		assert.deepEqual([(await books.run('invoice.created', late.id)).status, await status()], ['queued', 'reconnect_needed']);
		await stack.sql(`UPDATE binding SET sage_status = 'active' WHERE ${own}`); // people signed in again
		assert.equal((await books.finish('invoice.created', late.id)).status, 'succeeded');
	});

	it('a shop that fails, twenty times at most', async () => {
		await shop.sandbox('faults', { fault: '500', match: '/byte8/invoice/', count: -1 });
		const sold = await sell();
		await stack.runWorker();
		await stack.sql("UPDATE job SET attempts = 19 WHERE kind = 'invoice.created'");
		const run = await books.finish('invoice.created', sold.id);
		await shop.sandbox('faults', { clear: true });
		assert.deepEqual([run.status, run.error_class], ['failed', 'http']);
	});
});
