'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { send, subkey, ledger, wire, KEY, TENANT, ITEM, iso, Shop } = require('./client');

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
