'use strict';
// /healthz, /readyz and /metrics: what they say when all is well and when it is not, and that
// nobody reaches them but through nginx's private listener. No program can be dumped or traced.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { startStack } = require('./lib/stack');
const { request, raw } = require('./lib/http');
const { addBinding, postEvent } = require('./lib/shop');
const { until } = require('./lib/until');

let stack, shop;

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2 });
	shop = await addBinding(stack);
	// Neither Sage nor a shop stands behind it: nobody is to be called.
	await stack.sql('DELETE FROM job; UPDATE binding SET ping_due_at = UTC_TIMESTAMP(6) + INTERVAL 1 DAY');
});
after(() => stack?.stop());

const ask = (where, options = {}) =>
	request(`http://monitor${where}`, { socketPath: path.join(stack.vars.SOCK_DIR, 'monitor.sock'), ...options });

/** The samples of /metrics: { 'ledger_jobs{state="ready"}': 1, … }; asserts the text format. */
async function metrics() {
	const answer = await ask('/metrics');
	assert.equal(answer.status, 200, answer.text);
	assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
	assert.match(answer.text, /^[^\n]*\n(?:[^\n]+\n)*$/);
	const samples = {};
	let family;
	for (const line of answer.text.trimEnd().split('\n')) {
		const head = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
		if (head) {
			family = head[2];
			if (head[1] === 'TYPE') assert.equal(head[3], 'gauge');
			continue;
		}
		const [, name, labels = '', value] = /^([a-z_]+)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? (-?\d+)$/.exec(line) ?? assert.fail(line);
		assert.equal(name, family);
		assert.ok(!(name + labels in samples), line);
		samples[name + labels] = Number(value);
	}
	return samples;
}

test('before a worker ever ran: alive, not ready', async () => {
	assert.deepEqual((await ask('/healthz')).json, { status: 'ok' });
	const answer = await ask('/readyz');
	assert.equal(answer.status, 503);
	assert.ok(Number(answer.headers['retry-after']) > 0);
	assert.deepEqual(answer.json, { ready: false, database: true, keys: true, worker_seen_seconds: null, oldest_due_seconds: 0 });
	assert.ok(!('ledger_worker_seen_seconds' in (await metrics())));
});

test('a worker was here within two minutes: ready', async () => {
	assert.equal((await stack.runWorker()).status, 0);
	const answer = await ask('/readyz');
	assert.equal(answer.status, 200, answer.text);
	assert.equal(answer.json.ready, true);
	assert.ok(answer.json.worker_seen_seconds <= 60);
	await stack.sql('UPDATE heartbeat SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 121 SECOND');
	assert.equal((await ask('/readyz')).status, 503);
	assert.ok((await metrics()).ledger_worker_seen_seconds >= 121);
	const status = await stack.ctl('status', '--json');
	assert.ok(status.worker.seconds_ago >= 121, JSON.stringify(status.worker));
	await stack.sql('UPDATE heartbeat SET seen_at = UTC_TIMESTAMP(6)');
	assert.equal((await ask('/readyz')).status, 200);
});

test('work that nobody does makes it unready; work that waits for a person does not', async () => {
	assert.equal((await postEvent(stack, shop, 'invoice.created', 1)).status, 202);
	await stack.sql('UPDATE job SET created_at = UTC_TIMESTAMP(6) - INTERVAL 901 SECOND');
	const late = await ask('/readyz');
	assert.equal(late.status, 503);
	assert.ok(late.json.oldest_due_seconds >= 901, late.text);
	for (const [waits, goes] of [
		["UPDATE lane SET parked_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR, parked_why = 'reconnect_needed'", "UPDATE lane SET parked_until = '2000-01-01'"],
		['UPDATE binding SET paused = 1', 'UPDATE binding SET paused = 0'],
		['UPDATE job SET priority = 1', 'UPDATE job SET priority = 0'],
		["UPDATE job SET state = 'blocked'", "UPDATE job SET state = 'ready'"],
		["UPDATE job SET state = 'waiting', due_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR", "UPDATE job SET state = 'ready', due_at = NULL"],
	]) {
		await stack.sql(waits);
		assert.equal((await ask('/readyz')).status, 200, waits);
		await stack.sql(goes);
		assert.equal((await ask('/readyz')).status, 503, goes);
	}
	await stack.sql("UPDATE job SET state = 'waiting', due_at = UTC_TIMESTAMP(6) - INTERVAL 901 SECOND");
	assert.equal((await ask('/readyz')).status, 503, 'a retry that nobody wakes');
	await stack.sql('DELETE FROM job');
	assert.equal((await ask('/readyz')).status, 200);
});

test('metrics count what is there', async () => {
	assert.equal((await postEvent(stack, shop, 'invoice.created', 2)).status, 202);
	assert.equal((await postEvent(stack, shop, 'order.created', 3)).status, 202);
	await stack.sql("UPDATE lane SET parked_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR, parked_why = 'reconnect_needed' WHERE upstream = 'sage'");
	const samples = await metrics();
	assert.equal(samples['ledger_jobs{state="ready"}'], 1);
	assert.equal(samples['ledger_runs_last_day{status="skipped_by_policy"}'], 1);
	assert.equal(samples['ledger_runs_last_day{status="failed"}'], 0);
	assert.equal(samples['ledger_lanes_parked{upstream="sage",why="reconnect_needed"}'], 1);
	assert.equal(samples['ledger_bindings{status="active",magento_status="active",sage_status="active"}'], 1);
	assert.equal(samples.ledger_database_up, 1);
	assert.equal(samples.ledger_keys_up, 1);
	assert.ok(samples.ledger_worker_seen_seconds >= 0);
});

test('they name no shop and no person', async () => {
	const { text } = await ask('/metrics');
	const [{ account_id: account, shop_url: url }] = await stack.sql('SELECT account_id, shop_url FROM binding');
	for (const secret of [shop.tenant, url, 'Demo Ltd', `"${account}"`]) assert.ok(!text.includes(secret), secret);
});

test('HEAD has no body, other methods are refused, other paths are not there', async () => {
	for (const where of ['/healthz', '/readyz', '/metrics']) {
		assert.equal((await ask(where, { method: 'HEAD' })).text, '');
		assert.equal((await ask(where, { method: 'POST', body: '{}' })).status, 405);
	}
	for (const where of ['/', '/login', '/v1/status', '/static/ledger.css', '/metrics/x']) assert.equal((await ask(where)).status, 404, where);
});

test('strangers do not reach them, in whatever spelling', async () => {
	const paths = ['/healthz', '/readyz', '/metrics', '/v1/../metrics', '/v1/%2e%2e/metrics', '//metrics', '/metrics/../v1/status', '/v1/metrics', '/metrics?/v1/', '/x/metrics', '/%6detrics', '/v1//metrics'];
	for (const target of paths)
		for (const extra of ['', 'LEDGER_LISTENER: monitor\r\nLedger-Listener: monitor\r\n']) {
			const answer = await raw(stack.ledgerUrl, `GET ${target} HTTP/1.1\r\nHost: x\r\n${extra}Connection: close\r\n\r\n`);
			assert.ok([400, 401, 404].includes(answer.status), `${target}: ${answer.status}`);
			assert.doesNotMatch(answer.text, /ledger_|worker_seen|"ok"/, target);
		}
});

test('without the database: alive, not ready, and the metrics say so', async () => {
	await stack.kill('mariadbd');
	await until('the database is gone', async () => (await ask('/readyz')).json?.database === false);
	assert.equal((await ask('/healthz')).status, 200);
	const answer = await ask('/readyz');
	assert.equal(answer.status, 503);
	assert.deepEqual(answer.json, { ready: false, database: false, keys: true, worker_seen_seconds: null, oldest_due_seconds: null });
	const samples = await metrics();
	assert.equal(samples.ledger_database_up, 0);
	await stack.restart('mariadbd');
	await until('ready again', async () => (await ask('/readyz')).status === 200);
});

test('without its keys: not ready', async () => {
	const keys = path.join(stack.dir, 'keys');
	fs.renameSync(keys, `${keys}.away`);
	const answer = await ask('/readyz');
	fs.renameSync(`${keys}.away`, keys);
	assert.deepEqual([answer.status, answer.json.keys, answer.json.database], [503, false, true]);
	assert.equal((await ask('/readyz')).json.keys, true);
});

test('without the program: 503', async () => {
	stack.killAll('webhook');
	await until('nobody serves', async () => (await ask('/healthz')).status === 503);
	await stack.restart('webhook');
	assert.equal((await ask('/healthz')).status, 200);
});

// The kernel shows a process that is not dumpable as root's, whoever runs it; so what is read
// is the other half of the same function.
test('no program leaves a core dump', async () => {
	const leavesNone = (pid) => /^Max core file size +0 +0 +bytes *$/m.test(fs.readFileSync(`/proc/${pid}/limits`, 'utf8'));
	for (const name of ['webhook', 'connect', 'dashboard'])
		// One that was just begun comes to it in a moment.
		await until(name, () => {
			const pids = stack.children(name);
			return pids.length > 0 && pids.every(leavesNone);
		});
	const source = (file) => fs.readFileSync(path.join(__dirname, '../..', file), 'utf8');
	for (const file of ['cgi/webhook/main.c', 'cgi/pages/site.c', 'worker/main.c', 'ctl/main.c'])
		assert.match(source(file), /^\tprocess_guard_memory\(\);$/m, file);
});
