'use strict';
// What a shop may ask and say besides events: /v1/tile/health, /v1/status and
// /v1/tenant/disconnect; and what a revoked binding is still told.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { startStack } = require('./lib/stack');
const { request } = require('./lib/http');
const { addBinding, postEvent } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { assertAccepted, assertForm, assertRefused, assertUnauthorized, counts, writesNothing } = require('./lib/wire');

let stack;

before(async () => {
	stack = await startStack({ sandboxes: false });
});
after(() => stack?.stop());

const call = (shop, path, { token, ...options } = {}) =>
	request(`${stack.ledgerUrl}${path}`, {
		...options,
		headers: { Authorization: `Bearer ${token ?? shopToken(shop.apiKey, shop.tenant)}`, Accept: 'application/json' },
	});
const disconnect = (shop, { token, query = '', body = {} } = {}) =>
	call(shop, `/v1/tenant/disconnect${query}`, { token, body });

async function health(shop) {
	const answer = await call(shop, '/v1/tile/health');
	assert.equal(answer.status, 200, answer.text);
	assertForm(answer);
	return answer.json;
}

/** A run as the worker would have left it; its id. */
async function addRun(shop, { event = 'invoice.created', type = 'invoice', id = 1, status, finished = null, ...columns }) {
	const given = { event, entity_type: type, magento_id: id, status, ...columns };
	const sqlOf = (value) => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`);
	const [row] = await stack.sql(`
		SELECT 16 * NEXT VALUE FOR run_number INTO @run;
		INSERT INTO sync_run (id, account_id, binding_id, website_id, store_id, occurred_at, policy_version,
		                      queued_at, finished_at, ${Object.keys(given).join(', ')})
		  SELECT @run, account_id, id, 1, 1, '2026-11-20 20:30:37', 0, '2026-11-20 20:30:40',
		         ${finished === null ? 'NULL' : `UTC_TIMESTAMP(6) - INTERVAL ${finished} SECOND`},
		         ${Object.values(given).map(sqlOf).join(', ')}
		    FROM binding WHERE id = '${shop.tenant}';
		SELECT @run AS id`);
	return row.id;
}

// ---- health

test('health of a shop that has sent nothing', async () => {
	assert.deepEqual(await health(await addBinding(stack, { region: 'IE' })), {
		tenant: { magento_connection_status: 'active' },
		binding: { status: 'active', region: 'IE' },
		sync: { last_run_at: null, pending_count: 0, failed_24h: 0 },
	});
});

test('health counts what is unfinished and what failed within a day', async () => {
	const shop = await addBinding(stack);
	const other = await addBinding(stack);
	await addRun(shop, { status: 'queued' });
	await addRun(shop, { status: 'queued', id: 2 });
	await addRun(shop, { status: 'running', id: 3 });
	await addRun(shop, { status: 'failed', id: 4, finished: 86400 - 60 });
	await addRun(shop, { status: 'failed', id: 5, finished: 86400 + 60 });
	await addRun(shop, { status: 'succeeded', id: 6, finished: 7200 });
	await addRun(shop, { status: 'skipped_by_policy', id: 7, finished: 3600 });
	await addRun(other, { status: 'failed', finished: 1 });
	const { sync } = await health(shop);
	assert.equal(sync.pending_count, 3);
	assert.equal(sync.failed_24h, 1);
	assert.match(sync.last_run_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
	const age = (Date.now() - Date.parse(sync.last_run_at)) / 1000;
	assert.ok(age > 3599 && age < 3700, `${age}`);
});

test('health counts no further than a thousand', async () => {
	const shop = await addBinding(stack);
	await stack.sql(`
		INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id,
		                      occurred_at, policy_version, status)
		  SELECT 16 * NEXT VALUE FOR run_number, b.account_id, b.id, 'invoice.created', 'invoice', s.seq, 1, 1, UTC_TIMESTAMP(), 0, 'queued'
		    FROM seq_1_to_1500 AS s JOIN binding AS b ON b.id = '${shop.tenant}'`);
	assert.equal((await health(shop)).sync.pending_count, 1000);
});

test("health shows each state of either side, and a region when there is one", async () => {
	const shop = await addBinding(stack);
	for (const status of ['pending', 'active', 'token_revoked']) {
		await stack.sql(`UPDATE binding SET magento_status = '${status}' WHERE id = '${shop.tenant}'`);
		assert.equal((await health(shop)).tenant.magento_connection_status, status);
	}
	for (const status of ['pending', 'active', 'reconnect_needed', 'no_subscription', 'access_denied']) {
		await stack.sql(`UPDATE binding SET sage_status = '${status}' WHERE id = '${shop.tenant}'`);
		assert.equal((await health(shop)).binding.status, status);
	}
	await stack.sql(`UPDATE binding SET sage_region = NULL WHERE id = '${shop.tenant}'`);
	assert.deepEqual(Object.keys((await health(shop)).binding), ['status']);
});

test('health by HEAD: the same head, no body', async () => {
	const answer = await call(await addBinding(stack), '/v1/tile/health', { method: 'HEAD' });
	assert.equal(answer.status, 200);
	assert.equal(answer.text, '');
	assertForm(answer);
});

// ---- status

const status = (shop, query, options) => call(shop, `/v1/status${query}`, options);

test('status of what was never sent', async () => {
	const shop = await addBinding(stack);
	for (const type of ['invoice', 'creditmemo', 'customer', 'product']) {
		const answer = await status(shop, `?entity_type=${type}&entity_id=7`);
		assert.equal(answer.status, 200);
		assertForm(answer);
		assert.deepEqual(answer.json, {
			entity_type: type,
			magento_entity_id: 7,
			status: 'unknown',
			provider_entity_id: null,
			provider_reference: null,
			skip_reason: null,
			error_code: null,
			error_message: null,
			last_sync_at: null,
			runs: [],
		});
	}
});

test('status of an invoice: as the shop shows it, and all of its runs', async () => {
	const shop = await addBinding(stack);
	const other = await addBinding(stack);
	await addRun(other, { status: 'succeeded', finished: 1, id: 77 });
	await addRun(shop, { status: 'succeeded', finished: 1, id: 78 });
	await addRun(shop, { status: 'succeeded', finished: 1, id: 77, type: 'customer', event: 'customer.upserted' });
	const first = await addRun(shop, {
		...{ id: 77, status: 'failed', finished: 600, attempts: 3, error_class: 'validation' },
		...{ error_code: 'sage_422', error_message: 'The "total" is <wrong> – „sehr“' },
	});
	const failed = await status(shop, '?entity_type=invoice&entity_id=77');
	assert.equal(failed.json.status, 'failed');
	assert.equal(failed.json.error_code, 'sage_422');
	assert.equal(failed.json.error_message, 'The "total" is <wrong> – „sehr“');
	assert.equal(failed.json.provider_entity_id, null);
	const second = await addRun(shop, {
		...{ id: 77, status: 'succeeded', finished: 60, attempts: 1, sage_id: 'a'.repeat(32), sage_number: 'SI-27' },
	});
	const third = await addRun(shop, { id: 77, event: 'invoice.paid', status: 'skipped_by_policy', finished: 30, skip_reason: 'payment_method_not_mapped' });
	const fourth = await addRun(shop, { id: 77, event: 'invoice.paid', status: 'queued' });
	const { json } = await status(shop, '?entity_id=77&entity_type=invoice');
	assert.deepEqual(Object.keys(json), [
		...['entity_type', 'magento_entity_id', 'status', 'provider_entity_id', 'provider_reference'],
		...['skip_reason', 'error_code', 'error_message', 'last_sync_at', 'runs'],
	]);
	assert.equal(json.status, 'succeeded');
	assert.equal(json.provider_entity_id, 'a'.repeat(32));
	assert.equal(json.provider_reference, 'SI-27');
	assert.equal(json.skip_reason, null);
	assert.equal(json.last_sync_at, json.runs[2].finished_at);
	assert.deepEqual(
		json.runs.map((run) => [run.sync_run_id, run.event, run.status, run.attempts]),
		[
			[fourth, 'invoice.paid', 'queued', 0],
			[third, 'invoice.paid', 'skipped_by_policy', 0],
			[second, 'invoice.created', 'succeeded', 1],
			[first, 'invoice.created', 'failed', 3],
		],
	);
	for (const run of json.runs) {
		assert.deepEqual(Object.keys(run), ['sync_run_id', 'event', 'status', 'attempts', 'queued_at', 'finished_at']);
		assert.equal(run.queued_at, '2026-11-20T20:30:40Z');
		if (run.status === 'queued') assert.equal(run.finished_at, null);
		else assert.match(run.finished_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
	}
});

// An invoice's runs in their order, and what stands for it: status, Sage's id and number, reason, code.
const INVOICE = { sage_id: 'a'.repeat(32), sage_number: 'SI-50' };
const PAYMENT = { event: 'invoice.paid', sage_id: 'b'.repeat(32), sage_number: 'PAY-1' };
const SKIPPED = { status: 'skipped_by_policy', skip_reason: 'payment_method_not_mapped', finished: 1 };
const FAILED = { status: 'failed', error_class: 'validation', error_code: 'sage_422', finished: 1 };
const DONE = { status: 'succeeded', finished: 1 };
const STANDS = {
	'its payment is posted': [[{ ...INVOICE, ...DONE }, { ...PAYMENT, ...DONE }], ['succeeded', INVOICE.sage_id, 'SI-50', null, null]],
	'its payment is skipped': [[{ ...INVOICE, ...DONE }, { event: 'invoice.paid', ...SKIPPED }], ['succeeded', INVOICE.sage_id, 'SI-50', null, null]],
	'its payment waits': [[{ ...INVOICE, ...DONE }, { event: 'invoice.paid', status: 'queued' }], ['succeeded', INVOICE.sage_id, 'SI-50', null, null]],
	'its payment failed': [[{ ...INVOICE, ...DONE }, { event: 'invoice.paid', ...FAILED }], ['failed', null, null, null, 'sage_422']],
	'its payment failed, then was posted': [
		[{ ...INVOICE, ...DONE }, { event: 'invoice.paid', ...FAILED }, { ...PAYMENT, ...DONE }],
		['succeeded', INVOICE.sage_id, 'SI-50', null, null],
	],
	'it failed, and so did its payment': [[FAILED, { event: 'invoice.paid', ...FAILED, error_code: 'invoice_not_synced' }], ['failed', null, null, null, 'sage_422']],
	'it was skipped, and so was its payment': [[{ ...SKIPPED, skip_reason: 'zero_total' }, { event: 'invoice.paid', ...SKIPPED }], ['skipped_by_policy', null, null, 'zero_total', null]],
	'it waits, and so does its payment': [[{ status: 'running' }, { event: 'invoice.paid', status: 'queued' }], ['running', null, null, null, null]],
	'only its payment came, and posted it': [[{ ...PAYMENT, ...DONE }], ['succeeded', null, null, null, null]],
	'its payment posted it before its own turn': [[{ ...PAYMENT, ...DONE }, { status: 'queued' }], ['succeeded', null, null, null, null]],
	'only its payment came, and failed': [[{ event: 'invoice.paid', ...FAILED }], ['failed', null, null, null, 'sage_422']],
};

for (const [when, [runs, stands]] of Object.entries(STANDS))
	test(`status of an invoice when ${when}`, async () => {
		const shop = await addBinding(stack);
		for (const run of runs) await addRun(shop, run);
		const { json } = await status(shop, '?entity_type=invoice&entity_id=1');
		assert.deepEqual([json.status, json.provider_entity_id, json.provider_reference, json.skip_reason, json.error_code], stands);
		assert.equal(json.runs.length, runs.length);
	});

test('status shows the twenty newest runs', async () => {
	const shop = await addBinding(stack);
	for (let i = 0; i < 22; i++) await addRun(shop, { status: 'failed', finished: 100 - i, id: 5 });
	const { json } = await status(shop, '?entity_type=invoice&entity_id=5');
	assert.equal(json.runs.length, 20);
	const ids = json.runs.map((run) => Number(run.sync_run_id));
	assert.deepEqual(ids, [...ids].sort((a, b) => b - a));
});

test('status of one who asks wrongly: 400, and the token is used up', async () => {
	const shop = await addBinding(stack);
	for (const query of [
		...['', '?', '?entity_type=invoice', '?entity_id=1', '?entity_type=order&entity_id=1', '?entity_type=other&entity_id=1'],
		...['?entity_type=&entity_id=1', '?entity_type=Invoice&entity_id=1', '?entity_type=invoice%20&entity_id=1'],
		...['', '0', '-1', '1.0', '1e3', '+1', 'x', '%31x', '9223372036854775808', '0x1', '1%00'].map((id) => `?entity_type=invoice&entity_id=${id}`),
		...['?entity_type=%ff&entity_id=1', '?%zz=1&entity_type=invoice&entity_id=1', `?${'a=1&'.repeat(200)}entity_type=invoice&entity_id=1`],
	]) {
		const start = await counts(stack);
		assertRefused(await status(shop, query), 400, 'bad_request', query);
		const end = await counts(stack);
		assert.deepEqual(end, { ...start, token_seen: start.token_seen + 1 }, query);
	}
});

test('status of a form-encoded query, as the module encodes it', async () => {
	const shop = await addBinding(stack);
	const answer = await status(shop, '?entity_type=%69nvoice&entity_id=9223372036854775807&store=a+b');
	assert.equal(answer.status, 200);
	assert.ok(answer.text.includes('"magento_entity_id":9223372036854775807'), answer.text);
});

test('health and status need a token of their own', () =>
	writesNothing(stack, async () => {
		const stranger = { tenant: crypto.randomUUID(), apiKey: 'x' };
		for (const path of ['/v1/tile/health', '/v1/status?entity_type=invoice&entity_id=1', '/v1/status']) {
			assertUnauthorized(await request(`${stack.ledgerUrl}${path}`), path);
			assertUnauthorized(await call(stranger, path), path);
			assertUnauthorized(await call(stranger, path, { token: 'a.b.c' }), path);
		}
		assertUnauthorized(await disconnect(stranger));
	}));

test('a read with a body: the body is not for it', async () => {
	const shop = await addBinding(stack);
	await writesNothing(stack, async () =>
		assertRefused(await call(shop, '/v1/tile/health', { method: 'GET', body: '{}' }), 413, 'body_too_large'));
});

// ---- disconnect

test('disconnect: 204, then every call is refused', async () => {
	const shop = await addBinding(stack);
	const warm = shopToken(shop.apiKey, shop.tenant);
	// Every serving process has the key in its memory.
	const posts = await Promise.all(Array.from({ length: 24 }, (_, i) => postEvent(stack, shop, 'invoice.created', i + 1)));
	posts.forEach((answer) => assertAccepted(answer));
	const token = shopToken(shop.apiKey, shop.tenant);
	const answer = await disconnect(shop, { token });
	assert.equal(answer.status, 204);
	assert.equal(answer.text, '');
	assertForm(answer);
	await writesNothing(stack, async () => {
		const refused = await Promise.all(Array.from({ length: 24 }, (_, i) => postEvent(stack, shop, 'invoice.created', i + 101)));
		refused.forEach((one) => assertUnauthorized(one, 'a new event'));
		assertUnauthorized(await postEvent(stack, shop, 'invoice.created', 1), 'a duplicate');
		assertUnauthorized(await postEvent(stack, shop, 'order.created', 1), 'an unknown event');
		assertUnauthorized(await postEvent(stack, shop, 'invoice.created', 1, { token: warm }), 'a token made before');
		assertUnauthorized(await call(shop, '/v1/tile/health'));
		assertUnauthorized(await status(shop, '?entity_type=invoice&entity_id=1'));
		assertUnauthorized(await disconnect(shop, { token }), 'the same token');
		assertUnauthorized(await disconnect(shop), 'a fresh token');
	});
});

test('disconnect: what stays, what goes, and who is told', async () => {
	const shop = await addBinding(stack, { account: 'Leaving' });
	assertAccepted(await postEvent(stack, shop, 'invoice.created', 1));
	assert.equal((await disconnect(shop)).status, 204);
	const [row] = await stack.sql(`SELECT status, magento_status, sage_status, key_version, outbound_key, previous_key, inbound_key
	                                 FROM binding WHERE id = '${shop.tenant}'`);
	assert.deepEqual(row, {
		...{ status: 'revoked', magento_status: 'token_revoked', sage_status: 'active', key_version: '2' },
		...{ outbound_key: null, previous_key: null, inbound_key: null },
	});
	const [kept] = await stack.sql(`SELECT (SELECT COUNT(*) FROM sync_run WHERE binding_id = '${shop.tenant}') AS runs,
	                                       (SELECT COUNT(*) FROM job WHERE binding_id = '${shop.tenant}') AS jobs`);
	assert.deepEqual(kept, { runs: '1', jobs: '2' }, 'the worker ends its jobs');
	const audit = await stack.sql(`SELECT l.actor, l.action, l.detail, a.name FROM audit_log l JOIN account a ON a.id = l.account_id
	                                WHERE l.detail LIKE '%${shop.tenant}%' AND l.action LIKE '%disconnect%'`);
	assert.equal(audit.length, 1);
	assert.deepEqual([audit[0].actor, audit[0].action, audit[0].name], ['ledger-webhook', 'binding.disconnected_by_shop', 'Leaving']);
	assert.deepEqual(JSON.parse(audit[0].detail), { binding: shop.tenant });
});

test('disconnect 16 times at once: one is carried out', async () => {
	for (const same of [true, false]) {
		const shop = await addBinding(stack);
		const token = shopToken(shop.apiKey, shop.tenant);
		const answers = await Promise.all(Array.from({ length: 16 }, () => disconnect(shop, same ? { token } : {})));
		assert.equal(answers.filter((answer) => answer.status === 204).length, 1, JSON.stringify(answers.map((a) => a.status)));
		for (const answer of answers) if (answer.status !== 204) assertUnauthorized(answer);
		const audit = await stack.sql(`SELECT id FROM audit_log WHERE action = 'binding.disconnected_by_shop' AND detail LIKE '%${shop.tenant}%'`);
		assert.equal(audit.length, 1);
	}
});

test('disconnect and events at once: each event is taken before or refused after', async () => {
	const shop = await addBinding(stack);
	const posts = Array.from({ length: 24 }, (_, i) => postEvent(stack, shop, 'invoice.created', i + 1));
	const [gone, ...answers] = await Promise.all([disconnect(shop), ...posts]);
	assert.equal(gone.status, 204);
	let taken = 0;
	for (const answer of answers) {
		if (answer.status === 202) taken += 1;
		else assertUnauthorized(answer);
	}
	const [row] = await stack.sql(`SELECT COUNT(*) AS n FROM sync_run WHERE binding_id = '${shop.tenant}'`);
	assert.equal(Number(row.n), taken);
});

test('disconnect takes any body, and no provider but ours', async () => {
	for (const body of ['{}', '', 'not JSON', '[]']) {
		const shop = await addBinding(stack);
		assert.equal((await disconnect(shop, { body })).status, 204, body);
	}
	const shop = await addBinding(stack);
	await writesNothing(stack, async () => {
		const answer = await disconnect(shop, { query: '?provider=xero' });
		assertRefused(answer, 400, 'unknown_provider');
		assert.equal(answer.json.message, 'tenant has no active xero binding');
	});
	assert.equal((await disconnect(shop, { query: '?provider=sage_accounting' })).status, 204);
});

test('disconnect leaves other shops alone', async () => {
	const [shop, other] = [await addBinding(stack), await addBinding(stack)];
	await writesNothing(stack, async () => {
		assertUnauthorized(await disconnect(other, { token: shopToken(shop.apiKey, other.tenant) }));
	});
	assert.equal((await disconnect(shop)).status, 204);
	assertAccepted(await postEvent(stack, other, 'invoice.created', 1));
});

// ---- revoked from our side

test('a binding revoked by its merchant: refused at once, in every process', async () => {
	const shop = await addBinding(stack);
	const posts = await Promise.all(Array.from({ length: 24 }, (_, i) => postEvent(stack, shop, 'invoice.created', i + 1)));
	posts.forEach((answer) => assertAccepted(answer));
	await stack.sql(`UPDATE binding SET status = 'revoked', key_version = key_version + 1, outbound_key = NULL, inbound_key = NULL
	                  WHERE id = '${shop.tenant}'`);
	await writesNothing(stack, async () => {
		const refused = await Promise.all(Array.from({ length: 24 }, (_, i) => postEvent(stack, shop, 'invoice.created', i + 1)));
		refused.forEach((answer) => assertUnauthorized(answer));
		assertUnauthorized(await call(shop, '/v1/tile/health'));
		assertUnauthorized(await disconnect(shop));
	});
});
