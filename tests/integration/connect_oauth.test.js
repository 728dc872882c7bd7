'use strict';
// Signing in to Sage: consent, the callback and its ways to go wrong, the choice of a
// business, and that a crash in between leaves nothing half connected.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { openGate } = require('./lib/gate');
const { request } = require('./lib/http');
const { newOwner } = require('./lib/merchant');
const { Sage } = require('./lib/sage');
const { until } = require('./lib/until');

const GB_FIRST = 'f5d7e2532cc9ad16bc2a41222d76f269';
const GB_SECOND = 'fbfba2e45c2045dc5cab22a5afe83d9d';
const IRISH = '1e0c6d0f5f3a4d0b9a8f4c2b7e6d5a01';

let stack, gate, owner, sage;
let shops = 0;

before(async () => {
	gate = await openGate();
	stack = await startStack({ env: { LEDGER_SAGE_API_URL: `${gate.url}/v3.1` } });
	gate.target = stack.sageUrl;
	owner = await newOwner(stack, 'Signing In Ltd');
	sage = new Sage(stack.sageUrl);
});
after(async () => {
	await stack?.stop();
	await gate?.close();
});
beforeEach(async () => {
	await sage.calm();
	await stack.sql("DELETE FROM sign_in_throttle; UPDATE binding SET sage_business_id = NULL, sage_status = 'pending'");
});

async function pairedShop(who = owner) {
	const base = `${stack.shopUrl}/oauth-${++shops}`;
	const { code } = (await request(`${base}/_sandbox/pairing-code`, { method: 'POST' })).json;
	return who.pair(base, code);
}

const binding = async (id) => (await stack.sql(`SELECT * FROM binding WHERE id = '${id}'`))[0];
const tokens = (id) => stack.sql(`SELECT generation FROM oauth_token WHERE binding_id = '${id}' AND refresh_token IS NOT NULL`);

async function assertUntouched(id) {
	const { sage_status, sage_business_id } = await binding(id);
	assert.deepEqual({ sage_status, sage_business_id }, { sage_status: 'pending', sage_business_id: null });
	assert.deepEqual(await tokens(id), []);
}

describe('consent', () => {
	test('is asked for with the exact callback, PKCE S256, the country, and a fresh state', async () => {
		const id = await pairedShop();
		const one = new URL(await owner.consentUrl(id, 'IE'));
		const two = new URL(await owner.consentUrl(id, 'IE'));
		assert.equal(one.searchParams.get('redirect_uri'), `${stack.ledgerUrl}/oauth/sage/callback`);
		assert.equal(one.searchParams.get('response_type'), 'code');
		assert.equal(one.searchParams.get('country'), 'ie');
		assert.equal(one.searchParams.get('code_challenge_method'), 'S256');
		assert.match(one.searchParams.get('code_challenge'), /^[\w-]{43}$/);
		assert.match(one.searchParams.get('state'), /^[\w-]{43}$/);
		assert.notEqual(one.searchParams.get('state'), two.searchParams.get('state'));
		assert.notEqual(one.searchParams.get('code_challenge'), two.searchParams.get('code_challenge'));
		const stored = await stack.sql('SELECT HEX(state_hash) h, HEX(verifier) v FROM oauth_state');
		for (const { h, v } of stored) assert.ok(h.length === 64 && v.length > 100);
	});

	for (const region of ['UK', 'GB', 'US', 'IE', 'CA', 'FR', 'ES', 'DE'])
		test(`can be asked for in ${region}`, async () => {
			const url = new URL(await owner.consentUrl(await pairedShop(), region));
			assert.equal(url.searchParams.get('country'), region === 'UK' ? 'gb' : region.toLowerCase());
		});

	test('not in a country where Sage is not', async () => {
		const answer = await owner.post('/dashboard/connect-sage', { binding: await pairedShop(), region: 'XX' });
		assert.equal(answer.status, 422);
	});

	test('not for another account\'s binding', async () => {
		const stranger = await newOwner(stack, 'Strangers Ltd');
		const id = await pairedShop();
		assert.equal((await stranger.get(`/dashboard/connect-sage?binding=${id}`)).status, 404);
		assert.equal((await stranger.post('/dashboard/connect-sage', { binding: id, region: 'GB' })).status, 404);
		assert.equal((await stranger.get(`/dashboard/bindings/${id}`)).status, 404);
	});
});

describe('the callback', () => {
	test('of a person with one business joins it, and reads its reference data', async () => {
		const id = await pairedShop();
		const answer = await owner.connectSage(id, IRISH, { region: 'IE' });
		assert.equal(answer.headers.location, `/dashboard/bindings/${id}`);
		assert.match((await owner.get(`/dashboard/bindings/${id}`)).text, /Being read from Sage now/);
		assert.equal((await stack.runWorker()).status, 0);
		const { sage_status, sage_business_id, sage_region, policy_version, reference_at } = await binding(id);
		assert.deepEqual([sage_status, sage_business_id, sage_region], ['active', IRISH, 'IE']);
		assert.equal(policy_version, '1');
		assert.ok(reference_at);
		assert.match((await owner.get(`/dashboard/bindings/${id}`)).text, /Updated <time/);
		const kinds = await stack.sql(`SELECT DISTINCT kind FROM reference_item WHERE binding_id = '${id}' ORDER BY kind`);
		const names = kinds.map(({ kind }) => kind);
		for (const kind of ['bank_account', 'business', 'ledger_account', 'payment_method', 'shop_payment_method', 'tax_rate']) assert.ok(names.includes(kind), kind);
	});

	test('of a person with several lets choose, and locks the choice', async () => {
		const id = await pairedShop();
		const back = await owner.get(await owner.decide(await owner.consentUrl(id)));
		assert.equal(back.headers.location, `/dashboard/connect-sage/business?binding=${id}`);
		assert.equal((await binding(id)).sage_business_id, null);
		const page = await owner.get(back.headers.location);
		for (const business of [GB_FIRST, GB_SECOND]) assert.ok(page.text.includes(business));
		assert.equal((await owner.post('/dashboard/connect-sage/business', { binding: id, business: IRISH })).status, 422);
		const chosen = await owner.post('/dashboard/connect-sage/business', { binding: id, business: GB_SECOND });
		assert.equal(chosen.status, 303, chosen.text);
		assert.equal((await binding(id)).sage_business_id, GB_SECOND);
		assert.equal((await owner.post('/dashboard/connect-sage/business', { binding: id, business: GB_FIRST })).status, 409);
		assert.equal((await binding(id)).sage_business_id, GB_SECOND);
	});

	test('twice is harmless and logged', async () => {
		const id = await pairedShop();
		const callback = await owner.decide(await owner.consentUrl(id, 'IE'));
		assert.equal((await owner.get(callback)).status, 303);
		const [before] = await tokens(id);
		const again = await owner.get(callback);
		assert.equal(again.status, 400);
		assert.match(again.text, /This sign-in is over/);
		assert.deepEqual(await tokens(id), [before]);
		assert.match(stack.log('connect'), /"event":"sage_callback_refused"[^\n]*"state":"used"/);
	});

	const refusals = [
		['access_denied', /You did not allow Ledger/],
		['temporarily_unavailable', /in ten minutes/],
		['server_error', /on Sage&#39;s side/],
		['unauthorized_client', /operator of this Ledger/],
	];
	for (const [decision, words] of refusals)
		test(`with ${decision} changes nothing and says what to do`, async () => {
			const id = await pairedShop();
			const answer = await owner.get(await owner.decide(await owner.consentUrl(id), decision));
			assert.equal(answer.status, 400);
			assert.match(answer.text, words);
			assert.ok(answer.text.includes(`/dashboard/connect-sage?binding=${id}`));
			await assertUntouched(id);
		});

	test('of a person of another country, which comes without the state', async () => {
		const id = await pairedShop();
		const answer = await owner.get(await owner.decide(await owner.consentUrl(id, 'GB'), 'allow', 'sam@shop.example'));
		assert.equal(answer.status, 400);
		assert.match(answer.text, /Choose the country/);
		assert.ok(answer.text.includes(`/dashboard/connect-sage?binding=${id}`));
		await assertUntouched(id);
	});

	test('after ten minutes', async () => {
		const id = await pairedShop();
		const callback = await owner.decide(await owner.consentUrl(id));
		await stack.sql('UPDATE oauth_state SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE used_at IS NULL');
		const answer = await owner.get(callback);
		assert.equal(answer.status, 400);
		assert.match(answer.text, /more than ten minutes/i);
		await assertUntouched(id);
	});

	test('in another session, or with a state nobody gave', async () => {
		const id = await pairedShop();
		const other = await newOwner(stack, `Other ${shops} Ltd`);
		const callback = await owner.decide(await owner.consentUrl(id, 'IE'));
		for (const answer of [await other.get(callback), await owner.get(callback.replace(/state=[\w-]{6}/, 'state=AAAAAA'))]) {
			assert.equal(answer.status, 400);
			assert.match(answer.text, /not begun here/);
		}
		await assertUntouched(id);
		assert.equal((await owner.get(callback)).status, 303, 'a stranger used the state up');
	});

	test('without a session, or without anything', async () => {
		const id = await pairedShop();
		const callback = await owner.decide(await owner.consentUrl(id));
		const answer = await request(callback);
		assert.equal(answer.status, 403);
		assert.match(answer.text, /Sign in again/);
		assert.ok(!answer.text.includes('code='));
		assert.equal((await owner.get('/oauth/sage/callback')).status, 400);
		await assertUntouched(id);
	});

	test('with a code that is too old', async () => {
		const id = await pairedShop();
		const callback = await owner.decide(await owner.consentUrl(id));
		await sage.clock(61);
		const answer = await owner.get(callback);
		await sage.clock(0);
		assert.equal(answer.status, 502);
		await assertUntouched(id);
	});

	test('killed before the exchange is stored leaves nothing half connected', async () => {
		const id = await pairedShop();
		const callback = await owner.decide(await owner.consentUrl(id, 'IE'));
		await sage.fault({ kind: 'latency', path: '/token', ms: 8000, count: 1 });
		const lost = owner.get(callback).catch(() => undefined);
		await until('the state to be used', async () => (await stack.sql(`SELECT 1 FROM oauth_state WHERE binding_id = '${id}' AND used_at IS NOT NULL`)).length > 0);
		stack.kill('connect');
		await lost;
		await assertUntouched(id);
		await until('ledger-connect to be back', async () => (await owner.get(`/dashboard/connect-sage?binding=${id}`)).status === 200);
		assert.equal((await owner.get(callback)).status, 400);
		await owner.connectSage(id, IRISH, { region: 'IE' });
		assert.equal((await binding(id)).sage_status, 'active');
	});

	test('its code and its tokens are in no log', async () => {
		const id = await pairedShop();
		const callback = await owner.decide(await owner.consentUrl(id, 'IE'));
		await owner.get(callback);
		const code = new URL(callback).searchParams.get('code');
		const state = new URL(callback).searchParams.get('state');
		for (const name of ['connect', 'dashboard', 'nginx', 'access'])
			for (const secret of [code, encodeURIComponent(code), state]) assert.ok(!stack.log(name).includes(secret), name);
	});
});

describe('several businesses to choose from, and meanwhile', () => {
	/** A sign-in that Sage has just let in: held where the businesses are listed, while `meanwhile` happens. */
	async function heldSignIn(id, meanwhile) {
		const callback = await owner.decide(await owner.consentUrl(id));
		const list = gate.hold(({ url }) => url.startsWith('/v3.1/businesses'), 'after');
		const answer = owner.get(callback);
		await list.reached;
		await meanwhile();
		await sage.fault({ kind: 'latency', path: '/revoke', ms: 1, count: 1 });
		list.release();
		return answer;
	}
	const assertGivenBack = async () => assert.deepEqual(await sage.control('GET', 'faults'), [], 'Sage was asked to revoke');

	test('the shop disconnects: nothing is kept, and the grant is given back', async () => {
		const id = await pairedShop();
		const { shop_url } = await binding(id);
		const answer = await heldSignIn(id, async () => {
			assert.ok((await request(`${shop_url}/_sandbox/disconnect`, { method: 'POST', body: {} })).status < 300);
			assert.equal((await binding(id)).status, 'revoked');
		});
		assert.equal(answer.status, 409, answer.text);
		await assertUntouched(id);
		await assertGivenBack();
	});

	test('another sign-in joins one: its tokens stay, the later grant is given back', async () => {
		const id = await pairedShop();
		let joined;
		const answer = await heldSignIn(id, async () => {
			await owner.connectSage(id, IRISH, { region: 'IE' });
			joined = await tokens(id);
		});
		assert.equal(answer.status, 409, answer.text);
		assert.deepEqual(await tokens(id), joined);
		const { sage_business_id, sage_region } = await binding(id);
		assert.deepEqual([sage_business_id, sage_region], [IRISH, 'IE']);
		await assertGivenBack();
	});
});

describe('a business of another country than the chosen one', () => {
	const DUBLIN = '1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e';
	let id;
	before(async () => {
		for (const business of [{ name: 'London Ltd', region: 'GB' }, { id: DUBLIN, name: 'Dublin Ltd', region: 'IE' }])
			await sage.control('POST', 'businesses', { ...business, user: 'max@shop.example' });
	});
	beforeEach(async () => (id = await pairedShop()));

	async function refused(callback) {
		await sage.fault({ kind: 'latency', path: '/revoke', ms: 1, count: 1 });
		const answer = await owner.get(callback);
		assert.equal(answer.status, 409, answer.text);
		assert.match(answer.text, /in another country than the one you chose/);
		assert.deepEqual(await sage.control('GET', 'faults'), [], 'Sage was asked to revoke');
		assert.deepEqual(await tokens(id), []);
	}

	test('is not offered', async () => {
		const answer = await owner.get(await owner.decide(await owner.consentUrl(id), 'allow', 'max@shop.example'));
		assert.equal(answer.headers.location, `/dashboard/bindings/${id}`, answer.text);
		assert.equal((await binding(id)).sage_business_name, 'London Ltd');
	});

	test('is not joined when it is the only one', async () => {
		const callback = await owner.decide(await owner.consentUrl(id, 'IE'));
		await stack.sql(`UPDATE oauth_state SET region = 'GB' WHERE binding_id = '${id}'`);
		await refused(callback);
		await assertUntouched(id);
	});

	test('is not joined again either', async () => {
		await stack.sql(`UPDATE binding SET sage_business_id = '${DUBLIN}' WHERE id = '${id}'`);
		await refused(await owner.decide(await owner.consentUrl(id), 'allow', 'max@shop.example'));
	});
});

describe('one business belongs to one active binding', () => {
	test('a second one is refused by the first one\'s name, and its grant is given back', async () => {
		const first = await pairedShop();
		await owner.connectSage(first, IRISH, { region: 'IE' });
		const { shop_url } = await binding(first);
		const stranger = await newOwner(stack, `Second ${shops} Ltd`);
		const second = await pairedShop(stranger);
		const answer = await stranger.get(await stranger.decide(await stranger.consentUrl(second, 'IE')));
		assert.equal(answer.status, 409);
		assert.ok(answer.text.includes(shop_url.replace('http://', '')) || answer.text.includes(shop_url), answer.text);
		await assertUntouched(second);
	});

	test('two that choose it at the same moment: one gets it', async () => {
		const ids = [await pairedShop(), await pairedShop()];
		for (const id of ids) assert.match((await owner.get(await owner.decide(await owner.consentUrl(id)))).headers.location, /business/);
		const answers = await Promise.all(ids.map((id) => owner.post('/dashboard/connect-sage/business', { binding: id, business: GB_FIRST })));
		assert.deepEqual(answers.map((a) => a.status).sort(), [303, 422]);
		const held = await stack.sql(`SELECT id FROM binding WHERE sage_business_id = '${GB_FIRST}'`);
		assert.equal(held.length, 1);
	});

	test('a reconnection as somebody who may not use the business is refused', async () => {
		const id = await pairedShop();
		await owner.connectSage(id, GB_FIRST);
		const answer = await owner.get(await owner.decide(await owner.consentUrl(id, 'US')));
		assert.equal(answer.status, 409);
		assert.equal((await binding(id)).sage_business_id, GB_FIRST);
	});
});
