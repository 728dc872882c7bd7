'use strict';
// What nobody needs any more goes, in batches; what is still needed stays.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { addBinding } = require('./lib/shop');

const MANY = 1200; // more than two batches

let stack;

before(async () => {
	stack = await startStack({ sandboxes: false });
	await addBinding(stack);
});
after(() => stack?.stop());

const count = async (table) => Number((await stack.sql(`SELECT COUNT(*) AS n FROM ${table}`))[0].n);

it('used tokens, sessions, sign-ups and tries that have expired', async () => {
	await stack.sql(`
		INSERT INTO token_seen (token_hash, expires_at)
		  SELECT UNHEX(MD5(seq)), UTC_TIMESTAMP() + INTERVAL IF(seq <= ${MANY}, -1, 300) SECOND FROM seq_1_to_${MANY + 2};
		INSERT INTO session (id_hash, member_id, account_id, csrf_token, seen_at, address, user_agent)
		  SELECT UNHEX(SHA2(seq, 256)), m.id, m.account_id, SHA2(seq, 256), UTC_TIMESTAMP(6) - INTERVAL IF(seq <= 3, 13, 1) HOUR, '::1', 'x'
		    FROM seq_1_to_5, member AS m;
		INSERT INTO sign_up (email, company, token_hash, expires_at)
		  SELECT CONCAT(seq, '@example.test'), 'x', UNHEX(SHA2(seq, 256)), UTC_TIMESTAMP(6) + INTERVAL IF(seq <= 3, -1, 60) MINUTE FROM seq_1_to_5;
		INSERT INTO sign_in_throttle (subject, failures, window_from)
		  SELECT UNHEX(SHA2(seq, 256)), 1, UTC_TIMESTAMP(6) - INTERVAL IF(seq <= 3, 25, 1) HOUR FROM seq_1_to_5`);
	await stack.runWorker();
	for (const table of ['token_seen', 'session', 'sign_up', 'sign_in_throttle']) assert.equal(await count(table), 2, table);
});

it('letters a month after they were sent or given up', async () => {
	await stack.sql(`
		INSERT INTO mail (recipient, letter, facts, state, due_at)
		  SELECT CONCAT(s.state, d.seq, '@example.test'), 'reset', '', s.state, UTC_TIMESTAMP(6) - INTERVAL IF(d.seq <= 3, 31, 29) DAY
		    FROM (SELECT 'ready' AS state UNION SELECT 'sent' UNION SELECT 'failed') AS s, seq_1_to_5 AS d`);
	await stack.runWorker();
	assert.deepEqual(await stack.sql('SELECT state, COUNT(*) AS n FROM mail GROUP BY state ORDER BY state'), [
		{ state: 'ready', n: '5' }, // none is sent without a relay, and none forgotten
		{ state: 'sent', n: '2' },
		{ state: 'failed', n: '2' },
	]);
});

describe('the history', () => {
	const MONTHS = (months, day) => `UTC_TIMESTAMP(6) - INTERVAL ${months} MONTH - INTERVAL ${day} DAY`;
	/** Runs `first` … of the binding, in that order of arrival; ended when they came, or not yet. */
	const runs = (first, many, came, { status = 'succeeded', ended = came, store = 1 } = {}) =>
		stack.sql(`
		INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id, occurred_at, policy_version, status, attempts, queued_at, finished_at)
		  SELECT ${first - 1} + s.seq, b.account_id, b.id, 'invoice.created', 'invoice', ${first - 1} + s.seq, 1, ${store}, ${came}, 0, '${status}', 1, ${came}, ${ended}
		    FROM binding AS b, seq_1_to_${many} AS s`);
	const attempts = (first, last, started) =>
		stack.sql(`
		INSERT INTO run_attempt (run_id, number, started_at, duration_ms, outcome, calls, request, answer)
		  SELECT r.id, n.seq, ${started}, 1, 'failed', '[]', '{}', '{}' FROM sync_run AS r, seq_1_to_2 AS n WHERE r.id BETWEEN ${first} AND ${last}`);
	const ids = async (sql) => (await stack.sql(sql)).map(({ id }) => Number(id));

	beforeEach(() => stack.sql('DELETE FROM run_attempt; DELETE FROM sync_run'));

	it('13 months after a run ended, but for the first that was posted', async () => {
		await runs(1, 1, MONTHS(14, 2), { store: 0 });
		await runs(2, 1, MONTHS(14, 1), { store: 7 }); // the first document with a store
		await runs(3, 600, MONTHS(14, 0), { status: 'queued', ended: 'NULL' }); // more than a batch, unfinished
		await runs(1000, MANY, MONTHS(14, 0));
		await runs(3000, 2, MONTHS(14, 0), { ended: MONTHS(12, 0) }); // waited for two months
		await runs(3100, 2, MONTHS(13, 1), { status: 'failed' });
		await runs(3200, 2, MONTHS(12, 27));
		await runs(3300, 2, 'UTC_TIMESTAMP(6)');
		await stack.sql("UPDATE lane SET parked_until = '2099-01-01'");
		await stack.runWorker();
		assert.deepEqual(await ids("SELECT id FROM sync_run WHERE status <> 'queued' ORDER BY id"), [2, 3000, 3001, 3200, 3201, 3300, 3301]);
		assert.equal(await count("sync_run WHERE status = 'queued'"), 600);
	});

	it('90 days after an attempt, with what was asked and answered', async () => {
		await runs(1, 400, MONTHS(5, 0), { ended: 'UTC_TIMESTAMP(6)' }); // came long ago, tried today
		await attempts(1, 400, 'UTC_TIMESTAMP(6)');
		await runs(1000, MANY, MONTHS(4, 0));
		await attempts(1000, 1000 + MANY, 'UTC_TIMESTAMP(6) - INTERVAL 91 DAY');
		await runs(3000, 3, MONTHS(2, 20));
		await attempts(3000, 3002, 'UTC_TIMESTAMP(6) - INTERVAL 89 DAY');
		await stack.sql("INSERT INTO run_attempt (run_id, number, started_at, duration_ms, outcome, calls) VALUES (999, 1, UTC_TIMESTAMP(6) - INTERVAL 2 YEAR, 1, 'failed', '[]')"); // of no run any more
		for (let i = 0; i < 2; i++) await stack.runWorker(); // a batch may end between a run's attempts: the next goes on
		assert.deepEqual([await count('run_attempt WHERE run_id < 999'), await count('run_attempt WHERE run_id BETWEEN 999 AND 2999'), await count('run_attempt WHERE run_id >= 3000')], [800, 0, 6]);
		assert.equal(await count('sync_run'), 400 + MANY + 3, 'the runs stay');
	});
});
