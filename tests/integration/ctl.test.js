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
test('of many bindings of one Sage business at once one is made', { timeout: 60000 }, async () => {
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
	for (const command of ['migrate', 'keys init', 'user add', 'binding add', 'status']) {
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
