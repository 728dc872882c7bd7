'use strict';
// The same event again. The shop's module repeats what it got no answer to, its command
// line sends everything anew, and an edit made twice is two events with one key.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { startStack } = require('./lib/stack');
const { addBinding, postEvent, eventBody } = require('./lib/shop');
const { assertAccepted, counts } = require('./lib/wire');

const CREATE_ONCE = { 'invoice.created': 'invoice', 'invoice.paid': 'invoice', 'creditmemo.created': 'creditmemo' };
const UPSERT = { 'customer.upserted': 'customer', 'product.upserted': 'product' };

let stack, shop;
let lastId = 0;
const nextId = () => ++lastId;

before(async () => {
	stack = await startStack({ sandboxes: false });
	shop = await addBinding(stack);
});
after(() => stack?.stop());

const send = async (event, id, change) =>
	assertAccepted(await postEvent(stack, shop, event, change ? eventBody(event, id, change) : id), `${event} ${id}`);

const runsOf = (event, id) =>
	stack.sql(`SELECT id, status FROM sync_run WHERE binding_id = '${shop.tenant}' AND event = '${event}' AND magento_id = ${id} ORDER BY id`);
const jobsOf = (id) =>
	stack.sql(`SELECT j.kind, j.run_id, j.single, l.upstream FROM job j JOIN lane l ON l.id = j.lane_id
	            WHERE j.binding_id = '${shop.tenant}' AND j.magento_id = ${id} ORDER BY j.id`);

/** The worker takes the event's job up: the same two statements as its own. */
const begin = (run) =>
	stack.sql(`UPDATE job SET attempts = attempts + 1,
	                  single = IF(kind IN ('invoice.created', 'invoice.paid', 'creditmemo.created'), single, NULL)
	            WHERE run_id = ${run};
	           UPDATE sync_run SET status = 'running' WHERE id = ${run}`);

/** The worker settles it; the job by its key, so that no other row is locked. */
const finish = (run, status) =>
	stack.sql(`SET @job = (SELECT id FROM job WHERE run_id = ${run} AND kind <> 'push_state');
	           BEGIN;
	           DELETE FROM job WHERE id = @job;
	           UPDATE sync_run SET status = '${status}', attempts = 1, finished_at = UTC_TIMESTAMP(6) WHERE id = ${run};
	           COMMIT`);

for (const event of Object.keys(CREATE_ONCE)) {
	test(`${event} again: queued, waiting, blocked, being worked on: its run`, async () => {
		const id = nextId();
		const run = await send(event, id);
		assert.equal(await send(event, id), run, 'queued');
		for (const state of ['waiting', 'blocked']) {
			await stack.sql(`UPDATE job SET state = '${state}', due_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE run_id = ${run}`);
			assert.equal(await send(event, id), run, state);
		}
		await begin(run);
		assert.equal(await send(event, id), run, 'running');
		assert.deepEqual(await runsOf(event, id), [{ id: run, status: 'running' }]);
		assert.deepEqual(await jobsOf(id), [{ kind: event, run_id: run, single: '1', upstream: 'sage' }]);
	});

	test(`${event} again after it succeeded: its run, and the shop is told again, once`, async () => {
		const id = nextId();
		const run = await send(event, id);
		await finish(run, 'succeeded');
		assert.deepEqual(await jobsOf(id), []);
		for (let i = 0; i < 3; i++) assert.equal(await send(event, id), run);
		assert.deepEqual(await runsOf(event, id), [{ id: run, status: 'succeeded' }]);
		assert.deepEqual(await jobsOf(id), [{ kind: 'push_state', run_id: run, single: '1', upstream: 'magento' }]);
		// While that is being told, the state may have been read already: tell it once more.
		await stack.sql(`UPDATE job SET single = NULL WHERE run_id = ${run} AND kind = 'push_state'`);
		assert.equal(await send(event, id), run);
		assert.equal((await jobsOf(id)).length, 2);
	});

	for (const status of ['failed', 'skipped_by_policy'])
		test(`${event} again after it was ${status}: a new run`, async () => {
			const id = nextId();
			const run = await send(event, id);
			await finish(run, status);
			const second = await send(event, id);
			assert.notEqual(second, run);
			assert.equal(await send(event, id), second, 'and that one is joined');
			assert.deepEqual(await runsOf(event, id), [{ id: run, status }, { id: second, status: 'queued' }]);
			assert.deepEqual(await jobsOf(id), [{ kind: event, run_id: second, single: '1', upstream: 'sage' }]);
		});

	test(`${event} again after it failed, then succeeded: the run that succeeded`, async () => {
		const id = nextId();
		await finish(await send(event, id), 'failed');
		const second = await send(event, id);
		await finish(second, 'succeeded');
		assert.equal(await send(event, id), second);
		assert.equal((await runsOf(event, id)).length, 2);
	});
}

for (const event of Object.keys(UPSERT)) {
	test(`${event} again while queued: its run`, async () => {
		const id = nextId();
		const run = await send(event, id);
		assert.equal(await send(event, id), run);
		assert.deepEqual(await runsOf(event, id), [{ id: run, status: 'queued' }]);
		assert.equal((await jobsOf(id)).length, 1);
	});

	test(`${event} again while it is being worked on: one new run, which is then joined`, async () => {
		const id = nextId();
		const run = await send(event, id);
		await begin(run);
		const second = await send(event, id);
		assert.notEqual(second, run);
		assert.equal(await send(event, id), second);
		assert.deepEqual(await runsOf(event, id), [{ id: run, status: 'running' }, { id: second, status: 'queued' }]);
		assert.deepEqual(
			(await jobsOf(id)).map((job) => [job.run_id, job.single]),
			[[run, null], [second, '1']],
		);
		// The first goes back to waiting (Sage was away): still not joined, nor the second lost.
		await stack.sql(`UPDATE job SET state = 'waiting', due_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE run_id = ${run}`);
		assert.equal(await send(event, id), second);
	});

	for (const status of ['succeeded', 'failed', 'skipped_by_policy'])
		test(`${event} again after it was ${status}: a new run`, async () => {
			const id = nextId();
			const run = await send(event, id);
			await finish(run, status);
			assert.notEqual(await send(event, id), run);
			assert.equal((await runsOf(event, id)).length, 2);
		});
}

test('an unknown event again: a row each, and no work', async () => {
	const id = nextId();
	const ids = [await send('order.created', id), await send('order.created', id)];
	assert.equal(new Set(ids).size, 2);
	assert.deepEqual(await jobsOf(id), []);
});

test('another occurred_at, number or store is no conflict', async () => {
	const id = nextId();
	const run = await send('invoice.created', id, { occurred_at: '2026-11-20T20:30:37Z' });
	for (const change of [
		{ occurred_at: '2026-11-21T00:00:00Z' },
		{ occurred_at: '2020-01-01T00:00:00Z' },
		{ website_id: 9, store_id: 9 },
		{ payload: { increment_id: 'other', paid: true } },
	])
		assert.equal(await send('invoice.created', id, change), run);
	const [row] = await stack.sql(`SELECT occurred_at, website_id FROM sync_run WHERE id = ${run}`);
	assert.deepEqual(row, { occurred_at: '2026-11-20 20:30:37.000000', website_id: '1' });
});

test('what differs is a run of its own', async () => {
	const id = nextId();
	const second = await addBinding(stack);
	const ids = [
		await send('invoice.created', id),
		await send('invoice.paid', id),
		await send('creditmemo.created', id),
		await send('customer.upserted', id),
		await send('product.upserted', id),
		await send('invoice.created', nextId()),
		assertAccepted(await postEvent(stack, second, 'invoice.created', id)),
	];
	assert.equal(new Set(ids).size, ids.length);
});

test('16 duplicates at once, of each event: one run, and all are given it', async () => {
	for (let round = 0; round < 3; round++) {
		const events = [...Object.keys(CREATE_ONCE), ...Object.keys(UPSERT)];
		const id = nextId();
		const answers = await Promise.all(
			events.flatMap((event) => Array.from({ length: 16 }, () => postEvent(stack, shop, event, id).then((answer) => [event, answer]))),
		);
		for (const event of events) {
			const ids = answers.filter(([of]) => of === event).map(([, answer]) => assertAccepted(answer, event));
			assert.equal(new Set(ids).size, 1, `${event}: ${ids}`);
			assert.deepEqual(await runsOf(event, id), [{ id: ids[0], status: 'queued' }]);
		}
		assert.equal((await jobsOf(id)).length, events.length);
	}
});

test('16 duplicates at once of what succeeded: its run, and one telling', async () => {
	const id = nextId();
	const run = await send('invoice.created', id);
	await finish(run, 'succeeded');
	const answers = await Promise.all(Array.from({ length: 16 }, () => postEvent(stack, shop, 'invoice.created', id)));
	for (const answer of answers) assert.equal(assertAccepted(answer), run);
	assert.deepEqual((await jobsOf(id)).map((job) => job.kind), ['push_state']);
});

test('16 different events of one shop at once: all taken', async () => {
	const start = await counts(stack);
	const ids = await Promise.all(
		Array.from({ length: 16 }, async () => assertAccepted(await postEvent(stack, shop, 'invoice.created', nextId()))),
	);
	assert.equal(new Set(ids).size, 16);
	const end = await counts(stack);
	assert.deepEqual(
		{ sync_run: end.sync_run - start.sync_run, job: end.job - start.job, token_seen: end.token_seen - start.token_seen },
		{ sync_run: 16, job: 16, token_seen: 16 },
	);
});

test('a duplicate while its job is being settled: one of both, never neither', async () => {
	for (let i = 0; i < 10; i++) {
		const id = nextId();
		const run = await send('invoice.created', id);
		const status = i % 2 ? 'failed' : 'succeeded';
		const [, answer] = await Promise.all([finish(run, status), postEvent(stack, shop, 'invoice.created', id)]);
		const given = assertAccepted(answer);
		const [row] = await stack.sql(`SELECT id FROM sync_run WHERE id = ${given}`);
		assert.ok(row, `run ${given} exists`);
		const jobs = await jobsOf(id);
		if (given === run) assert.ok(jobs.every((job) => job.kind === 'push_state'), JSON.stringify(jobs));
		else assert.deepEqual(jobs.map((job) => [job.kind, job.run_id]), [['invoice.created', given]]);
	}
});
