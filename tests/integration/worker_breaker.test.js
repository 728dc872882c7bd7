'use strict';
// The circuit breaker of each upstream: opens after five calls in a row that nobody answered,
// probes, closes; what waits meanwhile spends no attempt.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { pairShop } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, CART } = require('./lib/books');

const SOLD = 9; // more than the five that open it
let stack, sage, shop, books;

const lane = async (upstream) => (await stack.sql(`
	SELECT failures, IF(parked_until > UTC_TIMESTAMP(), parked_why, '') AS waits
	  FROM lane WHERE binding_id = '${shop.tenant}' AND upstream = '${upstream}'`))[0];

/** Lets a worker run; asserts that the Sage lane waits for so many seconds from when it learned why. */
async function assertParked(seconds) {
	const clock = async () => Number((await stack.sql('SELECT UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) AS at'))[0].at);
	const from = await clock();
	await stack.runWorker();
	const to = await clock();
	const [{ until }] = await stack.sql(`SELECT UNIX_TIMESTAMP(parked_until) AS until FROM lane WHERE binding_id = '${shop.tenant}' AND upstream = 'sage'`);
	assert.ok(until >= from + seconds && until <= to + seconds, `${from} + ${seconds} <= ${until} <= ${to} + ${seconds}`);
}

/** The attempts of the unfinished events, in order. */
const attempts = async () => (await stack.sql("SELECT attempts FROM sync_run WHERE status = 'queued' ORDER BY id")).map((run) => run.attempts).join('');
const timeIsOver = () => stack.sql("UPDATE lane SET parked_until = '2000-01-01'; UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE state = 'waiting'");

async function sell() {
	for (let i = 0; i < SOLD; i++) await shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open' });
	await books.deliver();
}

async function finishAll() {
	for (let i = 0; i < 5 && (await stack.sql('SELECT 1 FROM job')).length; i++) {
		await timeIsOver();
		await stack.runWorker();
	}
	assert.deepEqual(await stack.sql("SELECT status, error_code FROM sync_run WHERE status <> 'succeeded'"), []);
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'breaker' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
});
after(() => stack?.stop());
afterEach(async () => {
	await sage.calm();
	await shop.sandbox('faults', { clear: true });
});

describe('Sage fails', () => {
	it('opens after five, and the other events were not tried', async () => {
		await sage.fault({ kind: 'server_error', count: -1, path: '/v3.1' });
		await sell();
		await assertParked(60);
		assert.equal(await attempts(), '111110000');
		assert.deepEqual(await lane('sage'), { failures: '5', waits: 'sage_unreachable' });
		assert.equal((await lane('magento')).waits, '', 'the shop is still told and asked things');
		const { parked_lanes: parked } = await stack.ctl('status', '--json');
		assert.deepEqual(parked, [{ why: 'sage_unreachable', upstream: 'sage', count: 1 }]);
	});

	it('is probed by one event, and stays open twice as long', async () => {
		await timeIsOver();
		await sage.fault({ kind: 'server_error', count: -1, path: '/v3.1' });
		await assertParked(120);
		assert.equal([...(await attempts())].reduce((sum, made) => sum + Number(made), 0), 6);
		assert.equal((await lane('sage')).failures, '6');
	});

	it('closes with the first answer, and everything is posted', async () => {
		await finishAll();
		assert.deepEqual(await lane('sage'), { failures: '0', waits: '' });
		assert.equal((await sage.invoices()).length, SOLD);
	});

	it('an answer in between, were it a refusal, begins the count anew', async () => {
		await stack.sql("UPDATE lane SET failures = 4 WHERE upstream = 'sage'");
		await sage.fault({ kind: 'rate_limited', retry_after: 1, count: 1, path: '/v3.1' });
		await sell();
		await stack.runWorker();
		assert.equal((await lane('sage')).failures, '0');
		await finishAll();
	});
});

describe('the shop fails', () => {
	it('both lanes wait for it, and Sage’s own count is not touched', async () => {
		await shop.sandbox('faults', { fault: '503', match: '/byte8/invoice/', count: -1 });
		await sell();
		await stack.runWorker();
		assert.equal(await attempts(), '111110000');
		assert.deepEqual([(await lane('sage')).waits, (await lane('magento')).waits], ['shop_unreachable', 'shop_unreachable']);
		assert.deepEqual([(await lane('sage')).failures, (await lane('magento')).failures], ['0', '5']);
	});

	it('what one lane learns counts for the other', async () => {
		await shop.sandbox('faults', { clear: true });
		await stack.sql("UPDATE lane SET parked_until = '2000-01-01' WHERE upstream = 'magento'; UPDATE binding SET ping_due_at = '2000-01-01'");
		await stack.runWorker(); // the ping is answered
		assert.deepEqual(await lane('magento'), { failures: '0', waits: '' });
		assert.equal((await lane('sage')).waits, '');
		await finishAll();
	});
});
