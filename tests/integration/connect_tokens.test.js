'use strict';
// Sage's tokens: one refresh however many threads want one, what a lost or unwritten answer ends
// in, and that no sealed value opens in another row.

const assert = require('node:assert/strict');
const { after, before, beforeEach, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { Merchant } = require('./lib/merchant');
const { Sage } = require('./lib/sage');
const { openGate } = require('./lib/gate');
const { BUSINESS, pairShop, postEvent } = require('./lib/shop');
const { until } = require('./lib/until');

const OTHER = 'fbfba2e45c2045dc5cab22a5afe83d9d';
const CART = { guest: { email: 'ada@example.test', first_name: 'Ada', last_name: 'Byron' }, items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }], state: 'open' };

let stack, sage, shop;

const work = async (env) => assert.equal((await stack.runWorker({ env })).status, 0);
const unpark = () => stack.sql("UPDATE lane SET parked_until = '2000-01-01'");
const expire = () => stack.sql('UPDATE oauth_token SET access_expires_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE');
const refreshes = async () => (await sage.stats()).token_refreshes;
const statusOf = async (of = shop) => (await stack.sql(`SELECT sage_status FROM binding WHERE id = '${of.tenant}'`))[0].sage_status;
const runs = (of = shop) => stack.sql(`SELECT status, attempts, error_code FROM sync_run WHERE binding_id = '${of.tenant}' ORDER BY id`);

async function sell(of = shop, count = 1) {
	for (let i = 0; i < count; i++) await of.sandbox('invoices', CART);
	await of.sandbox('drain', {});
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'tokens' });
	await work();
});
after(() => stack?.stop());
beforeEach(async () => {
	await sage.calm();
	await stack.sql('DELETE FROM mail; DELETE FROM sign_in_throttle');
	await unpark();
});

test('twenty threads that want a token cause one refresh', async () => {
	const before_ = await refreshes();
	await sell(shop, 30);
	await expire();
	await Promise.all([work({ LEDGER_WORKER_THREADS: '10' }), work({ LEDGER_WORKER_THREADS: '10' })]);
	assert.equal(await refreshes(), before_ + 1);
	assert.deepEqual([...new Set((await runs()).map(({ status }) => status))], ['succeeded']);
});

/** The grant is gone: the lane stands still, people are told once, a new sign-in posts what waits. */
async function assertStoppedAndMended() {
	assert.equal(await statusOf(), 'reconnect_needed');
	const before_ = await refreshes();
	for (let i = 0; i < 3; i++) {
		await unpark();
		await work();
	}
	assert.equal(await refreshes(), before_, 'Sage is asked no more');
	assert.deepEqual(await stack.sql("SELECT letter FROM mail"), [{ letter: 'sage_reconnect' }]);
	assert.equal((await runs()).at(-1).status, 'queued', 'what waits is kept');
	const owner = new Merchant(stack.ledgerUrl);
	assert.equal((await owner.signIn('demo.ltd@example.test')).status, 303);
	await owner.connectSage(shop.tenant, BUSINESS);
	await work();
	assert.equal(await statusOf(), 'active');
	assert.equal((await runs()).at(-1).status, 'succeeded');
}

test('a refresh whose answer is lost ends in "reconnect needed", not in a loop', async () => {
	await sell();
	await expire();
	await sage.fault({ kind: 'lost_refresh', path: '/token', count: 1 });
	await work();
	await stack.sql("UPDATE job SET state = 'ready', due_at = NULL WHERE state = 'waiting'");
	await unpark();
	await work();
	await assertStoppedAndMended();
});

test('a worker killed between Sage\'s answer and its commit too', async () => {
	await sell();
	await expire();
	const before_ = await refreshes();
	const gate = await openGate(stack.sageUrl);
	const hold = gate.holdPost('/token', 'after');
	const worker = stack.spawnWorker({ once: true, env: { LEDGER_SAGE_TOKEN_URL: `${gate.url}/token` } });
	await hold.reached;
	assert.equal(await refreshes(), before_ + 1, 'Sage has answered');
	const lock = stack.lockLanes();
	await lock.held;
	hold.release();
	await until('the worker waits for its commit', async () => (await stack.sql("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")).length,
		{ every: 200 }); // InnoDB shows old data to whoever asks more often than every 100 ms
	worker.kill('SIGKILL');
	await worker.ended;
	await lock.release();
	await gate.close();
	await stack.sql("UPDATE lane SET lease_owner = NULL, lease_until = '2000-01-01'");
	await work();
	await assertStoppedAndMended();
});

test('sealed values that change places do not open, whatever program tries', async () => {
	const other = await pairShop(stack, { shop: 'tokens-other', business: OTHER });
	await work();
	const swap = async () => {
		const values = await stack.sql('SELECT b.id, HEX(outbound_key) o, HEX(inbound_key) i, HEX(access_token) a, HEX(refresh_token) r FROM binding b JOIN oauth_token t ON t.binding_id = b.id ORDER BY b.id');
		assert.equal(values.length, 2);
		for (const [to, from] of [[values[0], values[1]], [values[1], values[0]]])
			await stack.sql(`UPDATE binding SET outbound_key = UNHEX('${from.o}'), inbound_key = UNHEX('${from.i}'), key_version = key_version + 1 WHERE id = '${to.id}';
				UPDATE oauth_token SET access_token = UNHEX('${from.a}'), refresh_token = UNHEX('${from.r}') WHERE binding_id = '${to.id}'`);
		stack.kill('webhook'); // what was opened before is remembered for a minute
	};
	await sell();
	const ledgers = async () => JSON.stringify([await sage.ledger(BUSINESS), await sage.ledger(OTHER)]);
	const seen = async (of) => (await of.sandbox('requests?limit=1000')).requests.length;
	const before_ = [await ledgers(), await refreshes(), await seen(shop), await seen(other)];
	await swap();
	const answer = await postEvent(stack, shop, 'customer.upserted', 78);
	assert.equal(answer.status, 503, 'neither taken nor thrown away');
	const { status, stderr } = await stack.runWorker();
	assert.equal(status, 0);
	assert.match(stderr, /seal_broken/);
	assert.deepEqual([await ledgers(), await refreshes(), await seen(shop), await seen(other)], before_, 'nobody was called with another\'s secret');
	await swap();
	await until('the right keys to be used again', async () => (await postEvent(stack, shop, 'customer.upserted', 79)).status === 202);
});
