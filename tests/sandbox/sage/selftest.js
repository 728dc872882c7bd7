// The Sage sandbox judged by what is known of Sage: every rule that the product's
// tests lean on is struck here first. Needs a running sandbox:
//   SAGE_SANDBOX_URL=http://127.0.0.1:18931 node --test tests/sandbox/sage/selftest.js
// It resets the sandbox, so nothing else may use it meanwhile.
'use strict';
const { test, before, beforeEach } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');

const BASE = process.env.SAGE_SANDBOX_URL;
const SHOP = 'f5d7e2532cc9ad16bc2a41222d76f269';
const SERVICES = 'fbfba2e45c2045dc5cab22a5afe83d9d';
const IRELAND = '1e0c6d0f5f3a4d0b9a8f4c2b7e6d5a01';
const US = '05a1b2c3d4e5f60718293a4b5c6d7e02';
const CALLBACK = 'http://127.0.0.1:9/oauth/sage/callback';

let token; // of the GB owner, fresh for each test
let ledger; // 4000 of the first GB business

async function send(method, path, { body, headers = {}, auth = token, business = SHOP, raw } = {}) {
	const all = { ...headers };

	if (auth)
		all.Authorization = `Bearer ${auth}`;
	if (business)
		all['X-Business'] = business;
	if (body !== undefined)
		all['Content-Type'] = 'application/json';
	const answer = await fetch(BASE + path, { method, headers: all, redirect: 'manual',
		body: raw !== undefined ? raw : body !== undefined ? JSON.stringify(body) : undefined });
	const text = await answer.text();
	let json;

	try {
		json = JSON.parse(text);
	} catch {
		json = undefined;
	}
	return { status: answer.status, headers: answer.headers, text, json };
}

const api = (method, path, options) => send(method, `/v3.1${path}`, options);
const get = (path, options) => api('GET', path, options);
const post = (path, body, options) => api('POST', path, { body, ...options });

async function control(method, path, body) {
	const answer = await send(method, `/_sandbox/${path}`, { body, auth: null, business: null });

	assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
	return answer.json;
}

const form = (path, fields) => send('POST', path, { auth: null, business: null,
	headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
	raw: new URLSearchParams(fields).toString() });
const tokenForm = (fields) => form('/token',
	{ client_id: 'sandbox-client', client_secret: 'sandbox-secret', ...fields });
const grant = (fields = {}) => control('POST', 'grant', fields);
const arm = (fault) => control('POST', 'faults', fault);
const hex32 = () => crypto.randomBytes(16).toString('hex');

function refused(answer, ...sources) {
	assert.equal(answer.status, 422, answer.text);
	for (const entry of answer.json) {
		assert.deepEqual(Object.keys(entry), ['$severity', '$dataCode', '$message', '$source']);
		assert.equal(entry.$severity, 'error');
		assert.equal(entry.$dataCode, 'RecordInvalid');
	}
	assert.deepEqual([...new Set(answer.json.map((entry) => entry.$source))].sort(), [...sources].sort());
}

function made(answer) {
	assert.equal(answer.status, 201, answer.text);
	return answer.json;
}

const contactBody = (extra = {}) => ({ contact: { name: 'Ada Lovelace', contact_type_ids: ['CUSTOMER'],
	main_address: { address_line_1: '12 Analytical Row', city: 'London', postal_code: 'N1 9GU',
		country_id: 'GB' },
	main_contact_person: { name: 'Ada Lovelace', email: 'ada@example.org' }, ...extra } });
const newContact = async (extra, options) => made(await post('/contacts', contactBody(extra), options));

const line = (extra = {}) => ({ description: 'Blue mug', ledger_account_id: ledger, quantity: 2,
	unit_price: 12.5, tax_rate_id: 'GB_STANDARD', tax_amount: 5, ...extra });
const invoiceBody = (contact, extra = {}) => ({ sales_invoice: { contact_id: contact.id,
	date: '2026-10-01', invoice_lines: [line()], ...extra } });
const newInvoice = async (contact, extra, options) =>
	made(await post('/sales_invoices', invoiceBody(contact, extra), options));
const ledgerOf = async (business, auth) => (await get(
	'/ledger_accounts?visible_in=sales&attributes=all', { business, auth })).json.$items[0].id;

before(() => assert.ok(BASE, 'SAGE_SANDBOX_URL names the sandbox'));

beforeEach(async () => {
	await control('POST', 'reset');
	token = (await grant({ business: SHOP })).access_token;
	ledger = await ledgerOf(SHOP);
});

// ---- authentication

test('both 401 shapes, byte for byte, before routing', async () => {
	const missing = '{ "error": "Authorization missing. Please, add an authorization token at the ' +
		'\'Authorization\' HTTP header."}';
	const bad = '[{"$severity":"error","$dataCode":"AccessTokenVerificationError","$message":"Access ' +
		'token is invalid (JWT malformed or missing).","$source":"Authorization"}]';

	for (const path of ['/contacts', '/no_such_thing', '/sales_invoices/1/2/3/4']) {
		const none = await get(path, { auth: null });
		const wrong = await get(path, { auth: 'nonsense' });

		assert.deepEqual([none.status, none.text], [401, missing]);
		assert.deepEqual([wrong.status, wrong.text], [401, bad]);
	}
	assert.equal((await get('/no_such_thing')).json[0].$dataCode, 'RecordNotFound');
});

test('every answer carries x-request-id, its own', async () => {
	const ids = new Set();

	for (const answer of [await get('/user'), await get('/user', { auth: null }), await get('/nothing'),
		await tokenForm({ grant_type: 'x' })])
		ids.add(answer.headers.get('x-request-id'));
	assert.equal(ids.size, 4);
	assert.ok(!ids.has(null));
});

test('X-Business: echoed, lead business without it, 403 for another user\'s', async () => {
	assert.equal((await get('/financial_settings')).headers.get('x-business'), SHOP);
	assert.equal((await get('/financial_settings', { business: SERVICES })).headers.get('x-business'), SERVICES);
	assert.equal((await get('/financial_settings', { business: null })).headers.get('x-business'), SHOP);
	for (const business of [IRELAND, '0'.repeat(32)]) {
		const answer = await get('/financial_settings', { business });

		assert.deepEqual([answer.status, answer.json[0].$dataCode], [403, 'MultiUserAccessDenied']);
	}
});

// ---- OAuth

const authorizeUrl = (extra = {}) => '/oauth2/auth/central?' + new URLSearchParams({ filter: 'apiv3.1',
	response_type: 'code', client_id: 'sandbox-client', redirect_uri: CALLBACK, scope: 'full_access',
	state: 'st/1', country: 'gb', ...extra });

async function consent(extra, fields = { decision: 'allow' }) {
	const answer = await form(authorizeUrl(extra), fields);

	assert.equal(answer.status, 302, answer.text);
	const location = answer.headers.get('location');

	return { location, query: new URL(location).searchParams };
}

test('consent page, code with a slash, exchange, single use', async () => {
	const page = await send('GET', authorizeUrl(), { auth: null, business: null });
	const { location, query } = await consent();

	assert.equal(page.status, 200);
	assert.match(page.headers.get('content-type'), /text\/html/);
	assert.match(page.text, /<form method="post" action="\/oauth2\/auth\/central\?[^"]*&amp;/);
	assert.match(location, /^http:\/\/127\.0\.0\.1:9\/oauth\/sage\/callback\?code=GB%2F[0-9a-f]+&country=GB&state=st%2F1$/);
	const fields = { grant_type: 'authorization_code', code: query.get('code'), redirect_uri: CALLBACK };

	const { status, json } = await tokenForm(fields);
	assert.equal(status, 200);
	assert.deepEqual(Object.keys(json), ['access_token', 'scope', 'token_type', 'expires_in',
		'refresh_token', 'refresh_token_expires_in', 'requested_by_id']);
	assert.deepEqual([json.scope, json.token_type, json.expires_in, json.refresh_token_expires_in],
		['full_access', 'bearer', 300, 2678400]);
	assert.match(json.access_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
	assert.ok(json.access_token.length <= 2048);
	const user = (await get('/user', { auth: json.access_token })).json;
	assert.equal(user.id, json.requested_by_id);
	assert.equal(user.email, 'jo@shop.example');

	const again = await tokenForm(fields);
	assert.deepEqual([again.status, again.json], [400, { error: 'invalid_grant' }]);
});

test('a code dies after 60 s, and with another redirect_uri', async () => {
	const first = (await consent()).query.get('code');
	const wrong = await tokenForm({ grant_type: 'authorization_code', code: first,
		redirect_uri: CALLBACK + '/' });
	assert.deepEqual(wrong.json, { error: 'invalid_grant' });
	const second = (await consent()).query.get('code');
	await control('POST', 'clock', { offset: 61 });
	const late = await tokenForm({ grant_type: 'authorization_code', code: second, redirect_uri: CALLBACK });
	assert.deepEqual([late.status, late.json], [400, { error: 'invalid_grant' }]);
});

test('PKCE: S256 and plain', async () => {
	const verifier = crypto.randomBytes(40).toString('base64url');
	const challenges = { S256: crypto.createHash('sha256').update(verifier).digest('base64url'), plain: verifier };

	for (const [method, challenge] of Object.entries(challenges)) {
		const ask = { code_challenge: challenge, code_challenge_method: method };

		for (const [sent, status] of [[verifier + 'x', 400], [undefined, 400], [verifier, 200]]) {
			const code = (await consent(ask)).query.get('code');
			const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
			const answer = await tokenForm(sent ? { ...fields, code_verifier: sent } : fields);

			assert.equal(answer.status, status, `${method} ${sent}`);
		}
	}
	assert.equal((await consent({ code_challenge: 'short' })).query.get('error'), 'invalid_request');
});

test('refusals come back with the state, foreign clients and URIs get a page', async () => {
	assert.equal((await consent({}, { decision: 'deny' })).location, `${CALLBACK}?error=access_denied&state=st%2F1`);
	assert.equal((await consent({ response_type: 'token' })).query.get('error'), 'unsupported_response_type');
	assert.equal((await consent({ scope: 'everything' })).query.get('error'), 'invalid_scope');
	assert.equal((await consent({}, { decision: 'temporarily_unavailable' })).query.get('error'), 'temporarily_unavailable');
	assert.equal((await consent({ country: 'ie' }, { decision: 'allow', user: 'jo@shop.example' })).location,
		`${CALLBACK}?error=Invalid%20request&reason=Email%20already%20in%20use`);
	for (const extra of [{ client_id: 'who' }, { redirect_uri: 'https://evil.example/' },
		{ redirect_uri: 'http://127.0.0.1.evil.example/' }])
		assert.equal((await form(authorizeUrl(extra), { decision: 'allow' })).status, 400);
});

test('a registered client has exact redirect URIs', async () => {
	await control('POST', 'clients', { client_id: 'shop', client_secret: 's', redirect_uris: ['https://a.example/cb'] });
	const ask = (redirect_uri) => form(authorizeUrl({ client_id: 'shop', redirect_uri }), { decision: 'allow' });

	assert.equal((await ask('https://a.example/cb')).status, 302);
	assert.equal((await ask('https://a.example/cb/')).status, 400);
	assert.equal((await ask(CALLBACK)).status, 400);
});

test('refresh rotates, reuse is invalid_grant, 31 days', async () => {
	const first = await grant();
	const refresh = (refresh_token) => tokenForm({ grant_type: 'refresh_token', refresh_token });
	const second = await refresh(first.refresh_token);

	assert.equal(second.status, 200);
	assert.notEqual(second.json.refresh_token, first.refresh_token);
	assert.deepEqual((await refresh(first.refresh_token)).json, { error: 'invalid_grant' });
	assert.equal((await get('/user', { auth: first.access_token })).status, 200, 'an access token lives on');
	await control('POST', 'clock', { offset: 2678401 });
	assert.deepEqual((await refresh(second.json.refresh_token)).json, { error: 'invalid_grant' });
	const stats = await control('GET', 'stats');
	assert.deepEqual([stats.token_refreshes, stats.refresh_tokens_reused, stats.grants_refused], [1, 1, 1]);
});

test('an access token dies after 300 s', async () => {
	await control('POST', 'clock', { offset: 299 });
	assert.equal((await get('/user')).status, 200);
	await control('POST', 'clock', { offset: 301 });
	const answer = await get('/user');
	assert.deepEqual([answer.status, answer.json[0].$dataCode], [401, 'AccessTokenVerificationError']);
});

test('revoke kills the refresh token only', async () => {
	const pair = await grant();
	const client = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
	const answer = await form('/revoke', { ...client, token: pair.refresh_token });

	assert.deepEqual([answer.status, answer.json], [200, { success: 'ok' }]);
	assert.equal((await tokenForm({ grant_type: 'refresh_token', refresh_token: pair.refresh_token })).status, 400);
	assert.equal((await get('/user', { auth: pair.access_token })).status, 200);
});

test('token errors', async () => {
	const cases = [
		[{ grant_type: 'refresh_token', client_secret: 'no' }, 401, 'invalid_client'],
		[{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
		[{ grant_type: 'refresh_token' }, 400, 'invalid_request'],
		[{ grant_type: 'refresh_token', refresh_token: 'x' }, 400, 'invalid_grant'],
	];

	for (const [fields, status, error] of cases) {
		const answer = await tokenForm(fields);

		assert.deepEqual([answer.status, answer.json], [status, { error }]);
	}
	const json = await send('POST', '/token', { body: { grant_type: 'refresh_token' }, auth: null });
	assert.deepEqual(json.json, { error: 'invalid_request' });
});

test('a readonly grant reads and does not write', async () => {
	const auth = (await grant({ scope: 'readonly' })).access_token;

	assert.equal((await get('/contacts', { auth })).status, 200);
	assert.equal((await post('/contacts', contactBody(), { auth })).status, 403);
});

// ---- businesses and reference data

test('businesses: snake-case envelope, the user\'s own only', async () => {
	const { json } = await get('/businesses');

	assert.deepEqual({ ...json, $items: json.$items.map((b) => b.id) }, { $total: 2, $page: 1, $next: null,
		$back: null, $items_per_page: 2147483647, $items: [SHOP, SERVICES] });
	assert.deepEqual(Object.keys(json.$items[0]), ['id', 'displayed_as', '$path']);
	assert.equal((await get(`/businesses/${SHOP}`)).json.country.id, 'GB');
	const added = await control('POST', 'businesses', { name: 'Third Ltd', region: 'GB' });
	assert.equal((await get('/businesses')).json.$total, 3);
	assert.equal((await get('/user', { business: added.id })).status, 200);
	assert.equal((await control('GET', 'businesses')).length, 9);
});

test('reference data of each region', async () => {
	const currencies = { GB: 'GBP', IE: 'EUR', US: 'USD', CA: 'CAD', FR: 'EUR', ES: 'EUR', DE: 'EUR' };

	for (const { id, region } of await control('GET', 'businesses')) {
		const auth = (await grant({ business: id })).access_token;
		const at = { auth, business: id };
		const rates = (await get('/tax_rates?usage=sales&attributes=all&items_per_page=200', at)).json;
		const banks = (await get('/bank_accounts?attributes=all', at)).json.$items;

		assert.equal((await get('/financial_settings', at)).json.base_currency.id, currencies[region]);
		assert.ok(rates.$items.every((rate) => rate.id.startsWith(`${region}_`)));
		assert.ok(rates.$items.every((rate) => /^\d+\.\d+$/.test(rate.percentage)));
		assert.ok(rates.$items.some((rate) => rate.id.endsWith('_NO_TAX')));
		assert.ok(banks.length >= 2 && banks.every((bank) => bank.currency.id === currencies[region]));
		assert.ok((await get('/ledger_accounts?visible_in=sales', at)).json.$total >= 2);
	}
});

test('lookups, singletons, item by id', async () => {
	for (const name of ['payment_methods', 'countries', 'country_groups', 'currencies', 'artefact_statuses',
		'contact_types', 'exchange_rates', 'eu_goods_services_types', 'transaction_types', 'address_types'])
		assert.ok((await get(`/${name}`)).json.$total > 0, name);
	assert.equal((await get('/countries/GB')).json.displayed_as, 'United Kingdom (GB)');
	assert.equal((await get('/countries/XX')).status, 404);
	assert.equal((await get('/invoice_settings')).json.next_invoice_number, 1);
	assert.equal((await get('/business_settings')).json.$path, '/business_settings');
	const euro = (await get('/exchange_rates/EUR')).json;
	assert.deepEqual([euro.rate, euro.inverse_rate, euro.id], ['0.859375', '1.1636363636', undefined]);
});

test('paging: relative $next that keeps the query, bounds, attributes', async () => {
	const first = (await get('/tax_rates?items_per_page=2&usage=sales&attributes=percentage,name')).json;

	assert.equal(first.$next, '/tax_rates?page=2&items_per_page=2&usage=sales&attributes=percentage,name');
	assert.deepEqual([first.$total, first.$page, first.$back, first.$itemsPerPage], [5, 1, null, 2]);
	assert.deepEqual(Object.keys(first.$items[0]), ['id', 'displayed_as', '$path', 'created_at', 'name', 'percentage']);
	let seen = [];
	for (let next = first.$next, page = first; page; page = next && (await get(next)).json) {
		seen = seen.concat(page.$items.map((item) => item.id));
		next = page.$next;
	}
	assert.equal(new Set(seen).size, 5);
	assert.equal((await get('/tax_rates?page=9')).json.$items.length, 0);
	assert.equal((await get('/countries?items_per_page=200')).json.$items.length, 200);
	for (const bad of ['items_per_page=0', 'items_per_page=201', 'items_per_page=x', 'page=0'])
		refused(await get(`/countries?${bad}`), bad.split('=')[0]);
});

// ---- contacts

test('contact: made, found, changed', async () => {
	const contact = await newContact({ reference: 'M42', currency_id: 'GBP' });

	assert.equal(contact.displayed_as, 'Ada Lovelace (M42)');
	assert.equal(contact.email, 'ada@example.org');
	assert.equal(contact.currency.id, 'GBP');
	assert.deepEqual(Object.keys(contact.main_address), ['id', 'displayed_as', '$path']);
	assert.match(contact.id, /^[0-9a-f]{32}$/);
	for (const query of ['search=m42', 'search=lovelace', 'email=ADA@example.org', 'contact_type_id=CUSTOMER'])
		assert.equal((await get(`/contacts?${query}`)).json.$total, 1, query);
	for (const query of ['search=M43', 'email=other@example.org', 'contact_type_id=VENDOR'])
		assert.equal((await get(`/contacts?${query}`)).json.$total, 0, query);
	const whole = (await get(`/contacts/${contact.id}?nested_attributes=main_address`)).json;
	assert.equal(whole.main_address.postal_code, 'N1 9GU');
	assert.equal(whole.main_address.country.id, 'GB');

	const put = await api('PUT', `/contacts/${contact.id}`, { body: { contact: { name: 'Ada King',
		main_address: { city: 'Ockham' } } } });
	assert.equal(put.status, 200);
	assert.equal(put.json.displayed_as, 'Ada King (M42)');
	assert.equal(put.json.main_address.displayed_as, '12 Analytical Row\nOckham\nN1 9GU');
	assert.equal((await newContact({ main_address: undefined })).main_address, null);
});

test('contact: a reference is unique even against a deleted one', async () => {
	const contact = await newContact({ reference: 'M42' });

	refused(await post('/contacts', contactBody({ reference: 'M42' })), 'reference');
	assert.equal((await api('DELETE', `/contacts/${contact.id}`)).status, 204);
	assert.equal((await get('/contacts?search=M42')).json.$total, 0);
	refused(await post('/contacts', contactBody({ reference: 'M42' })), 'reference');
	refused(await api('PUT', `/contacts/${contact.id}`, { body: { contact: { name: 'X' } } }), 'base');
	refused(await post('/sales_invoices', invoiceBody(contact)), 'contact_id');
	assert.ok((await get(`/contacts/${contact.id}`)).json.deleted_at);
	const other = await newContact({ reference: 'M43' });
	await api('PUT', `/contacts/${other.id}`, { body: { contact: { reference: 'M44' } } });
	await newContact({ reference: 'M43' });
});

test('contact: fields against the published tables', async () => {
	const long = (n) => 'é'.repeat(n);
	const cases = [
		[{ name: undefined }, 'name'],
		[{ name: '' }, 'name'],
		[{ contact_type_ids: [] }, 'contact_type_ids'],
		[{ contact_type_ids: ['FRIEND'] }, 'contact_type_ids'],
		[{ contact_type_ids: 'CUSTOMER' }, 'contact_type_ids'],
		[{ reference: 'M1234567890' }, 'reference'],
		[{ name: long(101) }, 'name'],
		[{ name: 7 }, 'name'],
		[{ shoe_size: 9 }, 'shoe_size'],
		[{ currency_id: 'XXX' }, 'currency_id'],
		[{ credit_days: 366 }, 'credit_days'],
		[{ credit_days: 1.5 }, 'credit_days'],
		[{ credit_limit: 'lots' }, 'credit_limit'],
		[{ credit_terms: 'whenever' }, 'credit_terms'],
		[{ main_address: { postal_code: '12345678901' } }, 'main_address.postal_code'],
		[{ main_address: { address_line_1: long(51) } }, 'main_address.address_line_1'],
		[{ main_address: { country_id: 'XX' } }, 'main_address.country_id'],
		[{ main_address: { planet: 'Mars' } }, 'main_address.planet'],
		[{ main_contact_person: { email: 'a'.repeat(101) } }, 'main_contact_person.email'],
		[{ main_contact_person: 'Ada' }, 'main_contact_person'],
		[{ idempotency_id: 'short' }, 'idempotency_id'],
	];

	for (const [extra, source] of cases)
		refused(await post('/contacts', contactBody(extra)), source);
	refused(await post('/contacts', { contact: {} }), 'name', 'contact_type_ids');
	refused(await post('/contacts', { sales_invoice: {} }), 'contact');
	assert.equal((await newContact({ name: long(100), reference: 'M123456789',
		main_address: { address_line_1: long(50) }, credit_days: 365, credit_limit: '99.5' })).credit_limit, '99.5');
	assert.equal((await api('POST', '/contacts', { headers: { 'Content-Type': 'application/json' },
		raw: '{"contact":' })).status, 400);
});

// ---- sales invoices

test('invoice: the published example, to the penny', async () => {
	const contact = await newContact({ reference: 'WOO000042' });
	const invoice = await newInvoice(contact, { due_date: '2026-10-31', reference: 'WOO-1042',
		shipping_net_amount: 4.95, shipping_tax_rate_id: 'GB_STANDARD', shipping_tax_amount: 77,
		invoice_lines: [
			line({ currency_tax_amount: 5.0 }),
			line({ description: 'Poetry book', quantity: '1.0', unit_price: '9.99', tax_rate_id: 'GB_ZERO', tax_amount: 0 }),
			line({ description: 'Green mug', quantity: 1, unit_price: 10, tax_amount: 1.7, discount_amount: 1.5 }),
		] });
	const expected = { displayed_as: 'SI-1', invoice_number: 'SI-1', invoice_number_prefix: 'SI-',
		shipping_net_amount: '4.95', shipping_tax_amount: '0.99', shipping_total_amount: '5.94',
		net_amount: '48.44', tax_amount: '7.69', total_amount: '56.13', outstanding_amount: '56.13',
		total_paid: '0.0', total_quantity: '4.0', total_discount_amount: '1.5', exchange_rate: '1.0',
		base_currency_total_amount: '56.13', sent: false, due_date: '2026-10-31', contact_name: 'Ada Lovelace',
		contact_reference: 'WOO000042', main_address_free_form: '12 Analytical Row\nLondon\nN1 9GU' };

	for (const [key, value] of Object.entries(expected))
		assert.equal(invoice[key], value, key);
	assert.equal(invoice.status.id, 'UNPAID');
	assert.deepEqual(invoice.invoice_lines.map((l) => [l.quantity, l.unit_price, l.net_amount, l.tax_amount,
		l.total_amount, l.discount_amount]), [['2.0', '12.5', '25.0', '5.0', '30.0', '0.0'],
		['1.0', '9.99', '9.99', '0.0', '9.99', '0.0'], ['1.0', '10.0', '8.5', '1.7', '10.2', '1.5']]);
	assert.deepEqual(invoice.tax_analysis.map((t) => [t.tax_rate.id, t.net_amount, t.tax_amount]),
		[['GB_STANDARD', '38.45', '7.69'], ['GB_ZERO', '9.99', '0.0']]);
	assert.equal((await newInvoice(contact)).displayed_as, 'SI-2');
});

test('invoice: rounding half-up of price and tax before adding', async () => {
	const contact = await newContact();
	const total = async (lines) => (await newInvoice(contact, { invoice_lines: lines })).total_amount;

	assert.equal(await total([line({ quantity: 1, unit_price: 41.625, tax_amount: 8.325 })]), '49.96');
	assert.equal(await total([line({ quantity: 1, unit_price: 1.005, tax_amount: '0.005' })]), '1.02');
	assert.equal(await total([line({ quantity: 3, unit_price: 0.333, tax_amount: 0 })]), '0.99');
	assert.equal(await total([line({ quantity: 0.5, unit_price: 0.01, tax_amount: 0 })]), '0.01');
	assert.equal(await total([line({ quantity: 1, unit_price: 10, tax_amount: 2 }),
		line({ quantity: 1, unit_price: -1.005, tax_amount: -0.2 })]), '10.79');
	assert.equal(await total([line({ quantity: 1, unit_price: 99999999.99, tax_amount: 0.01 })]), '100000000.0');
	assert.equal(await total([line({ quantity: 1, unit_price: 1e2, discount_percentage: 12.345, tax_amount: 0 })]), '87.65');
	assert.equal(await total([line({ quantity: 1, unit_price: 0, tax_amount: 0 })]), '0.0');
});

test('invoice: tax that is missing, strict, as v3, computed', async () => {
	const contact = await newContact();
	const body = invoiceBody(contact, { invoice_lines: [line({ quantity: 1, unit_price: 9.99, tax_amount: undefined })] });

	refused(await post('/sales_invoices', body), 'line_items.tax_amount');
	await control('POST', 'settings', { missing_tax: 'v3' });
	assert.equal(made(await post('/sales_invoices', body)).total_amount, '9.99');
	await control('POST', 'settings', { missing_tax: 'compute' });
	assert.equal(made(await post('/sales_invoices', body)).total_amount, '11.99');
	await control('POST', 'settings', { missing_tax: 'strict' });
	const free = line({ tax_rate_id: 'GB_EXEMPT', tax_amount: undefined });
	assert.equal((await newInvoice(contact, { invoice_lines: [free] })).total_amount, '25.0');
	refused(await post('/sales_invoices', invoiceBody(contact, { invoice_lines: [line({ tax_rate_id: undefined })] })),
		'line_items.tax_rate_id');
	await control('PUT', 'businesses', { id: SHOP, vat_registered: false });
	await newInvoice(contact, { invoice_lines: [line({ tax_rate_id: undefined, tax_amount: 0 })] });
});

test('invoice: fields, lookups, dates', async () => {
	const contact = await newContact();
	const bank = (await get('/ledger_accounts?visible_in=banking')).json.$items[0].id;
	const cases = [
		[{ contact_id: undefined }, 'contact_id'],
		[{ contact_id: 'f'.repeat(32) }, 'contact_id'],
		[{ date: undefined }, 'date'],
		[{ date: '2026-02-30' }, 'date'],
		[{ date: '01/10/2026' }, 'date'],
		[{ date: 20261001 }, 'date'],
		[{ due_date: '2026-09-30' }, 'due_date'],
		[{ invoice_lines: [] }, 'line_items'],
		[{ invoice_lines: undefined }, 'line_items'],
		[{ invoice_lines: [7] }, 'line_items'],
		[{ reference: 'x'.repeat(26) }, 'reference'],
		[{ notes: 'x'.repeat(2001) }, 'notes'],
		[{ invoice_number_prefix: 'INVOICE' }, 'invoice_number_prefix'],
		[{ currency_tax_amount: 1 }, 'currency_tax_amount'],
		[{ main_address: { name: 'no such field here' } }, 'main_address.name'],
		[{ main_address: { city: 'x'.repeat(51) } }, 'main_address.city'],
		[{ shipping_tax_rate_id: 'GB_NONE' }, 'shipping_tax_rate_id'],
		[{ shipping_net_amount: 1 }, 'shipping_tax_rate_id'],
		[{ status_id: 'PAID' }, 'status_id'],
		[{ total_amount: 29.99 }, 'total_amount'],
		[{ sent: 'yes' }, 'sent'],
		[{ invoice_lines: [line({ description: '' })] }, 'line_items.description'],
		[{ invoice_lines: [line({ description: 'Salt &amp; pepper' })] }, 'line_items.description'],
		[{ invoice_lines: [line({ description: 'Caf&#233;' })] }, 'line_items.description'],
		[{ invoice_lines: [line({ ledger_account_id: undefined })] }, 'line_items.ledger_account_id'],
		[{ invoice_lines: [line({ ledger_account_id: 'nothing' })] }, 'line_items.ledger_account_id'],
		[{ invoice_lines: [line({ ledger_account_id: bank })] }, 'line_items.ledger_account_id'],
		[{ invoice_lines: [line({ unit_price: undefined })] }, 'line_items.unit_price'],
		[{ invoice_lines: [line({ unit_price: 'ten' })] }, 'line_items.unit_price'],
		[{ invoice_lines: [line({ unit_price: 1e12 })] }, 'line_items.unit_price'],
		[{ invoice_lines: [line({ tax_rate_id: 'IE_STANDARD' })] }, 'line_items.tax_rate_id'],
		[{ invoice_lines: [line({ stock_item_id: 'x' })] }, 'line_items.stock_item_id'],
		[{ invoice_lines: [line({ product_id: 'f'.repeat(32) })] }, 'line_items.product_id'],
		[{ invoice_lines: [line({ total_amount: 30.01 })] }, 'line_items.description', 'line_items.total_amount'],
		[{ invoice_lines: [line({ unit_price: -12.5 })] }, 'total_amount'],
	];

	for (const [extra, ...sources] of cases)
		refused(await post('/sales_invoices', invoiceBody(contact, extra)), ...sources);
	refused(await post('/sales_invoices', { sales_invoice: {} }), 'contact_id', 'date', 'line_items');
	await newInvoice(contact, { invoice_lines: [line({ description: 'Salt & pepper; fine', net_amount: 25, total_amount: 30 })] });
	assert.equal((await control('GET', `ledger?business=${SHOP}`)).sales_invoices.length, 1);
});

test('invoice: a GB business invoicing abroad', async () => {
	const french = await newContact({ main_address: { city: 'Paris', country_id: 'FR' } });
	const zero = (extra = {}) => line({ tax_rate_id: 'GB_ZERO', tax_amount: 0, eu_goods_services_type_id: 'GOODS', ...extra });

	const answer = await post('/sales_invoices', invoiceBody(french));
	refused(answer, 'line_items.tax_rate_id', 'line_items.eu_goods_services_type_id');
	assert.match(answer.text, /must be 'Zero Rated' for Customers outside the EU/);
	refused(await post('/sales_invoices', invoiceBody(french, { invoice_lines: [zero(), zero({ eu_goods_services_type_id: 'SERVICES' })] })),
		'line_items.eu_goods_services_type_id');
	refused(await post('/sales_invoices', invoiceBody(french, { invoice_lines: [zero()], shipping_net_amount: 1,
		shipping_tax_rate_id: 'GB_STANDARD' })), 'shipping_tax_rate_id');
	await newInvoice(french, { invoice_lines: [zero()], shipping_net_amount: 1, shipping_tax_rate_id: 'GB_ZERO' });
	const home = await newContact();
	refused(await post('/sales_invoices', invoiceBody(home, { main_address: { country_id: 'US' } })),
		'line_items.tax_rate_id', 'line_items.eu_goods_services_type_id');
	await newInvoice(home, { main_address: { country_id: 'IM' } });
});

test('invoice: the contact\'s currency, and the base currency', async () => {
	const euro = await newContact({ currency_id: 'EUR', name: 'Ada (EUR)' });
	const lines = [line({ unit_price: 14.5, tax_rate_id: 'GB_ZERO', tax_amount: 0 })];
	const extra = { invoice_lines: lines, shipping_net_amount: 6, shipping_tax_rate_id: 'GB_ZERO' };

	refused(await post('/sales_invoices', invoiceBody(euro, { ...extra, currency_id: 'GBP' })), 'currency_id');
	refused(await post('/sales_invoices', invoiceBody(await newContact(), { currency_id: 'EUR' })), 'currency_id');
	refused(await post('/sales_invoices', invoiceBody(euro, { ...extra, exchange_rate: 0 })), 'exchange_rate');
	const invoice = await newInvoice(euro, { ...extra, currency_id: 'EUR', exchange_rate: 0.8620689655 });
	assert.deepEqual([invoice.currency.id, invoice.total_amount, invoice.exchange_rate, invoice.inverse_exchange_rate,
		invoice.base_currency_shipping_net_amount, invoice.base_currency_total_amount],
	['EUR', '35.0', '0.8620689655', '1.16', '5.17', '30.17']);
	assert.equal((await newInvoice(euro, extra)).exchange_rate, '0.859375', 'Sage\'s own rate');
	assert.equal((await newInvoice(euro, { ...extra, inverse_exchange_rate: 1.25 })).exchange_rate, '0.8');
	refused(await api('PUT', `/contacts/${euro.id}`, { body: { contact: { currency_id: 'GBP' } } }), 'currency_id');
	await control('PUT', 'businesses', { id: SHOP, multi_currency: false });
	refused(await post('/contacts', contactBody({ currency_id: 'EUR' })), 'currency_id');
	refused(await post('/sales_invoices', invoiceBody(euro, extra)), 'currency_id');
});

test('invoice: other regions have other rates', async () => {
	const auth = (await grant({ business: US })).access_token;
	const at = { auth, business: US };
	const contact = await newContact({ main_address: { country_id: 'US' } }, at);
	const id = await ledgerOf(US, auth);
	const lines = [line({ ledger_account_id: id, tax_rate_id: 'US_NY_CITY', tax_amount: 2.21875 }),
		line({ ledger_account_id: id, tax_rate_id: undefined, tax_amount: undefined })];
	const invoice = await newInvoice(contact, { invoice_lines: lines, shipping_net_amount: 10,
		shipping_tax_rate_id: 'US_NY_CITY' }, at);

	assert.deepEqual([invoice.currency.id, invoice.shipping_tax_amount, invoice.total_amount], ['USD', '0.89', '63.11']);
});

test('invoice: draft, release, change, void', async () => {
	const contact = await newContact({ credit_days: 14 });
	const draft = await newInvoice(contact, { status_id: 'DRAFT' });

	assert.deepEqual([draft.displayed_as, draft.invoice_number, draft.transaction, draft.status.id],
		['Draft', null, null, 'DRAFT']);
	assert.equal(draft.due_date, '2026-10-15');
	const released = made(await post(`/sales_invoices/${draft.id}/release`));
	assert.deepEqual([released.displayed_as, released.status.id], ['SI-1', 'UNPAID']);
	refused(await post(`/sales_invoices/${draft.id}/release`), 'base');
	const put = await api('PUT', `/sales_invoices/${draft.id}`, { body: { sales_invoice: { notes: 'late',
		invoice_lines: [line({ quantity: 1, tax_amount: 2.5 })] } } });
	assert.deepEqual([put.status, put.json.total_amount, put.json.notes, put.json.displayed_as], [200, '15.0', 'late', 'SI-1']);
	refused(await api('PUT', `/sales_invoices/${draft.id}`, { body: { sales_invoice: { invoice_lines: [] } } }), 'line_items');
	refused(await api('DELETE', `/sales_invoices/${draft.id}`), 'void_reason');
	refused(await api('DELETE', `/sales_invoices/${draft.id}?void_reason=${'x'.repeat(201)}`), 'void_reason');
	const voided = await api('DELETE', `/sales_invoices/${draft.id}?void_reason=Order+cancelled`);
	assert.deepEqual([voided.status, voided.json.status.id, voided.json.void_reason, voided.json.outstanding_amount],
		[200, 'VOID', 'Order cancelled', '0.0']);
	refused(await api('PUT', `/sales_invoices/${draft.id}`, { body: { sales_invoice: { notes: 'x' } } }), 'base');
	refused(await api('DELETE', `/sales_invoices/${draft.id}?void_reason=again`), 'base');
	const second = await newInvoice(contact, { status_id: 'DRAFT' });
	assert.equal((await api('DELETE', `/sales_invoices/${second.id}`)).status, 200);
	assert.equal((await get(`/sales_invoices/${second.id}`)).status, 404);
});

test('invoice: numbers of one\'s own', async () => {
	const contact = await newContact();

	assert.equal((await newInvoice(contact, { invoice_number: 'WEB-7' })).displayed_as, 'WEB-7');
	refused(await post('/sales_invoices', invoiceBody(contact, { invoice_number: 'WEB-7' })), 'invoice_number');
	assert.equal((await newInvoice(contact, { invoice_number_prefix: 'EU-' })).displayed_as, 'EU-1');
	assert.equal((await get('/invoice_settings')).json.next_invoice_number, 2);
});

test('invoice: a GET sends it unless told not to', async () => {
	const invoice = await newInvoice(await newContact());

	assert.equal((await get(`/sales_invoices/${invoice.id}?mark_as_sent=false`)).json.sent, false);
	assert.equal((await get('/sales_invoices?attributes=sent')).json.$items[0].sent, false);
	assert.equal((await get(`/sales_invoices/${invoice.id}`)).json.sent, true);
	assert.equal((await get(`/sales_invoices/${invoice.id}?mark_as_sent=false`)).json.sent, true);
});

test('invoice: search, filters, order', async () => {
	const ada = await newContact();
	const bob = await newContact({ name: 'Bob Both' });

	await newInvoice(ada, { reference: 'WEB-1', date: '2026-10-01' });
	await newInvoice(ada, { reference: 'WEB-10', date: '2026-10-03' });
	await newInvoice(bob, { reference: 'SHOP-1', date: '2026-10-02' });
	const references = async (query) => (await get(`/sales_invoices?attributes=reference&${query}`)).json.$items
		.map((item) => item.reference);

	assert.deepEqual(await references('search=WEB-1&sort=date'), ['WEB-1', 'WEB-10']);
	assert.deepEqual(await references('search=bob'), ['SHOP-1']);
	assert.deepEqual(await references(`contact_id=${ada.id}&sort=date:desc`), ['WEB-10', 'WEB-1']);
	assert.deepEqual(await references('from_date=2026-10-02&to_date=2026-10-02'), ['SHOP-1']);
	assert.deepEqual(await references('status_id=PAID'), []);
	assert.deepEqual(await references('updated_or_created_since=2099-01-01'), []);
	assert.equal((await references('updated_or_created_since=2026-01-01T00:00:00Z')).length, 3);
	refused(await get('/sales_invoices?sort=colour'), 'sort');
	assert.deepEqual(Object.keys((await get('/sales_invoices')).json.$items[0]), ['id', 'displayed_as', '$path']);
	assert.equal((await get('/sales_invoices', { business: SERVICES })).json.$total, 0, 'another business');
	const id = (await get('/sales_invoices')).json.$items[0].id;
	assert.equal((await get(`/sales_invoices/${id}`, { business: SERVICES })).status, 404);
	assert.equal((await get(`/sales_credit_notes/${id}`)).status, 404);
});

// ---- credit notes, payments, allocations

const newCredit = async (contact, extra) => made(await post('/sales_credit_notes', { sales_credit_note: {
	contact_id: contact.id, date: '2026-10-02', original_invoice_date: '2026-10-01',
	credit_note_lines: [line({ quantity: 1, tax_amount: 2.5 })], ...extra } }));
const bankId = async () => (await get('/bank_accounts')).json.$items[0].id;
const paymentBody = async (contact, extra) => ({ contact_payment: { transaction_type_id: 'CUSTOMER_RECEIPT',
	contact_id: contact.id, bank_account_id: await bankId(), date: '2026-10-03', total_amount: 30, ...extra } });
const statusOf = async (document) => {
	const { status, outstanding_amount: open } = (await get(`${document.$path}?mark_as_sent=false`)).json;

	return [status.id, open];
};

test('credit note: numbers of its own, no due date', async () => {
	const contact = await newContact();
	const credit = await newCredit(contact, { reference: 'WEB-1' });

	assert.deepEqual([credit.displayed_as, credit.total_amount, credit.original_invoice_date, credit.due_date],
		['SCN-1', '15.0', '2026-10-01', undefined]);
	refused(await post('/sales_credit_notes', { sales_credit_note: { contact_id: contact.id, date: '2026-10-02',
		due_date: '2026-10-03', credit_note_lines: [line({ tax_amount: undefined })] } }), 'due_date');
	assert.equal((await newInvoice(contact)).displayed_as, 'SI-1');
});

test('payment: part, whole, too much, taken back', async () => {
	const contact = await newContact();
	const other = await newContact({ name: 'Bob' });
	const invoice = await newInvoice(contact);
	const pay = async (extra) => post('/contact_payments', await paymentBody(contact, extra));
	const allocated = (amount) => [{ artefact_id: invoice.id, amount }];

	const part = made(await pay({ total_amount: '10', reference: 'WEB-1', allocated_artefacts: allocated(10) }));
	assert.deepEqual(await statusOf(invoice), ['PART_PAID', '20.0']);
	assert.equal(part.payment_on_account, null);
	refused(await pay({ allocated_artefacts: allocated(20.01) }), 'allocated_artefacts.amount');
	refused(await pay({ total_amount: 19, allocated_artefacts: allocated(20) }), 'allocated_artefacts');
	refused(await pay({ total_amount: 0 }), 'total_amount');
	refused(await pay({ transaction_type_id: 'VENDOR_PAYMENT' }), 'transaction_type_id');
	refused(await pay({ currency_id: 'EUR' }), 'currency_id');
	refused(await pay({ bank_account_id: ledger }), 'bank_account_id');
	refused(await post('/contact_payments', await paymentBody(other, { allocated_artefacts: allocated(5) })),
		'allocated_artefacts.artefact_id');
	const rest = made(await pay({ total_amount: 25, allocated_artefacts: allocated(20) }));
	assert.deepEqual(await statusOf(invoice), ['PAID', '0.0']);
	assert.deepEqual([rest.payment_on_account.total_amount, rest.payment_on_account.outstanding_amount], ['5.0', '5.0']);
	refused(await api('DELETE', `/sales_invoices/${invoice.id}?void_reason=x`), 'base');
	refused(await api('PUT', `/sales_invoices/${invoice.id}`, { body: { sales_invoice: { notes: 'x' } } }), 'base');
	assert.equal((await api('DELETE', `/contact_payments/${part.id}`)).status, 204);
	assert.deepEqual(await statusOf(invoice), ['PART_PAID', '10.0']);
	assert.equal((await get('/contact_payments')).json.$total, 1);
});

test('allocation: signed amounts of one contact that sum to zero', async () => {
	const contact = await newContact();
	const invoice = await newInvoice(contact);
	const credit = await newCredit(contact);
	const account = made(await post('/contact_payments', await paymentBody(contact, { total_amount: 15 }))).payment_on_account;
	const allocate = (...pairs) => post('/contact_allocations', { contact_allocation: {
		transaction_type_id: 'CUSTOMER_ALLOCATION', contact_id: contact.id,
		allocated_artefacts: pairs.map(([artefact, amount]) => ({ artefact_id: artefact.id, amount })) } });

	refused(await allocate([invoice, 15], [credit, -14]), 'allocated_artefacts');
	refused(await allocate([invoice, 16], [credit, -16]), 'allocated_artefacts.amount');
	refused(await allocate([invoice, -15], [credit, 15]), 'allocated_artefacts.amount');
	refused(await allocate([invoice, 0]), 'allocated_artefacts', 'allocated_artefacts.amount');
	const made1 = made(await allocate([invoice, 15], [credit, -15]));
	assert.deepEqual(await statusOf(credit), ['PAID', '0.0']);
	made(await allocate([invoice, 15], [account, -15]));
	assert.deepEqual(await statusOf(invoice), ['PAID', '0.0']);
	assert.equal((await api('DELETE', `/contact_allocations/${made1.id}`)).status, 204);
	assert.deepEqual([await statusOf(invoice), await statusOf(credit)], [['PART_PAID', '15.0'], ['UNPAID', '15.0']]);
});

test('what is not built says so', async () => {
	const answer = await post('/products', { product: {} });

	assert.deepEqual([answer.status, answer.text], [501, 'sandbox: not built yet\n']);
});

// ---- idempotency

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
	token = (await grant({ business: SHOP })).access_token;
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

// ---- faults

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
	const unknown = await send('POST', '/_sandbox/faults', { body: { kind: 'gremlins' } });
	assert.equal(unknown.status, 400);
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

// ---- limits and what is counted

test('parallel writes to one business are counted, reads and other businesses are not', async () => {
	await control('POST', 'settings', { latency_ms: 80 });
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
	await control('POST', 'settings', { max_concurrent: 2, latency_ms: 100 });
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
