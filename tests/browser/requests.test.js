'use strict';
// What no browser of ours would send: forged forms, guessed passwords, odd requests.

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, describe, test } = require('node:test');
const { startStack } = require('../integration/lib/stack');

const anna = { email: 'anna@acme.example', password: 'correct horse battery' };

let stack, base;

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2 });
	base = stack.ledgerUrl;
	await stack.ctl('user', 'add', '--account', 'Acme', '--email', anna.email, '--password-file', stack.secretFile(anna.password));
});
after(() => stack?.stop());

/** One request as written: { status, headers (lists by lower-case name), body }. */
function send(method, path, { headers = {}, body } = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request(base + path, { method, headers }, (answer) => {
			const found = {};
			for (let i = 0; i < answer.rawHeaders.length; i += 2) (found[answer.rawHeaders[i].toLowerCase()] ??= []).push(answer.rawHeaders[i + 1]);
			let text = '';
			answer.on('data', (chunk) => (text += chunk));
			answer.on('end', () => resolve({ status: answer.statusCode, headers: found, body: text }));
		});
		request.on('error', reject);
		request.end(body);
	});
}

const form = (fields, headers = { Origin: base }) => ({
	headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
	body: new URLSearchParams(fields).toString(),
});

async function signedIn() {
	const answer = await send('POST', '/login', form(anna));
	assert.equal(answer.status, 303, answer.body);
	const cookie = answer.headers['set-cookie'][0].split(';')[0];
	const page = await send('GET', '/dashboard/sync', { headers: { Cookie: cookie } });
	return { cookie, csrf: page.body.match(/name="csrf" value="([0-9a-f]{64})"/)[1] };
}

describe('forms from elsewhere', () => {
	const origins = [
		['neither header', {}],
		['another origin', { Origin: 'https://evil.example' }],
		['a null origin', { Origin: 'null' }],
		['another site by Sec-Fetch-Site', { Origin: () => base, 'Sec-Fetch-Site': 'cross-site' }],
		['a sibling by Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-site' }],
	];
	for (const [name, headers] of origins) {
		test(`are refused: ${name}`, async () => {
			const sent = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, typeof value === 'function' ? value() : value]));
			const login = await send('POST', '/login', form(anna, sent));
			assert.equal(login.status, 403);
			assert.equal(login.headers['set-cookie'], undefined);
			const { cookie, csrf } = await signedIn();
			const logout = await send('POST', '/logout', form({ csrf }, { ...sent, Cookie: cookie }));
			assert.equal(logout.status, 403);
			assert.equal((await send('GET', '/dashboard/sync', { headers: { Cookie: cookie } })).status, 200);
		});
	}

	test('a wrong, missing or foreign token is refused', async () => {
		const [mine, other] = [await signedIn(), await signedIn()];
		for (const fields of [{}, { csrf: '' }, { csrf: '0'.repeat(64) }, { csrf: other.csrf }]) {
			const answer = await send('POST', '/logout', form(fields, { Origin: base, Cookie: mine.cookie }));
			assert.equal(answer.status, 403, JSON.stringify(fields));
		}
		const right = await send('POST', '/logout', form({ csrf: mine.csrf }, { Origin: base, Cookie: mine.cookie }));
		assert.equal(right.status, 303);
		assert.equal((await send('GET', '/dashboard/sync', { headers: { Cookie: mine.cookie } })).status, 303);
	});

	test('a GET changes nothing', async () => {
		const { cookie } = await signedIn();
		assert.equal((await send('GET', '/logout', { headers: { Cookie: cookie } })).status, 405);
		assert.equal((await send('GET', '/dashboard/sync', { headers: { Cookie: cookie } })).status, 200);
	});
});

describe('headers', () => {
	const once = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy', 'permissions-policy', 'cache-control'];

	test('every answer has each security header exactly once', async () => {
		const { cookie } = await signedIn();
		const answers = [
			['GET', '/login'], ['GET', '/dashboard/sync'], ['GET', '/dashboard/nothing'], ['PUT', '/login'],
			['GET', '/dashboard/sync?q=%zz'], ['GET', '/static/ledger.css'], ['GET', '/nowhere'],
		];
		for (const [method, path] of answers) {
			const { headers, status } = await send(method, path, { headers: { Cookie: cookie } });
			for (const name of once) assert.equal(headers[name]?.length, 1, `${method} ${path} (${status}): ${name}`);
			assert.doesNotMatch(headers['content-security-policy'][0], /unsafe-inline/);
			assert.match(headers['content-security-policy'][0], /frame-ancestors 'none'/);
			if (!path.startsWith('/static/')) assert.equal(headers['cache-control'][0], 'no-store', path);
		}
	});

	test('the cookie is Secure, HttpOnly, SameSite=Lax and bound to the host', async () => {
		const answer = await send('POST', '/login', form(anna));
		assert.match(answer.headers['set-cookie'][0], /^__Host-ledger=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
		assert.equal(answer.headers['set-cookie'].length, 1);
	});

	test('a planted session id is not taken over', async () => {
		const planted = `__Host-ledger=${'a'.repeat(64)}`;
		const answer = await send('POST', '/login', form(anna, { Origin: base, Cookie: planted }));
		assert.equal(answer.status, 303);
		assert.ok(!answer.headers['set-cookie'][0].startsWith(planted));
		assert.equal((await send('GET', '/dashboard/sync', { headers: { Cookie: planted } })).status, 303);
	});
});

describe('guessing', () => {
	const tries = async (email, password) => (await send('POST', '/login', form({ email, password }))).status;

	test('is stopped after ten tries per e-mail, known or not, even for the right password', async () => {
		await stack.sql('DELETE FROM sign_in_throttle');
		for (const email of [anna.email, 'nobody@acme.example']) {
			const seen = [];
			for (let i = 0; i < 12; i++) seen.push(await tries(email, `wrong ${i}`));
			assert.deepEqual(seen, [...Array(10).fill(403), 429, 429], email);
		}
		assert.equal(await tries(anna.email, anna.password), 429);
		await stack.sql('UPDATE sign_in_throttle SET window_from = window_from - INTERVAL 15 MINUTE');
		assert.equal(await tries(anna.email, anna.password), 303);
	});

	test('is stopped after fifty tries per address, whatever the e-mails', async () => {
		await stack.sql('DELETE FROM sign_in_throttle');
		const seen = [];
		for (let i = 0; i < 51; i++) seen.push(await tries(`guess${i}@acme.example`, 'some password'));
		assert.deepEqual(seen, [...Array(50).fill(403), 429]);
		await stack.sql('DELETE FROM sign_in_throttle');
	});

	test('costs the same time whether the e-mail exists or not', async () => {
		const times = [[], []]; // in turns, so that a machine that is busy meanwhile is so for both
		for (let i = 0; i < 7; i++)
			for (const [which, email] of [anna.email, 'nobody@acme.example'].entries()) {
				await stack.sql('DELETE FROM sign_in_throttle');
				const from = process.hrtime.bigint();
				assert.equal(await tries(email, 'wrong password'), 403);
				times[which].push(Number(process.hrtime.bigint() - from) / 1e6);
			}
		const [known, unknown] = times.map((of) => of.sort((a, b) => a - b)[3]);
		// Skipping the hash would make one of them ten times faster or more.
		assert.ok(known < 3 * unknown && unknown < 3 * known, `${known} ms and ${unknown} ms`);
	});
});

describe('trouble', () => {
	test('odd requests are answered, not failed on', async () => {
		const { cookie } = await signedIn();
		const expected = [
			['/dashboard/sync?status=nonsense', 404], ['/dashboard/sync?before=-1', 404], ['/dashboard/sync?before=99999999999999999999', 404],
			['/dashboard/sync?binding=x', 404], ['/dashboard/sync?q=%00', 404], [`/dashboard/sync?q=${'x'.repeat(65)}`, 404],
			['/dashboard/sync?status=&event=&q=', 200], ['/dashboard/sync/1%2f2', 404], ['/dashboard/', 404], ['/dashboard/sync/9223372036854775808', 404],
		];
		for (const [path, status] of expected) {
			assert.equal((await send('GET', path, { headers: { Cookie: cookie } })).status, status, path);
		}
		assert.equal((await send('POST', '/login', { headers: { Origin: base }, body: 'email=%zz' })).status, 422); // a malformed form has no fields
		assert.equal((await send('POST', '/login', form({ email: '', password: '' }))).status, 422);
		assert.equal((await send('POST', '/login', form({ email: 'x'.repeat(20000), password: 'y' }))).status, 413);
	});

	test('without its database the dashboard says so and comes back by itself', async () => {
		const { cookie } = await signedIn();
		stack.kill('mariadbd');
		const down = await send('GET', '/dashboard/sync', { headers: { Cookie: cookie } });
		assert.equal(down.status, 503);
		assert.match(down.body, /database cannot be reached/);
		await stack.restart('mariadbd');
		const up = await send('GET', '/dashboard/sync', { headers: { Cookie: cookie } });
		assert.equal(up.status, 200);
	});
});
