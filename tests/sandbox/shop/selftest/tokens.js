'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { send, sign, wire, KEY, TENANT, Shop } = require('./client');

test('inbound tokens get the verdicts of the module', async (t) => {
	assert.ok(wire.inbound_checks.length > 20);
	for (const check of wire.inbound_checks) {
		await t.test(check.name, async () => {
			const shop = new Shop();
			await shop.pair('http://127.0.0.1:1', check.tenant_id, check.api_key);
			await shop.control('POST', 'clock', { now: check.now, frozen: true });
			const verdicts = [].concat(check.module_verdict);
			for (const verdict of verdicts) {
				const res = await shop.rest('GET', 'ping', { token: check.token });
				assert.equal(res.status, verdict === 'accepted' ? 200 : 401);
			}
			const log = await shop.control('GET', 'requests');
			assert.deepEqual(log.requests.map((one) => one.verdict), verdicts);
		});
	}
});

test('tokens that break other rules', async () => {
	const shop = new Shop();
	assert.equal((await shop.rest('GET', 'ping')).status, 401);
	await shop.pair();
	const good = shop.token();
	const cases = [
		[good, 'accepted'],
		[good, 'jti already seen — replay rejected'],
		[null, 'no bearer token'],
		['a.b', 'token is not three segments'],
		[`${shop.token()}.x`, 'token is not three segments'],
		[sign('byte8-magento-inbound-v1', KEY, {}, { alg: 'none', typ: 'JWT' }), 'header mismatch'],
		[sign('byte8-magento-inbound-v1', KEY, {}, { alg: 'HS256' }), 'header mismatch'],
		[sign('byte8-magento-outbound-v1', KEY, {}), 'signature mismatch'],
		[sign('byte8-magento-inbound-v1', `${KEY} `, {}), 'signature mismatch'],
		[shop.token({ sub: `${TENANT} ` }), 'sub mismatch'],
		[shop.token({ sub: TENANT.toUpperCase() }), 'sub mismatch'],
		[shop.token({ jti: '' }), 'jti missing or not a string'],
		[shop.token({ jti: undefined }), 'jti missing or not a string'],
	];
	for (const [token, verdict] of cases) {
		const res = await shop.rest('GET', 'ping', { token });
		assert.equal(res.status, verdict === 'accepted' ? 200 : 401, verdict);
		if (res.status === 401)
			assert.equal(res.text, '{"message":"The consumer isn\'t authorized to access %resources.","parameters":{"resources":"Byte8_Client::byte8_webapi"}}');
		const log = await shop.control('GET', 'requests?limit=1');
		assert.equal(log.requests[0].verdict, verdict);
	}
	const lower = await send('GET', `${shop.base}/rest/V1/byte8/ping`, { Authorization: `bearer ${shop.token()}` });
	assert.equal(lower.status, 200, 'the scheme has no case');
	const log = await shop.control('GET', 'requests');
	assert.equal(log.verdicts['signature mismatch'], 2);
	assert.equal(log.verdicts['not paired'], 1);
	await shop.control('POST', 'settings', { production: true });
	assert.equal((await shop.rest('GET', 'ping')).status, 401, 'plain HTTP in production');
	assert.equal((await shop.rest('GET', 'ping', { headers: { 'X-Forwarded-Proto': 'https' } })).status, 200);
});

test('outbound tokens are the signer\'s, byte for byte in form', async () => {
	for (const one of wire.derivation) {
		const shop = new Shop();
		await shop.pair('http://127.0.0.1:1', one.tenant_id, one.api_key);
		await shop.control('POST', 'clock', { now: one.now, frozen: true });
		const { token } = await shop.control('GET', 'token');
		const [header, claims, signature] = token.split('.');
		const text = Buffer.from(claims, 'base64url').toString('utf8');
		const jti = JSON.parse(text).jti;
		assert.match(jti, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		assert.equal(Buffer.from(header, 'base64url').toString('utf8'), one.outbound.header_json);
		assert.equal(text.replace(jti, one.jti), one.outbound.claims_json, one.name);
		assert.equal(signature, crypto.createHmac('sha256', Buffer.from(one.outbound_subkey_hex, 'hex'))
			.update(`${header}.${claims}`).digest('base64url'), one.name);
	}
});
