'use strict';
// Whose token is it, and may it be used? Every refusal is the same 401 and writes nothing.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const vectors = require('../vectors/wire.json');
const { startStack } = require('./lib/stack');
const { request, raw } = require('./lib/http');
const { addBinding, postEvent, eventBody } = require('./lib/shop');
const { INBOUND, OUTBOUND, subkey, sign, shopClaims, shopToken } = require('./lib/token');
const { counts, assertAccepted, assertRefused, assertUnauthorized, writesNothing } = require('./lib/wire');

const SKEW = 120; // seconds, the default of token_skew
const EVENT = 'customer.upserted';

let stack, shop, other, key;
let lastId = 0;
const nextId = () => ++lastId;
const now = () => Math.floor(Date.now() / 1000);

before(async () => {
	stack = await startStack({ sandboxes: false });
	shop = await addBinding(stack, { account: 'One' });
	other = await addBinding(stack, { account: 'Two' });
	key = subkey(shop.apiKey, OUTBOUND);
});
after(() => stack?.stop());

const post = (token, options = {}) => postEvent(stack, shop, EVENT, nextId(), { token, ...options });
const claims = (change) => shopClaims(shop.tenant, change);
const segment = (text) => Buffer.from(text).toString('base64url');

/** Claims with `name` as this JSON text, for numbers that JavaScript cannot write. */
function claimsWith(name, json) {
	return JSON.stringify(claims({ [name]: '@' })).replace('"@"', json);
}

/** A result that no tick of the clock's second fell into; `work` is given that second. */
async function withinOneSecond(work) {
	for (;;) {
		const second = now();
		const result = await work(second);
		if (now() === second) return result;
	}
}

// ---- forged claims

const NO_TEXT = ['null', '1', 'true', '[]', '{}', '""', '["magento"]'];
const NO_TIME = [
	...['null', '"1767225600"', 'true', '[]', '{}', '""'],
	...['1.5', '1e9', '-1', '9223372036854775807', '9223372036854775808', '18446744073709551616'],
];
const FORGED = [];
for (const name of ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti']) {
	FORGED.push([`${name} missing`, () => sign(key, claims({ [name]: undefined }))]);
	const values = ['iat', 'nbf', 'exp'].includes(name) ? NO_TIME : NO_TEXT;
	for (const json of values) FORGED.push([`${name} = ${json}`, () => sign(key, claimsWith(name, json))]);
	FORGED.push([
		`${name} twice`,
		() => sign(key, JSON.stringify(claims()).replace('{', `{${JSON.stringify({ [name]: claims()[name] }).slice(1, -1)},`)),
	]);
}
FORGED.push(
	['iss of the other direction', () => sign(key, claims({ iss: 'byte8-ledger' }))],
	['aud of the other direction', () => sign(key, claims({ aud: 'magento' }))],
	['iss in capitals', () => sign(key, claims({ iss: 'MAGENTO' }))],
	['aud with a tail', () => sign(key, claims({ aud: 'byte8-ledger ' }))],
	['iss with a NUL behind it', () => sign(key, claims({ iss: 'magento\0' }))],
	['aud a list that has it', () => sign(key, claimsWith('aud', '["byte8-ledger"]'))],
	['sub of another tenant', () => sign(key, claims({ sub: other.tenant }))],
	['sub in capitals', () => sign(key, claims({ sub: shop.tenant.toUpperCase() }))],
	['sub with a tail', () => sign(key, claims({ sub: `${shop.tenant} ` }))],
	['jti of 129 characters', () => sign(key, claims({ jti: 'j'.repeat(129) }))],
	['exp - iat = 301', () => sign(key, claims({ exp: now() + 301 }))],
	['exp - iat = 301, in the past', () => sign(key, claims({ iat: now() - 250, nbf: now() - 250, exp: now() + 51 }))],
	['exp = iat', () => sign(key, claims({ exp: now(), iat: now() }))],
	['exp before iat', () => sign(key, claims({ exp: now() - 1 }))],
	['claims a list', () => sign(key, '[]')],
	['claims a text', () => sign(key, '"magento"')],
	['claims null', () => sign(key, 'null')],
	['claims empty', () => sign(key, '')],
	['claims cut', () => sign(key, JSON.stringify(claims()).slice(0, -1))],
	['claims with something behind', () => sign(key, `${JSON.stringify(claims())}{}`)],
	['claims with a comment', () => sign(key, `/**/${JSON.stringify(claims())}`)],
	['claims not UTF-8', () => {
		const bytes = Buffer.concat([Buffer.from(JSON.stringify(claims()).slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]);
		const input = `${segment('{"alg":"HS256","typ":"JWT"}')}.${bytes.toString('base64url')}`;
		return `${input}.${crypto.createHmac('sha256', key).update(input).digest('base64url')}`;
	}],
	['claims nested 500 deep', () => sign(key, `{"x":${'['.repeat(500)}${']'.repeat(500)},${JSON.stringify(claims()).slice(1)}`)],
);

// ---- forged headers

for (const header of [
	...[{ alg: 'none', typ: 'JWT' }, { alg: 'None', typ: 'JWT' }, { alg: 'HS384', typ: 'JWT' }],
	...[{ alg: 'HS512', typ: 'JWT' }, { alg: 'RS256', typ: 'JWT' }, { alg: 'hs256', typ: 'JWT' }],
	...[{ alg: 'HS256 ', typ: 'JWT' }, { alg: '', typ: 'JWT' }, { alg: null, typ: 'JWT' }],
	...[{ alg: ['HS256'], typ: 'JWT' }, { alg: 256, typ: 'JWT' }, { typ: 'JWT' }],
	...[{ alg: 'HS256', typ: 'jwt' }, { alg: 'HS256', typ: 'JWS' }, { alg: 'HS256', typ: null }],
	...[{ alg: 'HS256' }, {}, [], '', 'null', '{', '{"alg":"HS256","typ":"JWT"', 'not JSON'],
	...['{"alg":"none","alg":"HS256","typ":"JWT"}', '{"alg":"HS256","typ":"JWT"}x'],
])
	FORGED.push([`header ${JSON.stringify(header)}`, () => sign(key, claims(), header)]);

/** A token with one of its three segments replaced by what `change` makes of it. */
function changed(index, change) {
	const segments = shopToken(shop.apiKey, shop.tenant).split('.');
	segments[index] = change(segments[index]);
	return segments.join('.');
}

FORGED.push(
	['alg none without a signature', () => `${sign(key, claims(), { alg: 'none', typ: 'JWT' }).split('.').slice(0, 2).join('.')}.`],
	['HS384 signed as it says', () => {
		const input = `${segment('{"alg":"HS384","typ":"JWT"}')}.${segment(JSON.stringify(claims()))}`;
		return `${input}.${crypto.createHmac('sha384', key).update(input).digest('base64url')}`;
	}],

	// ---- forged keys
	['the key of the other direction', () => sign(subkey(shop.apiKey, INBOUND), claims())],
	['a whole token of the other direction', () =>
		sign(subkey(shop.apiKey, INBOUND), claims({ iss: 'byte8-ledger', aud: 'magento' }))],
	['the api key itself', () => sign(Buffer.from(shop.apiKey), claims())],
	['the api key, hex decoded', () => sign(Buffer.from(shop.apiKey, 'hex'), claims())],
	['an empty key', () => sign(Buffer.alloc(0), claims())],
	["another tenant's key", () => shopToken(other.apiKey, shop.tenant)],
	["another tenant's token", () => shopToken(other.apiKey, other.tenant)],
	["the module's example token, long expired", () => vectors.derivation[0].outbound.token],

	// ---- forged forms
	['empty', () => ' '],
	['one segment', () => segment('{}')],
	['two segments', () => shopToken(shop.apiKey, shop.tenant).split('.').slice(0, 2).join('.')],
	['a fourth segment', () => `${shopToken(shop.apiKey, shop.tenant)}.e30`],
	['a fourth, empty segment', () => `${shopToken(shop.apiKey, shop.tenant)}.`],
	['a leading dot', () => `.${shopToken(shop.apiKey, shop.tenant)}`],
	['no header segment', () => changed(0, () => '')],
	['no claims segment', () => changed(1, () => '')],
	['no signature', () => changed(2, () => '')],
	['a signature short of a character', () => changed(2, (s) => s.slice(0, -1))],
	['a signature with one more', () => changed(2, (s) => `${s}A`)],
	['a padded signature', () => changed(2, (s) => `${s}=`)],
	['a padded header', () => changed(0, (s) => `${s}=`)],
	['the signature in hex', () => changed(2, (s) => Buffer.from(s, 'base64url').toString('hex'))],
	['a changed signature', () => changed(2, (s) => (s[0] === 'A' ? 'B' : 'A') + s.slice(1))],
	['unused bits of the signature set', () =>
		changed(2, (s) => s.slice(0, -1) + { A: 'B', E: 'F', I: 'J', M: 'N', Q: 'R', U: 'V', Y: 'Z', c: 'd', g: 'h', k: 'l', o: 'p', s: 't', w: 'x', 0: '1', 4: '5', 8: '9' }[s.at(-1)])],
	['a changed claim', () => changed(1, (s) => segment(Buffer.from(s, 'base64url').toString().replace('magento', 'magentO')))],
	['a blank inside', () => changed(1, (s) => `${s.slice(0, 9)} ${s.slice(9)}`)],
	['a blank before the signature', () => changed(2, (s) => ` ${s}`)],
	['a tab inside', () => changed(1, (s) => `${s.slice(0, 9)}\t${s.slice(9)}`)],
	['two tokens with a comma', () => `${shopToken(shop.apiKey, shop.tenant)}, Bearer ${shopToken(shop.apiKey, shop.tenant)}`],
	['a quoted token', () => `"${shopToken(shop.apiKey, shop.tenant)}"`],
	['4 KiB, signed', () => sign(key, claims({ pad: 'p'.repeat(4096) }))],
);

for (const [name, forge] of FORGED)
	test(`refused: ${name}`, () => writesNothing(stack, async () => assertUnauthorized(await post(forge()), name)));

// ---- clocks

test('expired: the tolerance to the second', async () => {
	const start = await counts(stack);
	const late = await withinOneSecond((t) => post(sign(key, claims({ now: t - SKEW - 60 }))));
	assertUnauthorized(late, 'exp = now - 120');
	assert.deepEqual(await counts(stack), start);
	assertAccepted(await withinOneSecond((t) => post(sign(key, claims({ now: t - SKEW - 59 })))), 'exp = now - 119');
});

for (const name of ['iat', 'nbf']) {
	test(`${name} ahead: the tolerance to the second`, async () => {
		const ahead = (t) => sign(key, claims({ now: t, exp: t + SKEW + 60, [name]: t + SKEW + 1 }));
		const [start, answer, end] = await withinOneSecond(async (t) => [await counts(stack), await post(ahead(t)), await counts(stack)]);
		assertUnauthorized(answer, 'now + 121');
		assert.deepEqual(end, start);
		const just = (t) => sign(key, claims({ now: t, exp: t + SKEW + 60, [name]: t + SKEW }));
		assertAccepted(await post(just(now())), 'now + 120');
	});
}

test('a life of 300 seconds is the longest', async () => {
	const t = now();
	assertAccepted(await post(sign(key, claims({ now: t, exp: t + 300 }))));
	await writesNothing(stack, async () => assertUnauthorized(await post(sign(key, claims({ now: t, exp: t + 301 })))));
});

// ---- what is accepted

const ACCEPTED = [
	['as the module makes it', {}],
	['jti of one character', { claims: { jti: 'x' } }],
	['jti of 128 characters', { claims: { jti: 'j'.repeat(128) } }],
	['a claim that nobody knows', { claims: { extra: { a: [1, null] } } }],
	['more header members', { header: { alg: 'HS256', typ: 'JWT', kid: '1', cty: 'x' } }],
	['a header in another order, with blanks', { header: '{ "typ" : "JWT", "alg":"HS256" }' }],
];
for (const [name, { claims: change, header }] of ACCEPTED)
	test(`accepted: ${name}`, async () => assertAccepted(await post(sign(key, claims(change), header))));

for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR', 'Bearer  '])
	test(`accepted: scheme "${scheme}"`, async () => {
		const Authorization = `${scheme} ${shopToken(shop.apiKey, shop.tenant)}`;
		assertAccepted(await post(undefined, { headers: { Authorization } }));
	});

for (const scheme of ['Basic', 'JWT', 'Bearer:', 'xBearer', ''])
	test(`refused: scheme "${scheme}"`, () =>
		writesNothing(stack, async () => {
			const Authorization = `${scheme} ${shopToken(shop.apiKey, shop.tenant)}`;
			assertUnauthorized(await post(undefined, { headers: { Authorization } }));
		}));

test('refused: no Authorization header, an empty one, a scheme alone', () =>
	writesNothing(stack, async () => {
		for (const Authorization of [undefined, '', 'Bearer', 'Bearer '])
			assertUnauthorized(await post(undefined, { headers: { Authorization } }), `"${Authorization}"`);
	}));

test('a token counts in the Authorization header only', () =>
	writesNothing(stack, async () => {
		const token = shopToken(shop.apiKey, shop.tenant);
		for (const name of ['token', 'access_token', 'authorization', 'jwt'])
			assertUnauthorized(
				await post(undefined, {
					query: `${name}=${token}`,
					headers: { Authorization: undefined, Cookie: `${name}=${token}`, 'X-Authorization': `Bearer ${token}` },
				}),
				name,
			);
	}));

test('an Authorization header of 1 MB: 400 and JSON, from nginx', () =>
	writesNothing(stack, async () => {
		const answer = await raw(
			stack.ledgerUrl,
			`POST /webhooks/magento/${shop.tenant}/${EVENT} HTTP/1.1\r\nHost: l\r\nConnection: close\r\n` +
				`Authorization: Bearer ${'a'.repeat(1 << 20)}\r\nContent-Length: 2\r\n\r\n{}`,
		);
		// The server stops reading: it may have reset the connection before its answer was read.
		if (answer.status !== 0) assertRefused(answer, 400, 'bad_request');
		const short = await post('a'.repeat(16 << 10));
		assertRefused(short, 400, 'bad_request');
	}));

test("the module's four example keys sign tokens that are accepted", async () => {
	for (const vector of vectors.derivation) {
		const outbound = subkey(vector.api_key, OUTBOUND);
		assert.equal(outbound.toString('hex'), vector.outbound_subkey_hex, vector.name);
		assert.equal(
			sign(outbound, vector.outbound.claims_json, vector.outbound.header_json),
			vector.outbound.token,
			vector.name,
		);
		const bound = await addBinding(stack, { account: 'Vectors', apiKey: vector.api_key });
		assertAccepted(await postEvent(stack, bound, EVENT, nextId()), vector.name);
	}
});

// ---- one use

test('a token is good for one event', async () => {
	const token = shopToken(shop.apiKey, shop.tenant);
	const id = nextId();
	assertAccepted(await postEvent(stack, shop, EVENT, id, { token }));
	await writesNothing(stack, async () => {
		assertUnauthorized(await postEvent(stack, shop, EVENT, id, { token }), 'the same event');
		assertUnauthorized(await postEvent(stack, shop, EVENT, nextId(), { token }), 'another event');
		assertUnauthorized(await postEvent(stack, shop, 'order.created', id, { token }), 'an unknown event');
	});
});

test('what was used is the jti, whatever else the token says', async () => {
	const jti = crypto.randomUUID();
	assertAccepted(await post(sign(key, claims({ jti }))));
	await writesNothing(stack, async () => {
		assertUnauthorized(await post(sign(key, claims({ jti, exp: now() + 200 }))));
	});
	const foreign = sign(subkey(other.apiKey, OUTBOUND), shopClaims(other.tenant, { jti }));
	assertAccepted(await postEvent(stack, other, EVENT, nextId(), { token: foreign }), 'a jti of another shop');
});

test('one token 16 times at once: one 202', async () => {
	for (const event of [EVENT, 'invoice.created', 'order.created']) {
		const start = await counts(stack);
		const token = shopToken(shop.apiKey, shop.tenant);
		const answers = await Promise.all(
			Array.from({ length: 16 }, () => postEvent(stack, shop, event, nextId(), { token })),
		);
		const accepted = answers.filter((answer) => answer.status === 202);
		assert.equal(accepted.length, 1, JSON.stringify(answers.map((answer) => answer.status)));
		for (const answer of answers) if (answer.status !== 202) assertUnauthorized(answer);
		const end = await counts(stack);
		assert.equal(end.token_seen, start.token_seen + 1);
		assert.equal(end.sync_run, start.sync_run + 1);
	}
});

test('a token used on one endpoint is used up on all', async () => {
	const endpoints = {
		health: (token) => request(`${stack.ledgerUrl}/v1/tile/health`, { headers: { Authorization: `Bearer ${token}` } }),
		status: (token) =>
			request(`${stack.ledgerUrl}/v1/status?entity_type=invoice&entity_id=1`, { headers: { Authorization: `Bearer ${token}` } }),
		event: (token) => post(token),
		disconnect: (token) =>
			request(`${stack.ledgerUrl}/v1/tenant/disconnect`, { headers: { Authorization: `Bearer ${token}` }, body: {} }),
	};
	for (const first of ['health', 'status', 'event']) {
		const token = shopToken(shop.apiKey, shop.tenant);
		const answer = await endpoints[first](token);
		assert.ok([200, 202].includes(answer.status), `${first}: ${answer.status}`);
		await writesNothing(stack, async () => {
			for (const [second, call] of Object.entries(endpoints)) assertUnauthorized(await call(token), `${first}, then ${second}`);
		});
	}
});

test('a refused body does not use its token up', async () => {
	const token = shopToken(shop.apiKey, shop.tenant);
	const id = nextId();
	await writesNothing(stack, async () => {
		assertRefused(await postEvent(stack, shop, EVENT, '{', { token }), 400, 'bad_request');
		assertRefused(await postEvent(stack, shop, EVENT, id, { token, query: 'provider=xero' }), 400, 'unknown_provider');
	});
	assertAccepted(await postEvent(stack, shop, EVENT, id, { token }));
});

// ---- nothing can be told from a 401

test('unknown tenant, revoked binding, wrong signature, used token: the same bytes', async () => {
	const revoked = await addBinding(stack, { account: 'Gone' });
	await stack.sql(`UPDATE binding SET status = 'revoked', key_version = key_version + 1,
	                 outbound_key = NULL, inbound_key = NULL WHERE id = '${revoked.tenant}'`);
	const pending = await addBinding(stack, { account: 'Gone' });
	await stack.sql(`UPDATE binding SET status = 'pending' WHERE id = '${pending.tenant}'`);
	const stranger = { tenant: crypto.randomUUID(), apiKey: shop.apiKey };
	const used = shopToken(shop.apiKey, shop.tenant);
	assertAccepted(await post(used));
	await writesNothing(stack, async () => {
		const answers = await Promise.all([
			postEvent(stack, stranger, EVENT, 1),
			postEvent(stack, { tenant: 'shop-1', apiKey: shop.apiKey }, EVENT, 1),
			postEvent(stack, { tenant: '0', apiKey: shop.apiKey }, EVENT, 1),
			postEvent(stack, { tenant: "x'%20OR%201=1--", apiKey: shop.apiKey }, EVENT, 1),
			postEvent(stack, revoked, EVENT, 1),
			postEvent(stack, pending, EVENT, 1),
			post(changed(2, (s) => (s[0] === 'A' ? 'B' : 'A') + s.slice(1))),
			post(used),
			postEvent(stack, { ...other, tenant: other.tenant }, EVENT, 1, { token: shopToken(shop.apiKey, shop.tenant) }),
		]);
		const bytes = (answer) => {
			const { date, ...headers } = answer.headers;
			return JSON.stringify([answer.status, headers, answer.text]);
		};
		for (const answer of answers) {
			assertUnauthorized(answer);
			assert.equal(bytes(answer), bytes(answers[0]));
		}
	});
});

test('the body is not looked at before the token', () =>
	writesNothing(stack, async () => {
		const bad = sign(subkey(other.apiKey, OUTBOUND), claims());
		for (const body of ['{', '\0', 'x'.repeat(1000), '['.repeat(100000), JSON.stringify(eventBody(EVENT, 0))]) {
			assertUnauthorized(await postEvent(stack, shop, EVENT, body, { token: bad }));
			assertUnauthorized(await postEvent(stack, shop, EVENT, body, { token: bad, query: 'provider=xero' }));
			assertUnauthorized(await postEvent(stack, shop, 'x'.repeat(65), body, { token: bad }));
		}
	}));

test('a pairing anew: the key before counts until its time is over', async () => {
	const pair = await addBinding(stack, { account: 'Anew' });
	const donor = await addBinding(stack, { account: 'Anew' });
	assertAccepted(await postEvent(stack, pair, EVENT, nextId()), 'now in memory');
	// The key becomes the previous one, as a pairing anew leaves it, and no key is current
	// that these tokens fit. (A sealed key opens in its own row only, so it is moved within.)
	await stack.sql(`UPDATE binding SET previous_key = outbound_key, key_version = key_version + 1,
	                 previous_key_until = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND WHERE id = '${pair.tenant}'`);
	assertAccepted(await postEvent(stack, pair, EVENT, nextId()), 'within the 120 s');
	// The other row's sealed key does not open here: not an answer of "no", but "not now".
	await stack.sql(`UPDATE binding a, binding b SET a.outbound_key = b.outbound_key, a.key_version = a.key_version + 1
	                 WHERE a.id = '${pair.tenant}' AND b.id = '${donor.tenant}'`);
	await writesNothing(stack, async () => assertRefused(await postEvent(stack, pair, EVENT, nextId()), 503, 'unavailable'));
});
