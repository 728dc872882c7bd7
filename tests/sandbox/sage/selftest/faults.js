// Idempotency, faults on demand, limits, counts, the ledger.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { SERVICES, SHOP, api, arm, contactBody, control, get, grant, hex32, invoiceBody,
	made, newContact, newInvoice, post, refused, send, state, tokenForm } = require('./client');

test('idempotency: same answer, one document, seven days', async () => {
	const contact = await newContact();
	const body = invoiceBody(contact, { idempotency_id: hex32() });
	const first = await post('/sales_invoices', body);
	const second = await post('/sales_invoices', body);

	assert.deepEqual([second.status, second.text], [first.status, first.text]);
	assert.equal((await get('/sales_invoices')).json.$total, 1);
	const other = { sales_invoice: { ...body.sales_invoice, notes: 'changed' } };
	assert.equal((await post('/sales_invoices', other)).text, first.text);
	await control('POST', 'settings', { idempotency_conflict: 'reject' });
	refused(await post('/sales_invoices', other), 'idempotency_id');
	assert.equal((await post('/sales_invoices', body)).text, first.text);
	refused(await post('/contacts', contactBody({ idempotency_id: body.sales_invoice.idempotency_id })), 'idempotency_id');
	await control('POST', 'clock', { offset: 7 * 86400 + 1 });
	state.token = (await grant({ business: SHOP })).access_token;
	assert.notEqual((await post('/sales_invoices', body)).json.id, first.json.id);
});

test('idempotency: a refusal is not remembered, twins make one', async () => {
	const contact = await newContact();
	const id = hex32();

	refused(await post('/sales_invoices', invoiceBody(contact, { idempotency_id: id, date: 'x' })), 'date');
	await control('POST', 'settings', { latency_ms: 50 });
	const twins = await Promise.all([1, 2, 3].map(() => post('/sales_invoices', invoiceBody(contact, { idempotency_id: id }))));
	assert.equal(new Set(twins.map((twin) => twin.text)).size, 1);
	assert.equal(twins[0].status, 201);
	assert.equal((await control('GET', `ledger?business=${SHOP}`)).sales_invoices.length, 1);
});

const cut = async (promise) => assert.rejects(promise, TypeError);

test('faults: 429 with and without Retry-After, 500, 503, 401, 403', async () => {
	const cases = [
		[{ kind: 'rate_limited' }, 429],
		[{ kind: 'rate_limited', retry_after: 7 }, 429],
		[{ kind: 'server_error' }, 500, 'UnexpectedError'],
		[{ kind: 'unavailable' }, 503],
		[{ kind: 'no_subscription' }, 401, 'AuthorizationFailure'],
		[{ kind: 'access_denied' }, 403, 'MultiUserAccessDenied'],
	];

	for (const [fault, status, code] of cases) {
		await arm(fault);
		const answer = await post('/contacts', contactBody());

		assert.equal(answer.status, status);
		if (code)
			assert.equal(answer.json[0].$dataCode, code);
		if (status === 429)
			assert.equal(answer.headers.get('retry-after'), fault.retry_after ? '7' : null);
		if (status === 503)
			assert.match(answer.text, /^<html>/);
		assert.equal((await get('/user')).status, 200, 'a fault is used once');
	}
	assert.equal((await get('/contacts')).json.$total, 0, 'none of them did anything');
});

test('faults: after the commit', async () => {
	const contact = await newContact();

	for (const [kind, n] of [['gateway_timeout', 1], ['cut_after', 2], ['malformed_json', 3]]) {
		const body = invoiceBody(contact, { idempotency_id: hex32() });

		await arm({ kind, method: 'POST', path: '/v3.1/sales_invoices' });
		if (kind === 'cut_after') {
			await cut(post('/sales_invoices', body));
		} else {
			const answer = await post('/sales_invoices', body);

			assert.equal(answer.status, kind === 'gateway_timeout' ? 504 : 201);
			assert.equal(answer.json, undefined);
		}
		assert.equal((await control('GET', `ledger?business=${SHOP}`)).sales_invoices.length, n);
		assert.equal(made(await post('/sales_invoices', body)).displayed_as, `SI-${n}`);
		assert.equal((await control('GET', `ledger?business=${SHOP}`)).sales_invoices.length, n);
	}
	await arm({ kind: 'cut_before' });
	await cut(post('/sales_invoices', invoiceBody(contact)));
	assert.equal((await control('GET', `ledger?business=${SHOP}`)).sales_invoices.length, 3);
});

test('faults: counts, matches, delays, disarming', async () => {
	await arm([{ kind: 'server_error', count: 2, after: 1, path: '/v3.1/user' },
		{ kind: 'unavailable', count: -1, business: SERVICES }, { kind: 'latency', ms: 120, method: 'DELETE' }]);
	const statuses = [];

	for (let i = 0; i < 4; i++)
		statuses.push((await get('/user')).status);
	assert.deepEqual(statuses, [200, 500, 500, 200]);
	assert.equal((await get('/user', { business: SERVICES })).status, 503);
	assert.equal((await get('/user', { business: SERVICES })).status, 503);
	const start = process.hrtime.bigint();
	assert.equal((await api('DELETE', '/contacts/none')).status, 404);
	assert.ok(process.hrtime.bigint() - start >= 120_000_000n);
	assert.equal((await control('GET', 'faults')).length, 1);
	await control('DELETE', 'faults');
	assert.equal((await get('/user', { business: SERVICES })).status, 200);
	for (const body of [{ kind: 'gremlins' }, { kind: 'latency', mss: 1 }, [1], 'latency'])
		assert.equal((await send('POST', '/_sandbox/faults', { body })).status, 400);
});

test('faults: a lost refresh answer has rotated the token', async () => {
	const pair = await grant();
	const fields = { grant_type: 'refresh_token', refresh_token: pair.refresh_token };

	await arm({ kind: 'lost_refresh' });
	assert.equal((await get('/user')).status, 200, 'only a refresh uses it');
	await cut(tokenForm(fields));
	assert.deepEqual((await tokenForm(fields)).json, { error: 'invalid_grant' });
});

test('faults: a token that expires in the middle', async () => {
	await arm({ kind: 'expired_token', after: 1 });
	assert.equal((await get('/user')).status, 200);
	for (let i = 0; i < 2; i++) {
		const answer = await get('/user');

		assert.deepEqual([answer.status, answer.json[0].$dataCode], [401, 'AccessTokenVerificationError']);
	}
});

test('parallel writes to one business are counted, reads and other businesses are not', async () => {
	await control('POST', 'settings', { latency_ms: 1000 });
	await Promise.all([post('/contacts', contactBody()), post('/contacts', contactBody(), { business: SERVICES }),
		get('/contacts'), get('/contacts')]);
	let stats = await control('GET', 'stats');
	assert.equal(stats.parallel_writes, 0);
	assert.ok(stats.in_flight_max >= 4);
	await Promise.all([post('/contacts', contactBody()), api('PUT', '/contacts/x', { body: { contact: {} } })]);
	stats = await control('GET', 'stats');
	assert.equal(stats.parallel_writes, 1);
	assert.equal(stats.businesses[SHOP].parallel_writes, 1);
	assert.equal(stats.businesses[SHOP].writes_in_flight_max, 2);
	assert.equal(stats.businesses[SERVICES].parallel_writes, 0);
	assert.equal(stats.requests['POST /contacts'], 3);
	assert.equal(stats.requests['PUT /contacts/{key}'], 1);
	assert.equal(stats.in_flight, 0);
});

test('limits: requests in flight, requests a day', async () => {
	await control('POST', 'settings', { max_concurrent: 2, latency_ms: 1000 });
	const statuses = (await Promise.all([1, 2, 3, 4].map(() => get('/user')))).map((answer) => answer.status);
	assert.ok(statuses.includes(429) && statuses.includes(200), statuses.join());
	await control('POST', 'settings', { max_concurrent: 0, latency_ms: 0, daily_limit: 1 });
	assert.equal((await get('/user')).status, 429);
});

test('settings: an unknown one is refused', async () => {
	for (const body of [{ colour: 'red' }, { missing_tax: 'maybe' }, { latency_ms: -1 }])
		assert.equal((await send('POST', '/_sandbox/settings', { body })).status, 400);
});

test('ledger: exactly what was posted', async () => {
	const contact = await newContact({ reference: 'M1' });
	const euro = await newContact({ reference: 'M1E', currency_id: 'EUR' });

	await newInvoice(contact, { reference: 'WEB-1' });
	await newInvoice(euro, { reference: 'WEB-2', exchange_rate: '0.8' });
	await newInvoice(contact, { status_id: 'DRAFT' });
	const held = await control('GET', `ledger?business=${SHOP}`);

	assert.deepEqual(held.contacts.map((c) => [c.reference, c.currency, c.deleted]), [['M1', 'GBP', false], ['M1E', 'EUR', false]]);
	assert.deepEqual(held.sales_invoices.map((d) => [d.displayed_as, d.reference, d.total_amount, d.currency, d.status]),
		[['SI-1', 'WEB-1', '30.0', 'GBP', 'UNPAID'], ['SI-2', 'WEB-2', '30.0', 'EUR', 'UNPAID'], ['Draft', null, '30.0', 'GBP', 'DRAFT']]);
	assert.deepEqual(held.totals.sales_invoices, { posted: 2, base_currency_net_amount: '45.0',
		base_currency_tax_amount: '9.0', base_currency_total_amount: '54.0', base_currency_outstanding_amount: '54.0' });
	assert.equal((await control('GET', `ledger?business=${SHOP}&full=true`)).sales_invoices[0].status.id, 'UNPAID');
	assert.equal((await control('GET', 'ledger')).length, 8);
});
