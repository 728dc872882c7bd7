'use strict';
// Accounts and passwords: signing up and in, changing and forgetting a password, sessions.

const assert = require('node:assert/strict');
const { after, afterEach, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { startMailSink } = require('./lib/mail');
const { Visitor, mailedPath, signUp, told } = require('./lib/visitor');

const GOOD = 'violet harbour seven', OTHER = 'quiet lantern forty two';

let stack, sink, count = 0;

const visitor = (agent) => new Visitor(stack.ledgerUrl, agent);
const mailAll = () => stack.runWorker();
const one = async (sql) => Object.values((await stack.sql(sql))[0])[0];

/** Somebody with an account of their own, signed in. */
function somebody() {
	return signUp(stack, visitor(), { company: `Company ${++count}`, email: `person${count}@acme.example`, password: GOOD });
}

const link = (mail) => mailedPath(stack, mail);
const tokenIn = (mail) => link(mail).split('=')[1];

before(async () => {
	sink = await startMailSink();
	stack = await startStack({
		sandboxes: false,
		env: { LEDGER_SIGNUP: 'yes', LEDGER_SMTP_URL: sink.url, LEDGER_MAIL_FROM: 'ledger@relay.example' },
	});
});

after(async () => {
	await stack?.stop();
	await sink?.close();
});

beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

describe('signing up', () => {
	const base = { company: 'Acme Outdoor', email: 'anna@outdoor.example' };

	test('a mailed link leads to the password, and that makes the account and its owner, who is signed in', async () => {
		const who = visitor();
		const asked = await who.post('/signup', { ...base, email: ' Anna@Outdoor.example ' });
		assert.equal(asked.status, 200);
		assert.match(told(asked), /A mail to\s+Anna@Outdoor\.example\s+is on its way/);
		assert.equal(await one("SELECT COUNT(*) FROM account WHERE name = 'Acme Outdoor'"), '0');
		await mailAll();
		const mail = sink.to(base.email).at(-1), token = tokenIn(mail);
		assert.equal(mail.subject, 'Your Ledger account');
		assert.match((await who.get(link(mail))).text, /value="Acme Outdoor"/);
		assert.equal((await who.post('/signup/finish', { token, company: 'Acme Outdoor Ltd', password: GOOD })).location, '/dashboard');
		assert.match((await who.get('/dashboard/members')).text, /anna@outdoor\.example/);
		const [member] = await stack.sql(`SELECT role, password_hash FROM member WHERE email = '${base.email}'`);
		assert.equal(member.role, 'owner');
		assert.match(member.password_hash, /^\$y\$/);
		const [line] = await stack.sql(`SELECT address, detail FROM audit_log WHERE action = 'account.signed_up' AND actor = '${base.email}'`);
		assert.equal(line.address, '127.0.0.1');
		assert.deepEqual(JSON.parse(line.detail), { company: 'Acme Outdoor Ltd' });
		assert.equal((await visitor().get(link(mail))).status, 404, 'once');
		assert.equal((await visitor().post('/signup/finish', { token, company: 'Again Ltd', password: GOOD })).status, 404);
	});

	test('tells nobody but the mailbox whether the address has a sign-in', async () => {
		const who = await somebody();
		const ask = async (email) => {
			const answer = await visitor().post('/signup', { company: 'Curious Ltd', email });
			return { status: answer.status, text: answer.text.replaceAll(email, 'EMAIL') };
		};
		assert.deepEqual(await ask(who.email), await ask('free@acme.example'));
		const rows = await stack.sql(`SELECT letter, REPLACE(recipient, '${who.email}', 'free@acme.example') AS recipient, facts, state, attempts FROM mail ORDER BY id DESC LIMIT 2`);
		assert.deepEqual(rows[0], rows[1], 'the same was stored, so the same was done');
		await mailAll();
		const known = sink.to(who.email).at(-1);
		assert.equal(known.subject, 'You have a sign-in to Ledger already');
		assert.equal(link(known), '/login/forgot');
		assert.match(link(sink.to('free@acme.example').at(-1)), /^\/signup\/finish\?token=[0-9a-f]{64}$/);
		assert.equal(await one(`SELECT COUNT(*) FROM sign_up WHERE email = '${who.email}'`), '0');
	});

	for (const [name, fields, told_] of [
		['no company', { company: '' }, /company's name/],
		['a company of blanks', { company: '   ' }, /company's name/],
		['a company of 101 characters', { company: 'é'.repeat(101) }, /company's name/],
		['a line end in the company', { company: 'A\r\nBcc: x@y.example' }, /company's name/],
		['no e-mail', { email: '' }, /e-mail address/],
		['an e-mail without a domain', { email: 'refused' }, /e-mail address/],
		['two in one', { email: 'a@b.example,c@d.example' }, /e-mail address/],
		['a line end in the e-mail', { email: 'a@b.example\r\nBcc: c@d.example' }, /e-mail address/],
	])
		test(`refuses ${name}`, async () => {
			const before_ = await one('SELECT COUNT(*) FROM mail');
			const answer = await visitor().post('/signup', { company: 'Refused Ltd', email: 'refused@acme.example', ...fields });
			assert.equal(answer.status, 422);
			assert.match(told(answer), told_);
			assert.equal(await one('SELECT COUNT(*) FROM mail'), before_);
		});

	test('refuses passwords that will not do', async () => {
		const email = 'refused@acme.example';
		await visitor().post('/signup', { company: 'Refused Ltd', email });
		await mailAll();
		const token = tokenIn(sink.to(email).at(-1));
		for (const [password, told_] of [
			['', /choose a password/],
			['xq7#vmw', /8 to 128/],
			['vq8 '.repeat(32) + 'z', /8 to 128|guessed first/],
			['password1', /guessed first/],
			['Summer2026!', /guessed first/],
			['P@ssw0rd123', /guessed first/],
			['1234567890', /guessed first/],
			['aaaaaaaaaaaa', /guessed first/],
			['Refused@acme.example', /guessed first/],
			['refused2026', /guessed first/],
		]) {
			const answer = await visitor().post('/signup/finish', { token, company: 'Refused Ltd', password });
			assert.equal(answer.status, 422, password);
			assert.match(told(answer), told_, password);
		}
		assert.equal(await one("SELECT COUNT(*) FROM account WHERE name LIKE 'Refused%'"), '0');
	});

	test('a company that is taken can be named otherwise behind the link', async () => {
		const who = await somebody(), email = 'late@acme.example';
		const taken = await one(`SELECT a.name FROM account a JOIN member m ON m.account_id = a.id WHERE m.email = '${who.email}'`);
		await visitor().post('/signup', { company: taken, email });
		await mailAll();
		const token = tokenIn(sink.to(email).at(-1)), late = visitor();
		const refused = await late.post('/signup/finish', { token, company: taken.toUpperCase(), password: GOOD });
		assert.match(told(refused), /of this name/);
		assert.equal((await late.post('/signup/finish', { token, company: `${taken} of York`, password: GOOD })).status, 303);
	});

	test('of two that use one link at once, one wins', async () => {
		await visitor().post('/signup', { company: 'Twice Ltd', email: 'twice@acme.example' });
		await mailAll();
		const token = tokenIn(sink.to('twice@acme.example').at(-1));
		const answers = await Promise.all(['A', 'B', 'C'].map((company) => visitor().post('/signup/finish', { token, company: `Twice ${company}`, password: GOOD })));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404]);
	});

	test('a newer link voids the older, a day voids each, and the worker clears it away', async () => {
		const email = 'slow@acme.example', paths = [];
		for (let i = 0; i < 2; i++) {
			await visitor().post('/signup', { company: 'Slow Ltd', email });
			await mailAll();
			paths.push(link(sink.to(email).at(-1)));
		}
		assert.equal((await visitor().get(paths[0])).status, 404);
		assert.equal((await visitor().get(paths[1])).status, 200);
		await stack.sql(`UPDATE sign_up SET expires_at = UTC_TIMESTAMP(6) WHERE email = '${email}'`);
		assert.equal((await visitor().get(paths[1])).status, 404);
		await mailAll();
		assert.equal(await one(`SELECT COUNT(*) FROM sign_up WHERE email = '${email}'`), '0');
	});
});

describe('signing in', () => {
	test('ends the session that the browser had, and takes no id from it', async () => {
		const who = await somebody();
		const first = who.cookie;
		const planted = visitor();
		planted.cookie = 'f'.repeat(64);
		await planted.signIn(who.email, GOOD);
		assert.notEqual(planted.cookie, 'f'.repeat(64));
		await who.signIn(who.email, GOOD);
		assert.notEqual(who.cookie, first);
		const old = visitor();
		old.cookie = first;
		assert.equal(await old.isIn(), false);
	});

	test('does the work of a hash for an unknown person too, and says the same', async () => {
		const who = await somebody();
		const known = await visitor().signIn(who.email, OTHER);
		const unknown = await visitor().signIn('nobody@acme.example', OTHER);
		assert.equal(known.status, 403);
		assert.equal(unknown.status, 403);
		assert.equal(told(known), told(unknown));
	});

	test('stops after ten tries at one address, even with the right password', async () => {
		const who = await somebody();
		for (let i = 0; i < 10; i++) assert.equal((await visitor().signIn(who.email, OTHER)).status, 403);
		const late = await visitor().signIn(who.email, GOOD);
		assert.equal(late.status, 429);
		assert.equal((await visitor().signIn((await somebody()).email, GOOD)).status, 303);
	});

	test('stops a host after fifty tries at many', async () => {
		await stack.sql("DELETE FROM sign_in_throttle");
		const answers = [];
		for (let i = 0; i < 55; i += 11) // eleven passwords at a time: nginx waits no longer than 12 s
			answers.push(...(await Promise.all(Array.from({ length: 11 }, (_, k) => visitor().signIn(`nobody${i + k}@acme.example`, OTHER)))));
		assert.equal(answers.filter(({ status }) => status === 429).length, 5);
	});

	test('the cookie is for this host alone, for no script, and only over TLS', async () => {
		const who = await somebody();
		const { headers } = await visitor().signIn(who.email, GOOD);
		assert.match(headers['set-cookie'][0], /^__Host-ledger=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Secure$|^__Host-ledger=[0-9a-f]{64};(?=.*Path=\/)(?=.*HttpOnly)(?=.*SameSite=Lax)(?=.*Secure)/);
		assert.doesNotMatch(headers['set-cookie'][0], /Domain=/i);
	});

	test('only a hash of the session is stored', async () => {
		const who = await somebody();
		assert.equal(await one(`SELECT COUNT(*) FROM session WHERE id_hash = UNHEX(SHA2('${who.cookie}', 256))`), '1');
	});

	const cases = [
		'https://evil.example/', '//evil.example/', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/dashboard/../../evil',
		'/login', '/logout', '/dashboard/nowhere', ' /dashboard', '/dashboard\t', '/%2f/evil.example', '/dashboard#x', 'dashboard', '/static/ledger.js', '/v1/status',
	];
	for (const next of cases)
		test(`does not lead on to ${JSON.stringify(next)}`, async () => {
			const who = await somebody();
			assert.equal((await who.signIn(who.email, GOOD, next)).location, '/dashboard');
		});
	test('leads on to a page of its own', async () => {
		const who = await somebody();
		assert.equal((await who.signIn(who.email, GOOD, '/dashboard/audit?actor=x')).location, '/dashboard/audit?actor=x');
	});
});

describe('changing the password', () => {
	test('asks for the old one, ends the other sessions, renews the own one, tells by mail', async () => {
		const who = await somebody(), elsewhere = visitor();
		await elsewhere.signIn(who.email, GOOD);
		const before_ = who.cookie;
		assert.match(told(await who.post('/dashboard/members/password', { password: OTHER, new_password: OTHER })), /present password/);
		assert.match(told(await who.post('/dashboard/members/password', { password: GOOD, new_password: 'letmein1' })), /guessed first/);
		assert.equal(await elsewhere.isIn(), true);
		const done = await who.post('/dashboard/members/password', { password: GOOD, new_password: OTHER });
		assert.equal(done.location, '/dashboard/members?done=password');
		assert.notEqual(who.cookie, before_);
		assert.equal(await who.isIn(), true);
		assert.equal(await elsewhere.isIn(), false);
		who.cookie = before_;
		assert.equal(await who.isIn(), false);
		assert.equal((await visitor().signIn(who.email, GOOD)).status, 403);
		assert.equal((await visitor().signIn(who.email, OTHER)).status, 303);
		await mailAll();
		assert.match(sink.to(who.email).at(-1).subject, /password was changed/);
	});

	test('tries at the old password are counted', async () => {
		const who = await somebody();
		const answers = [];
		for (let i = 0; i < 11; i++) answers.push((await who.post('/dashboard/members/password', { password: OTHER, new_password: OTHER })).status);
		assert.deepEqual(answers, [...Array(10).fill(422), 429]);
	});
});

describe('a forgotten password', () => {
	test('is replaced by a mailed link, once', async () => {
		const who = await somebody(), elsewhere = visitor();
		await elsewhere.signIn(who.email, GOOD);
		await visitor().post('/login/forgot', { email: ` ${who.email.toUpperCase()} ` });
		await mailAll();
		const mail = sink.to(who.email).at(-1), path = link(mail);
		assert.equal(mail.subject, 'Your new Ledger password');
		assert.equal(mail.headers.from, 'Ledger <ledger@relay.example>');
		assert.match(path, /^\/login\/reset\?token=[0-9a-f]{64}$/);
		const token = path.split('=')[1];
		const person = visitor();
		assert.match((await person.get(path)).text, new RegExp(who.email));
		assert.match(told(await person.post('/login/reset', { token, password: 'short' })), /8 to 128/);
		assert.equal((await person.post('/login/reset', { token, password: OTHER })).location, '/login?done=password');
		assert.equal(await elsewhere.isIn(), false, 'all sessions end');
		assert.equal((await person.post('/login/reset', { token, password: GOOD })).status, 404);
		assert.equal((await person.get(path)).status, 404);
		assert.equal((await visitor().signIn(who.email, OTHER)).status, 303);
		assert.deepEqual(
			(await stack.sql(`SELECT action FROM audit_log WHERE actor = '${who.email}' AND action LIKE 'password%' ORDER BY id`)).map(({ action }) => action),
			['password.reset_requested', 'password.reset'],
		);
	});

	test('tells nothing about who has a sign-in, and mails nobody else', async () => {
		const who = await somebody();
		const known = await visitor().post('/login/forgot', { email: who.email });
		const unknown = await visitor().post('/login/forgot', { email: 'nobody@acme.example' });
		assert.equal(known.status, unknown.status);
		assert.equal(known.text, unknown.text);
		const rows = await stack.sql('SELECT letter, facts, state FROM mail ORDER BY id DESC LIMIT 2');
		assert.deepEqual(rows[0], rows[1], 'the same was stored, so the same was done');
		await mailAll();
		assert.equal(sink.to('nobody@acme.example').length, 0);
		assert.equal(await one("SELECT COUNT(*) FROM mail WHERE recipient = 'nobody@acme.example'"), '0', 'nothing of a stranger is kept');
	});

	test('a copy of the database opens nothing: a link is made when its mail is sent, and stored as a hash alone', async () => {
		const who = await somebody();
		await visitor().post('/login/forgot', { email: who.email });
		assert.equal(await one(`SELECT COUNT(*) FROM password_reset r JOIN member m ON m.id = r.member_id WHERE m.email = '${who.email}'`), '0', 'nothing to find before it is sent');
		await mailAll();
		const token = tokenIn(sink.to(who.email).at(-1));
		assert.equal(await one(`SELECT COUNT(*) FROM password_reset WHERE token_hash = UNHEX(SHA2('${token}', 256))`), '1');
		assert.equal(await one(`SELECT COUNT(*) FROM mail WHERE facts <> '' AND state = 'sent'`), '0');
		const columns = await stack.sql("SELECT table_name t, column_name c FROM information_schema.columns WHERE table_schema = 'ledger' AND data_type IN ('varchar', 'text', 'mediumtext', 'longtext', 'char')");
		for (const { t, c } of columns)
			assert.deepEqual(await stack.sql(`SELECT 1 FROM \`${t}\` WHERE \`${c}\` LIKE '%${token}%' LIMIT 1`), [], `${t}.${c}`);
	});

	test('a second link voids the first, an hour voids each, and so does a changed password', async () => {
		const who = await somebody(), tokens = [];
		for (let i = 0; i < 2; i++) {
			await visitor().post('/login/forgot', { email: who.email });
			await mailAll();
			tokens.push(link(sink.to(who.email).at(-1)));
		}
		assert.equal((await visitor().get(tokens[0])).status, 404);
		assert.equal((await visitor().get(tokens[1])).status, 200);
		await stack.sql('UPDATE password_reset SET expires_at = UTC_TIMESTAMP(6)');
		assert.equal((await visitor().get(tokens[1])).status, 404);
		await stack.sql('UPDATE password_reset SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR');
		await who.post('/dashboard/members/password', { password: GOOD, new_password: OTHER });
		assert.equal((await visitor().get(tokens[1])).status, 404);
	});

	test('of two that use one link at once, one wins', async () => {
		const who = await somebody();
		await visitor().post('/login/forgot', { email: who.email });
		await mailAll();
		const token = tokenIn(sink.to(who.email).at(-1));
		const answers = await Promise.all([GOOD, OTHER, GOOD, OTHER].map((password) => visitor().post('/login/reset', { token, password })));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404, 404]);
	});

	for (const token of ['', 'x', 'g'.repeat(64), '0'.repeat(63), '0'.repeat(64), '0'.repeat(65), "' OR 1=1 -- "])
		test(`no link is ${JSON.stringify(token)}`, async () => {
			assert.equal((await visitor().get(`/login/reset?token=${encodeURIComponent(token)}`)).status, 404);
			assert.equal((await visitor().post('/login/reset', { token, password: GOOD })).status, 404);
		});

	describe('whose link cannot be made', () => {
		const ask = async (who) => {
			await stack.sql("CREATE TRIGGER no_link BEFORE INSERT ON password_reset FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no link today'");
			await visitor().post('/login/forgot', { email: who.email });
		};
		const letter = async (who) => (await stack.sql(`SELECT state, attempts, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), due_at) AS seconds, facts FROM mail WHERE recipient = '${who.email}' AND letter = 'reset' ORDER BY id DESC LIMIT 1`))[0];
		const due = (who, attempts) => stack.sql(`UPDATE mail SET attempts = ${attempts}, due_at = UTC_TIMESTAMP(6) WHERE recipient = '${who.email}' AND letter = 'reset'`);
		const asked = async (who) => (await stack.sql(`SELECT address FROM audit_log WHERE actor = '${who.email}' AND action = 'password.reset_requested'`)).map(({ address }) => address);
		afterEach(() => stack.sql('DROP TRIGGER IF EXISTS no_link'));

		test('is tried on the ladder of every letter, and given up at its end', async () => {
			const who = await somebody(), behind = await somebody();
			await ask(who);
			await due(who, 5);
			const { stderr } = await mailAll();
			assert.match(stderr, /"event":"mail_postponed".*"attempts":6/);
			const { state, seconds } = await letter(who);
			assert.equal(state, 'ready');
			assert.ok(Number(seconds) > 11 * 3600, `again in ${seconds} s`);
			await due(who, 7);
			await visitor().post('/signup', { company: 'Behind Ltd', email: behind.email });
			const last = await mailAll();
			assert.match(last.stderr, /"event":"mail_failed".*"attempts":8/);
			assert.doesNotMatch(last.stderr, new RegExp(who.email));
			const { state: ended, facts } = await letter(who);
			assert.deepEqual([ended, facts], ['failed', '']);
			assert.ok((await stack.ctl('status', '--json')).mail.some(({ state: of, count: n }) => of === 'failed' && n >= 1), 'the operator sees it');
			assert.equal(sink.to(behind.email).at(-1).subject, 'You have a sign-in to Ledger already', 'nobody waits behind it');
			assert.deepEqual(await asked(who), [], 'nothing came of it');
		});

		test('and once it can, the audit log tells of it once, however often it is sent', async () => {
			const who = await somebody();
			await ask(who);
			await mailAll();
			assert.deepEqual(await asked(who), []);
			await stack.sql('DROP TRIGGER no_link');
			sink.refuse = () => '451 not now';
			await due(who, 1);
			await mailAll();
			assert.deepEqual(await asked(who), ['127.0.0.1']);
			sink.refuse = () => undefined;
			await due(who, 2);
			await mailAll();
			assert.deepEqual(await asked(who), ['127.0.0.1']);
			assert.equal((await visitor().get(link(sink.to(who.email).at(-1)))).status, 200);
		});

		test('one that ends its worker each time is given up too', async () => {
			const who = await somebody();
			await visitor().post('/login/forgot', { email: who.email });
			await due(who, 8);
			const { stderr } = await mailAll();
			assert.match(stderr, /"event":"mail_failed".*"code":"gave_up"/);
			assert.equal((await letter(who)).state, 'failed');
		});
	});

	test('asking often sends no more than ten, and keeps nobody from signing in', async () => {
		const who = await somebody();
		for (let i = 0; i < 12; i++) assert.equal((await visitor().post('/login/forgot', { email: who.email })).status, 200);
		assert.equal(await one(`SELECT COUNT(*) FROM mail WHERE recipient = '${who.email}'`), '10');
		assert.equal((await visitor().signIn(who.email, GOOD)).status, 303);
	});
});

describe('sessions', () => {
	test('are listed, and others can be ended, one or all', async () => {
		const who = await somebody();
		const others = await Promise.all(['Firefox/1', 'Safari/2', 'Curl/3'].map(async (agent) => {
			const other = visitor(agent);
			await other.signIn(who.email, GOOD);
			return other;
		}));
		const { text } = await who.get('/dashboard/members');
		for (const { agent } of others) assert.match(text, new RegExp(agent));
		const ids = [...text.matchAll(/sessions\/([0-9a-f]{64})\/end/g)].map(([, id]) => id);
		assert.equal(ids.length, 3, 'the own one has no button');
		assert.ok(!ids.includes(who.cookie));
		assert.equal((await who.post(`/dashboard/sessions/${ids[0]}/end`)).status, 303);
		assert.equal((await Promise.all(others.map((other) => other.isIn()))).filter(Boolean).length, 2);
		assert.equal((await who.post('/dashboard/sessions/end')).status, 303);
		assert.equal((await Promise.all(others.map((other) => other.isIn()))).filter(Boolean).length, 0);
		assert.equal(await who.isIn(), true);
	});

	test("somebody else's is not found, whatever the account", async () => {
		const who = await somebody(), stranger = await somebody();
		const id = await one(`SELECT LOWER(SHA2('${stranger.cookie}', 256))`);
		assert.equal((await who.post(`/dashboard/sessions/${id}/end`)).status, 404);
		assert.equal((await who.post('/dashboard/sessions/xyz/end')).status, 404);
		assert.equal(await stranger.isIn(), true);
	});

	test('end after 30 minutes without use and 12 hours in any case', async () => {
		const who = await somebody();
		const session = `id_hash = UNHEX(SHA2('${who.cookie}', 256))`;
		await stack.sql(`UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 31 MINUTE WHERE ${session}`);
		assert.equal(await who.isIn(), false);
		await stack.sql(`UPDATE session SET seen_at = UTC_TIMESTAMP(6), created_at = UTC_TIMESTAMP(6) - INTERVAL 721 MINUTE WHERE ${session}`);
		assert.equal(await who.isIn(), false);
		await stack.sql(`UPDATE session SET created_at = UTC_TIMESTAMP(6) - INTERVAL 719 MINUTE WHERE ${session}`);
		assert.equal(await who.isIn(), true);
	});
});
