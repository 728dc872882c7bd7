'use strict';
// The dashboard as a person sees it: sign in, look through the history, sign out.

const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');
const { startStack } = require('../integration/lib/stack');
const { until } = require('../integration/lib/until');
const { assertAccessible, assertFits, assertSound, assertTidy, launch, openPage, shoot, signIn } = require('./lib/browser');
const { FOREIGN_SHOP, SECOND_SHOP, SHOP, attemptSql, bindingSql, runSql } = require('./lib/history');

const anna = { email: 'anna@acme.example', password: 'correct horse battery', account: 'Acme Outdoor Ltd' };
const otto = { email: 'otto@other.example', password: 'another good password', account: 'Other Ltd' };
const HOSTILE = '"><script>document.title="owned"</script>';

const REFUSED = {
	request: JSON.stringify({ contact: { name: '…', reference: 'M5', contact_type_ids: ['CUSTOMER'], notes: HOSTILE, main_address: { address_line_1: '…', country_id: 'GB' } } }),
	answer: '[{"$severity":"error","$dataCode":"UnexpectedError","$message":"The reference is in use","$source":"refer', // cut short
};

const OLD = 100; // plain synced runs: two pages of fifty
const FAILED = 201, SKIPPED = 202, HOSTILE_RUN = 203, WARNED = 204, PENDING = 205, FOREIGN = 206, NEWEST = 205;

let stack, browser, base;

async function addMember({ email, password, account }) {
	await stack.ctl('user', 'add', '--account', account, '--email', email, '--password-file', stack.secretFile(password));
}

async function fillHistory() {
	const sql = [
		bindingSql(SHOP, anna.email, 'https://shop.acme.example'),
		bindingSql(SECOND_SHOP, anna.email, 'https://eu.acme.example'),
		bindingSql(FOREIGN_SHOP, otto.email, 'https://other.example'),
	];
	for (let id = 1; id <= OLD; id++) sql.push(runSql({ id, sageNumber: `SI-${id}`, secondsAgo: 90000 - id }));
	sql.push(
		runSql({ id: FAILED, status: 'failed', attempts: 2, errorClass: 'provider', errorCode: 'reference_reserved', error: "Sage still holds the reference 'M5' of a deleted contact.", total: '1200', currency: 'JPY' }),
		attemptSql(FAILED, 1, 'retry', [{ method: 'GET', path: '/rest/V1/byte8/invoice/1201', status: 503, ms: 31 }], { class: 'http', code: 'shop_503', message: 'The shop answered 503.' }),
		attemptSql(FAILED, 2, 'failed', [{ method: 'POST', path: '/v3.1/contacts', status: 422, ms: 210, request_id: 'req-77' }, { method: 'GET', path: '/v3.1/contacts', ms: 5000 }], { class: 'provider', code: 'reference_reserved', message: "Sage still holds the reference 'M5' of a deleted contact." }, REFUSED),
		runSql({ id: SKIPPED, status: 'skipped_by_policy', reason: 'zero_value_invoice', binding: SECOND_SHOP, total: '0' }),
		runSql({ id: HOSTILE_RUN, event: 'product.upserted', entity: 'product', status: 'failed', number: HOSTILE, error: HOSTILE, errorClass: 'provider', errorCode: 'x', total: null, currency: null }),
		runSql({ id: WARNED, sageNumber: 'SI-204', sageTotal: '1234.49', warnings: [{ code: 'adjusted_to_total', message: 'One line of GBP 0.01 makes up the difference.' }] }),
		runSql({ id: PENDING, status: 'queued', attempts: 0, event: 'invoice.paid', number: null, total: null, currency: null, secondsAgo: 10 }),
		runSql({ id: FOREIGN, binding: FOREIGN_SHOP, number: 'FOREIGN-1' }),
	);
	await stack.sql(sql.join('\n'));
}

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2 });
	base = stack.ledgerUrl;
	await addMember(anna);
	await addMember(otto);
	await fillHistory();
	browser = await launch();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

const ids = (page) => page.$$eval('tr[data-run]', (rows) => rows.map((row) => Number(row.dataset.run)));

describe('the overview', () => {
	let page;
	before(async () => {
		await stack.sql(`INSERT INTO run_day (binding_id, day, outcome, runs) VALUES
			('${SHOP}', UTC_DATE(), 'succeeded', 1500), ('${SECOND_SHOP}', UTC_DATE(), 'succeeded', 500), ('${SHOP}', UTC_DATE(), 'failed', 1),
			('${SHOP}', UTC_DATE() - INTERVAL 1 DAY, 'skipped_by_policy', 1000),
			('${SHOP}', UTC_DATE() - INTERVAL 29 DAY, 'failed', 2), ('${SHOP}', UTC_DATE() - INTERVAL 30 DAY, 'failed', 400),
			('${FOREIGN_SHOP}', UTC_DATE(), 'failed', 7777)`);
		page = await openPage(browser);
		await signIn(page, base, anna);
		await page.goto(`${base}/dashboard`);
	});
	after(() => page.context().close());

	test("draws what ended in the last 30 days, of the account's own shops", async () => {
		const caption = await page.textContent('.chart figcaption');
		assert.match(caption, /✓ 2000 synced.*⏸ 1000 skipped.*✗ 3 failed/s);
		const bars = await page.$$eval('.chart svg g', (groups) =>
			groups.map((g) => ({ title: g.querySelector('title').textContent, parts: [...g.querySelectorAll('rect')].map((r) => [r.getAttribute('class'), Number(r.getAttribute('y')), Number(r.getAttribute('height'))]) })));
		assert.equal(bars.length, 30);
		assert.match(bars[29].title, /^\d+ \w{3} \d{4}: 2000 synced, 0 skipped, 1 failed$/);
		assert.deepEqual(bars[29].parts, [['synced', 7, 99], ['failed', 4, 3]], 'one among two thousand is seen');
		assert.deepEqual(bars[28].parts, [['skipped', 57, 49]]);
		assert.deepEqual(bars[0].parts, [['failed', 103, 3]]);
		assert.ok(bars.slice(1, 28).every(({ parts }) => parts.length === 0));
	});

	test('says the same in a table', async () => {
		await page.click('.chart summary');
		const rows = await page.$$eval('.chart tbody tr', (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent).slice(1).join(' ')));
		assert.equal(rows.length, 30);
		assert.deepEqual([rows[0], rows[1], rows[2], rows[29]], ['2000 0 1', '0 1000 0', '0 0 0', '0 0 2']);
		await assertTidy(page);
		await assertSound(page, 'overview');
	});
});

describe('signing in', () => {
	test('the address alone leads there', async () => {
		const page = await openPage(browser);
		await page.goto(base);
		assert.equal(new URL(page.url()).pathname, '/login');
		await page.context().close();
	});

	test('a wrong password and an unknown e-mail are told the same', async () => {
		const page = await openPage(browser);
		const told = [];
		for (const email of [anna.email, 'nobody@acme.example']) {
			await page.goto(`${base}/login`);
			await page.fill('#email', email);
			await page.fill('#password', 'not the password');
			await page.click('button[type=submit]');
			told.push(await page.textContent('[role=alert]'));
			assert.equal(await page.inputValue('#email'), email);
			assert.equal(await page.inputValue('#password'), '');
		}
		assert.equal(told[0], told[1]);
		await assertAccessible(page);
		await shoot(page, 'login-wrong');
		await page.context().close();
	});

	test('leads back to the page that was asked for, filters included', async () => {
		const page = await openPage(browser);
		await page.goto(`${base}/dashboard/sync?status=failed&event=invoice.created`);
		assert.equal(new URL(page.url()).pathname, '/login');
		await assertTidy(page);
		await page.fill('#email', ` ${anna.email.toUpperCase()}`.trim());
		await page.fill('#password', anna.password);
		await page.click('button[type=submit]');
		await page.waitForURL(`${base}/dashboard/sync?status=failed&event=invoice.created`);
		await page.context().close();
	});

	test('never leads to another site', async () => {
		for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', '/login', '/static/ledger.js', '/dashboard/nothing', '/\t/evil.example']) {
			const page = await openPage(browser);
			await page.goto(`${base}/login?next=${encodeURIComponent(next)}`);
			assert.equal(await page.$('input[name=next]'), null, next);
			await page.context().close();
		}
	});

	test('works without JavaScript', async () => {
		const page = await openPage(browser, { javaScriptEnabled: false });
		await signIn(page, base, anna);
		await page.selectOption('select[name=event]', 'product.upserted');
		await page.click('.filters button');
		assert.equal(await page.locator('tr[data-run]').count(), 1);
		await page.click('.who button');
		await page.waitForURL(`${base}/login`);
		await page.context().close();
	});
});

describe('the sync history', () => {
	let page;
	before(async () => {
		page = await openPage(browser);
		await signIn(page, base, anna);
	});
	after(async () => {
		assert.deepEqual(page.problems, []);
		await page.context().close();
	});

	test('shows the newest first, each with status, numbers and time', async () => {
		await page.goto(`${base}/dashboard/sync`);
		assert.deepEqual((await ids(page)).slice(0, 6), [PENDING, WARNED, HOSTILE_RUN, SKIPPED, FAILED, OLD]);
		const cells = async (id) => (await page.locator(`tr[data-run="${id}"] td`).allTextContents()).map((cell) => cell.replace(/\s+/g, ' ').trim());
		const failed = await cells(FAILED);
		assert.equal(failed[0], '✗ Failed');
		assert.equal(failed[4], 'JPY 1,200');
		assert.match(failed.at(-1), /Sage still holds the reference 'M5'.*reference_reserved/);
		const skipped = await cells(SKIPPED);
		assert.match(skipped[0], /Skipped/);
		assert.equal(skipped[5], 'eu.acme.example');
		assert.match(skipped.at(-1), /zero_value_invoice/);
		const warned = await cells(WARNED);
		assert.equal(warned[3], 'SI-204');
		assert.equal(warned[4], 'GBP 1,234.50');
		assert.match((await cells(PENDING))[0], /Pending/);
		const time = page.locator(`tr[data-run="${WARNED}"] time`);
		assert.match(await time.getAttribute('datetime'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		assert.match(await time.getAttribute('title'), /UTC$/);
		assert.match(await time.textContent(), /minutes? ago$/);
	});

	test('what came from outside is shown as text', async () => {
		assert.ok((await page.textContent(`tr[data-run="${HOSTILE_RUN}"]`)).includes(HOSTILE));
		assert.match(await page.title(), /^Sync history/);
		await page.goto(`${base}/dashboard/sync?q=${encodeURIComponent(HOSTILE)}`);
		assert.deepEqual(await ids(page), [HOSTILE_RUN]);
		assert.equal(await page.inputValue('#search'), HOSTILE);
	});

	test('filters live in the URL and combine', async () => {
		await page.goto(`${base}/dashboard/sync`);
		await page.click('.tabs a:has-text("Failed")');
		assert.deepEqual(await ids(page), [HOSTILE_RUN, FAILED]);
		await page.selectOption('select[name=event]', 'invoice.created');
		await page.waitForURL(/status=failed.*event=invoice\.created/);
		assert.deepEqual(await ids(page), [FAILED]);
		await page.goto(`${base}/dashboard/sync?binding=${SECOND_SHOP}`);
		assert.deepEqual(await ids(page), [SKIPPED]);
		for (const [q, found] of [['SI-42', [42]], ['0000042', [42]], ['1042', [42]], ['%09SI-42%20%0A', [42]], ['FOREIGN-1', []]]) {
			await page.goto(`${base}/dashboard/sync?q=${q}`);
			assert.deepEqual(await ids(page), found, q);
		}
		assert.match(await page.textContent('.empty'), /Nothing matches/);
	});

	test('pages hold every run once, in both directions', async () => {
		await page.goto(`${base}/dashboard/sync?status=synced`);
		const first = await ids(page);
		await page.click('a[rel=next]');
		const second = await ids(page);
		await page.click('a[rel=next]');
		const third = await ids(page);
		const all = [WARNED, ...Array.from({ length: OLD }, (_, i) => OLD - i)];
		assert.deepEqual([...first, ...second, ...third], all);
		assert.equal(await page.locator('a[rel=next]').count(), 0);
		await page.click('a[rel=prev]');
		assert.deepEqual(await ids(page), second);
		await page.click('a[rel=prev]');
		assert.deepEqual(await ids(page), first);
		assert.equal(await page.locator('a[rel=prev]').count(), 0);
	});

	test('every page is well-formed, accessible and fits, in light, dark and at 360 px', async () => {
		const pages = { sync: '/dashboard/sync', failed: '/dashboard/sync?status=failed', none: '/dashboard/sync?q=none', run: `/dashboard/sync/${FAILED}`, warned: `/dashboard/sync/${WARNED}`, pending: `/dashboard/sync/${PENDING}`, hostile: `/dashboard/sync/${HOSTILE_RUN}`, missing: '/dashboard/nothing' };
		const looks = { light: [1280, 'light'], dark: [1280, 'dark'], narrow: [360, 'light'] };
		for (const [look, [width, colorScheme]] of Object.entries(looks)) {
			await page.setViewportSize({ width, height: 800 });
			await page.emulateMedia({ colorScheme });
			for (const [name, path] of Object.entries(pages)) {
				await page.goto(base + path);
				if (look === 'light') await assertTidy(page);
				await assertAccessible(page);
				await assertFits(page);
				await shoot(page, `${name}-${look}`);
			}
		}
		await page.setViewportSize({ width: 1280, height: 800 });
	});

	test('keys: / searches, j and k move, Enter opens', async () => {
		await page.goto(`${base}/dashboard/sync`);
		await page.keyboard.press('/');
		assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
		await page.keyboard.press('Escape');
		for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
		assert.equal(await page.getAttribute('tr.chosen', 'data-run'), String(WARNED));
		await page.keyboard.press('Enter');
		await page.waitForURL(`${base}/dashboard/sync/${WARNED}`);
	});

	test('refreshes by itself without losing the chosen row', async () => {
		await page.goto(`${base}/dashboard/sync`);
		await page.keyboard.press('j');
		await page.keyboard.press('j');
		await stack.sql(runSql({ id: NEWEST + 10, sageNumber: 'SI-215', secondsAgo: 2 }));
		await page.waitForSelector(`tr[data-run="${NEWEST + 10}"]`);
		assert.equal(await page.getAttribute('tr.chosen', 'data-run'), String(WARNED));
		assert.equal(await page.evaluate(() => document.activeElement.closest('tr')?.dataset.run), String(WARNED));
		await stack.sql(`DELETE FROM sync_run WHERE id = ${NEWEST + 10}`);
		await page.waitForSelector(`tr[data-run="${NEWEST + 10}"]`, { state: 'detached' });
	});
});

describe('one event', () => {
	let page;
	before(async () => {
		page = await openPage(browser);
		await signIn(page, base, anna);
	});
	after(() => page.context().close());

	test('shows the failure, what to do, and each attempt with its calls', async () => {
		await page.goto(`${base}/dashboard/sync/${FAILED}`);
		assert.match(await page.textContent('.notice.failed'), /Sage still holds the reference 'M5'/);
		const timeline = await page.locator('.timeline > li').allTextContents();
		assert.equal(timeline.length, 5);
		assert.match(timeline[2], /Attempt 1: .*The shop answered 503\..*invoice\/1201/s);
		assert.match(timeline[3], /Attempt 2: Failed.*POST.*422.*210 ms.*req-77.*no answer/s);
		assert.match(timeline[4], /Failed/);
	});

	test('folds what was asked and answered below the attempt, text and nothing else', async () => {
		await page.goto(`${base}/dashboard/sync/${FAILED}`);
		const bodies = page.locator('.timeline pre');
		assert.deepEqual([await bodies.count(), await bodies.first().isVisible()], [2, false], 'folded');
		assert.equal(await page.locator('.timeline > li').nth(2).locator('details').count(), 0, 'nothing was refused there');
		await page.click('summary:has-text("What Sage refused: the request and its answer")');
		const [request, answer] = await bodies.allTextContents();
		assert.deepEqual(JSON.parse(request), JSON.parse(REFUSED.request));
		assert.ok(request.split('\n').length > 8, 'one member a line');
		assert.equal(answer, REFUSED.answer);
		assert.match(await bodies.first().evaluate((element) => getComputedStyle(element).fontFamily), /monospace/);
		assert.notEqual(await page.title(), 'owned');
		await assertTidy(page);
		await assertSound(page, 'refused');
	});

	test('shows warnings and totals that differ', async () => {
		await page.goto(`${base}/dashboard/sync/${WARNED}`);
		assert.match(await page.textContent('.notice.warning'), /One line of GBP 0\.01/);
		assert.match(await page.textContent('.timeline'), /Attempts are kept for 90 days/);
		assert.match(await page.textContent('.sides'), /GBP 1,234\.50.*GBP 1,234\.49\s*differs from Magento/s);
	});

	test('says what is left to do, and why it waits', async () => {
		await stack.sql(`INSERT INTO lane (id, binding_id, upstream, parked_until, parked_why) VALUES (7, '${SHOP}', 'sage', UTC_TIMESTAMP(6) + INTERVAL 1 HOUR, 'shop_refused_token');
			INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id) SELECT 7, binding_id, id, event, entity_type, magento_id FROM sync_run WHERE id = ${PENDING}`);
		await page.goto(`${base}/dashboard/sync/${PENDING}`);
		assert.match(await page.textContent('.timeline .todo'), /Posting to Sage\s+Waiting: The shop no longer accepts Ledger\./);
		await stack.sql("UPDATE lane SET parked_why = 'nobody_knows'");
		await page.reload();
		assert.match(await page.textContent('.timeline .todo'), /Posting to Sage\s+Waiting\s/);
		await stack.sql('DELETE FROM job; DELETE FROM lane');
	});

	test("another account's is not found, like one that does not exist", async () => {
		for (const path of [`/dashboard/sync/${FOREIGN}`, '/dashboard/sync/999999', '/dashboard/sync/0', '/dashboard/sync/x', `/dashboard/sync?binding=${FOREIGN_SHOP}`]) {
			const answer = await page.goto(base + path);
			assert.equal(answer.status(), 404, path);
			assert.ok(!(await page.content()).includes('FOREIGN-1'));
		}
		const other = await openPage(browser);
		await signIn(other, base, otto);
		assert.deepEqual(await ids(other), [FOREIGN]);
		await other.context().close();
	});
});

describe('the session', () => {
	test('its cookie is bound to the host and its id is not in the database', async () => {
		const page = await openPage(browser);
		await signIn(page, base, anna);
		const [cookie] = await page.context().cookies();
		assert.equal(cookie.name, '__Host-ledger');
		assert.match(cookie.value, /^[0-9a-f]{64}$/);
		assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path, cookie.expires], [true, true, 'Lax', '/', -1]);
		const [{ plain, hashed }] = await stack.sql(`SELECT SUM(id_hash = UNHEX('${cookie.value}')) AS plain,
			SUM(id_hash = UNHEX(SHA2('${cookie.value}', 256))) AS hashed FROM session`);
		assert.deepEqual([plain, hashed], ['0', '1']);
		await page.context().close();
	});

	test('signing out ends it for whoever holds the cookie', async () => {
		const page = await openPage(browser);
		await signIn(page, base, anna);
		const cookies = await page.context().cookies();
		await page.click('.who button');
		await page.waitForURL(`${base}/login`);
		assert.deepEqual(await page.context().cookies(), []);
		await page.context().addCookies(cookies.map(({ domain, path, ...rest }) => ({ ...rest, url: base.replace('http:', 'https:') })));
		await page.goto(`${base}/dashboard/sync`);
		assert.equal(new URL(page.url()).pathname, '/login');
		await page.context().close();
	});

	test('its beginning and its end are in the audit log', async () => {
		await stack.sql('DELETE FROM audit_log');
		const page = await openPage(browser);
		await signIn(page, base, anna);
		await page.click('.who button');
		await page.waitForURL(`${base}/login`);
		const found = await stack.sql('SELECT actor, address, action FROM audit_log ORDER BY id');
		assert.deepEqual(found, ['signed_in', 'signed_out'].map((action) => ({ actor: anna.email, address: '127.0.0.1', action })));
		await page.context().close();
	});

	test('ends after 30 idle minutes, which a page refreshing itself does not prolong', async () => {
		const page = await openPage(browser);
		await signIn(page, base, anna);
		const [cookie] = await page.context().cookies();
		const mine = `id_hash = UNHEX(SHA2('${cookie.value}', 256))`;
		const idle = async () => Number((await stack.sql(`SELECT TIMESTAMPDIFF(SECOND, seen_at, UTC_TIMESTAMP(6)) AS s FROM session WHERE ${mine}`))[0].s);
		await stack.sql(`UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 25 MINUTE WHERE ${mine}`);
		await page.waitForResponse((answer) => answer.request().headers()['x-ledger-refresh'] === '1');
		assert.ok((await idle()) >= 1500, 'a refresh counted as use');
		await page.reload();
		assert.ok((await idle()) < 60, 'a page view did not count as use');
		await stack.sql(`UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 30 MINUTE WHERE ${mine}`);
		await until('the page says that it is signed out', async () => /Signed out/.test(await page.textContent('#live')));
		await page.reload();
		assert.equal(new URL(page.url()).pathname, '/login');
		await page.context().close();
	});

	test('ends after 12 hours however much it is used', async () => {
		const page = await openPage(browser);
		await signIn(page, base, anna);
		const [cookie] = await page.context().cookies();
		await stack.sql(`UPDATE session SET created_at = UTC_TIMESTAMP(6) - INTERVAL 12 HOUR WHERE id_hash = UNHEX(SHA2('${cookie.value}', 256))`);
		await page.reload();
		assert.equal(new URL(page.url()).pathname, '/login');
		await page.context().close();
	});
});
