'use strict';
// What a request may look like: body, path, query, method and the ways of sending it.
// What no retry could mend is 400, 404, 405 or 413, and nothing is written.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const { startStack } = require('./lib/stack');
const { request, raw } = require('./lib/http');
const { addBinding, postEvent, eventBody } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { until } = require('./lib/until');
const { assertAccepted, assertRefused, writesNothing } = require('./lib/wire');

const BODY_MAX = 262144; // bytes

let stack, shop;
let lastId = 0;
const nextId = () => ++lastId;

before(async () => {
	stack = await startStack({ sandboxes: false });
	shop = await addBinding(stack);
});
after(() => stack?.stop());

const body = (change, event = 'invoice.created') => eventBody(event, nextId(), change);
const bytes = (text) => Buffer.from(text, 'latin1');

/** The body's text with member `name` of the body (or "payload.name") as this JSON text. */
function bodyWith(name, json, event) {
	const made = body({}, event);
	const [holder, key] = name.startsWith('payload.') ? [made.payload, name.slice(8)] : [made, name];
	holder[key] = '@@';
	return JSON.stringify(made).replace('"@@"', json);
}

async function runOf(id) {
	const [row] = await stack.sql(`SELECT * FROM sync_run WHERE id = ${id}`);
	return row;
}

/** One request as bytes, with a fresh token; `length` null sends no Content-Length. */
function bare(text, { event = 'invoice.created', line = 'POST', version = '1.1', length = Buffer.byteLength(text), head = '' } = {}) {
	return Buffer.concat([
		Buffer.from(
			`${line} /webhooks/magento/${shop.tenant}/${event} HTTP/${version}\r\nHost: ledger\r\nConnection: close\r\n` +
				`Authorization: Bearer ${shopToken(shop.apiKey, shop.tenant)}\r\n` +
				(length === null ? '' : `Content-Length: ${length}\r\n`) +
				`${head}\r\n`,
		),
		Buffer.isBuffer(text) ? text : Buffer.from(text),
	]);
}

// ---- refused bodies

const NO_NUMBER = ['null', '"1"', 'true', '[]', '{}', '""', '1.0', '1.5', '1e3', '-1', '9223372036854775808', '1e400'];
const NO_TEXT = ['null', '1', 'true', '[]', '{}'];
const WRONG = {
	magento_entity_id: [...NO_NUMBER, '0', '4294967296'],
	website_id: [...NO_NUMBER, '2147483648'],
	store_id: [...NO_NUMBER, '2147483648'],
	occurred_at: [
		...[...NO_TEXT, '""', '" "', '"now"', '"2026-11-20"', '"2026-11-20T20:30:37"', '"2026-11-20 20:30:37Z"'],
		...['"2026-11-20T20:30:37+00:00"', '"2026-11-20T20:30:37.000Z"', '"2026-11-20t20:30:37z"'],
		...[' ', 'x', '\\u0000'].map((tail) => `"2026-11-20T20:30:37Z${tail}"`),
		...['"2026-02-29T00:00:00Z"', '"2100-02-29T00:00:00Z"', '"2026-13-01T00:00:00Z"', '"2026-00-01T00:00:00Z"'],
		...['"2026-11-31T00:00:00Z"', '"2026-11-00T00:00:00Z"', '"2026-11-20T24:00:00Z"', '"2026-11-20T20:60:00Z"'],
		...['"2026-11-20T20:30:61Z"', '"1969-12-31T23:59:59Z"', '"0000-00-00T00:00:00Z"', '"2038-01-19T03:14:08Z"'],
		...['"9999-12-31T23:59:59Z"', '"-026-11-20T20:30:37Z"', '"２026-11-20T20:30:37Z"'],
	],
	payload: ['null', '1', 'true', '[]', '"{}"', '""'],
	'payload.increment_id': [...NO_TEXT, '""', `"${'1'.repeat(65)}"`, `"${'é'.repeat(65)}"`, '"a\\u0000b"'],
	'payload.paid': ['"true"', '1', '0', '[]', '{}', '""'],
};

for (const [name, values] of Object.entries(WRONG)) {
	test(`refused: ${name} of another type, out of range or malformed`, () =>
		writesNothing(stack, async () => {
			for (const json of values)
				assertRefused(await postEvent(stack, shop, 'invoice.created', bodyWith(name, json)), 400, 'bad_request', `${name} = ${json}`);
		}));
}

test('refused: a key missing', () =>
	writesNothing(stack, async () => {
		for (const name of ['magento_entity_id', 'website_id', 'store_id', 'occurred_at', 'payload'])
			assertRefused(await postEvent(stack, shop, 'invoice.created', body({ [name]: undefined })), 400, 'bad_request', name);
		for (const event of ['invoice.created', 'invoice.paid', 'creditmemo.created'])
			assertRefused(await postEvent(stack, shop, event, body({ payload: {} }, event)), 400, 'bad_request', event);
		for (const event of ['customer.upserted', 'product.upserted', 'order.created'])
			assertRefused(await postEvent(stack, shop, event, body({ payload: undefined }, event)), 400, 'bad_request', event);
	}));

const good = () => JSON.stringify(body());
const NO_JSON = {
	empty: () => '',
	blank: () => ' \n',
	'a list': () => `[${good()}]`,
	'a text': () => '"invoice"',
	'a number': () => '1',
	null: () => 'null',
	cut: () => good().slice(0, -1),
	'one brace too many': () => `${good()}}`,
	'two documents': () => good() + good(),
	'a comma too many': () => good().replace(/\}$/, ',}'),
	'a comment': () => good().replace('{', '{/* */'),
	'single quotes': () => good().replaceAll('"', "'"),
	'bare keys': () => good().replace('"store_id"', 'store_id'),
	NaN: () => bodyWith('extra', 'NaN'),
	Infinity: () => bodyWith('extra', '-Infinity'),
	'a leading zero': () => bodyWith('store_id', '01'),
	'a leading plus': () => bodyWith('store_id', '+1'),
	'hexadecimal': () => bodyWith('store_id', '0x1'),
	'a number beyond 64 bits that nobody reads': () => bodyWith('extra', '18446744073709551616'),
	'a byte order mark': () => `\ufeff${good()}`,
	'UTF-16': () => Buffer.from(good(), 'utf16le'),
	'a NUL before': () => `\0${good()}`,
	'a NUL behind': () => `${good()}\0`,
	'a NUL in a text': () => bodyWith('payload.increment_id', '"1\0"'),
	'a newline in a text': () => bodyWith('payload.increment_id', '"1\n"'),
	'a NUL in a key': () => bodyWith('extra', '{"a\\u0000b":1}'),
	'Latin-1': () => bytes(bodyWith('payload.increment_id', '"\xe9"')),
	'overlong UTF-8': () => bytes(bodyWith('payload.increment_id', '"\xc0\xaf"')),
	'a surrogate in UTF-8': () => bytes(bodyWith('payload.increment_id', '"\xed\xa0\x80"')),
	'beyond U+10FFFF': () => bytes(bodyWith('payload.increment_id', '"\xf4\x90\x80\x80"')),
	'a cut character': () => bytes(bodyWith('payload.increment_id', '"\xe2\x82"')),
	'a key twice': () => good().replace('{', '{"store_id":1,'),
	'a key twice, once escaped': () => good().replace('{', '{"\\u0073tore_id":1,'),
	'a key twice inside': () => bodyWith('payload', '{"increment_id":"1","increment_id":"2"}'),
	'33 deep': () => bodyWith('extra', '['.repeat(32) + ']'.repeat(32)),
	'10,000 deep': () => bodyWith('extra', '['.repeat(10000) + ']'.repeat(10000)),
	'100,000 open brackets': () => '['.repeat(100000),
	'100,000 open objects': () => '{"a":'.repeat(40000),
};

test('refused: what is not JSON, or not strictly', () =>
	writesNothing(stack, async () => {
		for (const [name, make] of Object.entries(NO_JSON))
			assertRefused(await postEvent(stack, shop, 'invoice.created', make()), 400, 'bad_request', name);
	}));

// ---- accepted bodies

const FINE = {
	'as Magento sends it': () => good(),
	'blanks around': () => `\r\n\t ${good()} \n`,
	'keys that nobody knows': () => JSON.stringify(body({ extra: { a: [null, 1.5, 'x'] }, MAGENTO_ENTITY_ID: 'x' })),
	'keys in another order': () => JSON.stringify(Object.fromEntries(Object.entries(body()).reverse())),
	'escaped keys': () => good().replace('"payload"', '"p\\u0061yload"'),
	'escaped slashes': () => bodyWith('payload.increment_id', '"IN\\/1"'),
	'32 deep': () => bodyWith('extra', '['.repeat(31) + ']'.repeat(31)),
	'the least numbers': () => JSON.stringify({ ...body(), website_id: 0, store_id: 0 }),
	'the largest numbers': () =>
		JSON.stringify({ ...body(), magento_entity_id: 4294967295, website_id: 2147483647, store_id: 2147483647 }),
	'a leap day': () => JSON.stringify(body({ occurred_at: '2024-02-29T23:59:59Z' })),
	'a leap day of a century': () => JSON.stringify(body({ occurred_at: '2000-02-29T00:00:00Z' })),
	'the first second': () => JSON.stringify(body({ occurred_at: '1970-01-01T00:00:01Z' })),
	'the last second': () => JSON.stringify(body({ occurred_at: '2038-01-19T03:14:07Z' })),
	'a number of 64 characters': () => bodyWith('payload.increment_id', `"${'9'.repeat(64)}"`),
	'a number of 64 letters of four bytes': () => bodyWith('payload.increment_id', `"${'𝟗'.repeat(64)}"`),
	'half a surrogate pair': () => bodyWith('payload.increment_id', '"\\ud800"'),
	'paid absent': () => bodyWith('payload', '{"increment_id":"1"}'),
	'paid null, which is absent': () => bodyWith('payload.paid', 'null'),
};

test('accepted: whatever the contract allows', async () => {
	for (const [name, make] of Object.entries(FINE))
		assertAccepted(await postEvent(stack, shop, 'invoice.created', make()), name);
});

test('what was sent is what is kept', async () => {
	const id = nextId();
	const sent = eventBody('creditmemo.created', id, {
		website_id: 3,
		store_id: 7,
		occurred_at: '2026-11-20T20:30:37Z',
		payload: { increment_id: 'Gutschrift № 7 / "𝟗"' },
	});
	const row = await runOf(assertAccepted(await postEvent(stack, shop, 'creditmemo.created', sent)));
	assert.deepEqual(
		[row.binding_id, row.event, row.entity_type, row.magento_id, row.website_id, row.store_id],
		[shop.tenant, 'creditmemo.created', 'creditmemo', String(id), '3', '7'],
	);
	assert.equal(row.occurred_at, '2026-11-20 20:30:37.000000');
	assert.equal(row.magento_number, 'Gutschrift № 7 / "𝟗"');
	assert.equal(row.status, 'queued');
});

// ---- sizes and ways of sending

function sized(size) {
	const text = JSON.stringify(body({ pad: '' }));
	return text.replace('"pad":""', `"pad":"${'x'.repeat(size - Buffer.byteLength(text))}"`);
}

test('256 KiB are the most', async () => {
	assertAccepted(await postEvent(stack, shop, 'invoice.created', sized(BODY_MAX)));
	await writesNothing(stack, async () => {
		assertRefused(await postEvent(stack, shop, 'invoice.created', sized(BODY_MAX + 1)), 413, 'too_large');
		assertRefused(await postEvent(stack, { ...shop, apiKey: 'x' }, 'invoice.created', sized(BODY_MAX + 1)), 413, 'too_large');
	});
});

test('a gigabyte announced is refused before it is sent', () =>
	writesNothing(stack, async () => {
		for (const length of ['1073741824', '9223372036854775807'])
			assertRefused(await raw(stack.ledgerUrl, bare('{', { length }), { first: true }), 413, 'too_large', length);
	}));

test('a length that is none', () =>
	writesNothing(stack, async () => {
		for (const length of ['-1', '1e3', '0x10', '99999999999999999999', '5, 6'])
			assertRefused(await raw(stack.ledgerUrl, bare(good(), { length })), 400, 'bad_request', length);
		const two = bare(good(), { head: 'Content-Length: 3\r\n' });
		assertRefused(await raw(stack.ledgerUrl, two), 400, 'bad_request', 'two lengths');
	}));

test('chunked, without a length', async () => {
	const text = good();
	const chunks = `${(5).toString(16)}\r\n${text.slice(0, 5)}\r\n${(text.length - 5).toString(16)}\r\n${text.slice(5)}\r\n0\r\n\r\n`;
	const sent = bare('', { length: null, head: 'Transfer-Encoding: chunked\r\n' });
	assertAccepted(await raw(stack.ledgerUrl, Buffer.concat([sent, Buffer.from(chunks)])));
	await writesNothing(stack, async () => {
		const big = sized(BODY_MAX + 1);
		const chunked = `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
		assertRefused(await raw(stack.ledgerUrl, Buffer.concat([sent, Buffer.from(chunked)])), 413, 'too_large');
		assertRefused(await raw(stack.ledgerUrl, Buffer.concat([sent, Buffer.from('zz\r\n{}\r\n0\r\n\r\n')])), 400, 'bad_request');
		const both = bare(text, { head: 'Transfer-Encoding: chunked\r\n' });
		assertRefused(await raw(stack.ledgerUrl, both), 400, 'bad_request', 'length and chunks');
	});
});

test('a body without a length has none', () =>
	writesNothing(stack, async () => {
		assertRefused(await raw(stack.ledgerUrl, bare('', { length: null })), 400, 'bad_request');
	}));

test('a client that goes away in the middle of its body leaves nothing', () =>
	writesNothing(stack, async () => {
		const text = good();
		await new Promise((resolve, reject) => {
			const { hostname, port } = new URL(stack.ledgerUrl);
			const socket = net.connect(Number(port), hostname, () =>
				socket.write(bare(text.slice(0, 20), { event: 'gone.away', length: text.length }), () => socket.destroy()),
			);
			socket.on('close', resolve);
			socket.on('error', reject);
		});
		await until('nginx has noticed', () => stack.log('access').includes('gone.away'));
	}));

test('Content-Type does not matter', async () => {
	for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', '\xff', 'x'.repeat(4000)])
		assertAccepted(
			await postEvent(stack, shop, 'invoice.created', good(), { headers: { 'Content-Type': type } }),
			String(type).slice(0, 40),
		);
});

test('HTTP/1.0 and a connection that is closed', async () => {
	const answer = await raw(stack.ledgerUrl, bare(good(), { version: '1.0' }));
	assertAccepted(answer);
	assert.ok(answer.closed);
});

test('the first status line is the answer: none before it unless it was asked for', async () => {
	const lines = (answer) => answer.all.match(/^HTTP\/1\.[01] \d+/gm).map((line) => line.slice(9));
	assert.deepEqual(lines(await raw(stack.ledgerUrl, bare(good()))), ['202']);
	assert.deepEqual(lines(await raw(stack.ledgerUrl, bare(sized(BODY_MAX)))), ['202']);
	assert.deepEqual(lines(await raw(stack.ledgerUrl, bare(good(), { version: '1.0', head: 'Expect: 100-continue\r\n' }))), ['202']);
	assert.deepEqual(lines(await raw(stack.ledgerUrl, bare(good(), { head: 'Expect: nothing\r\n' }))), ['202']);
	// A client that asks (Magento's never does) gets it: nginx cannot be told not to.
	const asked = bare(good(), { head: 'Expect: 100-continue\r\n' });
	assert.deepEqual(lines(await raw(stack.ledgerUrl, asked)), ['100', '202']);
	// Too much is refused without inviting it.
	const tooMuch = bare('', { length: BODY_MAX + 1, head: 'Expect: 100-continue\r\n' });
	assert.deepEqual(lines(await raw(stack.ledgerUrl, tooMuch, { first: true })), ['413']);
});

test('a request that is not HTTP', () =>
	writesNothing(stack, async () => {
		for (const text of ['GARBAGE\r\n\r\n', 'POST /v1/status HTTP/1.1\r\n\r\n', `GET /v1/${'x'.repeat(40000)} HTTP/1.1\r\nHost: l\r\n\r\n`])
			assertRefused(await raw(stack.ledgerUrl, text), 400, 'bad_request', text.slice(0, 40));
	}));

// ---- methods, paths, names, queries

const PATHS = {
	[`/webhooks/magento/00000000-0000-4000-8000-000000000000/invoice.created`]: 'POST',
	'/v1/tenant/disconnect': 'POST',
	'/v1/tile/health': 'GET',
	'/v1/status': 'GET',
};

test('other methods: 405, with or without a token', () =>
	writesNothing(stack, async () => {
		for (const [path, right] of Object.entries(PATHS)) {
			for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'HEAD']) {
				if (method === right || (method === 'HEAD' && right === 'GET')) continue;
				for (const Authorization of [undefined, `Bearer ${shopToken(shop.apiKey, shop.tenant)}`]) {
					const headers = Authorization ? { Authorization } : {};
					const answer = await request(`${stack.ledgerUrl}${path}`, { method, headers });
					if (method === 'HEAD') assert.equal(answer.status, 405);
					else assertRefused(answer, 405, 'method_not_allowed', `${method} ${path}`);
					assert.equal(answer.headers.allow, right === 'GET' ? 'GET, HEAD' : right);
				}
			}
		}
		for (const line of ['TRACE', 'trace', 'post', 'POSTS'])
			assert.match(String((await raw(stack.ledgerUrl, bare(good(), { line }))).status), /^40[05]$/, line);
	}));

test('paths that no module calls: 404', () =>
	writesNothing(stack, async () => {
		const t = shop.tenant;
		const headers = { Authorization: `Bearer ${shopToken(shop.apiKey, t)}` };
		for (const path of [
			...['/webhooks', '/webhooks/', '/webhooks/magento', '/webhooks/magento/', `/webhooks/magento/${t}`],
			...[`/webhooks/magento/${t}/`, `/webhooks/magento/${t}/invoice.created/`, `/webhooks/magento//invoice.created`],
			...[`/webhooks/magento/${t}/invoice/created`, `/webhooks/shopware/${t}/invoice.created`],
			...[`//webhooks/magento/${t}/invoice.created`, `/Webhooks/magento/${t}/invoice.created`],
			...[`/index.php/webhooks/magento/${t}/invoice.created`, '/webhooksmagento', '/v1', '/v1/', '/v1/tile'],
			...['/v1/tile/health/', '/v1/status/1', '/v1/tenant', '/v1/tenant/connect', '/v2/status', '/v1x/status'],
		]) {
			const answer = await request(`${stack.ledgerUrl}${path}`, { method: 'POST', headers, body: good() });
			if (/^\/(webhooks|v1)(\/|$)/.test(path)) assertRefused(answer, 404, 'not_found', path);
			else assert.equal(answer.status, 404, path);
		}
	}));

test('paths that lead nowhere', () =>
	writesNothing(stack, async () => {
		for (const path of ['%zz', '%', '%0', '%00', 'a%00b', '%ff', '..%2f..', '%2e%2e']) {
			const answer = await postEvent(stack, shop, path, 1);
			assert.match(String(answer.status), /^40[04]$/, path);
			assertRefused(answer, answer.status, answer.json?.error, path);
		}
	}));

test('segments are percent-decoded', async () => {
	for (const name of ['invoice%2Ecreated', '%69nvoice.created', 'invoice.create%64']) {
		const row = await runOf(assertAccepted(await postEvent(stack, shop, name, nextId()), name));
		assert.deepEqual([row.event, row.status], ['invoice.created', 'queued'], name);
	}
	const encoded = { ...shop, tenant: shop.tenant.replaceAll('-', '%2D') };
	const token = shopToken(shop.apiKey, shop.tenant);
	assertAccepted(await postEvent(stack, encoded, 'invoice.created', nextId(), { token }), 'the tenant too');
});

test('a tenant in capitals is the same tenant', async () => {
	const token = shopToken(shop.apiKey, shop.tenant);
	const loud = { ...shop, tenant: shop.tenant.toUpperCase() };
	const row = await runOf(assertAccepted(await postEvent(stack, loud, 'invoice.created', nextId(), { token })));
	assert.equal(row.binding_id, shop.tenant);
});

const UNKNOWN = [
	...['order.created', 'invoice.deleted', 'INVOICE.CREATED', 'invoice.created2', 'invoice', 'x', '.', 'push_state'],
	...['refresh_reference', "x';DROP", '*', `e${'v'.repeat(63)}`],
].filter((name) => name !== '.');

test('an unknown event is taken, and skipped', async () => {
	for (const name of [...UNKNOWN, 'a%2Fb']) {
		const id = nextId();
		const run = assertAccepted(await postEvent(stack, shop, name, id), name);
		const row = await runOf(run);
		assert.deepEqual(
			[row.event, row.status, row.skip_reason, row.entity_type, row.magento_id],
			[decodeURIComponent(name), 'skipped_by_policy', 'event_not_supported', 'other', String(id)],
		);
		assert.notEqual(row.finished_at, null);
		assert.deepEqual(await stack.sql(`SELECT id FROM job WHERE run_id = ${run}`), [], `${name}: no work`);
	}
});

test("an event's name: 1 to 64 printable characters", () =>
	writesNothing(stack, async () => {
		for (const name of ['e'.repeat(65), 'e'.repeat(1000), 'order%20created', '%C3%A9', 'a%0Ab', 'a%7Fb', '%09'])
			assertRefused(await postEvent(stack, shop, name, 1), 400, 'bad_request', name);
	}));

test('?provider= names us, or nobody', async () => {
	for (const query of ['provider=sage_accounting', 'provider=sage%5Faccounting', 'x=1&provider=sage_accounting', 'x=1', '&', 'provide=xero'])
		assertAccepted(await postEvent(stack, shop, 'invoice.created', nextId(), { query }), query);
	await writesNothing(stack, async () => {
		for (const [query, name] of [
			...[['provider=xero', 'xero'], ['provider=freeagent', 'freeagent'], ['x=1&provider=xero', 'xero']],
			...[['provider=%22%3Cx%3E', '"<x>'], [`provider=${'x'.repeat(2000)}`, 'x'.repeat(32)]],
			...[[`provider=x${'%C3%A9'.repeat(40)}`, `x${'é'.repeat(15)}`], ['provider=SAGE_ACCOUNTING', 'SAGE_ACCOUNTING']],
		]) {
			const answer = await postEvent(stack, shop, 'invoice.created', nextId(), { query });
			assertRefused(answer, 400, 'unknown_provider', query);
			assert.equal(answer.json.message, `tenant has no active ${name} binding`);
		}
		for (const query of ['provider=%', 'provider=%ff', '%00=1', 'a=1&'.repeat(200)])
			assertRefused(await postEvent(stack, shop, 'invoice.created', nextId(), { query }), 400, 'bad_request', query);
	});
});
