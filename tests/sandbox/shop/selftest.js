// The shop sandbox judged by what was measured on a real Magento.
// SHOP_SANDBOX_URL=http://127.0.0.1:PORT node --test tests/sandbox/shop/selftest.js
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const ORIGIN = process.env.SHOP_SANDBOX_URL;
const VECTORS = path.join(__dirname, '..', '..', 'vectors');
const wire = JSON.parse(fs.readFileSync(path.join(VECTORS, 'wire.json'), 'utf8'));
const KEY = wire.derivation[0].api_key;
const TENANT = wire.derivation[0].tenant_id;

if (!ORIGIN) throw new Error('SHOP_SANDBOX_URL is not set');

// A request with nothing added: fetch would send headers of its own.
function send(method, url, headers = {}, body) {
	return new Promise((resolve, reject) => {
		const req = http.request(url, { method, headers, agent: false }, (res) => {
			const parts = [];
			res.on('data', (part) => parts.push(part));
			res.on('error', reject);
			res.on('end', () => {
				const text = Buffer.concat(parts).toString('utf8');
				resolve({ status: res.statusCode, headers: res.headers, text });
			});
		});
		req.on('error', reject);
		req.end(body);
	});
}

let shops = 0;
class Shop {
	constructor() {
		this.base = `${ORIGIN}/self-${process.pid}-${++shops}`;
	}
	async control(method, name, body) {
		const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
		const res = await send(method, `${this.base}/_sandbox/${name}`, {}, text);
		assert.equal(res.status, 200, `${name}: ${res.text}`);
		return JSON.parse(res.text);
	}
	pair(base_url = 'http://127.0.0.1:1', tenant_id = TENANT, api_key = KEY) {
		return this.control('POST', 'pair', { tenant_id, api_key, base_url });
	}
	rest(method, route, { headers = {}, body, token = this.token() } = {}) {
		const all = { Accept: 'application/json', ...headers };
		if (token !== null) all.Authorization = `Bearer ${token}`;
		if (body !== undefined && !('Content-Type' in all)) all['Content-Type'] = 'application/json';
		const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
		return send(method, `${this.base}${route.startsWith('/') ? '' : '/rest/V1/byte8/'}${route}`, all, text);
	}
	token(claims = {}, now = Math.floor(Date.now() / 1000)) {
		return sign('byte8-magento-inbound-v1', KEY, {
			iss: 'byte8-ledger', sub: TENANT, aud: 'magento', iat: now, nbf: now - 60,
			exp: now + 240, jti: crypto.randomUUID(), ...claims,
		});
	}
}

function subkey(info, key) {
	return Buffer.from(crypto.hkdfSync('sha256', key, '', info, 32));
}

function sign(info, key, claims, header = { alg: 'HS256', typ: 'JWT' }) {
	const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
	return `${input}.${crypto.createHmac('sha256', subkey(info, key)).update(input).digest('base64url')}`;
}

// A server that records what it is sent and answers as told: a status, or raw bytes.
async function ledger(t, answer) {
	const seen = [];
	const server = http.createServer((req, res) => {
		let body = '';
		req.on('data', (part) => { body += part; });
		req.on('end', () => {
			seen.push({ method: req.method, url: req.url, raw: req.rawHeaders, headers: req.headers, body, port: req.socket.remotePort });
			const reply = answer(req, seen.length);
			if (reply.raw !== undefined) {
				res.socket.end(reply.raw);
			} else if (reply.never !== true) {
				res.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
				res.end(reply.body ?? '');
			}
		});
	});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	t.after(() => { server.closeAllConnections(); server.close(); });
	return { url: `http://127.0.0.1:${server.address().port}`, seen };
}

const ITEM = { sku: 'A', name: 'A', qty: 2, price: 50, tax_percent: 20 };
const iso = (unix) => new Date(unix * 1000).toISOString().replace('.000', '');

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

test('canonical bodies given verbatim come back byte for byte', async () => {
	const shop = new Shop();
	await shop.pair();
	const files = fs.readdirSync(path.join(VECTORS, 'canonical'));
	assert.ok(files.length >= 9);
	for (const file of files) {
		const body = fs.readFileSync(path.join(VECTORS, 'canonical', file), 'utf8').trimEnd();
		const [kind, id] = file.replace('.json', '').split('-');
		await shop.control('POST', `raw?kind=${kind}`, body);
		const res = await shop.rest('GET', `${kind}/${id}`);
		assert.equal(res.status, 200);
		assert.equal(res.text, body, file);
	}
});

// The entities of the vectors made from a cart: Magento's own arithmetic and printing.
test('made entities equal the real ones byte for byte', async () => {
	const shop = new Shop();
	await shop.pair();
	const real = (name) => fs.readFileSync(path.join(VECTORS, 'canonical', `${name}.json`), 'utf8').trimEnd();
	const at = (name, field = 'created_at') => JSON.parse(real(name))[field];
	const high = { street: ['1 High St', 'Flat 2'], city: 'London', region: 'Greater London', postcode: 'SW1A 1AA', country_id: 'GB', telephone: '0207 000' };
	const order = { street: ['9 Order Rd', 'Unit 3'], city: 'Leeds', region: 'West Yorkshire', postcode: 'LS1 1AA', country_id: 'GB', telephone: '0113 000' };
	const ship = { ...order, street: '5 Ship St', city: 'York' };
	const sku = 'SIMPLE-1 & "Ω"/é';
	const simple = { sku, name: `Prod ${sku}`, tax_percent: 20 };
	const same = async (kind, id) => assert.equal((await shop.rest('GET', `${kind}/${id}`)).text, real(`${kind}-${id}`), `${kind}-${id}`);

	await shop.control('POST', 'customers', { email: 'ada@example.test', first_name: 'Ada', last_name: 'Lovelace', address: high, created_at: at('customer-1'), updated_at: at('customer-1') });
	await shop.control('POST', 'customers', { email: 'bare@example.test', first_name: 'Bare', last_name: 'Profile', created_at: at('customer-2'), updated_at: at('customer-2') });
	await same('customer', 1);
	await same('customer', 2);
	await shop.control('POST', 'invoices', { customer_id: 1, billing_address: order, shipping_address: ship, shipping: 15, created_at: at('invoice-1'),
		items: [{ ...simple, qty: 2, price: 50 }, { sku: 'VIRT-1', name: 'Prod VIRT-1', qty: 1, price: '30.00', tax_percent: '20' }] });
	await shop.control('POST', 'invoices', { guest: { email: 'guest@example.test', first_name: 'Guy', last_name: 'Guest', company: 'Order Co' }, billing_address: order, shipping_address: ship, shipping: 5, created_at: at('invoice-2'),
		payment_method: 'purchaseorder', po_number: 'PO-77', items: [{ ...simple, price: 50 }] });
	await shop.control('POST', 'invoices', { id: 4, order_id: 4, guest: { email: 'eur@example.test', first_name: 'Ada', last_name: 'L' }, billing_address: { ...order, street: '9 Order Rd' }, shipping_address: { ...order, street: '9 Order Rd' },
		shipping: 17.55, shipping_tax_percent: 20, discount_percent: 10, currency: 'EUR', base_to_order_rate: 1.17, created_at: at('invoice-4'), items: [{ ...simple, qty: 3, price: 58.5 }] });
	for (const id of [1, 2, 4]) await same('invoice', id);
	await shop.control('POST', 'creditmemos', { invoice_id: 1, adjustment_positive: 1, adjustment_negative: 2, reason: 'Damaged in transit', created_at: at('creditmemo-1') });
	await same('creditmemo', 1);
	await shop.control('POST', 'invoices', { id: 3, payment_method: 'banktransfer', gateway_metadata: ['Bank Transfer Payment', null], created_at: at('payment-3', 'captured_at'), items: [{ ...simple, price: 90 }] });
	await same('payment', 3);
	await shop.control('POST', 'products', { sku, name: 'Renamed', price: 55, cost: '20.5000', weight: 1.5, stock_qty: 98, created_at: at('product-1'), updated_at: at('product-1', 'updated_at') });
	await shop.control('POST', 'products', { sku: 'VIRT-1', name: 'Prod VIRT-1', product_type: 'virtual', price: 30, stock_qty: 0, manage_stock: false, created_at: at('product-2'), updated_at: at('product-2') });
	await same('product', 1);
	await same('product', 2);
});

test('an invoice falls back on its order for what the profile lacks, a credit memo does not', async () => {
	const shop = new Shop();
	await shop.pair();
	await shop.control('POST', 'customers', { email: 'bare@example.test', first_name: 'Bare', last_name: 'Profile' });
	const { entity } = await shop.control('POST', 'invoices', { customer_id: 1, company: 'Order Co', items: [ITEM] });
	assert.equal(entity.customer.company, 'Order Co');
	assert.equal(entity.customer.addresses.length, 2);
	assert.equal(entity.customer.group_id, 1);
	const memo = await shop.control('POST', 'creditmemos', { invoice_id: 1 });
	assert.deepEqual(memo.entity.customer.addresses, []);
	assert.ok(!('company' in memo.entity.customer));
	await shop.control('POST', 'customers', { id: 1, email: 'new@example.test', address: {} });
	const now = JSON.parse((await shop.rest('GET', 'invoice/1')).text);
	assert.equal(now.customer.email, 'new@example.test', 'the profile is read on each call');
});

test('carts: composites, discounts, partial refunds', async () => {
	const shop = new Shop();
	await shop.pair();
	const make = async (cart) => (await shop.control('POST', 'invoices', cart)).entity;
	const zero = { line_subtotal: 0, line_tax: 0, line_total: 0 };

	const configurable = await make({ items: [{ ...ITEM, type: 'configurable', child_name: 'A-red' }] });
	assert.deepEqual(configurable.lines[1], { sku: 'A', name: 'A-red', qty: 2, unit_price: 0, ...zero });
	assert.equal(configurable.grand_total, 120);

	const bundle = await make({ items: [{ type: 'bundle', sku: 'B', qty: 1, price: 80, children: [{ ...ITEM, qty: 1 }, { sku: 'C', price: 30, tax_percent: 0 }] }] });
	assert.deepEqual(bundle.lines[0], { sku: 'B', name: 'B', qty: 1, unit_price: 80, ...zero });
	assert.deepEqual([bundle.subtotal, bundle.tax_amount, bundle.grand_total], [80, 10, 90]);
	assert.ok(!('tax_rate' in bundle.lines[2]));

	const shared = await make({ discount: 10, items: [{ sku: 'A', price: 10 }, { sku: 'B', price: 10 }, { sku: 'C', price: 10 }] });
	assert.deepEqual(shared.lines.map((line) => line.line_total), [6.67, 6.67, 6.66]);
	assert.equal(shared.discount_amount, -10);
	assert.equal(shared.grand_total, 20);

	// 12 off gross at 20 %: 10 net, 2 of it tax that Magento hides as compensation.
	const gross = await make({ discount: 12, discount_includes_tax: true, items: [{ sku: 'A', price: 100, tax_percent: 20 }] });
	assert.deepEqual([gross.lines[0].line_tax, gross.lines[0].line_total, gross.grand_total], [18, 106, 108]);

	const odd = await make({ items: [{ sku: 'A', qty: '3', price: '4.995', tax_percent: 20 }] });
	assert.deepEqual([odd.lines[0].unit_price, odd.lines[0].line_subtotal, odd.lines[0].line_tax], [4.995, 14.99, 3]);

	const gift = await make({ adjustment: -25, items: [ITEM] });
	assert.equal(gift.grand_total, 95);

	const part = (await shop.control('POST', 'creditmemos', { invoice_id: 5, items: [{ sku: 'A', qty: 1 }], reason: 'One came back' })).entity;
	assert.deepEqual([part.lines[0].qty, part.lines[0].line_subtotal, part.lines[0].line_tax, part.grand_total], [1, 5, 1, 6]);
	const detached = (await shop.control('POST', 'creditmemos', { invoice_id: 1, from_order: true })).entity;
	assert.ok(!('invoice_id' in detached) && !('invoice_created_at' in detached));

	const bad = await send('POST', `${shop.base}/_sandbox/invoices`, {}, JSON.stringify({ items: [{ sku: 'A', price: 'ten' }] }));
	assert.equal(bad.status, 400);
	assert.match(bad.text, /price/);
});

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

test('the outbox: bodies, headers, keys', async (t) => {
	const server = await ledger(t, () => ({ status: 202, body: '{"sync_run_id":"run-1"}' }));
	const shop = new Shop();
	const awkward = wire.derivation[2];
	await shop.control('POST', 'invoices', { items: [ITEM] });
	assert.deepEqual(await shop.control('GET', 'outbox'), [], 'nothing is queued while unpaired');
	await shop.pair(`${server.url}/x/`, awkward.tenant_id, awkward.api_key);
	await shop.control('POST', 'clock', { now: 1763670565, frozen: true });
	await shop.control('POST', 'customers', { email: 'a@example.test', website_id: 3 });
	await shop.control('POST', 'products', { sku: 'A' });
	const open = await shop.control('POST', 'invoices', { items: [ITEM], state: 'open', increment_id: 'X/2', website_id: 3, store_id: 4 });
	assert.deepEqual(open.queued, ['invoice.created']);
	assert.deepEqual((await shop.control('POST', `invoices/${open.id}/pay`)).queued, ['invoice.paid']);
	await shop.control('POST', 'creditmemos', { invoice_id: open.id });
	assert.deepEqual((await shop.control('POST', 'customers', { id: 1, email: 'b@example.test' })).queued, [], 'any row with the key swallows the event');
	assert.deepEqual(await shop.control('POST', 'drain'), { ran: true, sent: 5, succeeded: 5, retrying: 0, dead_lettered: 0, due: 0 });

	const when = '"occurred_at":"2025-11-20T20:29:25Z"';
	assert.deepEqual(server.seen.map((one) => [one.headers['idempotency-key'], one.body]), [
		['customer.upserted:1', `{"magento_entity_id":1,"website_id":3,"store_id":0,${when},"payload":{}}`],
		['product.upserted:1', `{"magento_entity_id":1,"website_id":0,"store_id":0,${when},"payload":{}}`],
		['invoice.created:2', `{"magento_entity_id":2,"website_id":3,"store_id":4,${when},"payload":{"increment_id":"X\\/2","paid":false}}`],
		['invoice.paid:2', `{"magento_entity_id":2,"website_id":3,"store_id":4,${when},"payload":{"increment_id":"X\\/2"}}`],
		['creditmemo.created:1', `{"magento_entity_id":1,"website_id":3,"store_id":4,${when},"payload":{"increment_id":"000000001"}}`],
	]);
	const ports = new Set();
	const jtis = new Set();
	for (const one of server.seen) {
		const names = one.raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()).sort();
		assert.deepEqual(names, ['accept', 'authorization', 'content-length', 'content-type', 'host', 'idempotency-key']);
		assert.equal(one.headers.accept, '*/*');
		assert.equal(one.headers['content-type'], 'application/json');
		assert.match(one.url, /^\/x\/webhooks\/magento\/shop%2F%C3%A9%20%221%22\//);
		const [header, body, signature] = one.headers.authorization.replace(/^Bearer /, '').split('.');
		const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
		assert.equal(signature, crypto.createHmac('sha256', subkey('byte8-magento-outbound-v1', awkward.api_key))
			.update(`${header}.${body}`).digest('base64url'));
		assert.equal(claims.sub, awkward.tenant_id);
		assert.equal(claims.exp - claims.iat, 60);
		ports.add(one.port);
		jtis.add(claims.jti);
	}
	assert.equal(ports.size, 5, 'a new connection each');
	assert.equal(jtis.size, 5, 'a new token each');
	const row = (await shop.control('GET', 'outbox'))[0];
	assert.deepEqual([row.status, row.attempts, row.last_status_code, row.next_attempt_at, row.last_error], ['succeeded', 1, 202, null, null]);

	await shop.control('POST', 'clock', { advance: 30 * 86400 + 1 });
	assert.equal((await shop.control('POST', 'gc')).deleted, 5);
	assert.deepEqual((await shop.control('POST', 'customers', { id: 1, email: 'b@example.test' })).queued, ['customer.upserted']);
});

test('the outbox: every class of answer', async (t) => {
	const answers = {
		200: 'succeeded', 204: 'succeeded', 299: 'succeeded',
		301: 'pending', 302: 'pending', 500: 'pending', 503: 'pending', 504: 'pending',
		400: 'dead_lettered', 401: 'dead_lettered', 404: 'dead_lettered', 408: 'dead_lettered', 409: 'dead_lettered',
		413: 'dead_lettered', 422: 'dead_lettered', 429: 'dead_lettered', 499: 'dead_lettered',
	};
	for (const [status, expected] of Object.entries(answers)) {
		const server = await ledger(t, () => ({ status: Number(status), body: status === '204' ? '' : 'why/é', headers: { Location: '/elsewhere' } }));
		const shop = new Shop();
		await shop.pair(server.url);
		await shop.control('POST', 'customers', { email: 'a@example.test' });
		await shop.control('POST', 'drain');
		const [row] = await shop.control('GET', 'outbox');
		assert.deepEqual([row.status, row.attempts, row.last_status_code], [expected, 1, Number(status)]);
		assert.equal(row.last_error, expected === 'succeeded' ? null : `HTTP ${status}: why/é`);
		assert.equal(server.seen.length, 1, 'no redirect is followed');
	}
	const transient = {
		'an interim first line': { raw: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n' },
		'a malformed status line': { raw: 'NONSENSE 202\r\n\r\n' },
		'a cut connection': { raw: '' },
		'no answer in time': { never: true },
	};
	for (const [name, reply] of Object.entries(transient)) {
		const server = await ledger(t, () => reply);
		const shop = new Shop();
		await shop.pair(server.url);
		await shop.control('POST', 'settings', { timeout_ms: 300 });
		await shop.control('POST', 'customers', { email: 'a@example.test' });
		await shop.control('POST', 'drain');
		const [row] = await shop.control('GET', 'outbox');
		assert.equal(row.status, 'pending', name);
		assert.notEqual(row.last_error, null, name);
	}
	const server = await ledger(t, () => ({ status: 422, body: 'x'.repeat(9000) }));
	const shop = new Shop();
	await shop.pair(server.url);
	await shop.control('POST', 'customers', { email: 'a@example.test' });
	await shop.control('POST', 'drain');
	assert.equal((await shop.control('GET', 'outbox'))[0].last_error, `HTTP 422: ${'x'.repeat(8192)}`);
});

test('the outbox: the ladder, the burial, the requeue', async (t) => {
	const ladder = [60, 300, 1800, 7200, 21600, 43200, 86400, 86400, 86400];
	let status = 503;
	const server = await ledger(t, () => ({ status, body: 'busy' }));
	const shop = new Shop();
	let now = 1763670565;
	await shop.pair(server.url);
	await shop.control('POST', 'clock', { now, frozen: true });
	await shop.control('POST', 'customers', { email: 'a@example.test' });
	for (const [i, wait] of ladder.entries()) {
		assert.equal((await shop.control('POST', 'drain')).retrying, 1, `attempt ${i + 1}`);
		const [row] = await shop.control('GET', 'outbox');
		assert.deepEqual([row.attempts, row.next_attempt_at], [i + 1, iso(now + wait)]);
		await shop.control('POST', 'clock', { now: now + wait - 1 });
		assert.equal((await shop.control('POST', 'drain')).sent, 0, 'not a second early');
		now += wait;
		await shop.control('POST', 'clock', { now });
	}
	assert.equal((await shop.control('POST', 'drain')).dead_lettered, 1);
	const [dead] = await shop.control('GET', 'outbox');
	assert.deepEqual([dead.status, dead.attempts, dead.last_error], ['dead_lettered', 10, 'transient_exhausted: HTTP 503: busy']);
	await shop.control('POST', 'clock', { advance: 10 * 86400 });
	assert.equal((await shop.control('POST', 'drain')).sent, 0, 'cron revives nothing');
	assert.equal((await shop.control('POST', 'requeue', { all: true })).requeued, 1);
	status = 202;
	assert.equal((await shop.control('POST', 'drain')).succeeded, 1);
	assert.equal((await shop.control('GET', 'outbox'))[0].attempts, 1);
});

test('the outbox: fifty at a time, in order; cron by itself; nothing while unpaired', async (t) => {
	const server = await ledger(t, () => ({ status: 202 }));
	const shop = new Shop();
	await shop.pair(server.url);
	for (let i = 1; i <= 52; i++) await shop.control('POST', 'products', { sku: `P${i}` });
	const first = await shop.control('POST', 'drain');
	assert.deepEqual([first.sent, first.due], [50, 2]);
	assert.deepEqual(server.seen.map((one) => one.headers['idempotency-key']), Array.from({ length: 50 }, (_, i) => `product.upserted:${i + 1}`));

	const before = (await shop.control('GET', 'settings')).drain_interval_ms;
	t.after(() => shop.control('POST', 'settings', { drain_interval_ms: before }));
	await shop.control('POST', 'settings', { drain_interval_ms: 20 });
	const deadline = Date.now() + 10000;
	while (server.seen.length < 52 && Date.now() < deadline) await new Promise((resolve) => { setTimeout(resolve, 20); });
	assert.equal(server.seen.length, 52, 'the cron thread took the rest');
	await shop.control('POST', 'settings', { drain_interval_ms: 0 });

	await shop.control('POST', 'products', { sku: 'late' });
	await shop.control('POST', 'disconnect');
	assert.deepEqual(await shop.control('POST', 'drain'), { ran: false, sent: 0, succeeded: 0, retrying: 0, dead_lettered: 0, due: 1 });
});

test('the command line\'s sync', async (t) => {
	let status = 202;
	const server = await ledger(t, () => ({ status, body: '{"sync_run_id":"run-7"}' }));
	const shop = new Shop();
	await shop.pair(server.url);
	await shop.control('POST', 'invoices', { items: [ITEM], events: false });
	await shop.control('POST', 'invoices', { items: [ITEM], state: 'open', events: false });
	const both = await shop.control('POST', 'cli-sync', { all: true, event: 'both' });
	assert.deepEqual(both.map((one) => [one.event, one.id, one.sync_run_id]), [['invoice.created', 1, 'run-7'], ['invoice.paid', 1, 'run-7'], ['invoice.created', 2, 'run-7']]);
	assert.equal((await shop.control('POST', 'cli-sync', { all: true, event: 'created', state: 'open' })).length, 1);
	status = 422;
	const [refused] = await shop.control('POST', 'cli-sync', { ids: [1], event: 'created' });
	assert.deepEqual([refused.outcome, refused.queued], ['refused', false]);
	assert.deepEqual(await shop.control('GET', 'outbox'), []);
	status = 503;
	const [queued] = await shop.control('POST', 'cli-sync', { ids: [1], event: 'created' });
	assert.deepEqual([queued.outcome, queued.sync_run_id, queued.queued], ['transient', '', true]);
	const [row] = await shop.control('GET', 'outbox');
	assert.deepEqual([row.status, row.idempotency_key, row.last_error], ['pending', 'invoice.created:1', 'HTTP 503: {"sync_run_id":"run-7"}']);
});

test('disconnect and health', async (t) => {
	const health = { tenant: { magento_connection_status: 'active' }, binding: { status: 'active', region: 'gb' }, sync: { pending_count: 0, failed_24h: 0 } };
	const server = await ledger(t, (req) => (req.url === '/v1/tile/health' ? { status: 200, body: JSON.stringify(health) } : { status: 500, body: '{}' }));
	const shop = new Shop();
	await shop.pair(server.url);
	const tile = await shop.control('GET', 'health');
	assert.deepEqual([tile.status, tile.body, tile.tile], [200, health, 'connected: Connected to Sage (GB)']);
	assert.equal(server.seen[0].headers.accept, 'application/json');
	health.binding.status = '';
	assert.equal((await shop.control('GET', 'health')).tile, 'warning: Finish setup');
	const gone = await shop.control('POST', 'disconnect');
	assert.deepEqual([gone.status, gone.acknowledged], [500, false]);
	const last = server.seen.at(-1);
	assert.deepEqual([last.method, last.url, last.body], ['POST', '/v1/tenant/disconnect', '{}']);
	assert.equal(last.headers['idempotency-key'], `disconnect:${crypto.createHash('sha1').update(TENANT).digest('hex')}`);
	const status = await shop.control('GET', 'status');
	assert.deepEqual([status.paired, status.base_url], [false, server.url], 'credentials go whatever the answer; the URL stays');
	assert.equal((await shop.rest('GET', 'ping')).status, 401);
});

test('faults', async () => {
	const shop = new Shop();
	await shop.pair();
	const fault = (body) => shop.control('POST', 'faults', body);
	await shop.control('POST', 'products', { sku: 'A' });
	for (const [name, status] of [['500', 500], ['503', 503], ['401', 401], ['404', 404], ['html', 200], ['redirect', 302]]) {
		await fault({ fault: name, match: 'GET /rest/V1/byte8/product/' });
		assert.equal((await shop.rest('GET', 'ping')).status, 200, 'another path is left alone');
		assert.equal((await shop.rest('GET', 'product/1')).status, status);
		assert.equal((await shop.rest('GET', 'product/1')).status, 200, 'once');
	}
	await fault({ fault: 'cut', count: 2 });
	await assert.rejects(shop.rest('GET', 'ping'));
	await assert.rejects(shop.rest('GET', 'ping'));
	await fault({ fault: 'truncated' });
	const half = await shop.rest('GET', 'product/1');
	assert.throws(() => JSON.parse(half.text));
	await fault({ fault: 'huge', bytes: 3000000 });
	assert.equal((await shop.rest('GET', 'product/1')).text.length, 3000000);
	await fault({ fault: 'slow', ms: 200 });
	const started = Date.now();
	assert.equal((await shop.rest('GET', 'product/1')).status, 200);
	assert.ok(Date.now() - started >= 200);

	// The answer is lost, the work is done.
	const other = new Shop();
	const { code } = await other.control('POST', 'pairing-code');
	await other.control('POST', 'faults', { fault: 'cut', match: 'setup/pair', after: true });
	await assert.rejects(other.rest('POST', 'setup/pair', { token: null, body: { pairing_code: code, tenant_id: TENANT, byte8_api_key: KEY, ledger_base_url: 'http://h' } }));
	assert.equal((await other.rest('GET', 'ping')).status, 200);
	const log = await shop.control('GET', 'requests');
	assert.ok(log.requests.some((one) => one.fault === 'cut' && one.status === 0));
	assert.equal(JSON.parse((await send('POST', `${shop.base}/_sandbox/faults`, {}, '{"fault":"nope"}')).text).error.startsWith('fault:'), true);
});
