'use strict';
// Members: invitations, roles, removal; the audit log, its export and its chain.

const assert = require('node:assert/strict');
const { after, before, beforeEach, describe, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { startMailSink } = require('./lib/mail');
const { Visitor, mailedPath, signUp, told } = require('./lib/visitor');

const GOOD = 'violet harbour seven', OTHER = 'quiet lantern forty two';
const HEAD = '/dashboard/members';

let stack, sink, count = 0;

const visitor = (agent) => new Visitor(stack.ledgerUrl, agent);
const one = async (sql) => Object.values((await stack.sql(sql))[0])[0];
const idOf = (email) => one(`SELECT id FROM member WHERE email = '${email}'`);

function owner(company = `Company ${++count}`) {
	return signUp(stack, visitor(), { company, email: `owner${count}@acme.example`, password: GOOD });
}

/** The mailed token of an invitation by `by`. */
async function invite(by, email, role) {
	const answer = await by.post(`${HEAD}/invite`, { email, role });
	assert.equal(answer.location, `${HEAD}?done=invited`, told(answer));
	await stack.runWorker();
	return mailedPath(stack, sink.to(email).at(-1)).split('=')[1];
}

async function member(by, role) {
	const who = visitor();
	who.email = `${role}${++count}@acme.example`;
	const token = await invite(by, who.email, role);
	assert.equal((await who.post('/login/invitation', { token, password: GOOD })).location, '/dashboard');
	return who;
}

before(async () => {
	sink = await startMailSink();
	stack = await startStack({
		sandboxes: false,
		env: { LEDGER_SMTP_URL: sink.url, LEDGER_MAIL_FROM: 'ledger@relay.example' },
	});
});

after(async () => {
	await stack?.stop();
	await sink?.close();
});

beforeEach(() => stack.sql('DELETE FROM sign_in_throttle'));

describe('invitations', () => {
	test('a mailed link makes a member with the role, once', async () => {
		const by = await owner(), email = 'joins@acme.example';
		const token = await invite(by, email, 'viewer');
		const mail = sink.to(email).at(-1);
		assert.match(mail.subject, /Company \d+: your invitation/);
		const who = visitor();
		assert.match((await who.get(`/login/invitation?token=${token}`)).text, /You are invited as viewer/);
		assert.match(told(await who.post('/login/invitation', { token, password: 'password' })), /guessed first/);
		assert.equal((await who.post('/login/invitation', { token, password: GOOD })).location, '/dashboard');
		assert.equal(await who.isIn(), true);
		assert.equal(await one(`SELECT role FROM member WHERE email = '${email}'`), 'viewer');
		assert.equal((await visitor().post('/login/invitation', { token, password: OTHER })).status, 404);
		assert.equal((await visitor().get(`/login/invitation?token=${token}`)).status, 404);
	});

	test('replaced, withdrawn and old ones are void', async () => {
		const by = await owner(), email = `again${count}@acme.example`;
		const first = await invite(by, email, 'viewer');
		const second = await invite(by, email, 'operator');
		assert.equal((await visitor().get(`/login/invitation?token=${first}`)).status, 404);
		assert.match((await visitor().get(`/login/invitation?token=${second}`)).text, /operator/);
		await stack.sql('UPDATE invitation SET expires_at = UTC_TIMESTAMP(6)');
		assert.equal((await visitor().post('/login/invitation', { token: second, password: GOOD })).status, 404);
		const third = await invite(by, email, 'viewer');
		const [, id] = /invitations\/(\d+)\/withdraw/.exec((await by.get(HEAD)).text);
		assert.equal((await by.post(`/dashboard/invitations/${id}/withdraw`)).location, `${HEAD}?done=withdrawn`);
		assert.equal((await visitor().get(`/login/invitation?token=${third}`)).status, 404);
	});

	test('refuses members, wrong addresses and wrong roles', async () => {
		const by = await owner();
		assert.match(told(await by.post(`${HEAD}/invite`, { email: by.email, role: 'viewer' })), /member of the account already/);
		assert.match(told(await by.post(`${HEAD}/invite`, { email: 'a@b.example\r\nBcc: x@y.example', role: 'viewer' })), /e-mail address/);
		assert.match(told(await by.post(`${HEAD}/invite`, { email: 'a@b.example', role: 'god' })), /role/);
		assert.equal(await one(`SELECT COUNT(*) FROM invitation WHERE invited_by = ${await idOf(by.email)}`), '0');
	});

	test("does not tell of another account's members, but whoever opens the mail", async () => {
		const by = await owner(), foreign = await owner();
		const token = await invite(by, foreign.email, 'viewer');
		assert.match(told(await visitor().post('/login/invitation', { token, password: OTHER })), /another account/);
		assert.equal((await visitor().signIn(foreign.email, GOOD)).status, 303);
	});

	test('where no mail is sent: refused, with the way that is left', async () => {
		const silent = await startStack({ sandboxes: false, processes: 1 });
		try {
			const by = await signUp(silent, new Visitor(silent.ledgerUrl), { company: 'Silent Ltd', email: 'silent@acme.example', password: GOOD });
			const answer = await by.post(`${HEAD}/invite`, { email: 'never@acme.example', role: 'viewer' });
			assert.equal(answer.status, 422);
			assert.match(told(answer), /sends no mail.*ledgerctl user add/);
			for (const table of ['invitation', 'mail']) assert.deepEqual(await silent.sql(`SELECT 1 FROM ${table}`), [], table);
		} finally {
			await silent.stop();
		}
	});

	test('fifty at most are open', async () => {
		const by = await owner();
		const rows = Array.from({ length: 50 }, (_, i) =>
			`(UNHEX(SHA2('${by.email}${i}', 256)), (SELECT account_id FROM member WHERE email = '${by.email}'), 'm${i}@acme.example', 'viewer', 1, UTC_TIMESTAMP(6) + INTERVAL 1 DAY)`);
		await stack.sql(`INSERT INTO invitation (token_hash, account_id, email, role, invited_by, expires_at) VALUES ${rows.join(',')}`);
		assert.match(told(await by.post(`${HEAD}/invite`, { email: 'one.more@acme.example', role: 'viewer' })), /50 invitations/);
	});
});

describe('roles', () => {
	test('a changed role ends the sessions of the member', async () => {
		const by = await owner(), who = await member(by, 'viewer');
		const done = await by.post(`${HEAD}/${await idOf(who.email)}/role`, { role: 'operator' });
		assert.equal(done.location, `${HEAD}?done=role`);
		assert.equal(await who.isIn(), false);
		assert.equal((await who.signIn(who.email, GOOD)).status, 303);
		const [line] = await stack.sql(`SELECT detail FROM audit_log WHERE action = 'member.role_changed' AND actor = '${by.email}'`);
		assert.deepEqual(JSON.parse(line.detail), { member: who.email, from: 'viewer', to: 'operator' });
	});

	test("one's own renews the session", async () => {
		const by = await owner(), second = await member(by, 'owner'), old = by.cookie;
		assert.equal((await by.post(`${HEAD}/${await idOf(by.email)}/role`, { role: 'viewer' })).status, 303);
		assert.notEqual(by.cookie, old);
		assert.equal(await by.isIn(), true);
		assert.equal((await by.post(`${HEAD}/${await idOf(second.email)}/role`, { role: 'viewer' })).status, 403);
		by.cookie = old;
		assert.equal(await by.isIn(), false);
	});

	test('the last owner stays', async () => {
		const by = await owner(), id = await idOf(by.email);
		await member(by, 'operator');
		assert.match(told(await by.post(`${HEAD}/${id}/role`, { role: 'operator' })), /needs an owner/);
		assert.match(told(await by.post(`${HEAD}/${id}/remove`)), /needs an owner/);
		assert.equal(await by.isIn(), true);
	});

	test('two owners who remove each other at once leave one', async () => {
		for (let round = 0; round < 5; round++) {
			const a = await owner(), b = await member(a, 'owner');
			const [ida, idb] = [await idOf(a.email), await idOf(b.email)];
			const [ta, tb] = [await a.token(), await b.token()];
			await Promise.all([a.post(`${HEAD}/${idb}/remove`, {}, { csrf: ta }), b.post(`${HEAD}/${ida}/remove`, {}, { csrf: tb })]);
			assert.equal(await one(`SELECT COUNT(*) FROM member WHERE id IN (${ida}, ${idb})`), '1');
		}
	});

	test('a removed member is out at once and can be invited again', async () => {
		const by = await owner(), who = await member(by, 'operator');
		await visitor().post('/login/forgot', { email: who.email });
		assert.equal((await by.post(`${HEAD}/${await idOf(who.email)}/remove`)).location, `${HEAD}?done=removed`);
		assert.equal(await who.isIn(), false);
		assert.equal((await visitor().signIn(who.email, GOOD)).status, 403);
		const token = await invite(by, who.email, 'viewer');
		assert.equal((await who.post('/login/invitation', { token, password: OTHER })).status, 303);
	});
});

describe('the audit log', () => {
	test('shows, filters and pages the account and nothing else', async () => {
		const by = await owner(), stranger = await owner();
		await member(by, 'viewer');
		const all = (await by.get('/dashboard/audit')).text;
		for (const action of ['account.signed_up', 'signed_in', 'member.invited', 'member.joined']) assert.match(all, new RegExp(`<code>${action}</code>`));
		assert.ok(!all.includes(stranger.email));
		const filtered = (await by.get('/dashboard/audit?action=member.invited')).text;
		assert.equal((filtered.match(/data-line=/g) ?? []).length, 1);
		assert.match((await by.get(`/dashboard/audit?actor=${encodeURIComponent(stranger.email)}`)).text, /Nothing matches/);
		const today = new Date().toISOString().slice(0, 10);
		assert.match((await by.get(`/dashboard/audit?from=${today}&to=${today}`)).text, /account.signed_up/);
		assert.match((await by.get('/dashboard/audit?to=2020-01-01')).text, /Nothing matches/);
		assert.match(told(await by.get('/dashboard/audit?from=2020-13-01')), /left out/);
		const account = await one(`SELECT account_id FROM member WHERE email = '${by.email}'`);
		await stack.sql(Array.from({ length: 120 }, (_, i) => `CALL audit_append(${account}, 'filler', '', 'filler${i}', '');`).join('\n'));
		const first = (await by.get('/dashboard/audit')).text;
		assert.equal((first.match(/data-line=/g) ?? []).length, 100);
		const [, older] = /audit\?([^"]*before=\d+)/.exec(first);
		const second = (await by.get(`/dashboard/audit?${older.replaceAll('&amp;', '&')}`)).text;
		assert.match(second, /account.signed_up/);
		assert.ok(!second.includes('filler119'));
	});

	test('exports the filtered lines, formulas defused', async () => {
		const by = await owner();
		const account = await one(`SELECT account_id FROM member WHERE email = '${by.email}'`);
		for (const evil of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '"quoted", and more'])
			await stack.sql(`CALL audit_append(${account}, ${JSON.stringify(evil).replace('\\t', '\\t')}, '', 'evil', '=HYPERLINK(1)')`);
		const answer = await by.get('/dashboard/audit.csv?action=evil');
		assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
		assert.match(answer.headers['content-disposition'], /^attachment/);
		const lines = answer.text.trim().split('\r\n');
		assert.equal(lines.length, 7);
		for (const line of lines.slice(1)) {
			assert.doesNotMatch(line, /(^|,)"[=+\-@\t]/);
			assert.match(line, /"'=HYPERLINK\(1\)"$/);
		}
		assert.ok(answer.text.includes('"""quoted"", and more"'));
	});

	test('its chain tells of each change', async () => {
		const by = await owner();
		const account = await one(`SELECT account_id FROM member WHERE email = '${by.email}'`);
		const name = `Company ${count}`;
		await member(by, 'viewer');
		const verify = () => stack.ctl('audit', 'verify', '--account', name, '--json');
		const { accounts: [chain] } = await verify();
		assert.equal(chain.unbroken, true);
		assert.equal(chain.lines, Number(await one(`SELECT COUNT(*) FROM audit_log WHERE account_id = ${account}`)));
		await stack.ctl('audit', 'verify');
		const ids = (await stack.sql(`SELECT id FROM audit_log WHERE account_id = ${account} ORDER BY id`)).map(({ id }) => id);
		const middle = ids[1], last = ids.at(-1);
		for (const [column, value] of [['actor', "'somebody.else'"], ['action', "'nothing'"], ['detail', "'{}'"], ['address', "'10.0.0.1'"], ['created_at', 'created_at + INTERVAL 1 SECOND']]) {
			await stack.sql(`CREATE TABLE kept AS SELECT * FROM audit_log WHERE id = ${middle}; UPDATE audit_log SET ${column} = ${value} WHERE id = ${middle}`);
			await assert.rejects(verify(), (error) => /audit_broken/.test(error.stderr), column);
			await stack.sql(`DELETE FROM audit_log WHERE id = ${middle}; INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept`);
			await verify();
		}
		for (const gone of [middle, last]) {
			await stack.sql(`CREATE TABLE kept AS SELECT * FROM audit_log WHERE id = ${gone}; DELETE FROM audit_log WHERE id = ${gone}`);
			await assert.rejects(verify(), (error) => /audit_broken/.test(error.stderr), 'taken out');
			await stack.sql('INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept');
		}
		await verify();
	});

	test('no program can write it but through the chain', async () => {
		for (const user of ['ledger-dashboard', 'ledger-connect', 'ledger-worker', 'ledger-webhook'])
			for (const sql of ["INSERT INTO audit_log (actor, address, action) VALUES ('x', '', 'x')", "UPDATE audit_log SET actor = 'x'", 'DELETE FROM audit_log', 'DELETE FROM audit_head'])
				await assert.rejects(stack.sql(sql, { user }), /denied/, `${user}: ${sql}`);
	});
});

describe('mail', () => {
	test('a subject in any script arrives as it was, and nothing can be put into the header', async () => {
		const company = 'Müller & Søn «Ω» 会社 '.repeat(4).trim();
		const by = await owner(company);
		await invite(by, 'umlaut.guest@acme.example', 'viewer');
		const mail = sink.to('umlaut.guest@acme.example').at(-1);
		assert.equal(mail.subject, `${company}: your invitation to Ledger`);
		assert.ok(mail.raw.split('\r\n').every((line) => line.length <= 78), 'no long line');
		assert.match(mail.body, /Müller & Søn/);
	});

	test('a refusal for now is tried again later, one for good is given up', async () => {
		const by = await owner();
		sink.refuse = (to) => (to.startsWith('later') ? '451 not now' : to.startsWith('never') ? '550 nobody' : undefined);
		await by.post(`${HEAD}/invite`, { email: 'later@acme.example', role: 'viewer' });
		await by.post(`${HEAD}/invite`, { email: 'never@acme.example', role: 'viewer' });
		await stack.runWorker();
		const state = async (to) => (await stack.sql(`SELECT state, attempts, due_at > UTC_TIMESTAMP(6) AS waits, facts = '' AS blank FROM mail WHERE recipient = '${to}'`))[0];
		assert.deepEqual(await state('later@acme.example'), { state: 'ready', attempts: '1', waits: '1', blank: '0' });
		assert.deepEqual(await state('never@acme.example'), { state: 'failed', attempts: '1', waits: '1', blank: '1' });
		await stack.sql("UPDATE mail SET attempts = 7, due_at = UTC_TIMESTAMP(6) WHERE recipient = 'later@acme.example'");
		const { stderr } = await stack.runWorker();
		assert.deepEqual((await state('later@acme.example')).state, 'failed');
		assert.match(stderr, /"event":"mail_failed"/);
		assert.doesNotMatch(stderr, /later@acme/);
		sink.refuse = () => undefined;
	});

	test('without a relay it is kept, and the operator is told', async () => {
		const by = await owner();
		await by.post(`${HEAD}/invite`, { email: 'kept@acme.example', role: 'viewer' });
		await stack.runWorker({ env: { LEDGER_SMTP_URL: '' } });
		assert.equal(await one("SELECT state FROM mail WHERE recipient = 'kept@acme.example'"), 'ready');
		assert.ok((await stack.ctl('status', '--json')).mail.some(({ state, count: n }) => state === 'ready' && n >= 1));
		await stack.runWorker();
		assert.equal(sink.to('kept@acme.example').length, 1);
	});

	test('two workers send each once', async () => {
		const by = await owner();
		for (let i = 0; i < 8; i++) await by.post(`${HEAD}/invite`, { email: `twice${i}@acme.example`, role: 'viewer' });
		await Promise.all([stack.runWorker(), stack.runWorker(), stack.runWorker()]);
		for (let i = 0; i < 8; i++) assert.equal(sink.to(`twice${i}@acme.example`).length, 1);
	});
});
