'use strict';
// Marker values in every field that comes from outside; then every log is searched for them,
// and every text column of the database. What is found must be where it belongs.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { startStack } = require('./lib/stack');
const { request, raw } = require('./lib/http');
const { newOwner } = require('./lib/merchant');
const { Visitor } = require('./lib/visitor');
const { pairShop, eventBody, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books } = require('./lib/books');
const { shopToken } = require('./lib/token');

const MARK = 'zqx'; // in every marker; no word has it
const mark = (name) => `Zqx${name}`;

let stack, shop, books, sage;
let workers = ''; // what workers said

before(async () => {
	stack = await startStack({ processes: 2, env: { LEDGER_LOG_LEVEL: 'debug' } });
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'marked' });
	books = new Books(stack, sage, shop);
	await work();
});
after(() => stack?.stop());

async function work() {
	const { status, stdout, stderr } = await stack.runWorker();
	assert.equal(status, 0, stderr);
	workers += stdout + stderr;
}

const address = (kind) => ({
	...{ street: [mark(`Street${kind}`), mark('Annex')], city: mark(`City${kind}`), region: mark('Region') },
	...{ postcode: 'ZQX 1AA', country_id: 'GB', telephone: mark('Telephone') },
});
const person = (name) => ({ email: `${mark(name)}@buyer.example`, first_name: mark('First'), last_name: mark(`Last${name}`) });
const cart = (more = {}) => ({
	items: [{ sku: mark('Sku'), name: mark('Item'), qty: 2, price: 50, tax_percent: 20 }],
	...{ shipping: 5, po_number: mark('Order'), payment_method: 'checkmo', gateway_txn_id: mark('Transaction') },
	...{ gateway_metadata: [mark('Card')], billing_address: address('Billing'), shipping_address: address('Shipping') },
	...more,
});

test('a day of marked business', async () => {
	const made = await shop.sandbox('customers', { ...person('Customer'), phone: mark('Phone'), address: address('Home') });
	await shop.sandbox('products', { sku: mark('Product'), name: mark('ProductName'), price: 5, cost: 2, stock_qty: 7 });
	const sold = await shop.sandbox('invoices', cart({ customer_id: made.id, company: mark('Company'), state: 'paid' }));
	await shop.sandbox('invoices', cart({ guest: { ...person('Guest'), company: mark('Firm') }, state: 'open' }));
	await shop.sandbox('creditmemos', { invoice_id: sold.id, reason: mark('Reason') });
	await books.deliver();
	await work();
	const [{ n }] = await stack.sql("SELECT COUNT(*) AS n FROM sync_run WHERE status = 'succeeded'");
	assert.ok(Number(n) >= 3, `${n} runs succeeded`);
});

test('faults of either side, with markers in what they were about', async () => {
	for (const [kind, fault] of [['500', {}], ['truncated', {}], ['html', {}], ['401', { count: 2 }], ['cut', {}]]) {
		await shop.sandbox('faults', { fault: kind, match: 'invoice', ...fault });
		await shop.sandbox('invoices', cart({ guest: person(`Fault${kind}`), state: 'open' }));
		await books.deliver();
		await work();
		await books.hurry();
	}
	await shop.sandbox('faults', { clear: true });
	// An entity that breaks the contract, whole: the message may name the field alone.
	const entity = { ...(await shop.sandbox('invoices', cart({ guest: person('Broken'), events: false }))).entity, currency: mark('Currency'), magento_id: 900 };
	const raw900 = await request(`${shop.base}/_sandbox/raw?kind=invoice&events=invoice.created`, { method: 'POST', body: JSON.stringify(entity) });
	assert.ok(raw900.status < 300, raw900.text);
	// What Sage refuses: its sentences may quote what it was sent.
	await shop.sandbox('invoices', cart({ guest: { ...person('Long'), email: `${mark('Long')}${'x'.repeat(300)}@buyer.example` }, state: 'open' }));
	await books.deliver();
	await work();
	const [{ n }] = await stack.sql("SELECT COUNT(*) AS n FROM sync_run WHERE status = 'failed'");
	assert.ok(Number(n) >= 1, `${n} runs failed`);
});

test('webhooks with markers in every part of the request', async () => {
	const token = shopToken(shop.apiKey, shop.tenant);
	const headers = { 'Idempotency-Key': mark('Idempotency'), 'User-Agent': mark('Agent'), Referer: `https://${mark('Referer')}.example/`, Cookie: `PHPSESSID=${mark('Cookie')}`, 'X-Forwarded-For': mark('Forwarded') };
	const body = { ...eventBody('customer.upserted', 77), extra: mark('Extra'), payload: { email: mark('Payload') } };
	assert.equal((await postEvent(stack, shop, 'customer.upserted', body, { headers, query: `x=${mark('Query')}` })).status, 202);
	assert.equal((await postEvent(stack, shop, 'customer.upserted', `{"${mark('NoJson')}`, { headers })).status, 400);
	assert.equal((await postEvent(stack, shop, 'customer.upserted', body, { headers, query: `provider=${mark('Provider')}` })).status, 400);
	assert.equal((await postEvent(stack, shop, 'customer.upserted', body, { token: `${mark('Token')}.a.b` })).status, 401);
	assert.equal((await postEvent(stack, shop, 'customer.upserted', body, { headers: { Authorization: `Basic ${mark('Basic')}` } })).status, 401);
	for (const path of [`/v1/status?entity_type=${mark('Type')}&entity_id=${mark('Id')}`, `/v1/tile/health?${mark('Health')}`])
		await request(stack.ledgerUrl + path, { headers: { ...headers, Authorization: `Bearer ${shopToken(shop.apiKey, shop.tenant)}` } });
	// Too broken for a program: nginx speaks alone.
	for (const line of [`X-A: ${mark('Long')}${'x'.repeat(9000)}`, `${mark('No Colon')}`, `Content-Length: ${mark('Length')}`])
		await raw(stack.ledgerUrl, `POST /v1/status?${mark('Raw')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${line}\r\nConnection: close\r\n\r\n`);
	await raw(stack.ledgerUrl, `GET /v1/status?${mark('Longline')}${'x'.repeat(9000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
});

test('forms with markers in every field', async () => {
	const stranger = new Visitor(stack.ledgerUrl);
	await stranger.get('/login');
	await stranger.post('/login', { email: `${mark('Login')}@people.example`, password: mark('Password') });
	await stranger.get('/login/forgot');
	await stranger.post('/login/forgot', { email: `${mark('Forgot')}@people.example` });
	await stranger.get(`/login?next=${mark('Next')}`);
	const owner = await newOwner(stack, 'Forms Ltd');
	await owner.post('/dashboard/connect-magento', { magento_base_url: `https://${mark('Url')}:pw@shop.example`, pairing_code: mark('Code') });
	await owner.post('/dashboard/connect-magento', { magento_base_url: `${stack.shopUrl}/never-paired`, pairing_code: mark('Code2') });
	await owner.json('/v1/magento/connect', { magento_base_url: mark('JsonUrl'), pairing_code: mark('Code3') });
	await owner.get(`/dashboard/sync?q=${mark('Search')}`);
	await owner.get(`/oauth/sage/callback?code=${mark('OauthCode')}&state=${mark('State')}&error_description=${mark('Description')}`);
	await owner.post('/login/code', { code: mark('Totp') });
});

/** The lines of a log that hold a marker. */
const marked = (text) => text.split('\n').filter((line) => line.toLowerCase().includes(MARK));

test('no log holds one', () => {
	const folder = path.join(stack.dir, 'log');
	const names = fs.readdirSync(folder).filter((name) => !name.startsWith('sandbox'));
	for (const name of ['webhook.log', 'connect.log', 'dashboard.log', 'nginx.log', 'access.log', 'mariadbd.log']) assert.ok(names.includes(name), name);
	for (const name of names) assert.deepEqual(marked(fs.readFileSync(path.join(folder, name), 'latin1')), [], name);
	assert.match(workers, /"request|"run|"event/, 'workers said something');
	assert.deepEqual(marked(workers), [], 'workers');
});

// Where personal data may stand, and why.
const ALLOWED = new Set([
	'sync_run.magento_number', // of a product its SKU
]);

test('no column holds one, but where it belongs', async () => {
	const columns = await stack.sql(
		`SELECT table_name AS t, column_name AS c FROM information_schema.columns
		  WHERE table_schema = 'ledger' AND data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext')`,
	);
	assert.ok(columns.length > 60);
	const found = [];
	for (const { t, c } of columns) {
		const rows = await stack.sql(`SELECT \`${c}\` AS v FROM \`${t}\` WHERE LOWER(CONVERT(\`${c}\` USING utf8mb4)) LIKE '%${MARK}%' LIMIT 3`);
		if (rows.length && !ALLOWED.has(`${t}.${c}`)) found.push([`${t}.${c}`, ...rows.map((row) => row.v.slice(0, 200))]);
	}
	assert.deepEqual(found, []);
});
