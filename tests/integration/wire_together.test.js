'use strict';
// Events that wait at the same moment are stored by one commit. One of them that is not new,
// or not welcome, must cost the others nothing: neither their answer nor their rows.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { startStack } = require('./lib/stack');
const { addBinding, postEvent } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { assertAccepted, assertUnauthorized, assertRefused, counts } = require('./lib/wire');
const { openSession } = require('./lib/load');
const { until } = require('./lib/until');

let stack, shops;
let lastId = 0;
const nextId = () => ++lastId;

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 1 });
	shops = await Promise.all([1, 2, 3].map((n) => addBinding(stack, { account: `Together ${n}` })));
});
after(() => stack?.stop());

/** Connections to the program that it has not taken yet: the kernel lists them by the socket's path. */
function waiting() {
	const socket = path.join(stack.vars.SOCK_DIR, 'webhook.sock');
	const connecting = (line) => line.split(/\s+/)[5] === '02';
	return fs.readFileSync('/proc/net/unix', 'utf8').split('\n').filter((line) => line.endsWith(socket) && connecting(line)).length;
}

const commits = async () => Number((await stack.sql("SHOW GLOBAL STATUS LIKE 'Com_commit'"))[0].Value);

/** Sends [shop, event, id, token] all at once to a program that first looks when all are there. */
async function together(events) {
	stack.kill('webhook', 'SIGSTOP');
	let answers;
	try {
		answers = events.map(([shop, event, id, token]) => postEvent(stack, shop, event, id, { token }));
		await until('all wait', () => waiting() >= events.length);
	} finally {
		stack.kill('webhook', 'SIGCONT');
	}
	return Promise.all(answers);
}

/** What stands in the database of one event: [run, job] as counts. */
async function rowsOf(shop, event, id) {
	const where = `binding_id = '${shop.tenant}' AND magento_id = ${id}`;
	const [row] = await stack.sql(`SELECT (SELECT COUNT(*) FROM sync_run WHERE ${where} AND event = '${event}') AS runs,
	                                      (SELECT COUNT(*) FROM job WHERE ${where} AND kind = '${event}') AS jobs`);
	return [Number(row.runs), Number(row.jobs)];
}

test('32 new events of three shops: two commits, each its own run', async () => {
	const events = Array.from({ length: 32 }, (_, i) => [shops[i % 3], 'invoice.created', nextId()]);
	await together(events.slice(0, 1)); // the shops' keys are known
	const [start, began] = [await counts(stack), await commits()];
	const runs = (await together(events.slice(1))).map((answer) => assertAccepted(answer));
	assert.equal(new Set(runs).size, 31);
	assert.ok((await commits()) - began <= 3, 'stored together');
	const end = await counts(stack);
	for (const table of ['sync_run', 'job', 'token_seen']) assert.equal(end[table] - start[table], 31, table);
	for (const [i, [shop, event, id]] of events.slice(1).entries()) {
		const [row] = await stack.sql(
			`SELECT r.id, r.binding_id, r.account_id = b.account_id AS own, j.lane_id = l.id AS lane FROM sync_run r
			   JOIN binding b ON b.id = r.binding_id JOIN job j ON j.run_id = r.id
			   JOIN lane l ON l.binding_id = b.id AND l.upstream = 'sage'
			  WHERE r.event = '${event}' AND r.magento_id = ${id}`,
		);
		assert.deepEqual(row, { id: runs[i], binding_id: shop.tenant, own: '1', lane: '1' });
	}
});

test('among new ones: a duplicate, a used token, an unknown event, a binding let go', async () => {
	const [shop, other, gone] = shops;
	const known = nextId();
	const run = assertAccepted(await postEvent(stack, shop, 'invoice.created', known));
	const used = shopToken(shop.apiKey, shop.tenant);
	assertAccepted(await postEvent(stack, shop, 'customer.upserted', nextId(), { token: used }));
	assertAccepted(await postEvent(stack, gone, 'customer.upserted', nextId()));
	await stack.sql(`UPDATE binding SET status = 'revoked' WHERE id = '${gone.tenant}'`);
	const fresh = Array.from({ length: 8 }, (_, i) => [[shop, other][i % 2], 'creditmemo.created', nextId()]);
	const before = await counts(stack);
	const answers = await together([
		...fresh.slice(0, 4),
		[shop, 'invoice.created', known],
		[shop, 'product.upserted', nextId(), used],
		[other, 'invoice.renamed', nextId()],
		[gone, 'customer.upserted', nextId()],
		...fresh.slice(4),
	]);
	const welcome = [...answers.slice(0, 4), ...answers.slice(8)];
	assert.equal(new Set(welcome.map((answer) => assertAccepted(answer))).size, 8);
	assert.equal(assertAccepted(answers[4]), run, 'the duplicate is told its run');
	assertUnauthorized(answers[5], 'a used token');
	const [skipped] = await stack.sql(`SELECT status, skip_reason FROM sync_run WHERE id = ${assertAccepted(answers[6])}`);
	assert.deepEqual(skipped, { status: 'skipped_by_policy', skip_reason: 'event_not_supported' });
	assert.deepEqual(await stack.sql('SELECT binding_id, day = UTC_DATE() AS today, outcome, runs FROM run_day'), [{ binding_id: other.tenant, today: '1', outcome: 'skipped_by_policy', runs: '1' }]);
	assertUnauthorized(answers[7], 'a binding let go');
	for (const event of fresh) assert.deepEqual(await rowsOf(...event), [1, 1]);
	const after = await counts(stack);
	assert.equal(after.token_seen - before.token_seen, 10, "eight new ones', the duplicate's and the unknown event's");
	await stack.sql(`UPDATE binding SET status = 'active' WHERE id = '${gone.tenant}'`);
});

test('the same event and the same token twice among them: one run, one use', async () => {
	const [shop, other] = shops;
	const id = nextId();
	const token = shopToken(other.apiKey, other.tenant);
	const answers = await together([
		[shop, 'invoice.created', id],
		[shop, 'customer.upserted', nextId()],
		[shop, 'invoice.created', id],
		[other, 'customer.upserted', nextId(), token],
		[other, 'customer.upserted', nextId(), token],
	]);
	assert.equal(assertAccepted(answers[0]), assertAccepted(answers[2]));
	assertAccepted(answers[1]);
	assert.deepEqual([answers[3].status, answers[4].status].sort(), [202, 401]);
	assert.deepEqual(await rowsOf(shop, 'invoice.created', id), [1, 1]);
});

test('a duplicate while its job is being settled: its run, were it told alone', async () => {
	const [shop] = shops;
	const id = nextId();
	const run = assertAccepted(await postEvent(stack, shop, 'invoice.created', id));
	const used = shopToken(shop.apiKey, shop.tenant);
	assertAccepted(await postEvent(stack, shop, 'customer.upserted', nextId(), { token: used }));
	const [job] = await stack.sql(`SELECT id FROM job WHERE run_id = ${run}`);
	const worker = openSession(stack);
	await worker.sql(`BEGIN; DELETE FROM job WHERE id = ${job.id};
		UPDATE sync_run SET status = 'succeeded', attempts = 1, finished_at = UTC_TIMESTAMP(6) WHERE id = ${run}`);
	const answers = together([
		[shop, 'customer.upserted', nextId(), used], // none of them is stored together
		[shop, 'invoice.created', id],
	]);
	await until('the duplicate waits for the job', async () =>
		(await stack.sql("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")).length,
		{ every: 200 }); // InnoDB shows old data to whoever asks more often than every 100 ms
	await worker.sql('COMMIT');
	await worker.close();
	const [replayed, duplicate] = await answers;
	assertUnauthorized(replayed);
	assert.equal(assertAccepted(duplicate), run);
	assert.deepEqual((await stack.sql(`SELECT kind FROM job WHERE magento_id = ${id}`)).map(({ kind }) => kind), ['push_state']);
});

test('an event that the database cannot take: 503 for it alone', async () => {
	const [shop, other] = shops;
	const bad = nextId();
	await stack.sql(`ALTER TABLE sync_run ADD CONSTRAINT refuse_one CHECK (magento_id <> ${bad})`);
	try {
		const answers = await together([
			[shop, 'invoice.created', nextId()],
			[other, 'invoice.created', bad],
			[shop, 'invoice.created', nextId()],
		]);
		assertAccepted(answers[0]);
		assertRefused(answers[1], 503, 'unavailable');
		assertAccepted(answers[2]);
	} finally {
		await stack.sql('ALTER TABLE sync_run DROP CONSTRAINT refuse_one');
	}
	assert.deepEqual(await rowsOf(other, 'invoice.created', bad), [0, 0]);
	assertAccepted(await postEvent(stack, other, 'invoice.created', bad), 'when the shop asks again');
});

test('settings, keys and letting go count from the next event on, and nothing else disturbs what is kept', async () => {
	const [shop, other] = shops;
	const epoch = async () => Number((await stack.sql('SELECT epoch FROM binding_epoch'))[0].epoch);
	const policies = async () => {
		const events = [shop, other, shop, other].map((from) => [from, 'invoice.created', nextId()]);
		const runs = (await together(events)).map((answer) => assertAccepted(answer));
		const rows = await stack.sql(`SELECT policy_version FROM sync_run WHERE id IN (${runs.join(', ')}) ORDER BY FIELD(id, ${runs.join(', ')})`);
		return rows.map((row) => Number(row.policy_version));
	};
	assert.deepEqual(await policies(), [0, 0, 0, 0]);
	const start = await epoch();
	await stack.sql(`UPDATE binding SET policy_version = 7 WHERE id = '${shop.tenant}'`);
	assert.equal(await epoch(), start + 1);
	assert.deepEqual(await policies(), [7, 0, 7, 0], 'one by one, for what was kept is out of date');
	const began = await commits();
	assert.deepEqual(await policies(), [7, 0, 7, 0]);
	assert.ok((await commits()) - began <= 2, 'together again');
	await stack.sql(`UPDATE binding SET sage_status = 'reconnect_needed', paused = 1, ping_due_at = '2000-01-01' WHERE id = '${shop.tenant}'`);
	assert.equal(await epoch(), start + 1, 'the state of the connections is no concern of theirs');
	await stack.sql(`UPDATE binding SET sage_status = 'active', paused = 0, policy_version = 0 WHERE id = '${shop.tenant}'`);
});

test('a queue that nobody works on: 503 until somebody does, and for no other reason', async () => {
	const [shop] = shops;
	const fresh = async () => {
		// What was found out about the queue is believed for seconds: a new process looks anew.
		const [old] = stack.children('webhook');
		stack.kill('webhook');
		await until('a new process', () => stack.children('webhook').some((pid) => pid !== old));
		return postEvent(stack, shop, 'invoice.created', nextId());
	};
	await stack.sql("UPDATE job SET created_at = UTC_TIMESTAMP(6) - INTERVAL 3 DAY ORDER BY id LIMIT 1");
	assertRefused(await fresh(), 503, 'overloaded');
	const [job] = await stack.sql('SELECT lane_id, binding_id FROM job ORDER BY id LIMIT 1');
	for (const [holds, lets] of [
		[`UPDATE lane SET served_at = UTC_TIMESTAMP(6) WHERE id = ${job.lane_id}`, `UPDATE lane SET served_at = '2000-01-01' WHERE id = ${job.lane_id}`],
		[`UPDATE lane SET parked_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE id = ${job.lane_id}`, `UPDATE lane SET parked_until = '2000-01-01' WHERE id = ${job.lane_id}`],
		[`UPDATE binding SET paused = 1 WHERE id = '${job.binding_id}'`, `UPDATE binding SET paused = 0 WHERE id = '${job.binding_id}'`],
	]) {
		await stack.sql(holds);
		assertAccepted(await fresh(), holds);
		await stack.sql(lets);
	}
	assertRefused(await fresh(), 503, 'overloaded');
	await stack.sql('UPDATE job SET created_at = UTC_TIMESTAMP(6) ORDER BY id LIMIT 1');
	assertAccepted(await fresh());
});
