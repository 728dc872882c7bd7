'use strict';
// Every way that connecting can be refused, in a real browser: the page says what happened and
// what to do, keeps what was typed but the code, and leaves nothing half connected behind.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('../integration/lib/stack');
const { Sage } = require('../integration/lib/sage');
const { assertSound, launch, openPage, signIn } = require('./lib/browser');
const { SandboxShop } = require('./lib/shop');

const OWNER = { email: 'owner@refused.example', password: 'violet harbour seven' };
const RIVAL = { email: 'owner@rival.example', password: 'violet harbour eight' };
const IRISH = '1e0c6d0f5f3a4d0b9a8f4c2b7e6d5a01'; // of aoife, who has no other
const GB_FIRST = 'f5d7e2532cc9ad16bc2a41222d76f269'; // of jo, who has two

let stack, browser, sage, base, page;
let shops = 0;

async function member({ email, password }, account) {
	await stack.ctl('user', 'add', '--account', account, '--email', email, '--password-file', stack.secretFile(password));
}

before(async () => {
	stack = await startStack({ processes: 2 });
	base = stack.ledgerUrl;
	sage = new Sage(stack.sageUrl);
	await member(OWNER, 'Refused Ltd');
	await member(RIVAL, 'Rival Ltd');
	browser = await launch();
	page = await openPage(browser);
	await signIn(page, base, OWNER, '/dashboard');
});
after(async () => {
	assert.deepEqual(page?.problems ?? [], []);
	await browser?.close();
	await stack?.stop();
});
beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

const newShop = () => new SandboxShop(stack, `refused-${++shops}`);
const alertOf = (at = page) => at.textContent('[role=alert]');
const count = async (sql) => Number(Object.values((await stack.sql(`SELECT COUNT(*) FROM ${sql}`))[0])[0]);

describe('pairing', () => {
	async function typed(url, code) {
		await page.goto(`${base}/dashboard/connect-magento`);
		await page.fill('#magento_base_url', url);
		await page.fill('#pairing_code', code);
		await page.$eval('main form', (form) => (form.noValidate = true)); // what the server says is looked at
		await page.click('main button');
	}

	test('a form that is clicked twice is sent once', async () => {
		const shop = newShop();
		await shop.control('POST', 'settings', { latency_ms: 700 });
		await page.goto(`${base}/dashboard/connect-magento`);
		await page.fill('#magento_base_url', shop.base);
		await page.fill('#pairing_code', await shop.code());
		await page.dblclick('main button', { delay: 60 });
		await page.waitForURL(/\/connect-sage\?binding=/);
		assert.equal(await count(`audit_log WHERE action = 'shop_paired' AND detail LIKE '%${shop.base}%'`), 1);
	});

	const cases = [
		['a wrong code', async (shop) => (await shop.code(), 'f'.repeat(32)), 'pairing_code_refused', /code/i],
		['an expired code', async (shop) => {
			const code = await shop.code();
			await shop.control('POST', 'clock', { advance: 1801 });
			return code;
		}, 'pairing_code_refused', /new code|Generate/i],
		['a module that is not installed', async (shop) => {
			await shop.fault({ fault: '404', match: 'setup/pair' });
			return shop.code();
		}, 'module_not_installed', /install/i],
		['a shop that is down', async (shop) => {
			await shop.fault({ fault: '503', match: 'setup/pair' });
			return shop.code();
		}, 'shop_failed', /shop/i],
	];
	for (const [name, prepare, code, words] of cases)
		test(name, async () => {
			const shop = newShop();
			await typed(shop.base, await prepare(shop));
			assert.match(await alertOf(), words);
			assert.equal(await page.textContent('[role=alert] code'), code);
			assert.equal(await page.inputValue('#magento_base_url'), shop.base);
			assert.equal(await page.inputValue('#pairing_code'), '');
			assert.equal(await count(`binding WHERE shop_url = '${shop.base}'`), 0);
			await assertSound(page, `refused-${code}`);
		});

	for (const [name, url, code, words] of [
		['not https', 'http://shop.example.com', 'url_not_https', /https/],
		['not reachable', 'http://127.0.0.1:1/shop', 'connect_failed', /reach|answer/i],
		['no such host', 'https://shop.invalid', 'not_resolved', /name|address/i],
		['an address of the network inside', 'https://10.0.0.1', 'url_ip_address', /name/i],
		['a user in the address', 'https://me:secret@shop.example.com', 'url_has_user', /user/i],
	])
		test(name, async () => {
			const before_ = await count('binding');
			await typed(url, 'f'.repeat(32));
			assert.match(await alertOf(), words);
			assert.equal(await page.textContent('[role=alert] code'), code);
			assert.equal(await count('binding'), before_);
			await assertSound(page, `refused-${code}`);
		});

	test('an answer that was lost is settled by asking the shop', async () => {
		const shop = newShop();
		await shop.fault({ fault: 'cut', match: 'setup/pair', after: true });
		await shop.fault({ fault: 'cut', match: 'byte8/ping' });
		await typed(shop.base, await shop.code());
		assert.match(await page.textContent('main'), /The shop has not answered yet.*Nothing is lost/s);
		await assertSound(page, 'refused-unknown');
		await stack.sql('UPDATE binding SET pending_since = UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE WHERE pending_since IS NOT NULL');
		await stack.runWorker();
		await page.goto(`${base}/dashboard/bindings`);
		assert.match(await page.textContent('main'), new RegExp(shop.base.replace(/^http:../, '')));
	});
});

/** Another person in another browser. */
async function rival() {
	const other = await openPage(browser);
	await signIn(other, base, RIVAL, '/dashboard');
	return other;
}

/** A shop that is paired, on the page that leads to Sage. */
async function paired(at = page) {
	const shop = newShop();
	await at.goto(`${base}/dashboard/connect-magento`);
	await at.fill('#magento_base_url', shop.base);
	await at.fill('#pairing_code', await shop.code());
	await at.click('main button');
	await at.waitForURL(/connect-sage\?binding=/);
	return { shop, id: new URL(at.url()).searchParams.get('binding') };
}

/** The sandbox's page offers those of the country; Sage's takes any e-mail. */
async function signInAs(at, user) {
	await at.$eval('select[name=user]', (select, email) => select.add(new Option(email)), user);
	await at.selectOption('select[name=user]', user);
}

/** Off to Sage, and there the decision. */
async function atSage(region, { decision = 'allow', user, at = page } = {}) {
	await at.selectOption('#region', region);
	await at.click('main button');
	await at.waitForURL(`${stack.sageUrl}/**`);
	if (decision === null) return;
	if (user) await signInAs(at, user);
	await at.click(`button[name=decision][value=${decision}]`);
	await at.waitForURL(`${base}/**`);
}

async function assertUntouched(id) {
	const [row] = await stack.sql(`SELECT sage_status, sage_business_id FROM binding WHERE id = '${id}'`);
	assert.deepEqual(row, { sage_status: 'pending', sage_business_id: null });
	assert.equal(await count(`oauth_token WHERE binding_id = '${id}' AND refresh_token IS NOT NULL`), 0);
}

const tryAgain = async (id) => assert.equal(await page.getAttribute('main a.button', 'href'), `/dashboard/connect-sage?binding=${id}`);

describe("signing in to Sage", () => {
	test('consent refused', async () => {
		const { id } = await paired();
		await atSage('GB', { decision: 'deny' });
		assert.match(await alertOf(), /You did not allow Ledger/);
		await tryAgain(id);
		await assertUntouched(id);
		await assertSound(page, 'refused-consent');
	});

	test('another country than the person\'s', async () => {
		const { id } = await paired();
		await atSage('GB', { user: 'sam@shop.example' });
		assert.match(await alertOf(), /Choose the country/);
		await tryAgain(id);
		await assertUntouched(id);
		await assertSound(page, 'refused-country');
	});

	test('a callback that comes twice changes nothing', async () => {
		const { id } = await paired();
		const [callback] = await Promise.all([
			page.waitForRequest((request) => request.url().includes('/oauth/sage/callback')),
			atSage('IE'),
		]);
		await page.waitForURL(`${base}/dashboard/bindings/${id}`);
		const tokens = () => stack.sql(`SELECT generation FROM oauth_token WHERE binding_id = '${id}'`);
		const before_ = await tokens();
		await page.goto(callback.url());
		assert.match(await page.textContent('h1'), /This sign-in is over/);
		assert.deepEqual(await tokens(), before_);
		assert.equal(await count(`binding WHERE id = '${id}' AND sage_business_id = '${IRISH}'`), 1);
		await assertSound(page, 'refused-replayed');
	});

	test('a business that another active binding has, named by its shop', async () => {
		const other = await rival();
		const { id } = await paired(other);
		await atSage('IE', { at: other });
		assert.match(await alertOf(other), /refused-\d+/);
		await assertUntouched(id);
		await assertSound(other, 'refused-business-taken');
		await other.context().close();
	});

	test('one of several businesses that somebody else joined while it was chosen', async () => {
		const other = await rival();
		const mine = await paired(), theirs = await paired(other);
		await atSage('GB');
		await atSage('GB', { at: other });
		for (const at of [page, other]) {
			await at.waitForURL(/business\?binding=/);
			await at.check(`input[value="${GB_FIRST}"]`);
			await at.click('main button');
		}
		await page.waitForURL(`${base}/dashboard/bindings/${mine.id}`);
		assert.match(await alertOf(other), /refused-\d+/);
		assert.equal(await count(`binding WHERE id = '${theirs.id}' AND sage_business_id IS NULL`), 1);
		await assertSound(other, 'refused-choice');
		await other.context().close();
	});

	test('more than ten minutes at Sage', async () => {
		const { id } = await paired();
		await atSage('GB', { decision: null });
		await stack.sql('UPDATE oauth_state SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE used_at IS NULL');
		await page.click('button[value=allow]');
		await page.waitForURL(`${base}/**`);
		assert.match(await page.textContent('main'), /This took too long/);
		await tryAgain(id);
		await assertUntouched(id);
		await assertSound(page, 'refused-expired');
	});

	test('a sign-in that was begun in another browser', async () => {
		const { id } = await paired();
		await page.selectOption('#region', 'GB');
		await page.click('main button');
		await page.waitForURL(`${stack.sageUrl}/**`);
		const at = page.url();
		const other = await rival();
		await other.goto(at);
		await other.click('button[value=allow]');
		await other.waitForURL(`${base}/**`);
		assert.match(await other.textContent('main'), /not begun here/);
		await assertUntouched(id);
		await assertSound(other, 'refused-stranger');
		await other.context().close();
	});

	test('Sage out of order', async () => {
		const { id } = await paired();
		await sage.fault({ kind: 'unavailable', path: '/token', count: 1 });
		await atSage('CA');
		assert.match(await alertOf(), /Sage/);
		await tryAgain(id);
		await assertUntouched(id);
		await assertSound(page, 'refused-sage-down');
	});
});
