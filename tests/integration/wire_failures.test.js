'use strict';
// Everything that can go wrong for a while: the shop is told 503 with a time to come back,
// never 4xx, for any 4xx loses its event; and what was answered 202 is there.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { startStack } = require('./lib/stack');
const { request, raw } = require('./lib/http');
const { addBinding, postEvent } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { startLoad, openSession } = require('./lib/load');
const { until } = require('./lib/until');
const { assertAccepted, assertForm, assertRefused, assertUnauthorized, counts, writesNothing } = require('./lib/wire');

const PROCESSES = 4;

let stack, shop, leaving;
let lastId = 0;
const nextId = () => ++lastId;
/** The first of 100,000 ids for one load, which nobody else uses. */
const nextThousands = () => (lastId += 100000) - 99999;

before(async () => {
	stack = await startStack({ sandboxes: false, processes: PROCESSES });
	shop = await addBinding(stack);
	leaving = await addBinding(stack);
});
after(() => stack?.stop());

const post = (options) => postEvent(stack, shop, 'invoice.created', nextId(), options);
const get = (where) =>
	request(`${stack.ledgerUrl}${where}`, { headers: { Authorization: `Bearer ${shopToken(shop.apiKey, shop.tenant)}` } });
const disconnect = () =>
	request(`${stack.ledgerUrl}/v1/tenant/disconnect`, {
		headers: { Authorization: `Bearer ${shopToken(leaving.apiKey, leaving.tenant)}` },
		body: {},
	});

/** No event is taken, by no process: "later". */
async function noEvent(why, event = 'invoice.created') {
	const answers = await Promise.all(Array.from({ length: PROCESSES }, () => postEvent(stack, shop, event, nextId())));
	for (const answer of answers) assertRefused(answer, 503, 'unavailable', why);
}

/** Every endpoint says "later". */
async function allUnavailable(why) {
	await noEvent(why);
	const reads = ['/v1/tile/health', '/v1/status?entity_type=invoice&entity_id=1'];
	for (const where of reads) assertRefused(await get(where), 503, 'unavailable', `${why}: ${where}`);
	assertRefused(await disconnect(), 503, 'unavailable', `${why}: disconnect`);
}

const endDatabase = (signal) => stack.end('mariadbd', signal);

/** Runs `work` while events are posted without pause; every answer. */
async function underLoad(work) {
	const load = startLoad(stack, shop, { firstId: nextThousands() });
	try {
		await work(load);
	} finally {
		await load.stop();
	}
	return load.answers;
}

/** Each process takes an event again, none of them having been restarted by us. */
async function allWell(why) {
	const answers = await until(`every process takes events again: ${why}`, async () => {
		const tried = await Promise.all(Array.from({ length: 2 * PROCESSES }, () => post()));
		return tried.every(({ status }) => status === 202 || status === 401) && tried;
	});
	for (const answer of answers) assertAccepted(answer, why);
}

/** New serving processes, all of them; they know nothing of before. */
async function freshProcesses(signal = 'SIGKILL') {
	const old = new Set(stack.children('webhook'));
	stack.kill('webhook', signal);
	await until('multiwatch has replaced them', () => {
		const now = stack.children('webhook');
		return now.length === PROCESSES && now.every((pid) => !old.has(pid));
	});
}

/** What was answered 202 exists, once, under the id that was told; the rest was 503. */
async function assertNothingLost(answers, { refusals = true } = {}) {
	const rows = await stack.sql(`SELECT id, magento_id FROM sync_run WHERE magento_id BETWEEN ${answers[0].id - 1000} AND ${answers[0].id + 99000}
	                                AND binding_id = '${shop.tenant}' AND event = 'invoice.created'`);
	const runs = new Map(rows.map((row) => [Number(row.magento_id), row.id]));
	const jobs = new Set((await stack.sql(`SELECT run_id FROM job WHERE binding_id = '${shop.tenant}'`)).map((job) => job.run_id));
	assert.equal(runs.size, rows.length, 'an event has one run');
	for (const { id, status, answer } of answers) {
		if (status === 202) {
			assert.equal(runs.get(id), assertAccepted(answer), `event ${id}`);
			assert.ok(jobs.has(runs.get(id)), `event ${id} has its job`);
		} else {
			assertRefused(answer, 503, 'unavailable', `event ${id}`);
			assert.ok(refusals, `event ${id}: ${status}`);
		}
	}
}

// ---- the database

test('the database is down: 503, whoever asks; then 202 without a restart', async () => {
	assertAccepted(await post());
	const processes = stack.children('webhook').sort();
	await endDatabase('SIGTERM');
	await allUnavailable('database down');
	const stranger = { tenant: '00000000-0000-4000-8000-000000000000', apiKey: 'x' };
	assertRefused(await postEvent(stack, stranger, 'invoice.created', 1), 503, 'unavailable', 'unknown tenant');
	assertRefused(await postEvent(stack, { ...shop, apiKey: 'x' }, 'invoice.created', 1), 503, 'unavailable', 'wrong signature');
	assertRefused(await postEvent(stack, shop, 'order.created', 1), 503, 'unavailable', 'an unknown event');
	// What is certain without a database stays so.
	assertUnauthorized(await post({ token: 'no token' }));
	assertRefused(await request(`${stack.ledgerUrl}/v1/nowhere`), 404, 'not_found');
	await stack.restart('mariadbd');
	await allWell('the database is back');
	assert.deepEqual(stack.children('webhook').sort(), processes, 'the same processes');
});

test('programs started while the database is down: 503, then 202', async () => {
	await endDatabase('SIGTERM');
	await freshProcesses();
	await allUnavailable('started without a database');
	await stack.restart('mariadbd');
	await allWell('the database is there');
});

test('the database takes no writes: 503, and nothing is written', async () => {
	await writesNothing(stack, async () => {
		await stack.sql('SET GLOBAL read_only = 1');
		await allUnavailable('read only');
		await stack.sql('SET GLOBAL read_only = 0');
	});
	await allWell('writable again');
});

test('something is missing in the database: 503, never 401', async () => {
	const user = "'ledger-webhook'@'localhost'";
	for (const [take, give, event] of [
		[`REVOKE EXECUTE ON PROCEDURE intake_event FROM ${user}`, `GRANT EXECUTE ON PROCEDURE intake_event TO ${user}`, 'customer.renamed'],
		[`REVOKE INSERT ON run_number FROM ${user}`, `GRANT INSERT ON run_number TO ${user}`],
		[`REVOKE SELECT (outbound_key) ON binding FROM ${user}`, `GRANT SELECT (outbound_key) ON binding TO ${user}`],
		[`REVOKE SELECT ON job FROM ${user}`, `GRANT SELECT ON job TO ${user}`],
		['RENAME TABLE token_seen TO token_gone', 'RENAME TABLE token_gone TO token_seen'],
		['RENAME TABLE binding TO binding_gone', 'RENAME TABLE binding_gone TO binding'],
		['RENAME TABLE lane TO lane_gone', 'RENAME TABLE lane_gone TO lane'],
	]) {
		await stack.sql(take);
		await freshProcesses();
		await noEvent(take, event);
		await stack.sql(give);
		await allWell(give);
	}
	await stack.sql("ALTER USER 'ledger-webhook'@'localhost' IDENTIFIED BY 'another'");
	await freshProcesses();
	await allUnavailable('a wrong password');
	await stack.sql(`ALTER USER 'ledger-webhook'@'localhost' IDENTIFIED BY '${stack.secret('ledger-webhook')}'`);
	await allWell('the right password');
});

test('mariadbd is killed under load: what was answered 202 is there', async () => {
	const answers = await underLoad(async (load) => {
		for (const goal of [60, 120]) {
			await until('events are taken', () => load.accepted() >= goal);
			await endDatabase('SIGKILL');
			await stack.restart('mariadbd');
		}
		await until('events are taken again', () => load.accepted() >= 180);
	});
	assert.ok(answers.some(({ status }) => status === 503));
	await assertNothingLost(answers);
});

// ---- the keys

test('the verifying key cannot be had: 503, never 401; then 202 without a restart', async () => {
	const file = path.join(stack.dir, 'keys', 'intake.1.key');
	const right = fs.readFileSync(file);
	const write = (bytes, mode = 0o400) => {
		fs.rmSync(file, { recursive: true, force: true });
		fs.writeFileSync(file, bytes, { mode });
	};
	const faults = {
		missing: () => fs.rmSync(file),
		'a folder': () => fs.rmSync(file) ?? fs.mkdirSync(file),
		empty: () => write(''),
		'cut short': () => write(right.subarray(0, 20)),
		'not a key': () => write(`${'zz'.repeat(32)}\n`),
		'readable by others': () => write(right) ?? fs.chmodSync(file, 0o444),
	};
	for (const [name, spoil] of Object.entries(faults)) {
		await writesNothing(stack, async () => {
			spoil();
			await freshProcesses();
			await allUnavailable(`key file: ${name}`);
			write(right);
		});
		await allWell(`after the key file was: ${name}`);
	}
	// Another installation's key is a fault of the set-up, not of the shop.
	await writesNothing(stack, async () => {
		const text = right.toString();
		write(text.replace(/^[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0')));
		assert.notEqual(fs.readFileSync(file, 'utf8'), text);
		await freshProcesses();
		await allUnavailable('the wrong key');
		write(right);
	});
	await freshProcesses();
	await allWell('the right key');
});

// ---- the programs

test('ledger-webhook is killed under load: 202 or 503, and what was answered 202 is there', async () => {
	const answers = await underLoad(async (load) => {
		for (let round = 1; round <= 6; round++) {
			await until('events are taken', () => load.accepted() >= 25 * round);
			await freshProcesses('SIGKILL');
		}
		await until('events are taken again', () => load.accepted() >= 200);
	});
	await assertNothingLost(answers);
});

test('SIGTERM under load: every request is answered 202', async () => {
	const answers = await underLoad(async (load) => {
		for (let round = 1; round <= 10; round++) {
			await until('events are taken', () => load.accepted() >= 25 * round);
			await freshProcesses('SIGTERM');
		}
		await until('events are taken again', () => load.accepted() >= 300);
	});
	await assertNothingLost(answers, { refusals: false });
});

test('ledger-webhook does not run at all: 503 and JSON, from nginx', async () => {
	await writesNothing(stack, async () => {
		process.kill(stack.pid('webhook'), 'SIGTERM');
		await until('nobody listens', async () => (await get('/v1/nowhere')).status === 503);
		await allUnavailable('nobody listens');
		const socket = path.join(stack.vars.SOCK_DIR, 'webhook.sock');
		fs.rmSync(socket, { force: true });
		await allUnavailable('no socket');
		assertRefused(await post({ token: 'x' }), 503, 'unavailable', 'a bad token');
	});
	await stack.restart('webhook');
	await allWell('it runs again');
});

test('the connect program does not run: 503 and JSON', async () => {
	for (const pid of stack.sessionOf('connect')) process.kill(pid, 'SIGKILL');
	await until('ledger-connect to be gone', () => stack.sessionOf('connect').length === 0);
	const answer = await request(`${stack.ledgerUrl}/v1/magento/connect`, { body: { magento_base_url: 'x', pairing_code: 'x' } });
	assert.equal(answer.status, 503, answer.text);
	assertForm(answer);
	assert.deepEqual(Object.keys(answer.json), ['error', 'message']);
	await stack.restart('connect');
});

// ---- too much

test('the queue is full: 503, and known again when there is room', async () => {
	const conf = fs.readFileSync(stack.conf, 'utf8');
	const depth = (await counts(stack)).job;
	assert.ok(depth > 1);
	await writesNothing(stack, async () => {
		fs.appendFileSync(stack.conf, `intake_max_depth = ${depth}\n`);
		await freshProcesses();
		const answers = await Promise.all(Array.from({ length: PROCESSES }, () => post()));
		for (const answer of answers) {
			assertRefused(answer, 503, 'overloaded');
			assert.equal(answer.headers['retry-after'], '60');
		}
		assertUnauthorized(await post({ token: 'x' }), 'a bad token');
	});
	assert.equal((await get('/v1/tile/health')).status, 200, 'reading goes on');
	await stack.sql(`DELETE FROM job WHERE magento_id > 0 ORDER BY id LIMIT ${depth >> 1}`);
	await allWell('there is room'); // within the seconds that the depth is believed for
	fs.writeFileSync(stack.conf, conf);
	await freshProcesses();
	await allWell('as before');
});

/** Sends `bytes` and nothing more; what came until the server closed. */
function dribble(bytes) {
	return raw(stack.ledgerUrl, bytes, { timeout: 20000 });
}

test('slow clients and a hanging database: 503 or a closed connection, within 15 seconds', async () => {
	const head = `POST /webhooks/magento/${shop.tenant}/invoice.created HTTP/1.1\r\nHost: l\r\nConnection: close\r\n`;
	const token = `Authorization: Bearer ${shopToken(shop.apiKey, shop.tenant)}\r\n`;
	const before = await counts(stack);
	const logged = stack.log('access').length;
	const slow = Promise.all([dribble(head), dribble(`${head}${token}Content-Length: 100\r\n\r\n{"magento`)]);
	// A stopped mariadbd takes connections and answers nothing.
	stack.kill('mariadbd', 'SIGSTOP');
	try {
		// 512 at once is what nginx takes on; the rest is refused at once.
		const many = await Promise.all(Array.from({ length: 540 }, () => post()));
		for (const answer of many) assertRefused(answer, 503, 'unavailable', 'a hanging database');
		// As nginx saw it: this client may be slow itself.
		const took = () => stack.log('access').slice(logged).split('\n').filter((line) => line.includes('invoice.created')).map((line) => JSON.parse(line).seconds);
		const seconds = await until('each is logged', () => took().length >= many.length && took());
		assert.ok(Math.max(...seconds) < 15, `${Math.max(...seconds)} s: the shop would have given up`);
		for (const answer of await slow) {
			assert.ok(answer.closed, 'nginx closes');
			assert.ok(answer.status === 0 || answer.status === 503, answer.statusLine);
		}
	} finally {
		stack.kill('mariadbd', 'SIGCONT');
	}
	await allWell('the database goes on');
	await freshProcesses('SIGTERM'); // what they still had in hand is stored by then
	const done = await counts(stack);
	assert.equal(done.sync_run - before.sync_run, done.token_seen - before.token_seen, 'whole transactions only');
});

test('a header too large, a body too large: certain, so 4xx; and in JSON', () =>
	writesNothing(stack, async () => {
		assertRefused(await post({ headers: { 'X-Long': 'x'.repeat(9000) } }), 400, 'bad_request');
		assertRefused(await postEvent(stack, shop, 'invoice.created', 'x'.repeat(262145)), 413, 'too_large');
		assertRefused(await request(`${stack.ledgerUrl}/v1/${'x'.repeat(9000)}`), 400, 'bad_request');
	}));

// ---- between insert and commit

/** Runs `work` while event `id` finds its place in the queue taken, not yet committed: its
 * intake waits inside its transaction until work(release) calls release(). */
async function whileHeld(id, work) {
	const session = openSession(stack);
	try {
		await session.sql(`BEGIN; INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
		  SELECT id, binding_id, NULL, 'invoice.created', 'invoice', ${id} FROM lane
		   WHERE binding_id = '${shop.tenant}' AND upstream = 'sage'`);
		await work(() => session.sql('ROLLBACK'));
	} finally {
		await session.close();
	}
}

/** The database's connection of the intake that waits, once it does. */
const waiting = () =>
	until(
		'the intake waits',
		async () => {
			const [row] = await stack.sql(`SELECT trx_mysql_thread_id AS id FROM information_schema.INNODB_TRX
			                                WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE 'INSERT INTO job%'`);
			return row?.id;
		},
		{ every: 150 }, // the table is a copy, made anew when nobody has looked for 0.1 s
	);

const goneFrom = (connection) =>
	until('the transaction is gone', async () => {
		const rows = await stack.sql(`SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${connection}`);
		return rows.length === 0;
	});

test('killed between insert and commit, and nothing committed: the same token passes', async () => {
	const id = nextId();
	const token = shopToken(shop.apiKey, shop.tenant);
	await writesNothing(stack, () =>
		whileHeld(id, async () => {
			const answer = postEvent(stack, shop, 'invoice.created', id, { token });
			const connection = await waiting();
			await freshProcesses();
			assertRefused(await answer, 503, 'unavailable');
			await stack.sql(`KILL ${connection}`).catch((error) => assert.match(error.message, /1094/, 'it has gone by itself'));
			await goneFrom(connection);
		}),
	);
	assertAccepted(await postEvent(stack, shop, 'invoice.created', id, { token }), 'the same token');
	await writesNothing(stack, async () => {
		assertUnauthorized(await postEvent(stack, shop, 'invoice.created', id, { token }), 'once more');
	});
});

test('killed between insert and commit, and committed after all: a fresh token is given that run', async () => {
	const id = nextId();
	await whileHeld(id, async (release) => {
		const answer = postEvent(stack, shop, 'invoice.created', id);
		const connection = await waiting();
		await freshProcesses();
		assertRefused(await answer, 503, 'unavailable');
		await release(); // the database, which has not heard of the kill, goes on
		await goneFrom(connection);
	});
	const run = assertAccepted(await postEvent(stack, shop, 'invoice.created', id), 'a fresh token');
	const rows = await stack.sql(`SELECT id FROM sync_run WHERE magento_id = ${id} AND event = 'invoice.created'`);
	assert.deepEqual(rows, [{ id: run }], 'one run');
});

test('the connection is lost between insert and commit: 503, and the retry passes', async () => {
	const id = nextId();
	const token = shopToken(shop.apiKey, shop.tenant);
	await writesNothing(stack, () =>
		whileHeld(id, async () => {
			const answer = postEvent(stack, shop, 'invoice.created', id, { token });
			await stack.sql(`KILL ${await waiting()}`);
			assertRefused(await answer, 503, 'unavailable');
		}),
	);
	assertAccepted(await postEvent(stack, shop, 'invoice.created', id, { token }), 'the same token');
});

test('a client that leaves while its event is taken: the event is there or not, whole', async () => {
	const before = await counts(stack);
	const { hostname, port } = new URL(stack.ledgerUrl);
	const ids = Array.from({ length: 20 }, nextId);
	await Promise.all(
		ids.map((id) => new Promise((resolve) => {
			const body = JSON.stringify({ magento_entity_id: id, website_id: 1, store_id: 1, occurred_at: '2026-11-20T20:30:37Z', payload: { increment_id: String(id) } });
			const socket = net.connect(Number(port), hostname, () => {
				const head = `POST /webhooks/magento/${shop.tenant}/invoice.created HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${shopToken(shop.apiKey, shop.tenant)}\r\n`;
				socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy());
			});
			socket.on('close', resolve);
			socket.on('error', resolve);
		})),
	);
	for (const id of ids) assertAccepted(await postEvent(stack, shop, 'invoice.created', id), 'its retry');
	const after = await counts(stack);
	assert.equal(after.sync_run - before.sync_run, ids.length, 'one run each');
	assert.equal(after.job - before.job, ids.length);
});
