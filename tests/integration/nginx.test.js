'use strict';
// What nginx itself answers. A shop gives an event up for ever on any 4xx, so only requests
// that can never succeed get one; everything else is a 503 that says when to come back.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { request, raw } = require('./lib/http');
const { startStack } = require('./lib/stack');
const { until } = require('./lib/until');

const EVENT = '/webhooks/magento/0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10/invoice.created';
const LIMIT = 256 * 1024;

let stack;
before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2 });
});
after(() => stack?.stop());

function head(line, ...fields) {
	return [line, ...fields, 'Connection: close', '', ''].join('\r\n');
}

function assertMachine(answer, status, code) {
	assert.equal(answer.status, status);
	assert.match(answer.headers['content-type'], /^application\/json/);
	assert.equal(answer.json?.error, code);
	assert.equal(typeof answer.json.message, 'string');
	assert.equal(answer.headers['retry-after'], status === 503 ? '10' : undefined);
}

const PERMANENT = [
	['no HTTP at all', 'GARBAGE\r\n\r\n', 400, 'bad_request'],
	['no Host', head(`POST ${EVENT} HTTP/1.1`), 400, 'bad_request'],
	['a bad escape in the path', head('GET /v1/%zz HTTP/1.1', 'Host: x'), 400, 'bad_request'],
	['a negative length', head(`POST ${EVENT} HTTP/1.1`, 'Host: x', 'Content-Length: -1'), 400, 'bad_request'],
	['a request line of 9 KB', head(`GET /v1/status?a=${'a'.repeat(9000)} HTTP/1.1`, 'Host: x'), 400, 'bad_request'],
	['a header of 9 KB', head(`GET /v1/status HTTP/1.1`, 'Host: x', `X-A: ${'a'.repeat(9000)}`), 400, 'bad_request'],
	['two tokens', head(`GET /v1/status HTTP/1.1`, 'Host: x', 'Authorization: a', 'Authorization: b'), 400, 'bad_request'],
	['a path no module calls', head('GET /webhooks/other HTTP/1.1', 'Host: x'), 404, 'not_found'],
	['TRACE', head('TRACE /v1/status HTTP/1.1', 'Host: x'), 405, 'method_not_allowed'],
];
for (const [name, bytes, status, code] of PERMANENT)
	test(`permanent: ${name} is ${status} in JSON`, async () => {
		assertMachine(await raw(stack.ledgerUrl, bytes), status, code);
	});

const TEMPORARY = [
	['an unknown transfer encoding', head(`POST ${EVENT} HTTP/1.1`, 'Host: x', 'Transfer-Encoding: gzip')],
	['an HTTP version of another age', head(`GET /v1/status HTTP/9.9`, 'Host: x')],
];
for (const [name, bytes] of TEMPORARY)
	test(`not the event's fault: ${name} is 503`, async () => {
		assertMachine(await raw(stack.ledgerUrl, bytes), 503, 'unavailable');
	});

test('one byte over 256 KiB is 413, announced or chunked; 256 KiB reaches the program', async () => {
	const url = stack.ledgerUrl + EVENT;
	const over = Buffer.alloc(LIMIT + 1, 'a');
	assertMachine(await request(url, { body: over }), 413, 'too_large');
	const chunked = `POST ${EVENT} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
	const bytes = `${chunked}${over.length.toString(16)}\r\n${over}\r\n0\r\n\r\n`;
	assertMachine(await raw(stack.ledgerUrl, bytes), 413, 'too_large');
	assert.equal((await request(url, { body: over.subarray(1) })).status, 401); // no token
});

test('no interim answer goes before the real one', async () => {
	const answer = await raw(
		stack.ledgerUrl,
		head(`POST ${EVENT} HTTP/1.1`, 'Host: x', 'Content-Length: 2') + '{}',
	);
	assert.equal(answer.status, 401);
	assert.equal(answer.all.match(/HTTP\/1\.1/g).length, 1);
});

test('a body that never comes ends without any answer, which a shop repeats', async () => {
	const bytes = `POST ${EVENT} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`;
	const answer = await raw(stack.ledgerUrl, bytes, { timeout: 20000 });
	assert.deepEqual({ closed: answer.closed, all: answer.all }, { closed: true, all: '' });
});

test('pairing says that ledger-connect is not running, as JSON and as pages', async () => {
	for (const pid of stack.sessionOf('connect')) process.kill(pid, 'SIGKILL');
	await until('ledger-connect to be gone', () => stack.sessionOf('connect').length === 0);
	assertMachine(await request(`${stack.ledgerUrl}/v1/magento/connect`, { body: {} }), 503, 'connect_unavailable');
	for (const path of ['/dashboard/connect-magento', '/dashboard/connect-sage', '/oauth/sage/callback?code=marker-7d1f']) {
		const page = await request(stack.ledgerUrl + path);
		assert.equal(page.status, 503, path);
		assert.match(page.headers['content-type'], /^text\/html/);
		assert.match(page.text, /ledger-connect is not running/);
		assert.equal(page.headers['retry-after'], '10');
	}
	for (const name of ['access', 'nginx', 'dashboard', 'webhook']) assert.doesNotMatch(stack.log(name), /marker-7d1f/, name);
	await stack.restart('connect');
	assert.equal((await request(`${stack.ledgerUrl}/v1/magento/connect`, { body: {} })).status, 403);
});

test('a mailed link is in no log of nginx, though the dashboard is down', async () => {
	stack.killAll('dashboard');
	await until('the dashboard is gone', () => stack.sessionOf('dashboard').length === 0);
	for (const path of ['/login/reset', '/login/invitation', '/signup/finish']) {
		const page = await request(`${stack.ledgerUrl}${path}?token=marker-5a2c`);
		assert.equal(page.status, 503, path);
		assert.match(page.headers['content-type'], /^text\/html/);
	}
	await stack.restart('dashboard');
	assert.equal((await request(`${stack.ledgerUrl}/login/reset?token=marker-5a2c`)).status, 404);
	for (const name of ['access', 'nginx']) assert.doesNotMatch(stack.log(name), /marker-5a2c/, name);
	assert.match(stack.log('access'), /"path":"\/signup\/finish"/);
});

test('every answer has the security headers, once, errors too', async () => {
	for (const path of ['/login', '/nowhere', '/v1/status', '/webhooks/x', '/static/', '/dashboard/connect-sage']) {
		const { all } = await raw(stack.ledgerUrl, head(`GET ${path} HTTP/1.1`, 'Host: x'));
		const header = all.slice(0, all.indexOf('\r\n\r\n'));
		for (const name of [
			'Content-Security-Policy',
			'Strict-Transport-Security',
			'X-Content-Type-Options',
			'Referrer-Policy',
			'Cross-Origin-Opener-Policy',
			'Permissions-Policy',
			'Cache-Control',
		])
			assert.equal(header.match(new RegExp(`^${name}:`, 'gim'))?.length, 1, `${path} ${name}`);
		assert.doesNotMatch(header, /unsafe-inline/);
		assert.match(header, /frame-ancestors 'none'/);
		assert.match(header, /^Server: nginx\r?$/m);
	}
});

test('a path of nobody is a page for people', async () => {
	for (const path of ['/nowhere', '/static', '/static/', '/static/nothing']) {
		const page = await request(stack.ledgerUrl + path);
		assert.equal(page.status, 404, path);
		assert.match(page.headers['content-type'], /^text\/html/);
	}
});

// 512 requests are let in at once, and the socket's backlog has room for more than that: the rest is
// turned away at once, and who is let in is answered before a shop hangs up (15 s).
test('every process hangs and 700 shops come at once: 503 for each, in time', async () => {
	const pids = stack.children('webhook');
	for (const pid of pids) process.kill(pid, 'SIGSTOP');
	const before = stack.log('access').length;
	try {
		const answers = await Promise.all(Array.from({ length: 700 }, () => request(stack.ledgerUrl + EVENT, { body: {}, timeout: 60000 })));
		for (const answer of answers) assertMachine(answer, 503, 'unavailable');
		const logged = () => stack.log('access').slice(before).split('\n').filter((line) => line.includes(EVENT));
		const lines = (await until('each is logged', () => logged().length === 700 && logged())).map((line) => JSON.parse(line));
		assert.ok(lines.every((line) => line.seconds < 15), 'as nginx saw it: this client may be slow itself');
		assert.ok(lines.filter((line) => line.seconds < 1).length >= 700 - 512, 'turned away at once');
	} finally {
		for (const pid of pids) process.kill(pid, 'SIGCONT');
	}
	await until('service is back', async () => (await request(stack.ledgerUrl + EVENT, { body: {} })).status === 401);
});

test('while every serving process is dead the answer is 503, never 4xx, and service returns', async () => {
	stack.killAll('webhook');
	const down = await until('nobody serves', async () => {
		const answer = await request(stack.ledgerUrl + EVENT, { body: {} });
		return answer.status === 503 && answer;
	});
	assertMachine(down, 503, 'unavailable');
	await stack.restart('webhook');
	assert.equal((await request(stack.ledgerUrl + EVENT, { body: {} })).status, 401);
});
