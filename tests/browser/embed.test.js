'use strict';
// /embed: in the frame of the shop's own origin and in no other, and what it shows to whom.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const http = require('node:http');
const { startStack } = require('../integration/lib/stack');
const { request } = require('../integration/lib/http');
const { assertAccessible, assertTidy, launch, openPage, shoot, signIn } = require('./lib/browser');
const { FOREIGN_SHOP, SECOND_SHOP, SHOP, bindingSql, runSql } = require('./lib/history');

const anna = { email: 'anna@acme.example', password: 'correct horse battery', account: 'Acme Outdoor Ltd' };
const otto = { email: 'otto@other.example', password: 'another good password', account: 'Other Ltd' };
const UNKNOWN = '0b9c8f62-5d0e-4f51-9a53-1c5a3b1f0aff';

let stack, browser, base, admin, port;

/** A page of Magento's admin with the frame, as the module makes it. */
const frameOf = (tenant) => `/?${tenant}`;

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2 });
	base = stack.ledgerUrl;
	admin = http.createServer((incoming, answer) => {
		const tenant = incoming.url.slice(2);
		answer.setHeader('Content-Type', 'text/html');
		answer.end(`<!DOCTYPE html><title>Admin</title><iframe referrerpolicy="no-referrer" width="900" height="600" src="${base}/embed/${tenant}"></iframe>`);
	});
	await new Promise((resolve) => admin.listen(0, 'localhost', resolve));
	port = admin.address().port;
	const second = http.createServer(admin.listeners('request')[0]);
	await new Promise((resolve) => second.listen(port, '127.0.0.1', resolve).on('error', resolve)); // localhost may be ::1
	admin.second = second;
	for (const { email, password, account } of [anna, otto])
		await stack.ctl('user', 'add', '--account', account, '--email', email, '--password-file', stack.secretFile(password));
	await stack.sql([
		bindingSql(SHOP, anna.email, `http://localhost:${port}/magento`),
		bindingSql(SECOND_SHOP, anna.email, `http://127.0.0.1:${port}`),
		bindingSql(FOREIGN_SHOP, otto.email, 'https://other.example'),
		runSql({ id: 1, sageNumber: 'SI-1' }),
		runSql({ id: 2, binding: SECOND_SHOP, number: 'OTHER-SHOP' }),
		runSql({ id: 3, binding: SECOND_SHOP, status: 'failed', errorClass: 'provider', errorCode: 'x', error: 'Sage said no.' }),
		"UPDATE binding SET magento_status = 'token_revoked' WHERE id = '" + SECOND_SHOP + "';",
	].join('\n'));
	browser = await launch();
});
after(async () => {
	await browser?.close();
	admin?.close();
	admin?.second?.close();
	await stack?.stop();
});

const embed = (tenant, headers = {}) => request(`${base}/embed/${tenant}`, { headers });
const ancestors = ({ headers }) => /frame-ancestors ([^;]*)/.exec(headers['content-security-policy'])[1];

/** The framed document, or undefined when the browser refused to show it. */
async function framed(page, url) {
	await page.goto(url);
	const frame = page.frames()[1];
	await frame.waitForLoadState();
	return frame.url().startsWith(base) ? frame : undefined;
}

test('without a session every id gets the same card; only the shop’s own origin may frame it', async () => {
	const [known, foreign, unknown, odd] = [await embed(SHOP), await embed(FOREIGN_SHOP), await embed(UNKNOWN), await embed('nonsense')];
	for (const answer of [known, foreign, unknown, odd]) {
		assert.equal(answer.status, 200);
		assert.equal(answer.headers['x-frame-options'], undefined);
		assert.equal(answer.headers['cache-control'], 'no-store');
	}
	assert.equal(ancestors(known), `http://localhost:${port}`, 'an origin has no path');
	assert.equal(ancestors(foreign), 'https://other.example');
	assert.equal(ancestors(unknown), "'none'");
	assert.equal(ancestors(odd), "'none'");
	assert.equal(known.text.replaceAll(SHOP, ''), unknown.text.replaceAll(UNKNOWN, ''));
	assert.equal(foreign.text.replaceAll(FOREIGN_SHOP, ''), unknown.text.replaceAll(UNKNOWN, ''));
	assert.ok(!known.text.includes('SI-1') && !known.text.includes('localhost'));
});

test('a shop address that could end the directive frames nothing', async () => {
	for (const url of ['https://a.example; script-src *', "https://a.example'", 'javascript:x', 'https://']) {
		await stack.sql(`UPDATE binding SET shop_url = "${url}" WHERE id = '${FOREIGN_SHOP}'`);
		const answer = await embed(FOREIGN_SHOP);
		assert.equal(ancestors(answer), "'none'", url);
		assert.ok(!answer.headers['content-security-policy'].includes('script-src *'));
	}
});

test('a frame on another site shows the card, also to who is signed in; it opens a tab', async () => {
	const page = await openPage(browser);
	await signIn(page, base, anna);
	const frame = await framed(page, `http://localhost:${port}${frameOf(SHOP)}`);
	assert.ok(frame, 'the shop’s own origin may frame it');
	assert.match(await frame.textContent('h1'), /Sign in/);
	const [tab] = await Promise.all([page.context().waitForEvent('page'), frame.click('a.button')]);
	await tab.waitForURL(`${base}/dashboard/sync?binding=${SHOP}`);
	await shoot(page, 'embed-card');
	await page.context().close();
});

test('another origin cannot frame it', async () => {
	const page = await openPage(browser);
	assert.equal(await framed(page, `http://127.0.0.1:${port}${frameOf(SHOP)}`), undefined);
	assert.equal(await framed(page, `http://localhost:${port}${frameOf(SECOND_SHOP)}`), undefined);
	assert.equal(await framed(page, `http://localhost:${port}${frameOf(UNKNOWN)}`), undefined);
	await page.context().close();
});

test('a frame on the same site, signed in, shows that binding’s health and history alone', async () => {
	const page = await openPage(browser);
	await signIn(page, base, anna);
	const frame = await framed(page, `http://127.0.0.1:${port}${frameOf(SECOND_SHOP)}`);
	assert.ok(frame);
	const text = await frame.textContent('main');
	assert.match(text, /refuses Ledger: pair it again/);
	assert.match(text, /1 failed in the last 24 hours/);
	assert.match(text, /OTHER-SHOP/);
	assert.match(text, /Sage said no\./);
	assert.ok(!text.includes('SI-1'), 'the other shop’s events are not here');
	assert.equal(await frame.locator('header.bar').count(), 0);
	for (const link of await frame.$$eval('main a', (links) => links.map(({ target, rel }) => [target, rel])))
		assert.deepEqual(link, ['_blank', 'noopener']);
	await shoot(page, 'embed');
	await page.goto(`${base}/embed/${SECOND_SHOP}`);
	await assertTidy(page);
	await assertAccessible(page);
	assert.deepEqual(page.problems, []);
	await page.context().close();
});

test('signed in, a foreign binding and none are the same 404', async () => {
	const page = await openPage(browser);
	await signIn(page, base, anna);
	const texts = [];
	for (const tenant of [FOREIGN_SHOP, UNKNOWN, 'nonsense']) {
		const answer = await page.goto(`${base}/embed/${tenant}`);
		assert.equal(answer.status(), 404);
		assert.match(answer.headers()['content-security-policy'], /frame-ancestors 'none'/);
		texts.push(await answer.text());
	}
	assert.equal(texts[0], texts[1]);
	assert.equal(texts[1], texts[2]);
	await page.context().close();
});
