'use strict';
// Pairing a shop through the form and the JSON call: what succeeds, what each refusal says,
// and that a crash or a lost answer leaves nothing half paired.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { request } = require('./lib/http');
const { Merchant, newOwner } = require('./lib/merchant');
const { postEvent } = require('./lib/shop');
const { until } = require('./lib/until');

let stack, owner;
let shops = 0;

before(async () => {
	stack = await startStack();
	owner = await newOwner(stack, 'Pairing Ltd');
});
after(() => stack?.stop());
beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

/** A fresh shop of the sandbox: its base URL, its control, a code. */
function newShop() {
	const base = `${stack.shopUrl}/pairing-${++shops}`;
	const control = async (path, body) => {
		const answer = await request(`${base}/_sandbox/${path}`, { method: body === null ? 'GET' : 'POST', body: body ?? undefined });
		assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text}`);
		return answer.json;
	};
	return { base, control, code: async () => (await control('pairing-code')).code };
}

const bindings = (base) => stack.sql(`SELECT * FROM binding WHERE shop_url = '${base}'`);
const pairForm = (base, code) => owner.post('/dashboard/connect-magento', { magento_base_url: base, pairing_code: code });

async function refused(base, code, status, error) {
	const answer = await pairForm(base, code);
	assert.equal(answer.status, status, answer.text);
	assert.match(answer.text, new RegExp(`role="alert"[^]*<code>${error}</code>`));
	assert.ok(!answer.text.includes(code) || code === '', 'the code is shown again');
}

describe('a shop is paired', () => {
	test('by the form: keys on both sides, webhooks accepted, the next step is Sage', async () => {
		const shop = newShop();
		const answer = await pairForm(`  ${shop.base}/ `, ` ${await shop.code()}\n`);
		assert.equal(answer.status, 303, answer.text);
		const [binding] = await bindings(shop.base);
		assert.equal(answer.headers.location, `/dashboard/connect-sage?binding=${binding.id}`);
		assert.deepEqual([binding.status, binding.magento_status, binding.pending_inbound_key], ['active', 'active', null]);
		assert.equal((await shop.control('status', null)).pairing?.tenant_id ?? (await shop.control('status', null)).tenant_id, binding.id);
		const { token } = await request(`${shop.base}/_sandbox/token`).then((a) => a.json);
		const sent = await postEvent(stack, { tenant: binding.id }, 'customer.upserted', 7, { token });
		assert.equal(sent.status, 202, sent.text);
		const seen = await stack.sql("SELECT actor, action FROM audit_log WHERE action = 'shop_paired' ORDER BY id DESC LIMIT 1");
		assert.deepEqual(seen, [{ actor: 'pairing.ltd@example.test', action: 'shop_paired' }]);
	});

	test('and asked by the next worker whether it knows the key', async () => {
		const shop = newShop();
		const tenant = await owner.pair(shop.base, await shop.code());
		// Whoever pairs last is the shop's; nobody tells the former one.
		await shop.control('pair', { tenant_id: tenant, api_key: 'another key', base_url: stack.ledgerUrl });
		assert.equal((await stack.runWorker()).status, 0);
		assert.equal((await bindings(shop.base))[0].magento_status, 'token_revoked');
	});

	test('by POST /v1/magento/connect', async () => {
		const shop = newShop();
		const answer = await owner.json('/v1/magento/connect', { magento_base_url: shop.base, pairing_code: await shop.code() });
		assert.equal(answer.status, 200, answer.text);
		const [binding] = await bindings(shop.base);
		assert.deepEqual(answer.json, { status: 'paired', binding_id: binding.id });
	});

	test('by a connector that is not this one: refused, and the code stays good', async () => {
		const shop = newShop();
		const body = { magento_base_url: shop.base, pairing_code: await shop.code() };
		const refused = await owner.json('/v1/magento/connect?provider=xero', body);
		assert.equal(refused.status, 400, refused.text);
		assert.deepEqual(refused.json, { error: 'unknown_provider', message: 'tenant has no active xero binding' });
		assert.deepEqual(await bindings(shop.base), []);
		const answer = await owner.json('/v1/magento/connect?provider=sage_accounting', body);
		assert.equal(answer.status, 200, answer.text);
	});

	test('again: the same binding, new keys at once, the old one good for two minutes more', async () => {
		const shop = newShop();
		const tenant = await owner.pair(shop.base, await shop.code());
		const old = (await request(`${shop.base}/_sandbox/token`)).json.token;
		const older = (await request(`${shop.base}/_sandbox/token`)).json.token;
		assert.equal(await owner.pair(shop.base, await shop.code()), tenant);
		const fresh = (await request(`${shop.base}/_sandbox/token`)).json.token;
		assert.equal((await postEvent(stack, { tenant }, 'customer.upserted', 1, { token: old })).status, 202);
		assert.equal((await postEvent(stack, { tenant }, 'customer.upserted', 2, { token: fresh })).status, 202);
		await stack.sql("UPDATE binding SET previous_key_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
		// A cached key leaves a process within a minute; fresh processes know only the database.
		stack.kill('webhook');
		await until('the old key to be refused', async () => (await postEvent(stack, { tenant }, 'customer.upserted', 3, { token: older })).status === 401);
	});

	test('no process keeps the old key longer than it is good', async () => {
		const shop = newShop();
		const tenant = await owner.pair(shop.base, await shop.code());
		const tokens = [];
		for (let i = 0; i < 90; i++) tokens.push((await request(`${shop.base}/_sandbox/token`)).json.token);
		assert.equal(await owner.pair(shop.base, await shop.code()), tenant);
		await stack.sql(`UPDATE binding SET previous_key_until = UTC_TIMESTAMP(6) + INTERVAL 10 SECOND WHERE id = '${tenant}'`);
		const status = async () => (await postEvent(stack, { tenant }, 'customer.upserted', 1, { token: tokens.pop() })).status;
		assert.equal(await status(), 202);
		// The processes have read the key while it was good; none forgets what it read within 20 s.
		await until('the old key to be refused', async () => (await status()) === 401, { every: 400, timeout: 30000 });
	});

	test('while its events arrive: not one is refused', async () => {
		const shop = newShop();
		const tenant = await owner.pair(shop.base, await shop.code());
		let going = true;
		let answered = 0;
		const statuses = new Map();
		const sending = (async () => {
			for (let id = 1; going; id++) {
				const { token } = (await request(`${shop.base}/_sandbox/token`)).json;
				const { status } = await postEvent(stack, { tenant }, 'customer.upserted', id, { token });
				statuses.set(status, (statuses.get(status) ?? 0) + 1);
				answered++;
			}
		})();
		// One earlier key counts: an event must not stay on its way over two pairings.
		for (let i = 0; i < 5; i++) {
			await owner.pair(shop.base, await shop.code());
			const begun = answered;
			await until('an event under the new key', () => answered >= begun + 2 || !going);
		}
		going = false;
		await sending;
		for (const status of statuses.keys()) assert.ok([202, 503].includes(status), `${status}`);
		assert.ok(statuses.get(202) > 0);
	});
});

describe('a refusal is explained, and nothing is kept', () => {
	const cases = [
		['a wrong code', async (shop) => { await shop.code(); return 'f'.repeat(32); }, 422, 'pairing_code_refused'],
		['no code pending', async () => 'e'.repeat(32), 422, 'pairing_code_refused'],
		['an upper-cased code', async (shop) => (await shop.code()).toUpperCase(), 422, 'pairing_code_refused'],
		['an expired code', async (shop) => { const code = await shop.code(); await shop.control('clock', { advance: 1801 }); return code; }, 422, 'pairing_code_refused'],
		['a module that is not installed', async (shop) => { const code = await shop.code(); await shop.control('faults', { fault: '404', match: 'setup/pair' }); return code; }, 422, 'module_not_installed'],
		['a shop that redirects', async (shop) => { const code = await shop.code(); await shop.control('faults', { fault: 'redirect', match: 'setup/pair', location: '/elsewhere' }); return code; }, 422, 'shop_redirects'],
		['a fault before Magento took it', async (shop) => { const code = await shop.code(); await shop.control('faults', { fault: '500', match: 'setup/pair' }); return code; }, 422, 'shop_failed'],
		['an answer cut off before Magento took it', async (shop) => { const code = await shop.code(); await shop.control('faults', { fault: 'cut', match: 'setup/pair' }); return code; }, 422, 'cut_off'],
	];
	for (const [name, prepare, status, error] of cases)
		test(name, async () => {
			const shop = newShop();
			await refused(shop.base, await prepare(shop), status, error);
			assert.deepEqual(await bindings(shop.base), []);
			assert.deepEqual(await stack.sql('SELECT l.id FROM lane l LEFT JOIN binding b ON b.id = l.binding_id WHERE b.id IS NULL'), []);
		});

	const addresses = [
		['http://shop.example.com', 'url_not_https'],
		['shop.example.com', 'url_not_https'],
		['https://10.0.0.1', 'url_ip_address'],
		['https://user@shop.example.com', 'url_has_user'],
		['https://shop.example.com?x=1', 'url_has_query'],
		['https://shop.example.com:22', 'url_port'],
		['https://localhost.invalid', 'not_resolved'],
		['http://127.0.0.1:1/shop', 'connect_failed'],
	];
	for (const [address, error] of addresses)
		test(`the address ${address}`, async () => {
			await refused(address, 'a'.repeat(32), 422, error);
			assert.deepEqual(await bindings(address), []);
		});

	test('a server without TLS behind https', async () => {
		await refused(stack.shopUrl.replace('http:', 'https:'), 'a'.repeat(32), 422, 'tls_failed');
	});

	test('a paired shop keeps its keys when a new code is refused', async () => {
		const shop = newShop();
		const tenant = await owner.pair(shop.base, await shop.code());
		await refused(shop.base, 'd'.repeat(32), 422, 'pairing_code_refused');
		const { token } = (await request(`${shop.base}/_sandbox/token`)).json;
		assert.equal((await postEvent(stack, { tenant }, 'customer.upserted', 1, { token })).status, 202);
	});

	test('more than ten tries of one member', async () => {
		const shop = newShop();
		for (let i = 0; i < 10; i++) assert.equal((await pairForm(shop.base, 'c'.repeat(32))).status, 422);
		const answer = await pairForm(shop.base, await shop.code());
		assert.equal(answer.status, 429);
		assert.match(answer.text, /too_many_tries/);
	});

	test('the code is in no log and in no table', async () => {
		const shop = newShop();
		const code = await shop.code();
		await pairForm(shop.base, code);
		await pairForm(shop.base, code);
		for (const name of ['connect', 'dashboard', 'webhook', 'nginx', 'access']) assert.ok(!stack.log(name).includes(code), name);
		const columns = await stack.sql("SELECT table_name t, column_name c FROM information_schema.columns WHERE table_schema = 'ledger' AND data_type IN ('varchar', 'text', 'mediumtext', 'char')");
		for (const { t, c } of columns)
			assert.deepEqual(await stack.sql(`SELECT 1 FROM \`${t}\` WHERE \`${c}\` LIKE '%${code}%' LIMIT 1`), [], `${t}.${c}`);
	});
});

describe('who may pair', () => {
	test('nobody without a session, a token, or the role', async () => {
		const shop = newShop();
		const stranger = new Merchant(stack.ledgerUrl);
		assert.equal((await stranger.get('/dashboard/connect-magento')).headers.location, '/login?next=/dashboard/connect-magento');
		const body = { magento_base_url: shop.base, pairing_code: await shop.code() };
		assert.equal((await stranger.json('/v1/magento/connect', body)).status, 401);
		assert.equal((await owner.json('/v1/magento/connect', body, { csrf: 'f'.repeat(64) })).status, 403);
		assert.equal((await owner.post('/dashboard/connect-magento', body, { origin: 'https://evil.example' })).status, 403);
		await stack.sql("UPDATE member SET role = 'viewer'");
		assert.equal((await owner.json('/v1/magento/connect', body)).status, 403);
		assert.equal((await owner.get('/dashboard/connect-magento')).status, 403);
		await stack.sql("UPDATE member SET role = 'owner'");
		assert.deepEqual(await bindings(shop.base), []);
	});
});

describe('an outcome that was not learnt', () => {
	test('an answer lost after Magento took the key: a ping settles it at once', async () => {
		const shop = newShop();
		const code = await shop.code();
		await shop.control('faults', { fault: 'cut', match: 'setup/pair', after: true });
		const answer = await pairForm(shop.base, code);
		assert.equal(answer.status, 303, answer.text);
		assert.equal((await bindings(shop.base))[0].status, 'active');
	});

	test('a shop that falls silent: its events get 503, and the worker settles it', async () => {
		const shop = newShop();
		const code = await shop.code();
		await shop.control('faults', { fault: 'cut', match: 'setup/pair', after: true });
		await shop.control('faults', { fault: 'cut', match: 'ping', count: 2 });
		const answer = await pairForm(shop.base, code);
		assert.equal(answer.status, 502, answer.text);
		const [binding] = await bindings(shop.base);
		assert.equal(binding.status, 'pending');
		const { token } = (await request(`${shop.base}/_sandbox/token`)).json;
		assert.equal((await postEvent(stack, { tenant: binding.id }, 'customer.upserted', 1, { token })).status, 503);
		await shop.control('faults', { clear: true });
		await stack.sql('UPDATE binding SET pending_since = pending_since - INTERVAL 2 MINUTE WHERE pending_since IS NOT NULL');
		assert.equal((await stack.runWorker()).status, 0);
		assert.equal((await bindings(shop.base))[0].status, 'active');
		const { token: next } = (await request(`${shop.base}/_sandbox/token`)).json;
		assert.equal((await postEvent(stack, { tenant: binding.id }, 'customer.upserted', 1, { token: next })).status, 202);
	});

	test('an address that never says which: its place in the plan is soon free, and it is given up after a day', async () => {
		const lost = newShop(), real = newShop();
		const small = await newOwner(stack, 'Mistyped Ltd');
		await stack.ctl('plan', 'put', '--plan', 'one', '--name', 'One', '--features', 'payments', '--bindings', '1');
		await stack.ctl('plan', 'set', '--account', 'Mistyped Ltd', '--plan', 'one');
		const pair = async (shop) => small.post('/dashboard/connect-magento', { magento_base_url: shop.base, pairing_code: await shop.code() });
		const created = (ago) => stack.sql(`UPDATE binding SET created_at = UTC_TIMESTAMP(6) - INTERVAL ${ago} WHERE shop_url = '${lost.base}'`);
		const settle = async () => {
			await stack.sql(`UPDATE binding SET pending_since = pending_since - INTERVAL 2 MINUTE WHERE shop_url = '${lost.base}'`);
			assert.equal((await stack.runWorker()).status, 0);
		};
		await lost.control('faults', { fault: 'html', match: 'setup/pair', count: -1 });
		await lost.control('faults', { fault: 'html', match: 'ping', count: -1 });
		assert.equal((await pair(lost)).status, 502);
		assert.match((await pair(real)).text, /tier_limit_exceeded/);
		await created('3 MINUTE');
		assert.equal((await pair(real)).status, 303);
		await created('23 HOUR');
		await settle();
		assert.equal((await bindings(lost.base))[0]?.status, 'pending');
		await created('25 HOUR');
		await settle();
		assert.deepEqual(await bindings(lost.base), []);
	});

	for (const [name, afterwards, status] of [['after', true, 'active'], ['before', false, undefined]])
		test(`killed ${name} the shop took the key: the next try settles it`, async () => {
			const shop = newShop();
			const code = await shop.code();
			await shop.control('faults', { fault: afterwards ? 'slow' : 'cut', match: 'setup/pair', ms: 7000, after: afterwards });
			const lost = pairForm(shop.base, code).catch(() => undefined);
			await until('the keys to be pending', async () => (await bindings(shop.base))[0]?.pending_since);
			if (afterwards) await until('the shop to be paired', async () => JSON.stringify(await shop.control('status', null)).includes((await bindings(shop.base))[0].id));
			stack.kill('connect');
			await lost;
			const [binding] = await bindings(shop.base);
			assert.equal(binding.status, 'pending');
			await shop.control('faults', { clear: true });
			await stack.sql('UPDATE binding SET pending_since = pending_since - INTERVAL 2 MINUTE WHERE pending_since IS NOT NULL');
			await until('ledger-connect to be back', async () => (await owner.get('/dashboard/connect-magento')).status === 200);
			await pairForm(shop.base, 'b'.repeat(32)); // a wrong code, but the former attempt is settled first
			assert.equal((await bindings(shop.base))[0]?.status, status);
		});

	test('two forms at the same time: one wins, the other is told so', async () => {
		const shop = newShop();
		const code = await shop.code();
		await shop.control('settings', { latency_ms: 5000 }); // both are under way by then
		const answers = await Promise.all([pairForm(shop.base, code), pairForm(shop.base, code)]);
		assert.deepEqual(answers.map((a) => a.status).sort(), [303, 422]);
		assert.match(answers.find((a) => a.status === 422).text, /pairing_in_progress/);
		assert.equal((await bindings(shop.base)).length, 1);
	});
});

