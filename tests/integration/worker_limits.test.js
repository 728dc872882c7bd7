'use strict';
// What Sage allows the whole installation, kept by all workers together: requests a day,
// requests at once, a pace for each business, and waiting when Sage asks for it. Whatever has
// to wait spends no attempt.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { pairShop } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { openSageGate } = require('./lib/gate');

const SHOPS = 4;
const BUDGET = 1200; // a day: a twelfth of it, 100, may be made at once; then one in 79 s
const CART = {
	items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }],
	billing_address: { street: ['9 Order Rd'], city: 'Leeds', postcode: 'LS1 1AA', country_id: 'GB' },
	customer_id: 1,
	state: 'open',
};

let stack, sage, gate;
const shops = [];

/** Invoices of a customer whom Sage knows: one request each. */
async function sell(shop, count) {
	for (let i = 0; i < count; i++) await shop.sandbox('invoices', CART);
	await shop.sandbox('drain', {});
}

const fill = (tokens) => stack.sql(`UPDATE rate_bucket SET tokens = ${tokens}, filled_at = UTC_TIMESTAMP(6), parked_until = '2000-01-01', refused_until = '2000-01-01' WHERE name = 'app'`);
const timeIsOver = () => stack.sql("UPDATE lane SET parked_until = '2000-01-01'; UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE state = 'waiting'");
const waiting = async () => (await stack.ctl('status', '--json')).parked_lanes;
const status = async () => (await stack.ctl('status', '--json')).sage;
const openRuns = () => stack.sql("SELECT attempts, status FROM sync_run WHERE status NOT IN ('succeeded') ORDER BY id");

/** How many requests Sage's API was sent while `work` ran. */
async function requests(work) {
	const count = async () => {
		const { requests: made } = await sage.stats();
		return Object.keys(made).filter((route) => !/_sandbox|token/.test(route)).reduce((sum, route) => sum + made[route], 0);
	};
	const before = await count();
	await work();
	return (await count()) - before;
}

async function finishAll() {
	for (let i = 0; i < 5 && (await stack.sql('SELECT 1 FROM job')).length; i++) {
		await fill(100);
		await timeIsOver();
		await stack.runWorker();
	}
	assert.deepEqual(await openRuns(), []);
}

before(async () => {
	stack = await startStack({ env: { LEDGER_SAGE_REQUESTS_A_DAY: String(BUDGET) } });
	sage = new Sage(stack.sageUrl);
	gate = await openSageGate(stack);
	for (let i = 0; i < SHOPS; i++) {
		const { id } = await sage.control('POST', 'businesses', { name: `Limit ${i}`, region: 'GB', user: `limit${i}@shop.example` });
		const shop = await pairShop(stack, { shop: `limit${i}`, business: id });
		await shop.sandbox('customers', { events: false, email: `limit${i}@example.test`, first_name: 'Li', last_name: 'Mit', address: CART.billing_address });
		shops.push(shop);
	}
	await stack.runWorker(); // reference data
	for (const shop of shops) await sell(shop, 1); // and the contact
	await finishAll();
});
after(async () => {
	await gate?.close();
	await stack?.stop();
});
afterEach(async () => {
	gate.calm();
	await sage.calm();
	await sage.settings({ max_concurrent: 150 });
});

describe('requests a day', () => {
	it('no more are made than are left; the rest waits, and the operator is told', async () => {
		await sell(shops[0], 5);
		await fill(3);
		assert.equal(await requests(() => stack.runWorker()), 3);
		assert.deepEqual(await openRuns(), [{ attempts: '0', status: 'queued' }, { attempts: '0', status: 'queued' }]);
		assert.deepEqual(await waiting(), [{ why: 'sage_budget_spent', upstream: 'sage', count: 1 }]);
		const { state, requests_a_day: budget, left_now: left, wait_seconds: seconds } = await status();
		assert.deepEqual([state, budget, left], ['budget_spent', BUDGET, 0]);
		assert.ok(seconds > 40 && seconds <= 80, `${seconds} s until the next`);
	});

	it('goes on when there are some again, and gives back what it did not use', async () => {
		await fill(50);
		await timeIsOver();
		assert.equal(await requests(() => stack.runWorker()), 2);
		assert.deepEqual(await openRuns(), []);
		const { state, left_now: left } = await status();
		assert.deepEqual([state, left], ['open', 48]);
	});

	it('workers side by side do not make more together', async () => {
		for (const shop of shops) await sell(shop, 4);
		await fill(7);
		// What one of them took and did not need comes back too late for a lane that waits by then.
		const made = await requests(() => Promise.all([stack.runWorker(), stack.runWorker(), stack.runWorker()]));
		assert.ok(made > 0 && made <= 7, `${made} requests`);
		assert.equal((await status()).left_now, 7 - made);
		assert.equal((await openRuns()).length, 4 * SHOPS - made);
		assert.deepEqual([...new Set((await openRuns()).map((run) => run.attempts))], ['0']);
		await timeIsOver();
		assert.equal(await requests(() => stack.runWorker()), 7 - made);
		await finishAll();
	});

	it('one request in the middle of a job is waited for without an attempt', async () => {
		await shops[0].sandbox('invoices', { ...CART, customer_id: undefined, guest: { email: 'new@example.test', last_name: 'New' } });
		await shops[0].sandbox('drain', {});
		await fill(1); // a contact and an invoice are to be made
		assert.equal(await requests(() => stack.runWorker()), 1);
		assert.deepEqual(await openRuns(), [{ attempts: '0', status: 'queued' }]);
		await finishAll();
	});
});

describe('requests at once', () => {
	it('of all workers and threads, never more than allowed', async () => {
		for (const shop of shops) await sell(shop, 5);
		await fill(100);
		await sage.settings({ max_concurrent: 2 }); // Sage refuses a third
		await sage.fault({ kind: 'latency', ms: 30, count: -1, path: '/v3.1' });
		const env = { LEDGER_SAGE_REQUESTS_AT_ONCE: '2', LEDGER_WORKER_THREADS: '4' };
		const ended = await Promise.all([stack.runWorker({ env }), stack.runWorker({ env })]);
		for (const { stderr } of ended) assert.doesNotMatch(stderr, /sage_rate_limited/);
		await finishAll();
		assert.deepEqual(await stack.sql("SELECT number FROM rate_slot WHERE lease_until > '2000-01-02'"), [], 'all are given back');
	});

	it('a killed worker’s slot is free again when its lease ends', async () => {
		const env = { LEDGER_SAGE_REQUESTS_AT_ONCE: '1' };
		await sell(shops[0], 1);
		await fill(100);
		const hold = gate.holdPost('/v3.1/sales_invoices', 'before');
		const worker = stack.spawnWorker({ once: true, env: { ...env, ...gate.env } });
		await hold.reached;
		worker.kill('SIGKILL');
		await worker.ended;
		hold.drop();
		await sell(shops[1], 1);
		const [slot] = await stack.sql('SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), lease_until) AS seconds FROM rate_slot WHERE lease_owner IS NOT NULL');
		assert.ok(Number(slot.seconds) > 45 && Number(slot.seconds) <= 90, slot.seconds);
		await stack.runWorker({ env });
		const [lane] = await stack.sql(`SELECT parked_why FROM lane WHERE binding_id = '${shops[1].tenant}' AND upstream = 'sage'`);
		assert.equal(lane.parked_why, 'sage_slots_taken');
		assert.deepEqual((await stack.sql(`SELECT attempts FROM sync_run WHERE binding_id = '${shops[1].tenant}' AND status = 'queued'`)), [{ attempts: '0' }]);
		await stack.sql("UPDATE rate_slot SET lease_until = '2000-01-01'; UPDATE lane SET lease_until = '2000-01-01'"); // time passes
		await timeIsOver();
		await stack.runWorker({ env });
		assert.deepEqual(await openRuns(), []);
	});
});

describe('Sage asks to wait', () => {
	const alone = { LEDGER_WORKER_THREADS: '1' };

	it('one business: its own lane waits, the others go on', async () => {
		await sage.fault({ kind: 'rate_limited', retry_after: 40, count: 1, path: '/v3.1' });
		for (const shop of shops) await sell(shop, 1);
		await fill(100);
		await stack.runWorker({ env: alone });
		assert.deepEqual(await waiting(), [{ why: 'sage_rate_limited', upstream: 'sage', count: 1 }]);
		assert.deepEqual(await openRuns(), [{ attempts: '0', status: 'queued' }]);
		assert.equal((await status()).state, 'open');
		await finishAll();
	});

	it('two at once: it means all of us, and nobody calls until then', async () => {
		await sage.fault({ kind: 'rate_limited', retry_after: 40, count: -1, path: '/v3.1' });
		for (const shop of shops) await sell(shop, 1);
		await fill(100);
		assert.equal(await requests(() => stack.runWorker({ env: alone })), 2);
		const parked = (await waiting()).map(({ why, count }) => `${why} ${count}`).sort();
		assert.deepEqual(parked, ['sage_app_waits 2', 'sage_rate_limited 2']);
		assert.deepEqual((await openRuns()).map((run) => run.attempts).join(''), '0000');
		const { state, wait_seconds: seconds } = await status();
		assert.equal(state, 'told_to_wait');
		assert.ok(seconds > 20 && seconds <= 40, seconds);
		await sage.calm();
		await finishAll();
	});
});

describe('a business’s pace', () => {
	const paced = (pace) => ({ env: { LEDGER_SAGE_BUSINESS_REQUESTS_A_MINUTE: String(pace) } });
	const business = async () => (await stack.sql(`SELECT sage_business_id AS id FROM binding WHERE id = '${shops[0].tenant}'`))[0].id;
	const pace = async (tokens) => stack.sql(`UPDATE rate_bucket SET tokens = ${tokens}, filled_at = UTC_TIMESTAMP(6) WHERE name = '${await business()}'`);
	const minutesPass = async (minutes) => {
		await stack.sql(`UPDATE rate_bucket SET filled_at = filled_at - INTERVAL ${minutes} MINUTE WHERE name = '${await business()}'`);
		await timeIsOver();
	};

	it('holds up nobody but itself', async () => {
		await sell(shops[0], 5);
		await sell(shops[1], 2);
		await fill(100);
		assert.equal(await requests(() => stack.runWorker(paced(2))), 4);
		assert.deepEqual(await waiting(), [{ why: 'sage_pace_reached', upstream: 'sage', count: 1 }]);
		const left = await stack.sql("SELECT binding_id, attempts FROM sync_run WHERE status <> 'succeeded'");
		assert.deepEqual(left, Array(3).fill({ binding_id: shops[0].tenant, attempts: '0' }));
		await finishAll();
	});

	it('of one a minute: a job of several requests waits until all that it may need are there, and makes each once', async () => {
		const refresh = () => stack.sql(`INSERT INTO job (lane_id, binding_id, kind, entity_type, magento_id)
			SELECT id, binding_id, 'refresh_reference', 'other', 0 FROM lane WHERE binding_id = '${shops[0].tenant}' AND upstream = 'sage'`);
		await refresh();
		const needed = await requests(() => stack.runWorker());
		assert.ok(needed > 4, `${needed} requests`);
		await refresh();
		await pace(60);
		await stack.runWorker(paced(1));
		assert.deepEqual(await stack.sql('SELECT 1 FROM job'), [], 'at once where the hour before was quiet');
		await refresh();
		await pace(0);
		for (const minutes of [0, 20, 20]) {
			await minutesPass(minutes);
			assert.equal(await requests(() => stack.runWorker(paced(1))), 0);
			assert.deepEqual(await waiting(), [{ why: 'sage_pace_reached', upstream: 'sage', count: 1 }]);
		}
		await minutesPass(21);
		assert.equal(await requests(() => stack.runWorker(paced(1))), needed);
		assert.deepEqual(await stack.sql('SELECT 1 FROM job'), []);
	});

	it('a job that needs more than was kept for it waits in its lane, and is not started over', async () => {
		await shops[0].sandbox('invoices', { ...CART, customer_id: undefined, guest: { email: 'slow@example.test', last_name: 'Slow' } });
		await shops[0].sandbox('drain', {});
		await fill(100);
		await pace(100);
		const hold = gate.holdPost('/v3.1/contacts', 'before');
		const made = await requests(async () => {
			const worker = stack.runWorker({ env: { ...paced(15).env, ...gate.env } }); // one in 4 s
			await hold.reached;
			await pace(0);
			hold.release();
			const { stderr } = await worker;
			assert.doesNotMatch(stderr, /job_failed/);
		});
		assert.equal(made, 2, 'a contact and an invoice');
		assert.deepEqual(await openRuns(), []);
	});
});
