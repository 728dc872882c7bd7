'use strict';
// A browser over a private stack, and what every page must stand: tidy and axe.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { run } = require('../../integration/lib/stack');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env.BROWSER_SHOTS; // a directory to leave pictures of the pages in

function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
}

/** A page in a browser context of its own, without cookies; problems end up in `page.problems`. */
async function openPage(browser, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(15000);
	// A click that leads to a page is over when that has come whole.
	const click = page.click.bind(page);
	page.click = async (...args) => {
		await click(...args);
		await page.waitForLoadState();
	};
	page.problems = [];
	page.on('pageerror', (error) => page.problems.push(String(error)));
	page.on('console', (message) => {
		if (/Content.Security.Policy/i.test(message.text())) page.problems.push(message.text());
	});
	return page;
}

async function signIn(page, base, member, next = '/dashboard/sync') {
	await page.goto(`${base}/login?next=${encodeURIComponent(next)}`);
	await page.fill('#email', member.email);
	await page.fill('#password', member.password);
	await page.click('button[type=submit]');
	await page.waitForURL(`${base}${next}`);
}

/** The page's HTML as the server sent it passes `tidy -e` without a warning. */
async function assertTidy(page) {
	const html = await page.evaluate(async () => (await fetch(location.href)).text());
	const { status, stderr } = await run('tidy', ['-e', '-q', '-utf8'], { input: html });
	assert.equal(status, 0, `${page.url()}:\n${stderr}`);
}

/** WCAG 2.2 A and AA as far as axe can tell. */
async function assertAccessible(page) {
	await page.evaluate(AXE);
	const found = await page.evaluate(() =>
		window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
	);
	const lines = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join('\n  ')}`);
	assert.deepEqual(lines, [], page.url());
}

async function assertFits(page) {
	const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	assert.ok(excess <= 0, `${page.url()} is ${excess} px too wide`);
}

async function shoot(page, name) {
	if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
}

const LOOKS = { light: [1280, 'light'], dark: [1280, 'dark'], narrow: [360, 'light'], 'narrow-dark': [360, 'dark'] };

/**
 * The page as it is now, in both colour schemes, wide and at 360 px: accessible, and no wider
 * than the screen. Without `scripts` axe cannot run.
 */
async function assertSound(page, name, { scripts = true } = {}) {
	const size = page.viewportSize();
	for (const [look, [width, colorScheme]] of Object.entries(LOOKS)) {
		await page.setViewportSize({ width, height: 800 });
		await page.emulateMedia({ colorScheme });
		await assertFits(page);
		if (scripts) await assertAccessible(page);
		await shoot(page, `${name}-${look}`);
	}
	await page.setViewportSize(size);
	await page.emulateMedia({ colorScheme: 'light' });
}

module.exports = { launch, openPage, signIn, assertTidy, assertAccessible, assertFits, assertSound, shoot };
