'use strict';
// How the queue's statements are carried out, with many jobs in it; and rules that hold of
// every statement in sql/queries.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { startStack, ROOT } = require('./lib/stack');
const { addBinding } = require('./lib/shop');
const { openSession } = require('./lib/load');

const LANES = 300;
const JOBS = 20000;

let stack, shop, lane;

before(async () => {
	stack = await startStack({ sandboxes: false });
	shop = await addBinding(stack);
	const [row] = await stack.sql(`SELECT id FROM lane WHERE binding_id = '${shop.tenant}' AND upstream = 'sage'`);
	lane = row.id;
	await stack.sql(`
		INSERT INTO binding (id, account_id, shop_url, status)
		  SELECT UUID(), account_id, CONCAT('https://', s.seq, '.example'), 'active' FROM binding, seq_1_to_${LANES} AS s
		   WHERE id = '${shop.tenant}';
		INSERT INTO lane (binding_id, upstream) SELECT id, 'sage' FROM binding WHERE shop_url LIKE 'https://%.example' AND id <> '${shop.tenant}';
		INSERT INTO job (lane_id, binding_id, kind, entity_type, magento_id, state, due_at)
		  SELECT '${lane}', '${shop.tenant}', 'invoice.created', 'invoice', seq,
		         ELT(1 + seq MOD 10, 'waiting', 'blocked', 'ready', 'ready', 'ready', 'ready', 'ready', 'ready', 'ready', 'ready'),
		         IF(seq MOD 10 = 0, UTC_TIMESTAMP(6) + INTERVAL CAST(seq AS SIGNED) - ${JOBS / 2} SECOND, NULL)
		    FROM seq_1_to_${JOBS};
		INSERT INTO job (lane_id, binding_id, kind, entity_type, magento_id)
		  SELECT l.id, l.binding_id, 'invoice.created', 'invoice', s.seq FROM lane AS l, seq_1_to_20 AS s
		   WHERE l.upstream = 'sage' AND l.id <> ${lane};
		ANALYZE TABLE job, lane, binding`);
});
after(() => stack?.stop());

/** { name: { set, params, comments, text } } of every statement in sql/queries. */
const statements = {};
for (const file of fs.readdirSync(path.join(ROOT, 'sql/queries')).filter((name) => name.endsWith('.sql'))) {
	const parts = fs.readFileSync(path.join(ROOT, 'sql/queries', file), 'utf8').split(/^-- name: /m).slice(1);
	for (const part of parts) {
		const [, name, params] = /^(\w+)\(([^)]*)\)/.exec(part);
		const body = part.slice(part.indexOf('\n') + 1);
		statements[name] = {
			set: file,
			params: params.split(/,\s*/).filter(Boolean),
			comments: (body.match(/^--.*$/gm) ?? []).join('\n'),
			text: body.replace(/^--.*$/gm, '').trim().replace(/;$/, ''),
		};
	}
}

/** The statement with its parameters filled in, as SQL. */
function filled(name, ...values) {
	const { text, params } = statements[name];
	assert.equal(values.length, params.length, name);
	const rest = [...values];
	const literal = (value) => (value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`);
	return text.replace(/\?/g, () => literal(rest.shift()));
}

const explain = (sql) => stack.sql(`EXPLAIN ${sql}`);

/** The rows that InnoDB reads for the statement, which EXPLAIN only guesses. */
async function rowsRead(sql) {
	const rows = await stack.sql(`FLUSH STATUS; ${sql}; SHOW SESSION STATUS LIKE 'Handler_read%'`);
	return rows
		.map((row) => Object.values(row))
		.filter(([name]) => /^Handler_read_/.test(name))
		.reduce((sum, [, count]) => sum + Number(count), 0);
}

// ---- plans

test('job_next: one entry of the index job_lane, in its order', async () => {
	const sql = filled('job_next', Number(lane));
	const [plan, ...more] = await explain(sql);
	assert.deepEqual(more, []);
	assert.equal(plan.key, 'job_lane');
	assert.equal(plan.type, 'ref');
	assert.equal(plan.ref, 'const,const');
	assert.doesNotMatch(plan.Extra, /filesort|temporary/);
	const read = await rowsRead(sql);
	assert.ok(read <= 3, `${read} rows read`);
});

test('job_peek: the one behind it, by the same index', async () => {
	const [{ id }] = await stack.sql(filled('job_next', Number(lane)));
	const sql = filled('job_peek', Number(lane), Number(id), Number(id));
	const plan = await explain(sql);
	assert.equal(plan.find((row) => row.table === 'j').key, 'job_lane');
	assert.ok(plan.every((row) => !/filesort|temporary/.test(row.Extra)), JSON.stringify(plan));
	const read = await rowsRead(sql);
	assert.ok(read <= 10, `${read} rows read`);
});

test('lane_candidates: a loose scan, one entry a lane', async () => {
	const sql = filled('lane_candidates', 8);
	const plan = await explain(sql);
	const inner = plan.find((row) => row.table === 'job');
	assert.equal(inner.key, 'job_lane');
	assert.match(inner.Extra, /Using index for group-by/);
	const read = await rowsRead(sql);
	assert.ok(read < 8 * LANES, `${read} rows read for ${LANES} lanes and ${JOBS} jobs`);
});

test('job_due: in the order of the index job_due', async () => {
	const sql = filled('job_due', 50);
	const [plan, ...more] = await explain(sql);
	assert.deepEqual(more, []);
	assert.equal(plan.key, 'job_due');
	assert.doesNotMatch(plan.Extra, /filesort|temporary/);
	const read = await rowsRead(sql);
	assert.ok(read <= 55, `${read} rows read`);
});

test('job_earlier, job_blocked: the entity, not the queue', async () => {
	for (const sql of [
		filled('job_earlier', shop.tenant, 'invoice', 5000, Number(lane), 99999999),
		filled('job_blocked', shop.tenant, 'invoice', 5001, Number(lane)),
		filled('intake_entity_runs', shop.tenant, 'invoice', 5000),
		filled('run_latest', shop.tenant, 'invoice', 5000, 'invoice.created'),
	]) {
		const plan = await explain(sql);
		assert.ok(plan.every((row) => row.key && !/filesort|temporary/.test(row.Extra)), JSON.stringify(plan));
		const read = await rowsRead(sql);
		assert.ok(read <= 5, `${read} rows read: ${sql}`);
	}
});

test('intake_room reads the oldest jobs only, and counts no further than it is asked to', async () => {
	const room = (most) => filled('intake_room', most, most, most, 3600);
	const [{ jobs }] = await stack.sql('SELECT COUNT(*) AS jobs FROM job');
	assert.ok(jobs > 5000, jobs);
	const oldest = 3 * 1000 + 50; // read, kept in a temporary table, read again; their lanes
	const plenty = await rowsRead(room(1e9));
	assert.ok(plenty <= oldest, `${plenty} rows read`);
	const full = await rowsRead(room(100));
	assert.ok(full <= oldest + 210, `${full} rows read`);
});

test("a search by Magento id reads the entity's runs only", async () => {
	await stack.sql(`
		INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id, occurred_at, policy_version)
		  SELECT s.seq, b.account_id, b.id, 'invoice.created', 'invoice', s.seq, 1, 1, UTC_TIMESTAMP(6), 0
		    FROM binding AS b, seq_1_to_5000 AS s WHERE b.id = '${shop.tenant}';
		ANALYZE TABLE sync_run`);
	const [{ account, bindings }] = await stack.sql('SELECT account_id AS account, COUNT(*) AS bindings FROM binding GROUP BY account_id');
	const anything = Array.from({ length: 7 }, () => null);
	const sql = filled('history_by_magento_id', Number(account), 777, 1e15, ...anything, 51);
	assert.deepEqual(await stack.sql(sql), [{ id: '777' }]);
	const read = await rowsRead(sql);
	const kinds = 5;
	assert.ok(read <= 3 * kinds * Number(bindings) + 50, `${read} rows read for ${bindings} bindings`);
});

test('the history is thinned from its oldest end, letters by their age', async () => {
	await stack.sql(`
		INSERT INTO run_attempt (run_id, number, started_at, duration_ms, outcome, calls)
		  SELECT id, 1, UTC_TIMESTAMP(6), 1, 'succeeded', '[]' FROM sync_run;
		UPDATE sync_run SET status = 'succeeded', finished_at = UTC_TIMESTAMP(6) WHERE id MOD 2 = 0;
		INSERT INTO mail (recipient, letter, facts, state, due_at)
		  SELECT 'x@example.test', 'reset', '', ELT(1 + seq MOD 3, 'ready', 'sent', 'failed'), UTC_TIMESTAMP(6) - INTERVAL seq HOUR FROM seq_1_to_5000;
		ANALYZE TABLE run_attempt, sync_run, mail`);
	const most = 100;
	for (const [name, values, rows] of [
		['run_oldest', [0, most], 4 * most],
		['attempt_oldest', [0, most], 3 * most],
		['mail_sent_expired', [most], most + 5],
		['mail_failed_expired', [most], most + 5],
	]) {
		const sql = filled(name, ...values);
		const plan = await explain(sql);
		assert.ok(plan.every((row) => row.key && !/filesort|temporary/.test(row.Extra)), JSON.stringify(plan));
		const read = await rowsRead(sql);
		assert.ok(read <= rows, `${read} rows read: ${name}`);
	}
});

// ---- claims

const claim = (owner) => `${filled('lane_claim', owner, 30, Number(lane))}; SELECT ROW_COUNT() AS n`;

test('of two who claim a lane at once one has it', async () => {
	const free = `UPDATE lane SET lease_owner = NULL, lease_until = '2000-01-01' WHERE id = ${lane}`;
	for (let round = 0; round < 10; round++) {
		await stack.sql(free);
		const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => stack.sql(claim(`w${round}:${i}`))));
		const winners = claims.map(([row], i) => (row.n === '1' ? `w${round}:${i}` : null)).filter(Boolean);
		assert.equal(winners.length, 1);
		const [row] = await stack.sql(`SELECT lease_owner FROM lane WHERE id = ${lane}`);
		assert.equal(row.lease_owner, winners[0]);
	}
	await stack.sql(free);
});

test('one who claims while another claim is not committed waits, and does not have it', async () => {
	const first = openSession(stack);
	await first.sql(`SET SESSION tx_isolation = 'READ-COMMITTED'; BEGIN; ${filled('lane_claim', 'first', 30, Number(lane))}`);
	const second = stack.sql(`SET SESSION tx_isolation = 'READ-COMMITTED'; ${claim('second')}`);
	await first.sql('COMMIT');
	await first.close();
	assert.deepEqual(await second, [{ n: '0' }]);
});

test('who lost its lease can no longer write', async () => {
	await stack.sql(`UPDATE lane SET lease_owner = 'new', lease_until = UTC_TIMESTAMP(6) + INTERVAL 30 SECOND, parked_why = '' WHERE id = ${lane}`);
	assert.deepEqual(await stack.sql(filled('lane_hold', Number(lane), 'old')), []);
	assert.deepEqual(await stack.sql(filled('lane_hold', Number(lane), 'new')), [{ 1: '1' }]);
	for (const statement of [
		filled('lane_renew', 30, Number(lane), 'old'),
		filled('lane_release', Number(lane), 'old'),
		filled('lane_park', 30, 'x', Number(lane), 'old'),
	])
		assert.deepEqual(await stack.sql(`${statement}; SELECT ROW_COUNT() AS n`), [{ n: '0' }], statement);
	// Run out: not even the last holder.
	await stack.sql(`UPDATE lane SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = ${lane}`);
	assert.deepEqual(await stack.sql(filled('lane_hold', Number(lane), 'new')), []);
	assert.deepEqual(await stack.sql(`${filled('lane_renew', 30, Number(lane), 'new')}; SELECT ROW_COUNT() AS n`), [{ n: '0' }]);
});

// ---- rules

test('statements that a cluster or a large queue does not bear', () => {
	assert.ok(Object.keys(statements).length > 60);
	for (const [name, { text }] of Object.entries(statements)) {
		assert.doesNotMatch(text, /\bstate\s+IN\s*\(/i, name);
		assert.doesNotMatch(text, /\bINSERT\s+IGNORE\b|\bREPLACE\s+INTO\b/i, name);
		assert.doesNotMatch(text, /\bGET_LOCK\b|\bLOCK\s+TABLES\b|\bSKIP\s+LOCKED\b/i, name);
		assert.doesNotMatch(text, /\bSELECT\s+(?:\w+\.)?\*/i, `${name}: columns by name`);
		assert.doesNotMatch(text, /\bNOW\s*\(|\bCURRENT_TIMESTAMP\b|\bSYSDATE\b/i, `${name}: UTC_TIMESTAMP`);
	}
});

const OF_MERCHANTS =
	/\b(binding|oauth_token|policy|reference_item|lane|sync_run|run_attempt|job|intent|entity_xref|member|session|audit_log)\b/;

test("each statement on a merchant's data begins with its binding or account, or says why not", () => {
	for (const [name, { params, comments, text }] of Object.entries(statements)) {
		if (!OF_MERCHANTS.test(text) || /^-- scope: \S/m.test(comments)) continue;
		assert.match(params[0] ?? '', /^(binding|account)$/, `${name}(${params.join(', ')})`);
		// Procedures check the binding themselves.
		if (!/^CALL/.test(text)) assert.match(text, /\b(binding_id|account_id|id)\b/, name);
	}
});

/** Statements that change rows by another key, each with the reason why that is few rows and no scan. */
const BY_ANOTHER_KEY = {
	// One row, by a unique key.
	lane_count_failure: 'lane_of_binding',
	lane_no_failures: 'lane_of_binding',
	xref_rekey: 'entity_xref_sage: the primary key is what changes',
	post_invitation: 'invitation_once',
	people_sign_up_take: 'sign_up_token',
	people_reset_delete: 'password_reset_once',
	post_reset_clear: 'password_reset_once',
	admin_user_end_resets: 'password_reset_once',
	// The two lanes of a binding.
	lane_open_circuit: "the lane and, of a silent shop, Sage's",
	lane_unpark: 'those that wait for the same',
	pairing_wake_lanes: 'both, after a pairing',
	// All that one member has: a handful.
	admin_user_end_recovery: 'recovery codes',
	people_recovery_delete: 'recovery codes',
	recovery_clear: 'recovery codes',
	admin_user_end_sessions: 'sessions',
	people_sessions_end: 'sessions but one',
	session_close_others: 'sessions but one',
	session_sweep: 'sessions that ran out',
	// What one binding has, of a leading part of the primary key or an index.
	connect_choices_clear: 'the businesses to choose from',
	connect_forget_reference: 'the reference data of a business that was left',
	connect_state_thin: 'sign-ins of a day ago',
	job_hurry: "an entity's earlier jobs, which a fresh one waits for",
};

test('updates and deletes name their row by its primary key, or have a reason', async () => {
	const keys = {};
	const columns = `SELECT table_name AS name, column_name AS part FROM information_schema.key_column_usage
		WHERE table_schema = 'ledger' AND constraint_name = 'PRIMARY'`;
	for (const { name, part } of await stack.sql(columns)) (keys[name] ??= []).push(part);
	const others = [];
	for (const [name, { text }] of Object.entries(statements)) {
		const table = /^(?:UPDATE|DELETE FROM)\s+(\w+)/.exec(text)?.[1];
		if (!table) continue;
		const where = text.slice(text.search(/\bWHERE\b/));
		const named = keys[table].every((part) => new RegExp(`\\b${part} = (\\?|UNHEX\\(\\?\\))`).test(where));
		if (!named || /\bOR\b/.test(where)) others.push(name);
	}
	assert.deepEqual(others.sort(), Object.keys(BY_ANOTHER_KEY).sort());
});

test('each statement has as many places as names', () => {
	for (const [name, { params, text }] of Object.entries(statements)) {
		const places = text.replace(/'[^']*'/g, '').match(/\?/g) ?? [];
		assert.equal(places.length, params.length, name);
	}
});
