'use strict';
// The second step of signing in: one-time codes and recovery codes.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { Visitor, signUp, told } = require('./lib/visitor');
const { totp } = require('./lib/totp');
const { until } = require('./lib/until');

const GOOD = 'violet harbour seven';
const PAGE = '/dashboard/members/second-factor';

let stack, count = 0;

const visitor = () => new Visitor(stack.ledgerUrl);
const one = async (sql) => Object.values((await stack.sql(sql))[0])[0];
const memberOf = (who) => `email = '${who.email}'`;

function somebody() {
	return signUp(stack, visitor(), { company: `Company ${++count}`, email: `person${count}@acme.example`, password: GOOD });
}

/** Codes of past steps count again, so that a test need not wait for the next step. */
const forgetSteps = (who) => stack.sql(`UPDATE member SET totp_last_step = 0 WHERE ${memberOf(who)}`);

async function begin(who) {
	assert.equal((await who.post(PAGE)).location, PAGE);
	const { text } = await who.get(PAGE);
	return { secret: /Key: <code>([A-Z2-7]{32})<\/code>/.exec(text)[1], text };
}

const codesIn = ({ text }) => [...text.matchAll(/<li><code>([a-z2-7-]{19})<\/code>/g)].map(([, code]) => code);

/** Somebody with a second factor: .secret and .codes. */
async function protectedBody() {
	const who = await somebody();
	who.secret = (await begin(who)).secret;
	const answer = await who.post(`${PAGE}/finish`, { password: GOOD, code: totp(who.secret) });
	assert.equal(answer.status, 200, told(answer));
	who.codes = codesIn(answer);
	await forgetSteps(who);
	return who;
}

/** The password is given; the visitor now awaits the code. */
async function halfWay(who, next) {
	const at = visitor();
	at.email = who.email;
	const answer = await at.signIn(who.email, GOOD, next);
	assert.match(answer.location, /^\/login\/code/);
	return at;
}

before(async () => {
	stack = await startStack({ sandboxes: false });
});
after(() => stack?.stop());
beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

describe('setting up', () => {
	test('shows the secret as text and as a QR code, and takes effect with the first code', async () => {
		const who = await somebody(), elsewhere = visitor();
		await elsewhere.signIn(who.email, GOOD);
		assert.match((await who.get(PAGE)).text, /Set it up/);
		const { secret, text } = await begin(who);
		assert.match(text, /<svg class="qr" viewBox="0 0 \d+ \d+" role="img"/);
		assert.match(text, new RegExp(`otpauth://totp/Ledger:${encodeURIComponent(who.email)}\\?secret=${secret}&amp;issuer=Ledger`));
		assert.equal((await visitor().signIn(who.email, GOOD)).location, '/dashboard', 'not in use yet');
		assert.match(told(await who.post(`${PAGE}/finish`, { password: 'wrong password', code: totp(secret) })), /present password/);
		assert.match(told(await who.post(`${PAGE}/finish`, { password: GOOD, code: totp(secret, 5) })), /not right/);
		assert.equal((await visitor().signIn(who.email, GOOD)).location, '/dashboard', 'still not');
		const done = await who.post(`${PAGE}/finish`, { password: GOOD, code: totp(secret) });
		assert.equal(done.status, 200);
		assert.equal(new Set(codesIn(done)).size, 10);
		assert.equal(await who.isIn(), true);
		assert.equal(await elsewhere.isIn(), false, 'sessions without it end');
		assert.equal((await visitor().signIn(who.email, GOOD)).location, '/login/code');
		assert.doesNotMatch((await who.get(PAGE)).text, new RegExp(secret), 'never shown again');
	});

	test('the secret is sealed for its place, recovery codes are hashes', async () => {
		const a = await protectedBody(), b = await protectedBody();
		const sealed = await one(`SELECT HEX(totp_secret) FROM member WHERE ${memberOf(a)}`);
		assert.equal(sealed.length, 2 * (20 + 33));
		for (const code of a.codes)
			assert.equal(await one(`SELECT COUNT(*) FROM recovery_code WHERE code_hash = UNHEX(SHA2('${code.replaceAll('-', '')}', 256))`), '1');
		await stack.sql(`UPDATE member SET totp_secret = UNHEX('${sealed}') WHERE ${memberOf(b)}`);
		const at = await halfWay(b);
		assert.equal((await at.post('/login/code', { code: totp(a.secret) })).status, 500, 'a secret moved to another row does not open');
	});

	test('the dashboard can read neither', async () => {
		for (const sql of ['SELECT totp_secret FROM member', 'SELECT code_hash FROM recovery_code', 'SELECT totp_last_step FROM member'])
			await assert.rejects(stack.sql(sql, { user: 'ledger-dashboard' }), /denied/, sql);
	});
});

describe('the code', () => {
	test('is asked for before anything opens, and renews the session', async () => {
		const who = await protectedBody(), at = await halfWay(who, '/dashboard/audit?action=x');
		const before_ = at.cookie;
		for (const path of ['/dashboard', '/dashboard/members', '/dashboard/audit', '/dashboard/audit.csv', '/dashboard/sync', PAGE])
			assert.match((await at.get(path)).location ?? '', /^\/login/, path);
		assert.equal((await at.post('/dashboard/members/password', { password: GOOD, new_password: 'another good one' })).location, '/login');
		const answer = await at.post('/login/code', { code: totp(who.secret), next: '/dashboard/audit?action=x' });
		assert.equal(answer.location, '/dashboard/audit?action=x');
		assert.notEqual(at.cookie, before_);
		assert.equal(await at.isIn(), true);
		at.cookie = before_;
		assert.equal(await at.isIn(), false, 'the id from before is worth nothing');
		assert.equal(await one(`SELECT JSON_VALUE(detail, '$.second_factor') FROM audit_log WHERE action = 'signed_in' AND actor = '${who.email}' ORDER BY id DESC LIMIT 1`), 'code');
	});

	test('counts once, also when two come at the same time', async () => {
		const who = await protectedBody();
		const at = await Promise.all([0, 1, 2, 3].map(() => halfWay(who)));
		const tokens = await Promise.all(at.map((one_) => one_.token()));
		const code = totp(who.secret);
		const answers = await Promise.all(at.map((one_, i) => one_.post('/login/code', { code }, { csrf: tokens[i] })));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 403, 403, 403]);
		assert.equal((await (await halfWay(who)).post('/login/code', { code })).status, 403, 'a replay');
	});

	test('of the step before and after is taken, of others not, and never an older than the last', async () => {
		const who = await protectedBody();
		// Two steps off are three when the step changes between here and there, never one.
		for (const shift of [-3, 3]) assert.equal((await (await halfWay(who)).post('/login/code', { code: totp(who.secret, shift) })).status, 403);
		await until('the middle of a step', () => Date.now() % 30000 < 20000, { timeout: 15000 });
		assert.equal((await (await halfWay(who)).post('/login/code', { code: totp(who.secret, 1) })).status, 303);
		assert.equal((await (await halfWay(who)).post('/login/code', { code: totp(who.secret, 0) })).status, 403, 'older than the last one');
		await forgetSteps(who);
		await until('the middle of a step', () => Date.now() % 30000 < 20000, { timeout: 15000 });
		assert.equal((await (await halfWay(who)).post('/login/code', { code: totp(who.secret, -1) })).status, 303);
	});

	test('ten tries, then a wait, even for the right one', async () => {
		const who = await protectedBody(), at = await halfWay(who);
		for (let i = 0; i < 10; i++) assert.equal((await at.post('/login/code', { code: '000000' })).status, 403);
		assert.equal((await at.post('/login/code', { code: totp(who.secret) })).status, 429);
		const again = await halfWay(who);
		assert.equal((await again.post('/login/code', { code: totp(who.secret) })).status, 429, 'a new sign-in gives no new tries');
	});

	test('has ten minutes, needs the token and our own page, and can be given up', async () => {
		const who = await protectedBody(), at = await halfWay(who);
		const code = totp(who.secret);
		assert.equal((await at.post('/login/code', { code }, { csrf: null })).status, 403);
		assert.equal((await at.post('/login/code', { code }, { csrf: '0'.repeat(64) })).status, 403);
		assert.equal((await at.post('/login/code', { code }, { origin: 'https://evil.example' })).status, 403);
		await stack.sql(`UPDATE session SET created_at = UTC_TIMESTAMP(6) - INTERVAL 11 MINUTE WHERE awaits_code = 1`);
		assert.equal((await at.post('/login/code', { code })).location, '/login');
		const other = await halfWay(who);
		assert.equal((await other.post('/login/code', { cancel: 'yes' })).location, '/login');
		assert.equal(other.cookie, null);
		assert.equal((await visitor().get('/login/code')).location, '/login');
	});

	test('a reset password does not go round it', async () => {
		const who = await protectedBody();
		const token = 'ab'.repeat(32);
		await stack.sql(`INSERT INTO password_reset (token_hash, member_id, expires_at) SELECT UNHEX(SHA2('${token}', 256)), id, UTC_TIMESTAMP(6) + INTERVAL 1 HOUR FROM member WHERE ${memberOf(who)}`);
		const at = visitor();
		assert.equal((await at.post('/login/reset', { token, password: 'quiet lantern forty two' })).location, '/login?done=password');
		assert.equal(await at.isIn(), false);
		assert.equal((await at.signIn(who.email, 'quiet lantern forty two')).location, '/login/code');
	});
});

describe('recovery codes', () => {
	test('each signs in once, in any spelling, and a mail tells so', async () => {
		const who = await protectedBody();
		const first = await halfWay(who);
		assert.equal((await first.post('/login/code', { code: ` ${who.codes[0].toUpperCase().replaceAll('-', ' ')} ` })).status, 303);
		assert.equal(await first.isIn(), true);
		assert.equal((await (await halfWay(who)).post('/login/code', { code: who.codes[0] })).status, 403);
		assert.match((await first.get(PAGE)).text, /Recovery codes left: <strong>9</);
		assert.equal(await one(`SELECT COUNT(*) FROM mail WHERE recipient = '${who.email}' AND letter = 'recovery_code_used'`), '1');
	});

	test('at the same time too', async () => {
		const who = await protectedBody();
		const at = await Promise.all([0, 1, 2].map(() => halfWay(who)));
		const tokens = await Promise.all(at.map((one_) => one_.token()));
		const answers = await Promise.all(at.map((one_, i) => one_.post('/login/code', { code: who.codes[1] }, { csrf: tokens[i] })));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 403, 403]);
	});

	test("somebody else's are none", async () => {
		const who = await protectedBody(), stranger = await protectedBody();
		assert.equal((await (await halfWay(who)).post('/login/code', { code: stranger.codes[0] })).status, 403);
	});

	test('are replaced only with password and code, and the old ones end', async () => {
		const who = await protectedBody();
		assert.match(told(await who.post(`${PAGE}/codes`, { password: GOOD, code: '000000' })), /not right/);
		assert.match(told(await who.post(`${PAGE}/codes`, { password: 'wrong password', code: totp(who.secret) })), /present password/);
		const fresh = codesIn(await who.post(`${PAGE}/codes`, { password: GOOD, code: totp(who.secret) }));
		assert.equal(fresh.length, 10);
		assert.equal((await (await halfWay(who)).post('/login/code', { code: who.codes[2] })).status, 403);
		assert.equal((await (await halfWay(who)).post('/login/code', { code: fresh[2] })).status, 303);
	});
});

test('it is switched off with password and code only', async () => {
	const who = await protectedBody();
	assert.match(told(await who.post(`${PAGE}/off`, { password: GOOD, code: who.codes[0] })), /not right/);
	assert.equal((await who.post(PAGE)).location, PAGE, 'beginning anew changes nothing while it is in use');
	assert.equal((await who.post(`${PAGE}/off`, { password: GOOD, code: totp(who.secret) })).location, '/dashboard/members?done=second-factor-off');
	assert.equal((await visitor().signIn(who.email, GOOD)).location, '/dashboard');
	assert.equal(await one(`SELECT COUNT(*) FROM recovery_code WHERE member_id = (SELECT id FROM member WHERE ${memberOf(who)})`), '0');
	assert.deepEqual(
		(await stack.sql(`SELECT action FROM audit_log WHERE actor = '${who.email}' AND action LIKE 'second%' ORDER BY id`)).map(({ action }) => action),
		['second_factor.set_up', 'second_factor.removed'],
	);
});

describe('an owner takes away what a member has lost', () => {
	/** A member of the owner's account with a second factor. */
	async function memberWith(owner) {
		const who = await protectedBody();
		await stack.sql(`UPDATE member SET role = 'viewer', account_id = (SELECT account_id FROM (SELECT * FROM member) AS m WHERE email = '${owner.email}') WHERE ${memberOf(who)}`);
		await stack.sql(`UPDATE session s JOIN member m ON m.id = s.member_id SET s.account_id = m.account_id`);
		who.id = await one(`SELECT id FROM member WHERE ${memberOf(who)}`);
		return who;
	}

	test('with the own password, audited, mailed to the member, whose sessions end', async () => {
		const owner = await somebody(), who = await memberWith(owner), half = await halfWay(who);
		assert.match((await owner.get('/dashboard/members')).text, new RegExp(`${PAGE}/${who.id}"`));
		assert.match((await owner.get(`${PAGE}/${who.id}`)).text, new RegExp(who.email));
		assert.match(told(await owner.post(`${PAGE}/${who.id}/reset`, { password: 'wrong password' })), /present password/);
		assert.equal(await who.isIn(), true);
		assert.equal((await owner.post(`${PAGE}/${who.id}/reset`, { password: GOOD })).location, '/dashboard/members?done=second-factor-reset');
		assert.equal(await who.isIn(), false);
		assert.equal((await half.get('/login/code')).location, '/login', 'a half-way sign-in ends too');
		assert.equal((await visitor().signIn(who.email, GOOD)).location, '/dashboard');
		const rows = await stack.sql(`SELECT totp_secret, totp_confirmed_at, (SELECT COUNT(*) FROM recovery_code WHERE member_id = m.id) AS codes FROM member m WHERE ${memberOf(who)}`);
		assert.deepEqual(rows, [{ totp_secret: null, totp_confirmed_at: null, codes: '0' }]);
		assert.deepEqual(await stack.sql(`SELECT recipient FROM mail WHERE letter = 'second_factor_reset'`), [{ recipient: who.email }]);
		const [line] = await stack.sql("SELECT actor, address, detail FROM audit_log WHERE action = 'second_factor.reset' ORDER BY id DESC LIMIT 1");
		assert.deepEqual([line.actor, line.address, JSON.parse(line.detail)], [owner.email, '127.0.0.1', { member: who.email }]);
		assert.equal((await owner.post(`${PAGE}/${who.id}/reset`, { password: GOOD })).status, 409, 'there is none any more');
	});

	test('not the own one, not of another account, and no lesser role', async () => {
		const owner = await protectedBody(), who = await memberWith(owner), stranger = await somebody();
		const own = await one(`SELECT id FROM member WHERE ${memberOf(owner)}`);
		assert.equal((await owner.get(`${PAGE}/${own}`)).location, PAGE);
		assert.equal((await owner.post(`${PAGE}/${own}/reset`, { password: GOOD })).status, 404);
		assert.equal((await stranger.get(`${PAGE}/${who.id}`)).status, 404);
		assert.equal((await stranger.post(`${PAGE}/${who.id}/reset`, { password: GOOD })).status, 404);
		assert.equal((await who.post(`${PAGE}/${own}/reset`, { password: GOOD })).status, 403);
		assert.equal(await one(`SELECT COUNT(*) FROM member WHERE totp_confirmed_at IS NOT NULL AND id IN (${own}, ${who.id})`), '2');
	});
});
