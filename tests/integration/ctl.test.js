'use strict';
// ledgerctl against a real database: migrations one at a time, one binding a business.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { startStack, run, ROOT } = require('./lib/stack');
const { addBinding } = require('./lib/shop');

const BIN = path.resolve(ROOT, process.env.TEST_BIN ?? 'build/asan/bin');
const SQL = path.join(ROOT, 'sql');
const SHIPPED = fs.readdirSync(path.join(SQL, 'migrations')).length;
const NEXT = SHIPPED + 1;

let stack, share;

before(async () => {
	stack = await startStack({ sandboxes: false });
	share = path.join(stack.dir, 'tmp', 'share');
	fs.cpSync(SQL, path.join(share, 'sql'), { recursive: true });
});
after(() => stack?.stop());

/** ledgerctl with the SQL files of `share`: { status, stdout, stderr }. */
const ctl = (...args) =>
	run(path.join(BIN, 'ledgerctl'), ['--config', stack.conf, ...args], {
		env: { ...process.env, LEDGER_SHARE_DIR: share },
	});

const fileOf = (number, name) => path.join(share, 'sql/migrations', `${String(number).padStart(4, '0')}_${name}.sql`);
const tableExists = async (name) => (await stack.sql(`SHOW TABLES LIKE '${name}'`)).length === 1;

async function refused(args, pattern, status = 1) {
	const done = await ctl(...args);
	assert.equal(done.status, status, done.stderr);
	assert.match(done.stderr, pattern);
}

// ---- migrate

test('migrate again changes nothing', async () => {
	const before = await stack.sql('SELECT * FROM schema_version');
	assert.equal((await ctl('migrate')).status, 0);
	assert.deepEqual(await stack.sql('SELECT * FROM schema_version'), before);
});

test('a dry run names what it would apply and applies nothing', async () => {
	fs.writeFileSync(fileOf(NEXT, 'dry'), 'CREATE TABLE dry (id INT PRIMARY KEY);');
	const { status, stdout } = await ctl('migrate', '--dry-run');
	assert.equal(status, 0);
	assert.match(stdout, /would apply \d{4}_dry/);
	assert.equal(await tableExists('dry'), false);
	fs.rmSync(fileOf(NEXT, 'dry'));
});

test('a migration that fails half way stops everything until it is put right', async () => {
	const file = fileOf(NEXT, 'half');
	const tables = ['CREATE TABLE half_a (id INT PRIMARY KEY)', 'CREATE TABLE half_b (id INT PRIMARY KEY)'];
	fs.writeFileSync(file, `${tables[0]};\nCREATE NONSENSE;\n${tables[1]};\n`);
	await refused(['migrate'], /half stopped: statement 2: .*--retry/s);
	assert.equal(await tableExists('half_a'), true, 'MariaDB does not take DDL back');
	assert.equal(await tableExists('half_b'), false);
	fs.writeFileSync(file, `${tables[0]};\n${tables[1]};\n`);
	await refused(['migrate'], /stopped half way: statement 2/);
	await stack.sql('DROP TABLE half_a');
	await refused(['migrate', '--retry', String(SHIPPED)], /nothing was done/);
	assert.equal((await ctl('migrate', '--retry', String(NEXT))).status, 0);
	assert.equal(await tableExists('half_b'), true);
});

test('an applied file that changed, is missing or unknown stops migrate', async () => {
	const file = fileOf(1, 'spine');
	const text = fs.readFileSync(file);
	fs.appendFileSync(file, '-- a word more\n');
	await refused(['migrate'], /0001_spine\.sql was changed/);
	fs.writeFileSync(file, text);
	fs.writeFileSync(fileOf(1, 'another'), 'SELECT 1;');
	await refused(['migrate'], /the number 0001/);
	fs.rmSync(fileOf(1, 'another'));
	fs.writeFileSync(fileOf(90, 'far'), 'SELECT 1;');
	await refused(['migrate'], /is missing/);
	fs.rmSync(fileOf(90, 'far'));
	fs.renameSync(fileOf(NEXT, 'half'), path.join(share, 'half'));
	await refused(['migrate'], /older than the database/);
	fs.renameSync(path.join(share, 'half'), fileOf(NEXT, 'half'));
});

test('of many runs at once one applies a migration, once', async () => {
	fs.writeFileSync(fileOf(NEXT + 1, 'once'), 'CREATE TABLE once (id INT PRIMARY KEY AUTO_INCREMENT);\nINSERT INTO once VALUES (NULL);\n');
	const runs = await Promise.all(Array.from({ length: 8 }, () => ctl('--json', 'migrate')));
	const applied = runs.filter(({ status, stdout }) => status === 0 && JSON.parse(stdout).applied.length);
	assert.equal(applied.length, 1);
	for (const { status, stderr } of runs.filter(({ status }) => status !== 0))
		assert.match(stderr, /migration_(taken|unfinished)/, `status ${status}`);
	assert.deepEqual(await stack.sql('SELECT COUNT(*) AS n FROM once'), [{ n: '1' }]);
});

// A statement of an ordinary connection counts as lost after 30 seconds.
test('a migration may take longer than any other statement', { timeout: 90000 }, async () => {
	fs.writeFileSync(fileOf(NEXT + 2, 'slow'), 'SELECT SLEEP(32);\nCREATE TABLE slow (id INT PRIMARY KEY);\n');
	const done = await ctl('migrate');
	assert.equal(done.status, 0, done.stderr);
	assert.equal(await tableExists('slow'), true);
});

test('status before migrate says to migrate', async () => {
	await stack.sql('CREATE DATABASE empty_one', { database: 'mysql' });
	await stack.sql("GRANT ALL ON empty_one.* TO 'ledgerctl'@'localhost'", { database: 'mysql' });
	const done = await run(path.join(BIN, 'ledgerctl'), ['--config', stack.conf, 'status'], {
		env: { ...process.env, LEDGER_DATABASE_NAME: 'empty_one' },
	});
	assert.equal(done.status, 1);
	assert.match(done.stderr, /run `ledgerctl migrate` first/);
});

// ---- keys, people, bindings

test('keys init never overwrites', async () => {
	const file = path.join(stack.dir, 'keys', 'vault.1.key');
	const before = fs.readFileSync(file, 'utf8');
	assert.deepEqual(JSON.parse((await ctl('--json', 'keys', 'init')).stdout).created, 0);
	assert.equal(fs.readFileSync(file, 'utf8'), before);
});

test('user add makes the account once, refuses an address twice and keeps no password', async () => {
	const password = 'a password to look for';
	const add = (email) => ctl('--json', 'user', 'add', '--account', 'People', '--email', email, '--password-file', stack.secretFile(`${password}\n`));
	const [first, second] = [await add('One@Example.org'), await add('two@example.org')].map(({ stdout }) => JSON.parse(stdout));
	assert.equal(first.account_created, true);
	assert.equal(second.account_created, false);
	assert.equal(first.account_id, second.account_id);
	const again = await add('one@example.org');
	assert.equal(again.status, 1);
	assert.equal(JSON.parse(again.stderr.trim().split('\n').pop()).error.code, 'email_taken');
	const [member] = await stack.sql(`SELECT email, password_hash, role FROM member WHERE id = ${first.member_id}`);
	assert.equal(member.email, 'one@example.org');
	assert.equal(member.role, 'owner');
	assert.match(member.password_hash, /^\$y\$/);
	const audit = await stack.sql(`SELECT actor, action, detail FROM audit_log WHERE account_id = ${first.account_id}`);
	assert.equal(audit.length, 2);
	assert.ok(!JSON.stringify(audit).includes(password));
});

test('binding add seals its keys and queues the first job', async () => {
	const made = await addBinding(stack, { account: 'People' });
	const [row] = await stack.sql(`SELECT HEX(outbound_key) AS o, HEX(inbound_key) AS i, status FROM binding WHERE id = '${made.tenant}'`);
	const subkey = (info) => Buffer.from(crypto.hkdfSync('sha256', made.apiKey, '', info, 32)).toString('hex').toUpperCase();
	assert.equal(row.status, 'active');
	for (const [sealed, direction] of [[row.o, 'outbound'], [row.i, 'inbound']]) {
		assert.equal(sealed.length, 2 * (32 + 33));
		assert.ok(!sealed.includes(subkey(`byte8-magento-${direction}-v1`)), `${direction} key in the clear`);
	}
	const jobs = await stack.sql(`SELECT kind, state, run_id, upstream FROM job JOIN lane ON lane.id = lane_id WHERE job.binding_id = '${made.tenant}'`);
	assert.deepEqual(jobs, [{ kind: 'refresh_reference', state: 'ready', run_id: null, upstream: 'sage' }]);
});

// Each sees the others' uncommitted rows: some deadlock, are rolled back and try again.
test('of many bindings of one Sage business at once one is made', async () => {
	await addBinding(stack, { account: 'Crowd' });
	for (let round = 0; round < 4; round++) {
		const business = crypto.randomBytes(16).toString('hex');
		const results = await Promise.allSettled(Array.from({ length: 8 }, () => addBinding(stack, { account: 'Crowd', business })));
		const made = results.filter(({ status }) => status === 'fulfilled');
		assert.equal(made.length, 1);
		for (const { reason } of results.filter(({ status }) => status === 'rejected')) {
			assert.match(reason.stderr, /business_taken/);
			assert.ok(reason.stderr.includes(made[0].value.tenant), 'the refusal names the first');
		}
	}
});

test('an account is added once and listed', async () => {
	const { account_id } = JSON.parse((await ctl('--json', 'account', 'add', '--name', 'Early Ltd')).stdout);
	await refused(['account', 'add', '--name', 'Early Ltd'], /is an account|There is an account named Early Ltd already/);
	const { accounts } = JSON.parse((await ctl('--json', 'account', 'list')).stdout);
	assert.deepEqual(accounts.find(({ name }) => name === 'Early Ltd'), { ...accounts.find(({ name }) => name === 'Early Ltd'), account_id, members: 0, active_bindings: 0 });
	assert.match((await ctl('account', 'list')).stdout, /account_id +name +members[^]*Early Ltd/);
});

test('people: listed, given a new password, freed of a lost second step, removed; all of it audited', async () => {
	const password = () => stack.secretFile('correct horse battery staple');
	for (const email of ['boss@staff.test', 'clerk@staff.test'])
		assert.equal((await ctl('user', 'add', '--account', 'Staff', '--email', email, '--password-file', password(), '--role', email.startsWith('boss') ? 'owner' : 'viewer')).status, 0);
	const { users } = JSON.parse((await ctl('--json', 'user', 'list', '--account', 'Staff')).stdout);
	assert.deepEqual(users.map(({ email, role, two_step }) => [email, role, two_step]), [['boss@staff.test', 'owner', 'no'], ['clerk@staff.test', 'viewer', 'no']]);
	const member = users[1].member_id;
	const row = async () => (await stack.sql(`SELECT password_hash, totp_secret IS NULL AS plain, (SELECT COUNT(*) FROM session WHERE member_id = ${member}) AS sessions, (SELECT COUNT(*) FROM recovery_code WHERE member_id = ${member}) AS codes FROM member WHERE id = ${member}`))[0];
	const signIn = () => stack.sql(`INSERT INTO session (id_hash, member_id, account_id, csrf_token, address, user_agent) SELECT RANDOM_BYTES(32), id, account_id, REPEAT('0', 64), '', '' FROM member WHERE id = ${member}`);
	await signIn();
	const old = await row();
	assert.equal(old.sessions, '1');
	assert.equal((await ctl('user', 'password', '--email', 'Clerk@Staff.test', '--password-file', stack.secretFile('another good pass phrase'))).status, 0);
	assert.notEqual((await row()).password_hash, old.password_hash);
	assert.equal((await row()).sessions, '0');
	await signIn();
	await stack.sql(`UPDATE member SET totp_secret = 'x', totp_confirmed_at = UTC_TIMESTAMP(6) WHERE id = ${member}; INSERT INTO recovery_code (member_id, code_hash) VALUES (${member}, REPEAT('a', 32))`);
	assert.equal((await ctl('user', 'reset-second-factor', '--email', 'clerk@staff.test')).status, 0);
	assert.deepEqual({ ...(await row()), password_hash: '' }, { password_hash: '', plain: '1', sessions: '0', codes: '0' });
	await refused(['user', 'remove', '--email', 'boss@staff.test'], /only owner.*user add --role owner/);
	await refused(['user', 'remove', '--email', 'nobody@staff.test'], /Nobody signs in as nobody@staff.test; `ledgerctl user list`/);
	await signIn();
	assert.equal((await ctl('user', 'remove', '--email', 'clerk@staff.test')).status, 0);
	assert.equal(await row(), undefined);
	const actions = (await stack.sql("SELECT action FROM audit_log WHERE detail LIKE '%clerk@staff.test%' ORDER BY id")).map(({ action }) => action);
	assert.deepEqual(actions, ['member.password_set', 'member.second_factor_reset', 'member.removed']);
});

test('bindings: listed, shown, paused, resumed, revoked; all of it audited', async () => {
	const made = await addBinding(stack, { account: 'Movers' });
	const { bindings } = JSON.parse((await ctl('--json', 'binding', 'list', '--account', 'Movers')).stdout);
	assert.deepEqual(bindings.map(({ binding_id, status, paused }) => [binding_id, status, paused]), [[made.tenant, 'active', 'no']]);
	const show = async () => JSON.parse((await ctl('--json', 'binding', 'show', '--binding', made.tenant)).stdout).binding;
	assert.equal((await show()).waiting_jobs, 1);
	assert.match((await ctl('binding', 'show', '--binding', made.tenant)).stdout, /sage_business_id +[0-9a-f]{32}/);
	const change = (what) => ctl('binding', what, '--binding', made.tenant);
	assert.equal((await change('pause')).status, 0);
	assert.equal((await show()).paused, 'yes');
	await refused(['binding', 'pause', '--binding', made.tenant], /paused already/);
	assert.equal((await change('resume')).status, 0);
	assert.equal((await show()).paused, 'no');
	assert.equal((await change('revoke')).status, 0);
	assert.equal((await show()).status, 'revoked');
	const [left] = await stack.sql(`SELECT outbound_key IS NULL AND inbound_key IS NULL AS gone, (SELECT COUNT(*) FROM oauth_token WHERE binding_id = b.id AND (access_token IS NOT NULL OR refresh_token IS NOT NULL)) AS tokens FROM binding b WHERE id = '${made.tenant}'`);
	assert.deepEqual(left, { gone: '1', tokens: '0' });
	for (const what of ['pause', 'resume', 'revoke']) await refused(['binding', what, '--binding', made.tenant], /let go already.*pairing/);
	await refused(['binding', 'show', '--binding', crypto.randomUUID()], /no binding .*binding list/);
	await refused(['binding', 'show', '--binding', 'x'], /--binding must be/, 2);
	const actions = (await stack.sql(`SELECT action FROM audit_log WHERE detail LIKE '%${made.tenant}%' ORDER BY id`)).map(({ action }) => action);
	assert.deepEqual(actions, ['binding.added', 'binding.paused', 'binding.resumed', 'binding.revoked']);
});

test('a Sage business has one active binding, whoever writes', async () => {
	const first = await addBinding(stack, { account: 'Unique', business: 'ab'.repeat(16) });
	const second = await addBinding(stack, { account: 'Unique' });
	await assert.rejects(stack.sql(`UPDATE binding SET sage_business_id = '${'ab'.repeat(16)}' WHERE id = '${second.tenant}'`), /binding_active_business/);
	await stack.sql(`UPDATE binding SET status = 'revoked' WHERE id = '${first.tenant}'`);
	await stack.sql(`UPDATE binding SET sage_business_id = '${'ab'.repeat(16)}' WHERE id = '${second.tenant}'`);
	await assert.rejects(stack.sql(`UPDATE binding SET status = 'active' WHERE id = '${first.tenant}'`), /binding_active_business/);
});

test('status reads no history but that of the last day', async () => {
	const sql = /-- name: admin_status_runs[^]*?(SELECT[^]*?);/.exec(fs.readFileSync(path.join(SQL, 'queries/admin.sql'), 'utf8'))[1];
	const plan = await stack.sql(`EXPLAIN ${sql}`);
	const runs = plan.find(({ table }) => table === 'r');
	assert.equal(runs.key, 'sync_run_outcome');
	assert.notEqual(runs.type, 'ALL');
	assert.equal(JSON.parse((await ctl('--json', 'status')).stdout).runs_last_day.length, 3);
});

// ---- the command line

test('a wrong command line ends with 2', async () => {
	await refused([], /usage:/, 2);
	await refused(['disconnect'], /no command `disconnect`.*binding add/s, 2);
	await refused(['user', 'add', '--account', 'x'], /--email ADDRESS is required/, 2);
	await refused(['status', '--what'], /--what is not known/, 2);
	await refused(['migrate', '--retry'], /--retry lacks its value/, 2);
	await refused(['--config'], /--config lacks/, 2);
});

test('every command explains itself', async () => {
	const { stdout: usage } = await ctl('--help');
	const commands = usage.split('\n').filter((line) => line.startsWith('  ')).map((line) => line.slice(2).split(/ {2,}/)[0]);
	assert.ok(commands.length > 15, usage);
	for (const command of commands) {
		const { status, stdout } = await ctl(...command.split(' '), '--help');
		assert.equal(status, 0);
		assert.ok(stdout.includes(`ledgerctl [--config FILE] [--json] ${command}`), stdout);
	}
});

test('secrets that everybody can read are pointed out', async () => {
	const file = path.join(stack.dir, 'secrets', 'ledgerctl');
	fs.chmodSync(file, 0o444);
	assert.match((await ctl('status')).stderr, /warning: .*secrets\/ledgerctl/);
	fs.chmodSync(file, 0o400);
	assert.doesNotMatch((await ctl('status')).stderr, /warning: .*secrets\/ledgerctl/);
});
