'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { wire, KEY, TENANT, ITEM, Shop } = require('./client');

test('errors of the REST side, word for word', async () => {
	const shop = new Shop();
	await shop.pair();
	const said = async (method, route, options) => {
		const res = await shop.rest(method, route, options);
		return [res.status, res.text];
	};
	const entity = '{"message":"The entity that was requested doesn\'t exist. Verify the entity and try again."}';
	const route = '{"message":"Request does not match any route."}';
	for (const kind of ['invoice', 'creditmemo', 'payment'])
		assert.deepEqual(await said('GET', `${kind}/77`), [404, entity]);
	assert.deepEqual(await said('GET', 'customer/77'), [404, '{"message":"No such entity with %fieldName = %fieldValue","parameters":{"fieldName":"customerId","fieldValue":77}}']);
	assert.deepEqual(await said('GET', 'product/77'), [404, '{"message":"The product that was requested doesn\'t exist. Verify the product and try again."}']);
	for (const [method, where] of [['GET', 'order/1'], ['DELETE', 'invoice/1'], ['GET', 'sync-state'], ['GET', 'invoice'], ['GET', 'setup/1']])
		assert.deepEqual(await said(method, where), [404, route], where);
	assert.equal((await said('GET', 'invoice/0'))[0], 400);
	assert.deepEqual(await said('GET', 'invoice/abc'), [400, '{"message":"The \\"abc\\" value\'s type is invalid. The \\"int\\" type was expected. Verify and try again."}']);
	assert.equal((await said('GET', '/rest/V1/orders/1'))[0], 401, 'core routes do not know our token');
	const body = { entity_type: 'invoice', magento_entity_id: 1, provider: 'sage_accounting', sync_status: 'synced' };
	for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
		const [status, text] = await said('POST', 'sync-state', { headers: { 'Content-Type': type }, body });
		assert.equal(status, 400);
		assert.match(text, /^\{"message":"Server cannot understand Content-Type HTTP header media type /);
	}
	assert.deepEqual(await said('POST', 'sync-state', { headers: { 'Content-Type': 'application/json; charset=UTF-8' }, body }), [200, '[]']);
	assert.deepEqual(await said('POST', 'sync-state', { body: '{"a":' }), [400, '{"message":"Decoding error."}']);
	const html = await shop.rest('GET', 'ping', { headers: { Accept: 'text/html' } });
	assert.equal(html.status, 500);
	assert.match(html.headers['content-type'], /^text\/html/);
	const xml = await shop.rest('GET', 'ping', { headers: { Accept: 'application/xml' } });
	assert.match(xml.text, /^<\?xml version="1.0"\?>\n<response><item>true<\/item>/);
	const storefront = await shop.rest('GET', '/V1/byte8/ping');
	assert.equal(storefront.status, 302);
});

test('ping and payment methods, under every prefix', async () => {
	const shop = new Shop();
	await shop.pair();
	await shop.control('POST', 'clock', { now: 1763670565, frozen: true });
	const expected = `[true,"${TENANT}","2025-11-20T20:29:25+00:00"]`;
	for (const prefix of ['/rest/V1', '/rest/all/V1', '/rest/default/V1', '/index.php/rest/V1']) {
		const res = await shop.rest('GET', `${prefix}/byte8/ping`, { token: shop.token({}, 1763670565) });
		assert.equal(res.text, expected, prefix);
	}
	await shop.control('POST', 'settings', { ping_object: true });
	const object = await shop.rest('GET', 'ping', { token: shop.token({}, 1763670565) });
	assert.equal(object.text, `{"ok":true,"tenant_id":"${TENANT}","server_time":"2025-11-20T20:29:25+00:00"}`);
	const methods = await shop.rest('GET', 'payment-methods', { token: shop.token({}, 1763670565) });
	assert.match(methods.text, /"label":"Check \\\/ Money order"/);
	assert.ok(JSON.parse(methods.text).some((one) => one.label === null));
});

test('pairing', async () => {
	const shop = new Shop();
	const { code } = await shop.control('POST', 'pairing-code');
	const body = { pairing_code: code, tenant_id: TENANT, byte8_api_key: KEY, ledger_base_url: 'https://host/x/' };
	const pair = (change = {}) => shop.rest('POST', 'setup/pair', { token: null, body: { ...body, ...change } });
	const refused = [
		[{ tenant_id: null }, 400, '{"message":"\\"%fieldName\\" is required. Enter and try again.","parameters":{"fieldName":"tenantId"}}'],
		[{ tenant_id: ' ' }, 400, '{"message":"pairing_code, tenant_id, byte8_api_key and ledger_base_url are all required."}'],
		[{ tenant_id: '0' }, 400, '{"message":"pairing_code, tenant_id, byte8_api_key and ledger_base_url are all required."}'],
		[{ ledger_base_url: 'host/x' }, 400, '{"message":"ledger_base_url must be an absolute http(s) URL."}'],
		[{ pairing_code: code.toUpperCase() }, 401, '{"message":"Invalid or expired pairing code."}'],
		[{ pairing_code: 'f'.repeat(32) }, 401, '{"message":"Invalid or expired pairing code."}'],
	];
	assert.match(code, new RegExp(wire.pairing.form));
	for (const [change, status, text] of refused) {
		const res = await pair(change);
		assert.deepEqual([res.status, res.text], [status, text]);
	}
	const none = await shop.rest('POST', 'setup/pair', { token: null, body: {} });
	assert.equal(none.status, 400);
	const several = JSON.parse(none.text);
	assert.equal(several.message, 'One or more input exceptions have occurred.');
	assert.deepEqual(several.errors.map((one) => one.parameters.fieldName), ['pairingCode', 'tenantId', 'byte8ApiKey', 'ledgerBaseUrl']);

	const good = await pair({ pairing_code: ` ${code}\n` });
	assert.deepEqual([good.status, good.text], [200, '[]'], 'a 400 or a wrong code uses nothing up; outer space is trimmed');
	assert.equal((await shop.control('GET', 'status')).base_url, 'https://host/x');
	assert.equal((await shop.rest('GET', 'ping')).status, 200);
	assert.equal((await pair()).status, 401, 'a code is good once');

	// Re-pairing is the key rotation; camelCase works as well.
	const second = await shop.control('POST', 'pairing-code');
	const rotated = await shop.rest('POST', 'setup/pair', { token: null, body: { pairingCode: second.code, tenantId: TENANT, byte8ApiKey: 'new key', ledgerBaseUrl: 'http://h' } });
	assert.equal(rotated.status, 200);
	assert.equal((await shop.rest('GET', 'ping')).status, 401, 'the old key is dead at once');

	for (const [age, status] of [[1801, 401], [1800, 200]]) {
		await shop.control('POST', 'clock', { now: 1800000000, frozen: true });
		const late = await shop.control('POST', 'pairing-code');
		await shop.control('POST', 'clock', { advance: age });
		assert.equal((await pair({ pairing_code: late.code })).status, status, `${age} s`);
	}
});

test('sync states', async () => {
	const shop = new Shop();
	await shop.pair();
	await shop.control('POST', 'clock', { now: 1763670565, frozen: true });
	const base = { entity_type: 'invoice', magento_entity_id: 1, provider: 'sage_accounting', sync_status: 'synced' };
	const post = async (change) => (await shop.rest('POST', 'sync-state', { body: { ...base, ...change }, token: shop.token({}, 1763670565) })).status;
	const row = async (id = 1) => (await shop.control('GET', `states?entity_type=invoice&magento_entity_id=${id}`))[0];

	await shop.control('POST', 'invoices', { items: [ITEM] });
	assert.deepEqual([(await row()).sync_status, (await row()).chip, (await row()).writes], ['pending', '⏳ Pending', 0]);

	assert.equal(await post({ provider_reference: 'SI-27', provider_entity_id: 'abc', unknown: 1 }), 200);
	assert.equal((await row()).chip, '✓ Synced');
	assert.equal((await row()).tooltip, 'SI-27');
	assert.equal((await row()).last_sync_at, '2025-11-20 20:29:25');
	await shop.control('POST', 'raw?kind=invoice&events=invoice.created', '{"magento_id":1,"increment_id":"1","state":"paid"}');
	assert.equal((await row()).sync_status, 'synced', 'a later event does not turn it back');

	assert.equal(await post({ magento_entity_id: '1', sync_status: 'skipped', skip_reason: 'x'.repeat(65) }), 200);
	assert.deepEqual([(await row()).provider_reference, (await row()).skip_reason], [null, 'x'.repeat(64)]);
	assert.equal((await row()).tooltip, `Skipped: ${'x'.repeat(64)}`);
	assert.equal(await post({ sync_status: 'failed', error_code: 'é'.repeat(70), skip_reason: null }), 200);
	assert.deepEqual([(await row()).error_code, (await row()).chip], ['é'.repeat(64), '✗ Failed']);
	assert.equal((await row()).writes, 3);

	const times = { '2026-11-20T20:30:37Z': '2026-11-20 20:30:37', '2026-11-20 20:30:37': '2026-11-20 20:30:37', '2026-11-20T20:30:37+05:00': '2026-11-20 20:30:37', soon: '0000-00-00 00:00:00' };
	for (const [sent, kept] of Object.entries(times)) {
		assert.equal(await post({ last_sync_at: sent }), 200);
		assert.equal((await row()).last_sync_at, kept, sent);
	}
	const refused = [{ entity_type: 'order' }, { magento_entity_id: 0 }, { magento_entity_id: -1 }, { magento_entity_id: 'abc' }, { sync_status: 'pending' }, { sync_status: 'done' },
		{ provider: '' }, { provider: 'p'.repeat(33) }, { provider: null }, { entity_type: undefined }, { provider_reference: [1] }];
	for (const change of refused) assert.equal(await post(change), 400, JSON.stringify(change));
	assert.equal(await post({ provider: 'p'.repeat(32), magento_entity_id: 999 }), 200, 'existence is not checked');
	assert.equal((await row(999)).chip, null, 'another provider has no chip');
});
