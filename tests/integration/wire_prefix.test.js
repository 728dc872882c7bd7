'use strict';
// A public URL with a path, https://host/x: everything is below it, and nothing beside it.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { startStack } = require('./lib/stack');
const { request } = require('./lib/http');
const { addBinding, postEvent } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { assertAccepted, assertRefused, assertUnauthorized } = require('./lib/wire');
const { until } = require('./lib/until');

let stack, shop, below;

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2, env: { LEDGER_PUBLIC_URL: 'http://127.0.0.1:9/x' } });
	shop = await addBinding(stack);
	// The line that docs/operations.md tells an operator to add.
	fs.appendFileSync(path.join(stack.dir, 'nginx/listen.conf'), 'rewrite ^/x(/.*)$ $1 last;\n');
	const without = stack.children('nginx');
	process.kill(stack.pid('nginx'), 'SIGHUP');
	// The old workers serve beside the new ones until they have ended.
	await until('nginx has the line', () => !stack.children('nginx').some((pid) => without.includes(pid)));
	below = { ledgerUrl: `${stack.ledgerUrl}/x` };
});
after(() => stack?.stop());

test('events, health and disconnect are below the path', async () => {
	assertAccepted(await postEvent(below, shop, 'invoice.created', 1));
	assertAccepted(await postEvent(below, shop, 'invoice.paid', 1, { query: 'provider=sage_accounting' }));
	const headers = { Authorization: `Bearer ${shopToken(shop.apiKey, shop.tenant)}` };
	assert.equal((await request(`${below.ledgerUrl}/v1/tile/health`, { headers })).status, 200);
	assertUnauthorized(await request(`${below.ledgerUrl}/v1/tenant/disconnect`, { body: {} }));
	assertRefused(await request(`${below.ledgerUrl}/webhooks/other`), 404, 'not_found');
});

test('pages and their style sheet are too', async () => {
	for (const page of ['/login', '/embed/0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10']) {
		const { status, text } = await request(below.ledgerUrl + page);
		assert.equal(status, 200, page);
		const links = [...text.matchAll(/(?:href|src|action)="([^"#]+)"/g)].map((match) => match[1]);
		assert.ok(links.length > 0, page);
		for (const link of links) assert.match(link, /^(\/x\/|http:\/\/127\.0\.0\.1:9\/x\b)/, `${page}: ${link}`);
		const sheet = links.find((link) => link.includes('.css'));
		assert.equal((await request(stack.ledgerUrl + sheet)).status, 200, sheet);
	}
	for (const page of ['/dashboard', '/dashboard/connect-magento']) {
		const answer = await request(below.ledgerUrl + page);
		assert.equal(answer.status, 303, page);
		assert.match(answer.headers.location, /^\/x\/login/, page);
	}
});

test('what asks beside the path finds nothing, and writes nothing', async () => {
	assertRefused(await postEvent(stack, shop, 'invoice.created', 2), 404, 'not_found');
	assert.equal((await postEvent({ ledgerUrl: `${stack.ledgerUrl}/y` }, shop, 'invoice.created', 2)).status, 404);
	assert.deepEqual(await stack.sql('SELECT id FROM sync_run WHERE magento_id = 2'), []);
});

test('monitoring is below it as well', async () => {
	const socketPath = path.join(stack.vars.SOCK_DIR, 'monitor.sock');
	assert.equal((await request('http://monitor/x/healthz', { socketPath })).status, 200);
	assert.equal((await request(`${below.ledgerUrl}/healthz`)).status, 404);
});
