'use strict';
// Exactly one document, whatever breaks: answers lost, gateways, workers killed between
// Sage's answer and the commit, two workers at once.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { pairShop } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { openSageGate } = require('./lib/gate');
const { request } = require('./lib/http');
const { until } = require('./lib/until');

const ADDRESS = { street: ['9 Order Rd'], city: 'Leeds', postcode: 'LS1 1AA', country_id: 'GB' };
const CART = { items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }], shipping: 15, billing_address: ADDRESS };

let stack, sage, shop, gate;
let buyers = 0;

/** One open invoice of a buyer of its own, delivered to Ledger. */
async function sell() {
	const guest = { email: `buyer${++buyers}@example.test`, first_name: 'Guy', last_name: `Number ${buyers}` };
	const sold = await shop.sandbox('invoices', { ...CART, guest, state: 'open' });
	await shop.sandbox('drain', {});
	return sold;
}

async function runOf(sold) {
	const found = await stack.sql(
		`SELECT * FROM sync_run WHERE binding_id = '${shop.tenant}' AND magento_id = ${sold.id} ORDER BY id DESC LIMIT 1`,
	);
	return found[0];
}

async function documentsOf(sold) {
	return (await sage.invoices()).filter((invoice) => invoice.reference === sold.increment_id);
}

/** What waits for its retry is due now. */
async function hurry() {
	await stack.sql("UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE state = 'waiting'");
	await stack.sql("UPDATE lane SET parked_until = '2000-01-01', failures = 0");
}

/** Lets workers run until the run is finished. */
async function finish(sold) {
	return until(`run of ${sold.increment_id} finished`, async () => {
		await hurry();
		await stack.runWorker();
		const run = await runOf(sold);
		return ['succeeded', 'failed', 'skipped_by_policy'].includes(run.status) && run;
	}, { timeout: 90000 });
}

async function assertOnce(sold) {
	const run = await finish(sold);
	assert.equal(run.status, 'succeeded', `${run.error_code}: ${run.error_message}`);
	const documents = await documentsOf(sold);
	assert.equal(documents.length, 1);
	assert.equal(Number(documents[0].total_amount), sold.grand_total);
	assert.equal(documents[0].id, run.sage_id);
	assert.deepEqual(await stack.sql('SELECT * FROM intent'), []);
	assert.deepEqual(await stack.sql('SELECT * FROM job'), []);
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	gate = await openSageGate(stack);
	shop = await pairShop(stack, { shop: 'once' });
	await stack.runWorker(); // reference data
});
after(async () => {
	await gate?.close();
	await stack?.stop();
});
afterEach(() => {
	gate.calm();
	return sage.calm();
});

describe('an answer that is lost after Sage has booked', () => {
	const kinds = ['cut_after', 'gateway_timeout', 'malformed_json'];
	for (const kind of kinds)
		for (const path of ['/v3.1/contacts', '/v3.1/sales_invoices'])
			it(`${kind} on ${path}`, async () => {
				await sage.fault({ kind, method: 'POST', path, count: 2 });
				const sold = await sell();
				await stack.runWorker();
				assert.equal((await runOf(sold)).status, 'queued', 'it waits for its retry');
				await assertOnce(sold);
			});
});

describe('a refusal that is not one', () => {
	for (const kind of ['cut_before', 'server_error', 'unavailable'])
		it(kind, async () => {
			await sage.fault({ kind, method: 'POST', path: '/v3.1/sales_invoices', count: 2 });
			const sold = await sell();
			await stack.runWorker();
			const run = await runOf(sold);
			assert.equal(run.status, 'queued');
			assert.equal(run.error_class, 'http');
			await assertOnce(sold);
		});

	it('429 parks the lane and spends no attempt', async () => {
		await sage.fault({ kind: 'rate_limited', retry_after: 40, method: 'POST', path: '/v3.1/sales_invoices' });
		const sold = await sell();
		await stack.runWorker();
		assert.equal((await runOf(sold)).attempts, '0');
		const [lane] = await stack.sql(
			"SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), parked_until) AS left_, parked_why FROM lane WHERE upstream = 'sage'",
		);
		assert.ok(Number(lane.left_) > 20 && Number(lane.left_) <= 40, JSON.stringify(lane));
		await assertOnce(sold);
		assert.equal((await runOf(sold)).attempts, '1');
	});

	it('an access token that expired meanwhile is refreshed once and the call made again', async () => {
		await stack.sql("UPDATE oauth_token SET access_expires_at = '2000-01-01'");
		await assertOnce(await sell()); // its token is new
		const { token_refreshes } = await sage.stats();
		await sage.fault({ kind: 'expired_token', method: 'POST', path: '/v3.1/sales_invoices' });
		await assertOnce(await sell());
		assert.equal((await sage.stats()).token_refreshes, token_refreshes + 1);
	});
});

describe('a worker that is killed', () => {
	it('between the answer and the commit', async () => {
		// The test holds the lane's row, so the worker stands still just before it settles.
		const sold = await sell();
		const hold = gate.holdPost('/v3.1/sales_invoices', 'after');
		const worker = stack.spawnWorker({ once: true, env: gate.env });
		await hold.reached;
		assert.equal((await documentsOf(sold)).length, 1, 'Sage has booked');
		const lock = stack.lockLanes();
		await lock.held;
		hold.release();
		await until('the worker waits to settle', async () =>
			(await stack.sql("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")).length,
			{ every: 200 }); // InnoDB shows old data to whoever asks more often than every 100 ms
		worker.kill('SIGKILL');
		await worker.ended;
		await lock.release();
		assert.equal((await runOf(sold)).status, 'running', 'nothing was settled');
		await stack.sql("UPDATE lane SET lease_until = '2000-01-01'"); // the lease runs out
		await assertOnce(sold);
		const { businesses } = await sage.stats();
		assert.ok(Object.values(businesses).some((business) => business.idempotent_replays > 0), 'Sage replayed its answer');
	});
});

describe('two workers at once', () => {
	it('post every invoice once, never two writes to one business at a time', async () => {
		const sold = [];
		for (let i = 0; i < 30; i++) sold.push(await sell());
		await sage.fault({ kind: 'latency', ms: 30, count: -1, path: '/v3.1' });
		const workers = [stack.spawnWorker({ once: true }), stack.spawnWorker({ once: true })];
		for (const worker of workers) assert.equal((await worker.ended).status, 0, worker.output());
		await sage.calm();
		const finished = await stack.sql("SELECT status, COUNT(*) AS runs FROM sync_run WHERE status <> 'succeeded' GROUP BY status");
		assert.deepEqual(finished, []);
		const references = (await sage.invoices()).map((invoice) => invoice.reference);
		for (const one of sold) assert.equal(references.filter((reference) => reference === one.increment_id).length, 1);
		assert.deepEqual(await stack.sql('SELECT * FROM intent'), []);
		const stats = await sage.stats();
		assert.equal(stats.parallel_writes, 0);
	});

	it('SIGTERM finishes the job in hand, gives the lane back, exits 0', async () => {
		const sold = await sell();
		const hold = gate.holdPost('/v3.1/sales_invoices', 'before');
		const worker = stack.spawnWorker({ env: gate.env });
		await hold.reached;
		worker.kill('SIGTERM');
		hold.release();
		assert.deepEqual(await worker.ended, { status: 0, signal: null });
		assert.equal((await runOf(sold)).status, 'succeeded');
		assert.deepEqual(await stack.sql('SELECT id FROM lane WHERE lease_owner IS NOT NULL'), []);
	});
});

describe('what was posted is finished without the shop', () => {
	const FAULTS = {
		'that is away': ['faults', { fault: '503', match: '/byte8/invoice/', count: -1 }],
		'that refuses us': ['faults', { fault: '401', match: '/byte8/invoice/', count: -1 }],
		'that has lost it': ['faults', { fault: '404', match: '/byte8/invoice/', count: -1 }],
	};
	for (const [name, [path, body]] of Object.entries(FAULTS))
		it(name, async () => {
			await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/sales_invoices' });
			const sold = await sell();
			await stack.runWorker();
			assert.equal((await runOf(sold)).status, 'queued');
			await shop.sandbox(path, body);
			await hurry();
			await stack.runWorker();
			await shop.sandbox('faults', { clear: true });
			assert.equal((await runOf(sold)).status, 'succeeded');
			assert.equal(Number((await runOf(sold)).magento_total), sold.grand_total);
			await assertOnce(sold);
		});
});

describe('an intent older than six days', () => {
	it('is kept when Sage refuses the look, and looked for again', async () => {
		for (const kind of ['refused', 'forbidden_page', 'malformed_json']) {
			await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/sales_invoices' });
			const sold = await sell();
			await stack.runWorker();
			await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
			await sage.fault({ kind, method: 'GET', path: '/v3.1/sales_invoices' });
			await hurry();
			await stack.runWorker();
			const run = await runOf(sold);
			assert.deepEqual([run.status, run.error_class], ['queued', 'http'], kind);
			assert.equal((await stack.sql('SELECT 1 FROM intent')).length, 1, kind);
			await assertOnce(sold);
		}
	});

	it('of a contact is not taken for whoever has its reference', async () => {
		await sage.fault({ kind: 'no_subscription', method: 'POST', path: '/v3.1/contacts' });
		const sold = await sell();
		await stack.runWorker();
		const [intent] = await stack.sql("SELECT reference FROM intent WHERE kind LIKE 'contact%'");
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const contact = { name: 'Somebody', reference: intent.reference, contact_type_ids: ['CUSTOMER'], main_contact_person: { name: 'Somebody', email: 'else@example.test' } };
		const headers = { Authorization: `Bearer ${token}`, 'X-Business': shop.business };
		assert.equal((await request(`${stack.sageUrl}/v3.1/contacts`, { headers, body: { contact } })).status, 201);
		await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
		await stack.sql("UPDATE binding SET sage_status = 'active'");
		await sage.fault({ kind: 'refused', method: 'GET', path: '/v3.1/contacts' });
		await hurry();
		await stack.runWorker();
		assert.deepEqual([(await runOf(sold)).status, (await runOf(sold)).error_class], ['queued', 'http'], 'a refused look says nothing');
		const run = await finish(sold);
		assert.deepEqual([run.status, run.error_code], ['failed', 'reference_reserved']);
		assert.deepEqual(await documentsOf(sold), []);
		assert.deepEqual(await stack.sql('SELECT * FROM intent'), []);
	});

	it('is settled by looking for its reference in Sage', async () => {
		await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/sales_invoices' });
		const sold = await sell();
		await stack.runWorker();
		await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
		const posts = (await sage.stats()).requests['POST /sales_invoices'];
		await assertOnce(sold);
		assert.equal((await sage.stats()).requests['POST /sales_invoices'], posts, 'nothing was posted again');
	});

	it('is posted anew only when Sage does not have it', async () => {
		await sage.fault({ kind: 'cut_before', method: 'POST', path: '/v3.1/sales_invoices' });
		const sold = await sell();
		await stack.runWorker();
		await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
		await assertOnce(sold);
	});
});
