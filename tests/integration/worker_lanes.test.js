'use strict';
// Many shops, one worker of many threads: lanes side by side, each in order, none starved.
// Run under ThreadSanitizer as well.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { pairShop } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { MODES, openDatabaseProxy } = require('./lib/database_proxy');
const { openGate, openSageGate } = require('./lib/gate');
const { until } = require('./lib/until');

const SHOPS = 6;
const EACH = 5;
const CROWD = 40; // invoices of the one busy shop
const CART = {
	items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }],
	billing_address: { street: ['9 Order Rd'], city: 'Leeds', postcode: 'LS1 1AA', country_id: 'GB' },
	state: 'open',
};

let stack, sage, gate, sageGate, slow;
const shops = [];

async function sell(shop, count) {
	for (let i = 0; i < count; i++)
		await shop.sandbox('invoices', { ...CART, guest: { email: `${shop.name}-${i}@example.test`, last_name: 'Guest' } });
	await shop.sandbox('drain', {});
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	for (let i = 0; i < SHOPS; i++) {
		const { id } = await sage.control('POST', 'businesses', { name: `Lane ${i}`, region: 'GB', user: `lane${i}@shop.example` });
		const shop = await pairShop(stack, { shop: `lane${i}`, business: id });
		shops.push(Object.assign(shop, { name: `lane${i}` }));
	}
	gate = await openGate(stack.shopUrl);
	sageGate = await openSageGate(stack);
	const { id } = await sage.control('POST', 'businesses', { name: 'Lane slow', region: 'GB', user: 'slow@shop.example' });
	slow = Object.assign(await pairShop(stack, { shop: 'slow', business: id, through: gate.url }), { name: 'slow' });
	await stack.runWorker(); // reference data
});
after(async () => {
	await gate?.close();
	await sageGate?.close();
	await stack?.stop();
});

it('every shop’s invoices are posted once, each business written to by one at a time', async () => {
	for (const shop of shops) await sell(shop, EACH);
	await sage.fault({ kind: 'latency', ms: 20, count: -1, path: '/v3.1' });
	const { status, stderr } = await stack.runWorker();
	await sage.calm();
	assert.equal(status, 0, stderr);
	const left = await stack.sql("SELECT id, status, error_code FROM sync_run WHERE status <> 'succeeded'");
	assert.deepEqual(left, []);
	for (const shop of shops) {
		const references = (await sage.invoices(shop.business)).map((invoice) => invoice.reference);
		assert.equal(references.length, EACH);
		assert.equal(new Set(references).size, EACH);
	}
	const stats = await sage.stats();
	assert.equal(stats.parallel_writes, 0);
	assert.ok(stats.in_flight_max > 1, 'lanes ran side by side');
});

it('one shop’s crowd does not hold up another’s first invoice', async () => {
	const [busy, quiet] = shops;
	await sell(busy, CROWD - 1);
	await sell(quiet, 1);
	await sage.fault({ kind: 'latency', ms: 20, count: -1, path: '/v3.1' });
	const { status, stderr } = await stack.runWorker({ env: { LEDGER_WORKER_THREADS: '2' } });
	await sage.calm();
	assert.equal(status, 0, stderr);
	const [{ waited }] = await stack.sql(`
		SELECT COUNT(*) AS waited FROM sync_run
		 WHERE binding_id = '${busy.tenant}'
		   AND finished_at < (SELECT MAX(finished_at) FROM sync_run WHERE binding_id = '${quiet.tenant}')
		   AND queued_at > (SELECT MAX(queued_at) FROM sync_run WHERE binding_id = '${shops[2].tenant}')`);
	assert.ok(Number(waited) < CROWD / 2, `${waited} of the crowd went first`);
});

it('a shop that is slow to answer holds up nobody but itself', async () => {
	const quick = shops[0];
	const hold = gate.hold(({ url }) => url.includes('/byte8/invoice/'), 'before');
	await sell(slow, 1);
	await sell(quick, 3);
	const worker = stack.spawnWorker({ once: true });
	await hold.reached;
	const open = (shop) => stack.sql(`SELECT id FROM sync_run WHERE binding_id = '${shop.tenant}' AND status <> 'succeeded'`);
	await until('the quick shop’s invoices are posted', async () => (await open(quick)).length === 0);
	assert.equal((await open(slow)).length, 1);
	hold.release();
	assert.deepEqual(await worker.ended, { status: 0, signal: null }, worker.output());
	const left = await stack.sql("SELECT id, status, error_code FROM sync_run WHERE status <> 'succeeded'");
	assert.deepEqual(left, []);
});

it('what a fresh event waits for is not left behind in the backfill', async () => {
	const [shop] = shops;
	const made = [];
	for (let i = 0; i < 4; i++)
		made.push(await shop.sandbox('invoices', { ...CART, guest: { email: `bulk${i}@example.test`, last_name: 'Bulk' }, payment_method: 'stripe_payments' }));
	await shop.sandbox('drain', {});
	await stack.sql('UPDATE job SET priority = 1'); // a backfill; then the last of them is paid
	const last = made.at(-1);
	await shop.sandbox(`invoices/${last.id}/pay`, {});
	await shop.sandbox('drain', {});
	const { status, stderr } = await stack.runWorker({ env: { LEDGER_WORKER_THREADS: '1' } });
	assert.equal(status, 0, stderr);
	const order = await stack.sql(`SELECT magento_id FROM sync_run WHERE binding_id = '${shop.tenant}' AND event = 'invoice.created' ORDER BY finished_at DESC, id LIMIT 4`);
	assert.equal(Number(order.at(-1).magento_id), last.id, 'its invoice went first');
});

describe('the database', () => {
	let proxy;
	before(async () => (proxy = await openDatabaseProxy(stack)));
	after(() => proxy?.close());
	afterEach(() => proxy.watch(null));

	for (const mode of MODES)
		it(`a lane whose giving back fails three times is given back all the same: ${mode}`, async () => {
			let failures = 0;
			proxy.watch((text) => (/SET lease_owner = NULL/.test(text) && failures < 3 ? (failures++, mode) : undefined));
			await sell(shops[0], 1);
			const { status, stderr } = await stack.runWorker({ env: proxy.env });
			assert.equal(status, 0, stderr);
			assert.equal(failures, 3);
			assert.deepEqual(await stack.sql('SELECT id FROM lane WHERE lease_until > UTC_TIMESTAMP(6)'), [], 'none waits for its lease to end');
		});

	it('a job blocked behind nothing is freed, and looked for once a worker only', async () => {
		let stranded = 0, due = 0;
		proxy.watch((text) => {
			stranded += /FROM job AS b/.test(text);
			due += /FROM job FORCE INDEX \(job_due\)/.test(text);
		});
		await sell(shops[0], 1);
		await stack.sql("UPDATE job SET state = 'blocked'");
		const hold = sageGate.holdPost('/v3.1/sales_invoices', 'before');
		const worker = stack.spawnWorker({ once: true, env: { ...proxy.env, ...sageGate.env } });
		await hold.reached;
		await until('it has looked for what is due five times', () => due >= 5);
		hold.release();
		assert.deepEqual(await worker.ended, { status: 0, signal: null }, worker.output());
		assert.deepEqual(await stack.sql('SELECT 1 FROM job'), []);
		assert.equal(stranded, 1);
	});
});
