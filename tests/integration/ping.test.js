'use strict';
// The health loop: shops are asked in turn, a refusal shows and mends itself, silence
// proves nothing.

const assert = require('node:assert/strict');
const { after, afterEach, before, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { addBinding, pairShop } = require('./lib/shop');
const { request } = require('./lib/http');
const { shopToken } = require('./lib/token');
const { until } = require('./lib/until');
const { Sage } = require('./lib/sage');
const { Visitor } = require('./lib/visitor');

let stack, shop;

const own = () => `id = '${shop.tenant}'`;

/** The binding's row, with the seconds until it is asked again. */
async function binding() {
	const [row] = await stack.sql(
		`SELECT magento_status, sage_status, pinged_at, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), ping_due_at) AS due_in,
		        TIMESTAMPDIFF(SECOND, reference_at, UTC_TIMESTAMP(6)) AS reference_age FROM binding WHERE ${own()}`,
	);
	return row;
}

const makeDue = () => stack.sql(`UPDATE binding SET ping_due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, pinged_at = NULL WHERE ${own()}`);
const unpark = () => stack.sql("UPDATE lane SET parked_until = '2000-01-01'");
const pings = () => stack.sql("SELECT id FROM job WHERE kind = 'ping'");

/** Runs workers until the probe holds. */
const work = (what, probe) =>
	until(what, async () => {
		await stack.runWorker();
		return probe();
	}, { timeout: 40000 });

async function tile() {
	const headers = { Authorization: `Bearer ${shopToken(shop.apiKey, shop.tenant)}`, Accept: 'application/json' };
	return (await request(`${stack.ledgerUrl}/v1/tile/health`, { headers })).json;
}

before(async () => {
	stack = await startStack();
	shop = await pairShop(stack, { shop: 'ping' });
	await work('reference data', async () => (await binding()).reference_age !== null);
});
after(() => stack?.stop());
afterEach(() => shop.sandbox('faults', { clear: true }).catch(() => {}));

it('a shop that is due is asked, and again in five to six minutes', async () => {
	assert.ok(Number((await binding()).due_in) > 240, 'not at once after pairing');
	await makeDue();
	await work('the ping', async () => (await binding()).pinged_at !== null);
	const { due_in, magento_status } = await binding();
	assert.equal(magento_status, 'active');
	assert.ok(Number(due_in) > 290 && Number(due_in) <= 360, due_in);
	assert.deepEqual(await pings(), []);
});

it('a shop that cannot be reached stays what it was, and is asked again in a minute', async () => {
	for (const fault of ['cut', '503', 'html']) {
		await shop.sandbox('faults', { fault, match: 'ping', count: 1 });
		await makeDue();
		await work(`${fault}: the next look is near`, async () => {
			const { due_in } = await binding();
			return Number(due_in) > 0 && Number(due_in) <= 360 && (await pings()).length === 0;
		});
		const { magento_status, due_in, pinged_at } = await binding();
		assert.equal(magento_status, 'active', fault);
		assert.equal(pinged_at, null, fault);
		if (fault !== 'html') assert.ok(Number(due_in) <= 76, `${fault}: ${due_in}`);
		await shop.sandbox('faults', { clear: true });
	}
});

it('a refusal makes it token_revoked, everywhere; the first answer afterwards active again', async () => {
	// The shop was paired with somebody else meanwhile.
	await shop.sandbox('pair', { tenant_id: shop.tenant, api_key: 'another key', base_url: stack.ledgerUrl });
	await makeDue();
	await work('the refusal is known', async () => (await binding()).magento_status === 'token_revoked');
	assert.equal((await tile()).tenant.magento_connection_status, 'token_revoked');
	// However long it lasts, pings do not pile up.
	for (let i = 0; i < 4; i++) {
		await makeDue();
		await unpark();
		await stack.runWorker();
	}
	assert.ok((await pings()).length <= 2, JSON.stringify(await pings()));
	await shop.sandbox('pair', { tenant_id: shop.tenant, api_key: shop.apiKey, base_url: stack.ledgerUrl });
	await unpark(); // its five minutes are over
	await work('it recovers by itself', async () => (await binding()).magento_status === 'active');
	assert.equal((await tile()).tenant.magento_connection_status, 'active');
	await work('nothing is left', async () => (await pings()).length === 0);
});

it("the shop's payment methods are read anew once a day, and by the button's procedure", async () => {
	const names = async () => (await stack.sql(`SELECT item_id FROM reference_item WHERE kind = 'shop_payment_method' AND binding_${own()} ORDER BY 1`)).map((row) => row.item_id);
	const forget = () => stack.sql(`DELETE FROM reference_item WHERE kind = 'shop_payment_method' AND binding_${own()}`);
	await stack.sql(`UPDATE binding SET shop_reference_at = NULL WHERE ${own()}`);
	await makeDue();
	await work('the methods', async () => (await names()).includes('checkmo'));
	await forget();
	await stack.sql(`UPDATE binding SET shop_reference_at = UTC_TIMESTAMP(6) - INTERVAL 23 HOUR WHERE ${own()}`);
	await makeDue();
	await work('the ping', async () => (await binding()).pinged_at !== null);
	assert.deepEqual(await names(), []);
	await stack.sql(`UPDATE binding SET shop_reference_at = UTC_TIMESTAMP(6) - INTERVAL 25 HOUR WHERE ${own()}`);
	await makeDue();
	await work('the methods of the next day', async () => (await names()).includes('checkmo'));
	await forget();
	await stack.sql(`CALL reference_refresh('${shop.tenant}')`);
	await work('both sides', async () => (await names()).includes('checkmo'));
});

it('reference data older than a day is read again, younger is not', async () => {
	await stack.sql(`UPDATE binding SET reference_at = UTC_TIMESTAMP(6) - INTERVAL 23 HOUR WHERE ${own()}`);
	await makeDue();
	await work('the ping', async () => (await binding()).pinged_at !== null);
	await stack.runWorker();
	assert.ok(Number((await binding()).reference_age) > 80000);
	await stack.sql(`UPDATE binding SET reference_at = UTC_TIMESTAMP(6) - INTERVAL 25 HOUR WHERE ${own()}`);
	await makeDue();
	await work('the refresh', async () => Number((await binding()).reference_age) < 60);
});

it('reference data whose first reading failed are read again, and the page says so', async () => {
	const owner = new Visitor(stack.ledgerUrl);
	assert.equal((await owner.signIn('demo.ltd@example.test')).status, 303);
	const page = async () => (await owner.get(`/dashboard/bindings/${shop.tenant}`)).text;
	const queued = () => stack.sql("SELECT id FROM job WHERE kind = 'refresh_reference'");
	await new Sage(stack.sageUrl).fault({ kind: 'malformed_json', path: '/v3.1/financial_settings', count: 1 });
	await stack.sql(`UPDATE binding SET reference_at = NULL WHERE ${own()}; CALL reference_refresh('${shop.tenant}')`);
	assert.doesNotMatch(await page(), /could not be read yet/);
	await work('the reading has failed', async () => (await queued()).length === 0);
	assert.equal((await binding()).reference_age, null);
	assert.match(await page(), /data could not be read yet/);
	await makeDue();
	await work('the next reading', async () => (await binding()).reference_age !== null);
	assert.doesNotMatch(await page(), /could not be read yet/);
});

it('two workers at once ask each shop once, and many shops are spread over the minute', async () => {
	const asked = async () => (await shop.sandbox('requests?limit=2000')).requests.filter(({ path }) => path.endsWith('/byte8/ping')).length;
	await makeDue();
	const before_ = await asked();
	const workers = [stack.spawnWorker({ once: true }), stack.spawnWorker({ once: true })];
	for (const worker of workers) assert.equal((await worker.ended).status, 0, worker.output());
	await work('the ping', async () => (await binding()).pinged_at !== null);
	assert.equal((await asked()) - before_, 1);

	for (let i = 0; i < 20; i++) await addBinding(stack);
	await stack.sql("UPDATE lane SET parked_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR"); // their shops do not exist
	await stack.sql('UPDATE binding SET ping_due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
	assert.equal((await stack.runWorker()).status, 0);
	assert.equal((await pings()).length, 21);
	const seconds = (await stack.sql('SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), ping_due_at) AS s FROM binding')).map(({ s }) => Number(s));
	assert.ok(Math.min(...seconds) > 280 && Math.max(...seconds) <= 360, seconds.join(' '));
	assert.ok(new Set(seconds).size >= 8, `spread: ${seconds.join(' ')}`);
});

it('a binding that was let go is not asked', async () => {
	await stack.sql('DELETE FROM job');
	await stack.sql(`UPDATE binding SET status = 'revoked', ping_due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND`);
	assert.equal((await stack.runWorker()).status, 0);
	assert.equal((await stack.runWorker()).status, 0);
	assert.deepEqual(await pings(), []);
});
