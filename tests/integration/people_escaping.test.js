'use strict';
// Hostile text in every field that people, shops and Sage can fill, and every page looked
// at: nothing of it may become markup. Each page also has to be valid HTML.

const assert = require('node:assert/strict');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack, ROOT } = require('./lib/stack');
const { addBinding } = require('./lib/shop');
const { Visitor, unescape } = require('./lib/visitor');

const BIN = path.resolve(ROOT, process.env.TEST_BIN ?? 'build/asan/bin');
const PAGES = ['ledger-dashboard', 'ledger-connect']
	.flatMap((program) => JSON.parse(execFileSync(path.join(BIN, program), ['--routes'], { encoding: 'utf8' })))
	.filter(({ method, json }) => method === 'GET' && !json);
const GOOD = 'correct horse battery staple';
const TOKEN = 't'.repeat(64); // of mailed links

// Each holds the mark by which it would be found were it let through.
const CORPUS = [
	'<xss>',
	'"><xss>',
	"'><xss>",
	'</title><xss>',
	'</textarea></script><xss>',
	'--><xss>',
	'" onxss="1',
	"' onxss='1",
	'javascript:xss()',
	'&lt;xss&gt;<xss>',
	'{{{user.csrf}}}<xss>',
	'{{=<xss> <xss>=}}',
	'\u2028<xss>\u202e',
	'<\u0073vg/onload=xss><xss>',
	'%3Cxss%3E<xss>',
	'=HYPERLINK("x")<xss>',
];

const quote = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;
let stack, who, ids;

function assertHarmless({ text, status }, at) {
	assert.ok(status < 500, `${at}: ${status}`);
	assert.doesNotMatch(text, /<xss|<svg\/|["']\s+onxss=|(?:href|src|action)="\s*javascript:/i, at);
}

function assertTidy({ text, headers }, at) {
	if (!/html/.test(headers['content-type'] ?? '')) return;
	const done = spawnSync('tidy', ['-e', '-q', '-utf8'], { input: text, encoding: 'utf8' });
	// No shop's address is such text (it was parsed before it was stored): in a link it is no URL.
	const said = done.stderr.split('\n').filter((line) => line.trim() && !/ in URI$| URI reference$/.test(line));
	assert.deepEqual(said, [], at);
}

before(async () => {
	stack = await startStack({ sandboxes: false, env: { LEDGER_SIGNUP: 'yes', LEDGER_SMTP_URL: 'smtp://relay.example', LEDGER_MAIL_FROM: 'ledger@relay.example' } });
	who = new Visitor(stack.ledgerUrl, '<xss agent="1">');
	await stack.ctl('user', 'add', '--account', 'Demo Ltd', '--email', 'demo.ltd@example.test', '--password-file', stack.secretFile(GOOD));
	await who.signIn('demo.ltd@example.test', GOOD);
	await stack.sql("UPDATE member SET email = 'kept@example.test'");
	const { tenant } = await addBinding(stack);
	ids = { binding: tenant, tenant, run: '1' };
});
after(() => stack?.stop());
beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

/** Puts the text where a shop, Sage and people put theirs. */
async function plant(text) {
	const t = quote(text), cut = (length) => quote([...text].slice(0, length).join(''));
	const account = "(SELECT id FROM account WHERE name <> '' ORDER BY id LIMIT 1)";
	await stack.sql(`
		UPDATE account SET name = ${cut(100)} ORDER BY id LIMIT 1;
		UPDATE binding SET shop_url = ${t}, sage_business_name = ${t} WHERE id = '${ids.binding}';
		UPDATE session SET user_agent = ${t};
		DELETE FROM run_attempt; DELETE FROM sync_run; DELETE FROM invitation; DELETE FROM sign_up;
		INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id, occurred_at, policy_version,
			status, error_class, error_code, error_message, warnings, magento_number, sage_number)
		VALUES (1, ${account}, '${ids.binding}', ${quote(text.replace(/[^ -~]/g, '?').slice(0, 60))}, 'other', 1, 1, 1, UTC_TIMESTAMP(), 0, 'failed',
			'provider', ${quote(text.replace(/[^ -~]/g, '?').slice(0, 60))}, ${t}, JSON_ARRAY(JSON_OBJECT('code', ${t}, 'message', ${t})), ${cut(64)}, ${cut(64)});
		INSERT INTO invitation (token_hash, account_id, email, role, invited_by, expires_at)
		VALUES (UNHEX(SHA2('${TOKEN}', 256)), ${account}, ${t}, 'viewer', 1, UTC_TIMESTAMP(6) + INTERVAL 1 DAY);
		INSERT INTO sign_up (token_hash, email, company, expires_at) VALUES (UNHEX(SHA2('${TOKEN}', 256)), ${t}, ${cut(100)}, UTC_TIMESTAMP(6) + INTERVAL 1 DAY);
		CALL audit_append(${account}, ${t}, ${quote(text.replace(/[^ -~]/g, '?').slice(0, 40))}, ${quote(text.replace(/[^ -~]/g, '?').slice(0, 60))}, JSON_OBJECT(${t}, ${t}));
		CALL audit_append(${account}, 'x', '', 'not_json', ${t});`);
	await stack.sql(`INSERT INTO run_attempt (run_id, number, started_at, duration_ms, outcome, error_class, error_code, error_message, calls, request, answer)
		VALUES (1, 1, UTC_TIMESTAMP(), 1, 'failed', 'provider', 'x', ${t}, JSON_ARRAY(JSON_OBJECT('method', ${t}, 'path', ${t}, 'status', 500, 'ms', 1, 'request_id', ${t})), ${t}, JSON_OBJECT(${t}, ${t}))`);
}

describe('stored text', () => {
	for (const text of CORPUS)
		test(JSON.stringify(text), async () => {
			await plant(text);
			for (const page of PAGES) {
				const at = page.path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? '1');
				const answer = await who.get(at);
				if (page.path === '/dashboard/audit.csv') {
					for (const line of answer.text.split('\r\n')) assert.doesNotMatch(line, /(^|,)"[=+\-@\t]/);
					continue;
				}
				assertHarmless(answer, at);
				assertTidy(answer, at);
			}
			for (const at of ['/login/invitation', '/signup/finish']) {
				const answer = await new Visitor(stack.ledgerUrl).get(`${at}?token=${TOKEN}`);
				assert.equal(answer.status, 200, at);
				assertHarmless(answer, at);
				assertTidy(answer, at);
			}
			// And it is there: a page that leaves hostile text out would pass the above.
			assert.ok(unescape((await who.get('/dashboard/audit')).text).includes(text.trim()), 'shown in the audit log');
		});
});

describe('text that is sent', () => {
	const forms = {
		'/login': ['email', 'password', 'next'],
		'/login/forgot': ['email'],
		'/login/reset': ['token', 'password'],
		'/login/invitation': ['token', 'password'],
		'/signup': ['company', 'email'],
		'/signup/finish': ['token', 'company', 'password'],
		'/dashboard/members/invite': ['email', 'role'],
		'/dashboard/members/password': ['password', 'new_password'],
		'/dashboard/members/second-factor/finish': ['password', 'code'],
		'/dashboard/connect-magento': ['magento_base_url', 'pairing_code'],
		'/dashboard/connect-sage': ['binding', 'region'],
	};
	for (const [at, names] of Object.entries(forms))
		test(`POST ${at}`, async () => {
			for (const text of CORPUS) {
				await stack.sql('DELETE FROM sign_in_throttle');
				const visitor = at.startsWith('/dashboard') ? who : new Visitor(stack.ledgerUrl);
				const answer = await visitor.post(at, Object.fromEntries(names.map((name) => [name, text])));
				assertHarmless(answer, `${at} ${text}`);
				assertTidy(answer, at);
			}
		});

	const queries = { '/login': ['next', 'done', 'email'], '/dashboard/audit': ['actor', 'action', 'from', 'to', 'before'], '/dashboard/members': ['done'], '/dashboard/sync': ['q', 'status', 'event', 'binding', 'before', 'after'], '/dashboard/connect-sage': ['binding'], '/login/reset': ['token'], '/oauth/sage/callback': ['code', 'state', 'error', 'error_description'] };
	for (const [at, names] of Object.entries(queries))
		test(`GET ${at}?…`, async () => {
			for (const text of CORPUS) {
				const query = new URLSearchParams(Object.fromEntries(names.map((name) => [name, text])));
				const visitor = at.startsWith('/login') ? new Visitor(stack.ledgerUrl) : who;
				const answer = await visitor.get(`${at}?${query}`);
				assertHarmless(answer, `${at}?${query}`);
				assertTidy(answer, at);
			}
		});
});
