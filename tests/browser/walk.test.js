'use strict';
// A merchant's whole way in a real browser: sign up, pair, Sage's consent, a business, the first
// invoice, disconnect, reconnect. Every page on the way is well-formed, accessible in both colour
// schemes and fits a telephone. Once with JavaScript and once without.

const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');
const { startStack } = require('../integration/lib/stack');
const { startMailSink } = require('../integration/lib/mail');
const { mailedPath } = require('../integration/lib/visitor');
const { Sage } = require('../integration/lib/sage');
const { assertSound, launch, openPage } = require('./lib/browser');
const { SandboxShop } = require('./lib/shop');

const PASSWORD = 'violet harbour seven';
const BUSINESSES = ['f5d7e2532cc9ad16bc2a41222d76f269', 'fbfba2e45c2045dc5cab22a5afe83d9d']; // of one person

let stack, sink, browser, sage, base;

before(async () => {
	sink = await startMailSink();
	stack = await startStack({
		processes: 2,
		env: { LEDGER_SIGNUP: 'yes', LEDGER_SMTP_URL: sink.url, LEDGER_MAIL_FROM: 'ledger@relay.example' },
	});
	base = stack.ledgerUrl;
	sage = new Sage(stack.sageUrl);
	browser = await launch();
});
after(async () => {
	await browser?.close();
	await stack?.stop();
	await sink?.close();
});

async function work() {
	const { status, stderr } = await stack.runWorker();
	assert.equal(status, 0, stderr);
}

const alertOf = (page) => page.textContent('[role=alert]');
const stepNow = (page) => page.textContent('.way .turn h3');

/** From the sign-up form to the overview of a new account. */
async function signUp(page, look, { company, email }) {
	await page.goto(`${base}/login`);
	await look('login');
	await page.click('a:has-text("Create an account")');
	await look('signup');
	await page.fill('#company', company);
	await page.fill('#email', email);
	await page.click('main button');
	assert.match(await page.textContent('[role=status]'), /is on its way/);
	await look('signup-sent');
	await work();
	await page.goto(base + mailedPath(stack, sink.to(email).at(-1)));
	assert.equal(await page.inputValue('#company'), company);
	await look('signup-finish');
	await page.fill('#password', 'password1');
	await page.click('main button');
	assert.match(await alertOf(page), /guessed first/);
	await look('signup-finish-refused');
	await page.fill('#password', PASSWORD);
	await page.click('main button');
	await page.waitForURL(`${base}/dashboard`);
}

async function pair(page, look, shop) {
	await page.fill('#magento_base_url', shop.base);
	await page.fill('#pairing_code', await shop.code());
	await look('pair');
	await page.click('main button');
	await page.waitForURL(/connect-sage\?binding=/);
	return new URL(page.url()).searchParams.get('binding');
}

/** From the country's form over Sage's own page, back to Ledger. */
async function consent(page, look) {
	await page.selectOption('#region', 'GB');
	await look('connect-sage');
	await page.click('main button');
	await page.waitForURL(`${stack.sageUrl}/**`);
	await page.click('button[name=decision][value=allow]');
	await page.waitForURL(`${base}/**`);
}

for (const [name, javaScriptEnabled] of [['with JavaScript', true], ['without JavaScript', false]])
	describe(`a merchant's way ${name}`, () => {
		const company = `Walk ${javaScriptEnabled ? 'One' : 'Two'} Ltd`;
		const email = `owner@${javaScriptEnabled ? 'one' : 'two'}.example`;
		const business = BUSINESSES[javaScriptEnabled ? 0 : 1];
		let page, shop, binding;

		/** Axe needs scripts: without them a page is only seen to fit. */
		const look = (what) => assertSound(page, `walk-${what}${javaScriptEnabled ? '' : '-plain'}`, { scripts: javaScriptEnabled });

		before(async () => {
			page = await openPage(browser, { javaScriptEnabled });
			shop = new SandboxShop(stack, javaScriptEnabled ? 'walk-one' : 'walk-two');
		});
		after(async () => {
			assert.deepEqual(page.problems, []);
			await page.context().close();
		});

		test('signs up by a mailed link and is told the next step', async () => {
			await signUp(page, look, { company, email });
			assert.match(await page.textContent('h2'), /Welcome to Ledger/);
			assert.match(await stepNow(page), /Pair your Magento shop/);
			await look('home-new');
		});

		test('pairs the shop with its code', async () => {
			await page.click('.way .turn a.button');
			await page.waitForURL(`${base}/dashboard/connect-magento`);
			binding = await pair(page, look, shop);
			await page.goto(`${base}/dashboard`);
			assert.match(await stepNow(page), /Connect Sage/);
			assert.match(await page.textContent('.binding'), /Sage not connected yet/);
			await look('home-paired');
		});

		test('allows Ledger at Sage and chooses one of several businesses', async () => {
			await page.click('.way .turn a.button');
			await page.waitForURL(/connect-sage\?binding=/);
			await consent(page, look);
			await page.waitForURL(/connect-sage\/business\?binding=/);
			assert.equal(await page.locator('input[name=business]').count(), 2);
			await look('business');
			await page.check(`input[value="${business}"]`);
			await page.click('main button');
			await page.waitForURL(`${base}/dashboard/bindings/${binding}`);
			assert.match(await page.textContent('#refreshing'), /Being read from Sage now/);
			await look('binding-reading');
		});

		test('sees the settings being read, and what was chosen, without touching any', async () => {
			await page.goto(`${base}/dashboard`);
			assert.match(await stepNow(page), /Choose the settings/);
			assert.match(await page.textContent('#refreshing'), /Being read from Sage now/);
			await look('home-reading');
			await work();
			if (!javaScriptEnabled) await page.reload(); // what its meta element does every five seconds
			await page.waitForSelector('.way .turn:has-text("The first invoice")');
			const chosen = await page.textContent('.way dl');
			assert.match(chosen, /Tax rate\s*Standard/);
			assert.match(chosen, /Sales account\s*Sales/);
			await look('home-ready');
			await page.goto(`${base}/dashboard/bindings/${binding}`);
			assert.match(await page.textContent('#state'), /Updated .*Settings\s*Tax rate\s*Standard/s);
			await look('binding');
		});

		test('raises an invoice, and finds it in Sage, in the shop and here', async () => {
			const { increment_id: number } = await shop.invoice();
			await shop.drain();
			await page.goto(`${base}/dashboard`);
			assert.match(await page.textContent('.figures'), /1 waiting, the oldest since/);
			await work();
			await page.reload();
			assert.equal(await page.locator('.way').count(), 0, 'nothing is left to do');
			assert.match(await page.textContent('.figures'), /Connected\s*Last sync .*0 waiting\s*0 failed/s);
			await look('home');
			assert.equal((await sage.invoices(business)).length, 1);
			assert.match((await shop.chip(1)).chip, /Synced/);
			await page.click('nav a:has-text("Sync history")');
			await page.waitForURL(`${base}/dashboard/sync`);
			assert.match(await page.textContent('#runs'), new RegExp(number));
			await look('sync');
		});

		test('disconnects, and is told what goes and what stays', async () => {
			await page.goto(`${base}/dashboard/bindings/${binding}`);
			assert.match(await page.textContent('main'), /What goes.*What stays/s);
			await page.click('button.danger');
			assert.match(await page.textContent('h1'), /Disconnected/);
			await look('disconnected');
			await page.click('main a.button');
			await page.waitForURL(`${base}/dashboard/bindings`);
			await look('bindings-disconnected');
			await page.goto(`${base}/dashboard`);
			assert.match(await page.textContent('.binding'), /Disconnected/);
			await look('home-disconnected');
		});

		test('reconnects to the same business: no second invoice in Sage', async () => {
			await page.click('.binding a.button');
			await page.waitForURL(/connect-magento\?url=/);
			assert.equal(await page.inputValue('#magento_base_url'), shop.base);
			assert.equal(await pair(page, look, shop), binding, 'the same binding lives again');
			await consent(page, look);
			await page.waitForURL(/business\?binding=/);
			assert.match(await page.textContent(`label:has(input[value="${business}"])`), /before/);
			await look('business-again');
			await page.check(`input[value="${business}"]`);
			await page.click('main button');
			await page.waitForURL(`${base}/dashboard/bindings/${binding}`);
			await work();
			await shop.sendAgain();
			await work();
			assert.equal((await sage.invoices(business)).length, 1);
			await shop.invoice();
			await shop.drain();
			await work();
			assert.equal((await sage.invoices(business)).length, 2);
			await page.goto(`${base}/dashboard`);
			assert.match(await page.textContent('.figures'), /Connected/);
		});
	});
