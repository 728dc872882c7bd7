'use strict';
// Generated from the programs' own route tables: who may do what. Every route without a
// session, without the session's token, from another site, with every role, with another
// account's ids; the headers of every answer.

const assert = require('node:assert/strict');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack, ROOT } = require('./lib/stack');
const { addBinding } = require('./lib/shop');
const { Visitor } = require('./lib/visitor');
const { raw, request } = require('./lib/http');

const BIN = path.resolve(ROOT, process.env.TEST_BIN ?? 'build/asan/bin');
const PROGRAMS = ['ledger-dashboard', 'ledger-connect'];
const ROUTES = PROGRAMS.flatMap((program) => JSON.parse(execFileSync(path.join(BIN, program), ['--routes'], { encoding: 'utf8' })));
const ROLES = ['viewer', 'operator', 'owner'];
const GOOD = 'correct horse battery staple', ACCOUNT = 'Demo Ltd', FOREIGN = 'Other Ltd';
// Routes that a session is not asked for: each is here because somebody thought about it.
const OPEN = ['/', '/embed/{binding}', '/login', '/login/code', '/login/forgot', '/login/reset', '/login/invitation', '/signup', '/signup/finish', '/oauth/sage/callback'];

// What a form needs for its refusal to be about the id or the role, not about the form.
const FIELDS = { '/dashboard/members/{member}/role': { role: 'viewer' } };

let stack, foreign, own;

const one = async (sql) => Object.values((await stack.sql(sql))[0])[0];

/** The path with its {names} filled from `ids`. */
const fill = (route, ids) => route.path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? assert.fail(`no id for {${name}} of ${route.path}: add one to idsOf`));

/** Something of each kind that belongs to the account. */
async function idsOf(account, owner) {
	const { tenant } = await addBinding(stack, { account });
	const accountId = await one(`SELECT id FROM account WHERE name = '${account}'`);
	const run = account === ACCOUNT ? 1001 : 2001;
	await stack.sql(`INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id, occurred_at, policy_version, status)
		VALUES (${run}, ${accountId}, '${tenant}', 'invoice.created', 'invoice', ${run}, 1, 1, UTC_TIMESTAMP(), 0, 'succeeded')`);
	await stack.sql(`INSERT INTO member (account_id, email, password_hash, role) VALUES (${accountId}, 'spare${accountId}@example.test', 'x', 'viewer')`);
	await stack.sql(`INSERT INTO invitation (token_hash, account_id, email, role, invited_by, expires_at) VALUES (UNHEX(SHA2('${account}', 256)), ${accountId}, 'guest@example.test', 'viewer', 1, UTC_TIMESTAMP(6) + INTERVAL 1 DAY)`);
	return {
		binding: tenant,
		tenant,
		run: String(run),
		member: await one(`SELECT id FROM member WHERE email = 'spare${accountId}@example.test'`),
		invitation: await one(`SELECT id FROM invitation WHERE account_id = ${accountId}`),
		session: await one(`SELECT LOWER(SHA2('${owner.cookie}', 256))`),
	};
}

async function signedIn(email) {
	const who = new Visitor(stack.ledgerUrl);
	const answer = await who.signIn(email, GOOD);
	assert.equal(answer.status, 303, email);
	return who;
}

async function withRole(role) {
	const email = `${role}@demo.example.test`;
	if ((await one(`SELECT COUNT(*) FROM member WHERE email = '${email}'`)) === '0')
		await stack.ctl('user', 'add', '--account', ACCOUNT, '--email', email, '--role', role, '--password-file', stack.secretFile(GOOD));
	return signedIn(email);
}

/** As the route wants to be called, by our own page unless `options` say otherwise. */
function call(who, route, at, options = {}) {
	if (route.method === 'GET') return who.get(at);
	if (!route.json) return who.post(at, FIELDS[route.path] ?? {}, options);
	return who.json(at, {}, options);
}

/** What GETs and refused POSTs must leave as it is: every table but those that only count. */
async function fingerprint() {
	const tables = (await stack.sql("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'ledger' AND table_type = 'BASE TABLE' AND table_name NOT IN ('sign_in_throttle', 'session') ORDER BY 1")).map(({ name }) => name);
	const sums = await stack.sql(`CHECKSUM TABLE ${tables.join(', ')}`);
	const sessions = await stack.sql('SELECT HEX(id_hash), member_id, csrf_token, created_at, awaits_code FROM session ORDER BY 1');
	return JSON.stringify([sums, sessions]);
}

function assertHeaders(answer, at) {
	const want = {
		'content-security-policy': at.startsWith('/embed/') && answer.status === 200
			? /^(?!.*unsafe-)(?=.*default-src 'none').*frame-ancestors https:\/\/[\w.-]+$/ // one origin: its shop's
			: /^(?!.*unsafe-)(?=.*default-src 'none').*frame-ancestors 'none'/,
		'x-content-type-options': /^nosniff$/,
		'referrer-policy': /^(same-origin|no-referrer)$/,
		'cross-origin-opener-policy': /^same-origin$/,
		'permissions-policy': /camera=\(\)/,
		'cache-control': /^no-store$/,
	};
	// The one page that may be framed, and by nobody but its shop.
	if (/^\/embed\//.test(at) && answer.status === 200) want['content-security-policy'] = /^(?!.*unsafe-)(?=.*default-src 'none').*frame-ancestors https:\/\/[^ *;]+$/;
	for (const [name, value] of Object.entries(want)) assert.match(answer.headers[name] ?? '', value, `${name} of ${at}`);
}

before(async () => {
	stack = await startStack({ sandboxes: false, env: { LEDGER_SIGNUP: 'yes', LEDGER_SMTP_URL: 'smtp://relay.example', LEDGER_MAIL_FROM: 'ledger@relay.example' } });
	await stack.ctl('user', 'add', '--account', ACCOUNT, '--email', 'demo.ltd@example.test', '--password-file', stack.secretFile(GOOD));
	await stack.ctl('user', 'add', '--account', FOREIGN, '--email', 'first@other.example.test', '--password-file', stack.secretFile(GOOD));
	const mine = await signedIn('demo.ltd@example.test'), theirs = await signedIn('first@other.example.test');
	// addBinding makes the same first member unless it is there.
	await stack.sql("UPDATE member SET email = 'kept@example.test' WHERE email = 'demo.ltd@example.test'");
	own = { who: mine, ids: await idsOf(ACCOUNT, mine) };
	foreign = { who: theirs, ids: await idsOf(FOREIGN, theirs) };
});
after(() => stack?.stop());
beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

test('the tables are there, and only the listed routes ask for no session', () => {
	assert.ok(ROUTES.length > 30);
	assert.deepEqual([...new Set(ROUTES.filter((route) => !route.signed_in).map((route) => route.path))].sort(), [...OPEN].sort());
});

describe('without a session', () => {
	for (const route of ROUTES.filter(({ signed_in: needed }) => needed))
		test(`${route.method} ${route.path} opens nothing`, async () => {
			const before_ = await fingerprint(), at = fill(route, own.ids);
			for (const cookie of [null, '0'.repeat(64), 'x', 'f'.repeat(63)]) {
				const nobody = new Visitor(stack.ledgerUrl);
				nobody.cookie = cookie;
				const answer = await call(nobody, route, at, { csrf: '0'.repeat(64) });
				if (route.json) assert.equal(answer.status, 401);
				else assert.match(answer.location ?? '', /^\/login/, `${answer.status}`);
				assertHeaders(answer, at);
			}
			assert.equal(await fingerprint(), before_);
		});
});

describe('a POST that is not from our own page', () => {
	for (const route of ROUTES.filter(({ method }) => method === 'POST'))
		test(`${route.path} is refused`, async () => {
			const before_ = await fingerprint(), at = fill(route, own.ids);
			const cases = [
				{ origin: 'https://evil.example' },
				{ origin: 'null' },
				{ origin: `${stack.ledgerUrl}.evil.example` },
				{ origin: null },
				{ headers: { 'Sec-Fetch-Site': 'cross-site' } },
				{ headers: { 'Sec-Fetch-Site': 'same-site' } },
			];
			if (route.signed_in) cases.push({ csrf: null }, { csrf: '0'.repeat(64) }, { csrf: await foreign.who.token() }, { csrf: '' });
			for (const options of cases.filter(({ headers }) => !headers || !route.json)) {
				const answer = await call(own.who, route, at, options);
				assert.equal(answer.status, 403, JSON.stringify(options));
				assertHeaders(answer, at);
			}
			assert.equal(await fingerprint(), before_);
		});
});

describe("another account's ids", () => {
	for (const route of ROUTES.filter((each) => each.path.includes('{')))
		test(`${route.method} ${route.path} is not found`, async () => {
			const before_ = await fingerprint();
			for (const ids of [foreign.ids, { binding: '00000000-0000-4000-8000-000000000000', tenant: '00000000-0000-4000-8000-000000000000', run: '99999999', member: '99999999', invitation: '0'.repeat(64), session: '0'.repeat(64) }, { binding: "x' OR 1=1", tenant: "x' OR 1=1", run: '-1', member: '1e3', invitation: '..', session: '%00' }].map((set) => Object.fromEntries(Object.entries(set).map(([name, id]) => [name, /%/.test(id) ? id : encodeURIComponent(id)])))) {
				const answer = await call(own.who, route, fill(route, ids));
				const malformed = Object.values(ids).some((id) => id === '..' || id === '%00');
				assert.ok(answer.status === 404 || (malformed && answer.status === 400), `${fill(route, ids)}: ${answer.status}`);
				assertHeaders(answer, route.path);
			}
			assert.equal(await fingerprint(), before_);
		});
});

describe('every role at every action', () => {
	for (const route of ROUTES.filter(({ signed_in: needed }) => needed))
		for (const role of ROLES)
			test(`${role}: ${route.method} ${route.path}`, async () => {
				const allowed = ROLES.indexOf(role) >= ROLES.indexOf(route.role);
				// Allowed ones are asked about what is nobody's, so that they change nothing here.
				const ids = allowed && route.method === 'POST' ? { binding: '00000000-0000-4000-8000-000000000000', tenant: '00000000-0000-4000-8000-000000000000', run: '99999999', member: '99999999', invitation: '0'.repeat(64), session: '0'.repeat(64) } : own.ids;
				const who = await withRole(role);
				const before_ = allowed ? null : await fingerprint();
				const answer = await call(who, route, fill(route, ids));
				assertHeaders(answer, route.path);
				assert.ok(answer.status < 500, `${answer.status}`);
				if (allowed) {
					assert.notEqual(answer.status, 403);
					return;
				}
				assert.equal(answer.status, 403);
				assert.equal(await fingerprint(), before_);
			});
});

describe('a GET changes nothing', () => {
	for (const route of ROUTES.filter(({ method }) => method === 'GET'))
		test(route.path, async () => {
			const before_ = await fingerprint();
			const answer = await own.who.get(fill(route, own.ids));
			assert.ok(answer.status < 500, `${answer.status}`);
			assertHeaders(answer, route.path);
			const head = await request(stack.ledgerUrl + fill(route, own.ids), { method: 'HEAD', headers: { Cookie: `__Host-ledger=${own.who.cookie}` } });
			assert.ok(head.status < 500);
			assert.equal(await fingerprint(), before_);
		});
});

describe('the headers of errors', () => {
	const cookie = () => ({ Cookie: `__Host-ledger=${own.who.cookie}` });
	for (const [name, at, options] of [
		['an unknown page', '/dashboard/nowhere'],
		['an unknown path', '/nowhere'],
		['a method that is none', '/login', { method: 'DELETE' }],
		['a malformed address', '/dashboard/%zz'],
		['a malformed query', '/dashboard/audit?actor=%zz'],
		['a form that is too large', '/login', { method: 'POST', body: 'x'.repeat(20000), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
		['a body that nginx refuses', '/login', { method: 'POST', body: 'x'.repeat(300000), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
		['a void link', '/login/reset?token=x'],
	])
		test(name, async () => {
			const answer = await request(stack.ledgerUrl + at, { ...options, headers: { ...cookie(), ...options?.headers } });
			assert.ok(answer.status === 200 || (answer.status >= 400 && answer.status < 500), `${answer.status}`);
			assertHeaders(answer, at);
		});

	test('a request line that nginx itself refuses', async () => {
		const answer = await raw(stack.ledgerUrl, 'GET /login HTTP/1.1\r\nHost: x\r\nBad header\r\n\r\n', { first: true });
		assertHeaders(answer, 'a broken request');
	});
});
