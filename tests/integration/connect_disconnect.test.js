'use strict';
// Letting go from either side, and coming back: to the same business without duplicates, to
// another one with fresh cross-references. Pausing, and what was queued meanwhile.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { request } = require('./lib/http');
const { newOwner } = require('./lib/merchant');
const { postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { until } = require('./lib/until');

const FIRST = 'f5d7e2532cc9ad16bc2a41222d76f269';
const SECOND = 'fbfba2e45c2045dc5cab22a5afe83d9d';

let stack, owner, sage;
let shops = 0;

before(async () => {
	stack = await startStack();
	owner = await newOwner(stack, 'Letting Go Ltd');
	sage = new Sage(stack.sageUrl);
});
after(() => stack?.stop());
beforeEach(async () => {
	await sage.control('POST', 'reset', {});
	await stack.sql("DELETE FROM sign_in_throttle; UPDATE binding SET sage_business_id = NULL, sage_status = 'pending'; DELETE FROM job");
});

/** A shop of the sandbox, paired and joined. */
async function connected(business = FIRST) {
	const base = `${stack.shopUrl}/letting-${++shops}`;
	const control = async (path, body) => {
		const answer = await request(`${base}/_sandbox/${path}`, { method: body === null ? 'GET' : 'POST', body: body ?? undefined });
		assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text}`);
		return answer.json;
	};
	const shop = {
		base,
		control,
		pair: async () => (shop.tenant = await owner.pair(base, (await control('pairing-code')).code)),
		join: (to) => owner.connectSage(shop.tenant, to),
		invoice: () => control('invoices', { guest: { email: 'ada@example.test', first_name: 'Ada', last_name: 'Byron' }, billing_address: { street: ['1 High St'], city: 'London', postcode: 'SW1A 1AA', country_id: 'GB' }, items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }], state: 'open' }),
		drain: () => control('drain'),
		binding: async () => (await stack.sql(`SELECT * FROM binding WHERE id = '${shop.tenant}'`))[0],
		runs: () => stack.sql(`SELECT status, error_class, error_code, magento_id FROM sync_run WHERE binding_id = '${shop.tenant}' ORDER BY id`),
		token: async () => (await request(`${base}/_sandbox/token`)).json.token,
		event: async (id) => postEvent(stack, shop, 'invoice.created', id, { token: await shop.token() }),
	};
	await shop.pair();
	await shop.join(business);
	assert.equal((await stack.runWorker()).status, 0);
	return shop;
}

async function work() {
	const { status, stderr } = await stack.runWorker();
	assert.equal(status, 0, stderr);
}

const disconnect = (shop) => owner.post(`/dashboard/bindings/${shop.tenant}/disconnect`);

describe('disconnecting from the dashboard', () => {
	test('refuses events, deletes keys and tokens, revokes at Sage, ends what waited, keeps the rest', async () => {
		const shop = await connected();
		await shop.invoice();
		await shop.drain();
		await work();
		assert.equal((await shop.runs())[0].status, 'succeeded');
		const second = await shop.invoice();
		await shop.drain();
		await stack.sql(`UPDATE job SET state = 'waiting', due_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR; UPDATE lane SET parked_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE binding_id = '${shop.tenant}'`);
		const answer = await disconnect(shop);
		assert.equal(answer.status, 200, answer.text);
		assert.ok(!/could not be told/.test(answer.text));
		const row = await shop.binding();
		assert.deepEqual([row.status, row.sage_status, row.outbound_key, row.inbound_key, row.sage_business_id], ['revoked', 'pending', null, null, null]);
		assert.deepEqual(await stack.sql(`SELECT access_token, refresh_token FROM oauth_token WHERE binding_id = '${shop.tenant}'`), [{ access_token: null, refresh_token: null }]);
		assert.equal((await shop.event(99)).status, 401);
		await work();
		assert.deepEqual((await shop.runs()).slice(1), [{ status: 'failed', error_class: 'auth', error_code: 'binding_revoked', magento_id: String(second.id) }]);
		assert.deepEqual(await stack.sql(`SELECT id FROM job WHERE binding_id = '${shop.tenant}'`), []);
		assert.equal((await stack.sql(`SELECT 1 FROM entity_xref WHERE binding_id = '${shop.tenant}' AND kind = 'invoice'`)).length, 1);
		assert.match((await owner.get('/dashboard/bindings')).text, /Disconnected/);
		assert.deepEqual((await stack.sql("SELECT action FROM audit_log WHERE action = 'binding_disconnected'")).length, 1);
		assert.match((await disconnect(shop)).text, /disconnected before/);
	});

	test('goes through when Sage cannot be told, and says so', async () => {
		const shop = await connected();
		await sage.fault({ kind: 'unavailable', path: '/revoke', count: 1 });
		assert.match((await disconnect(shop)).text, /could not be told/);
		assert.equal((await shop.binding()).status, 'revoked');
	});

	test('is nobody else\'s to do', async () => {
		const shop = await connected();
		const stranger = await newOwner(stack, `Stranger ${shops} Ltd`);
		for (const action of ['disconnect', 'pause', 'resume', 'refresh'])
			assert.equal((await stranger.post(`/dashboard/bindings/${shop.tenant}/${action}`)).status, 404, action);
		await stack.sql("UPDATE member SET role = 'viewer' WHERE email = 'letting.go.ltd@example.test'");
		for (const action of ['disconnect', 'pause', 'resume', 'refresh'])
			assert.equal((await owner.post(`/dashboard/bindings/${shop.tenant}/${action}`)).status, 403, action);
		await stack.sql("UPDATE member SET role = 'owner'");
		assert.equal((await shop.binding()).status, 'active');
	});
});

describe('disconnecting from the shop', () => {
	test('ends what waited, and pairing again goes on with Sage as it was', async () => {
		const shop = await connected();
		await shop.invoice();
		await shop.drain();
		await stack.sql("UPDATE job SET state = 'waiting', due_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR");
		const token = await shop.token();
		await shop.control('disconnect', {});
		assert.equal((await shop.binding()).status, 'revoked');
		assert.equal((await postEvent(stack, shop, 'invoice.created', 98, { token })).status, 401);
		await work();
		assert.equal((await shop.runs()).at(-1).error_code, 'binding_revoked');
		const { tenant } = shop;
		assert.equal(await shop.pair(), tenant);
		await shop.invoice();
		await shop.drain();
		await work();
		assert.equal((await shop.runs()).at(-1).status, 'succeeded');
	});
});

describe('disconnecting from the shop, and for good', () => {
	const END = />Disconnect Sage<\/button>/;
	const page = async (shop) => (await owner.get(`/dashboard/bindings/${shop.tenant}`)).text;
	const sageTokens = async (shop) => (await stack.sql(`SELECT refresh_token IS NOT NULL AS kept FROM oauth_token WHERE binding_id = '${shop.tenant}'`))[0].kept;

	test("Sage's permission is ended by whoever may, once", async () => {
		const shop = await connected();
		assert.doesNotMatch(await page(shop), END);
		await shop.control('disconnect', {});
		assert.equal(await sageTokens(shop), '1');
		assert.match(await page(shop), END);
		await stack.sql("UPDATE member SET role = 'viewer' WHERE email = 'letting.go.ltd@example.test'");
		assert.doesNotMatch(await page(shop), END);
		await stack.sql("UPDATE member SET role = 'owner'");
		await sage.fault({ kind: 'latency', path: '/revoke', ms: 1, count: 1 });
		const answer = await disconnect(shop);
		assert.equal(answer.status, 200, answer.text);
		assert.match(answer.text, /Sage tokens are deleted/);
		assert.doesNotMatch(answer.text, /events are refused|disconnected before/);
		assert.deepEqual(await sage.control('GET', 'faults'), [], 'Sage was asked to revoke');
		assert.equal(await sageTokens(shop), '0');
		const { status, sage_status, sage_business_id } = await shop.binding();
		assert.deepEqual([status, sage_status, sage_business_id], ['revoked', 'pending', null]);
		assert.equal((await stack.sql("SELECT 1 FROM audit_log WHERE action = 'sage_disconnected'")).length, 1);
		assert.doesNotMatch(await page(shop), END);
		assert.match((await disconnect(shop)).text, /disconnected before/);
	});

	test('the shop comes back to the same business after it all the same', async () => {
		const shop = await connected();
		await shop.control('disconnect', {});
		await disconnect(shop);
		await shop.pair();
		await shop.join(FIRST);
		await shop.invoice();
		await shop.drain();
		await work();
		assert.equal((await shop.runs()).at(-1).status, 'succeeded');
	});

	test('nobody else ends it', async () => {
		const shop = await connected();
		await shop.control('disconnect', {});
		const stranger = await newOwner(stack, `Passer-by ${shops} Ltd`);
		assert.equal((await stranger.post(`/dashboard/bindings/${shop.tenant}/disconnect`)).status, 404);
		assert.equal(await sageTokens(shop), '1');
	});
});

describe('coming back', () => {
	test('to the same business makes no duplicates', async () => {
		const shop = await connected();
		const { id } = await shop.invoice();
		await shop.drain();
		await work();
		await disconnect(shop);
		await shop.pair();
		await shop.join(FIRST);
		await work();
		await shop.control('cli-sync', { ids: [id], event: 'created' });
		await stack.sql("UPDATE sync_run SET status = 'failed'");
		await shop.control('cli-sync', { ids: [id], event: 'created' });
		await work();
		assert.equal((await sage.invoices(FIRST)).length, 1);
		assert.equal((await shop.runs()).at(-1).status, 'succeeded');
		assert.equal((await shop.binding()).policy_version, '1');
	});

	test('to another business: fresh cross-references, new defaults, the old history', async () => {
		const shop = await connected();
		await shop.invoice();
		await shop.drain();
		await work();
		await disconnect(shop);
		await shop.pair();
		const back = await owner.get(await owner.decide(await owner.consentUrl(shop.tenant)));
		const page = await owner.get(back.headers.location);
		assert.match(page.text, new RegExp(`${FIRST}[^]*joined to this shop before`));
		assert.equal((await owner.post('/dashboard/connect-sage/business', { binding: shop.tenant, business: SECOND })).status, 303);
		await work();
		assert.equal((await shop.binding()).policy_version, '2');
		await shop.invoice();
		await shop.drain();
		await work();
		assert.equal((await sage.invoices(FIRST)).length, 1);
		assert.equal((await sage.invoices(SECOND)).length, 1, JSON.stringify(await shop.runs()));
		assert.equal((await shop.runs()).length, 2);
	});

	test('from a dead grant: what waited is posted at once', async () => {
		const shop = await connected();
		await stack.sql(`UPDATE binding SET sage_status = 'reconnect_needed' WHERE id = '${shop.tenant}'`);
		await shop.invoice();
		await shop.drain();
		await work();
		const parked = await stack.sql(`SELECT parked_until > UTC_TIMESTAMP(6) AS parked FROM lane WHERE binding_id = '${shop.tenant}' AND upstream = 'sage'`);
		assert.deepEqual(parked, [{ parked: '1' }]);
		assert.match((await owner.get(`/dashboard/bindings/${shop.tenant}`)).text, /Reconnect Sage/);
		await shop.join(FIRST);
		await work();
		assert.equal((await shop.runs()).at(-1).status, 'succeeded');
	});
});

describe('pausing', () => {
	test('keeps events and posts them in order afterwards', async () => {
		const shop = await connected();
		assert.equal((await owner.post(`/dashboard/bindings/${shop.tenant}/pause`)).status, 303);
		await shop.invoice();
		await shop.invoice();
		await shop.drain();
		await work();
		assert.deepEqual((await shop.runs()).map((run) => run.status), ['queued', 'queued']);
		assert.match((await owner.get(`/dashboard/bindings/${shop.tenant}`)).text, /Resume/);
		await owner.post(`/dashboard/bindings/${shop.tenant}/resume`);
		await work();
		assert.deepEqual((await shop.runs()).map((run) => run.status), ['succeeded', 'succeeded']);
		const told = await stack.sql("SELECT action FROM audit_log WHERE action IN ('binding_paused', 'binding_resumed') ORDER BY id");
		assert.deepEqual(told.map(({ action }) => action), ['binding_paused', 'binding_resumed']);
	});

	test('outlasts letting go and pairing again; what waits of a binding that was let go ends all the same', async () => {
		const shop = await connected();
		await owner.post(`/dashboard/bindings/${shop.tenant}/pause`);
		await shop.pair();
		assert.equal((await shop.binding()).paused, '1', 'paired anew');
		await shop.invoice();
		await shop.drain();
		await shop.control('disconnect', {});
		await work();
		assert.deepEqual((await shop.runs()).map((run) => run.error_code), ['binding_revoked']);
		await shop.pair();
		await shop.invoice();
		await shop.drain();
		await work();
		assert.equal((await shop.runs()).at(-1).status, 'queued');
		assert.match((await owner.get(`/dashboard/bindings/${shop.tenant}`)).text, /<strong>Paused<[^]*>Resume</);
		await owner.post(`/dashboard/bindings/${shop.tenant}/resume`);
		await work();
		assert.equal((await shop.runs()).at(-1).status, 'succeeded');
	});

	test('takes effect on a worker that is at it', async () => {
		const shop = await connected();
		for (let i = 0; i < 8; i++) await shop.invoice();
		await shop.drain();
		await sage.settings({ latency_ms: 1000 });
		const worker = stack.spawnWorker({ once: true });
		await until('the first invoice', async () => (await shop.runs()).some((run) => run.status === 'succeeded'));
		await owner.post(`/dashboard/bindings/${shop.tenant}/pause`);
		assert.equal((await worker.ended).status, 0);
		await sage.settings({ latency_ms: 0 });
		assert.ok((await shop.runs()).filter((run) => run.status === 'queued').length > 0);
	});
});

test('reference data are refreshed by the button', async () => {
	const shop = await connected();
	await stack.sql(`DELETE FROM reference_item WHERE binding_id = '${shop.tenant}' AND kind = 'tax_rate'`);
	assert.equal((await owner.post(`/dashboard/bindings/${shop.tenant}/refresh`)).status, 303);
	await work();
	assert.notEqual((await stack.sql(`SELECT 1 FROM reference_item WHERE binding_id = '${shop.tenant}' AND kind = 'tax_rate'`)).length, 0);
});
