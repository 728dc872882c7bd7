// Who may come in: the two 401s, X-Business, consent, codes, tokens.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { CALLBACK, IRELAND, SERVICES, SHOP, contactBody, control, form, get, grant, post,
	send, state, tokenForm } = require('./client');

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
	let answered, now, exp;
	for (let tries = 0; tries < 20; tries++) { // again when its last second passed meanwhile
		await control('POST', 'clock', { offset: 0 });
		const { access_token: auth } = await grant();
		exp = JSON.parse(Buffer.from(auth.split('.')[1], 'base64url')).exp;
		await control('POST', 'clock', { offset: 299 });
		answered = await get('/user', { auth });
		({ now } = await control('POST', 'clock', { offset: 299 }));
		if (now < exp) break;
	}
	assert.ok(now < exp, `${now} < ${exp}`);
	assert.equal(answered.status, 200);
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
