'use strict';
// Each program's MariaDB user may do what the program does and nothing else.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { startStack, ROOT } = require('./lib/stack');
const { addBinding } = require('./lib/shop');

const DENIED = /ERROR (1044|1045|1142|1143|1227|1370|1410)\b/;

let stack;

before(async () => {
	stack = await startStack({ sandboxes: false });
	await addBinding(stack);
});
after(() => stack?.stop());

async function denied(user, statement) {
	await assert.rejects(
		() => stack.sql(statement, { user }),
		(error) => {
			assert.match(error.stderr, DENIED, `${user}: ${statement}`);
			return true;
		},
		`${user} may: ${statement}`,
	);
}

/** Every table, and every column of it. */
const tablesOf = async () => (await stack.sql("SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'ledger' AND table_type = 'BASE TABLE'")).map((row) => row.t);

// Sealed or hashed secrets, and who may read them (ledgerctl, which owns the schema, apart).
const SECRETS = {
	'binding.outbound_key': ['ledger-webhook', 'ledger-worker', 'ledger-connect'],
	'binding.previous_key': ['ledger-webhook', 'ledger-worker', 'ledger-connect'],
	'binding.inbound_key': ['ledger-worker', 'ledger-connect'],
	'oauth_token.access_token': ['ledger-worker', 'ledger-connect'],
	'oauth_token.refresh_token': ['ledger-worker', 'ledger-connect'],
	'member.password_hash': ['ledger-dashboard', 'ledger-connect'],
	'member.totp_secret': ['ledger-connect'],
	'recovery_code.code_hash': ['ledger-connect'],
	'invitation.token_hash': ['ledger-dashboard'], // the worker makes it and does not read it
	'password_reset.token_hash': ['ledger-dashboard'],
	'sign_up.token_hash': ['ledger-dashboard'],
	'mail.facts': ['ledger-worker'],
	'session.csrf_token': ['ledger-dashboard', 'ledger-worker', 'ledger-connect'],
};
const PROGRAMS = ['ledger-webhook', 'ledger-dashboard', 'ledger-worker', 'ledger-connect'];

for (const [column, readers] of Object.entries(SECRETS)) {
	const [table, name] = column.split('.');
	const rest = PROGRAMS.filter((user) => !readers.includes(user));
	if (rest.length)
		test(`${column} cannot be read by ${rest.join(', ')}`, async () => {
			for (const user of rest) {
				await denied(user, `SELECT ${name} FROM ${table} LIMIT 1`);
				await denied(user, `SELECT * FROM ${table} LIMIT 1`);
				await denied(user, `SELECT 1 FROM ${table} WHERE ${name} IS NOT NULL`);
			}
		});
}

const FORBIDDEN = {
	'ledger-webhook': [
		...['SELECT 1 FROM account', 'SELECT 1 FROM member', 'SELECT 1 FROM session', 'SELECT 1 FROM oauth_token'],
		...['SELECT 1 FROM entity_xref', 'SELECT 1 FROM intent', 'SELECT 1 FROM audit_log', 'SELECT 1 FROM policy'],
		...['SELECT shop_url FROM binding', 'SELECT sage_business_id FROM binding', 'SELECT 1 FROM token_seen'],
		...["UPDATE binding SET status = 'active'", 'DELETE FROM binding', "UPDATE sync_run SET status = 'succeeded'"],
		...['DELETE FROM sync_run', 'DELETE FROM job', "UPDATE job SET state = 'ready'", 'DELETE FROM token_seen'],
		...["INSERT INTO job (lane_id, binding_id, kind, entity_type, magento_id, priority) VALUES (1, UUID(), 'x', 'other', 1, 0)"],
		...["UPDATE token_seen SET expires_at = '2000-01-01'", 'UPDATE lane SET failures = 0', 'SELECT lease_owner FROM lane', 'UPDATE binding_epoch SET epoch = 1', "UPDATE heartbeat SET seen_at = NOW()"],
		...['SELECT 1 FROM invitation', 'SELECT 1 FROM password_reset', 'SELECT 1 FROM mail', 'SELECT 1 FROM recovery_code', 'SELECT 1 FROM oauth_state', 'SELECT 1 FROM seal_use', 'SELECT 1 FROM reference_item', 'SELECT 1 FROM run_attempt', "CALL audit_append(1, 'x', '', 'x', '{}')"],
		...["INSERT INTO sync_run (id, status) VALUES (1, 'succeeded')"],
	],
	'ledger-dashboard': [
		...['SELECT 1 FROM oauth_token', 'SELECT 1 FROM intent', 'SELECT 1 FROM token_seen'],
		...["UPDATE binding SET status = 'revoked'", 'DELETE FROM binding', 'DELETE FROM sync_run'],
		...["UPDATE sync_run SET status = 'succeeded'", 'DELETE FROM job', 'DELETE FROM run_attempt'],
		...['DELETE FROM audit_log', "UPDATE audit_log SET actor = 'x'", 'DELETE FROM account', "UPDATE member SET totp_secret = ''", "UPDATE member SET email = 'x'"],
		...["CALL tenant_disconnect(UUID(), 1, '', 1)", 'INSERT INTO token_seen VALUES (UNHEX(MD5(1)), NOW())'],
	],
	'ledger-connect': [
		...['SELECT 1 FROM sync_run', 'SELECT 1 FROM run_attempt', 'SELECT 1 FROM intent', 'SELECT 1 FROM audit_log', 'SELECT 1 FROM policy', 'SELECT 1 FROM token_seen'],
		...['SELECT 1 FROM invitation', 'SELECT 1 FROM password_reset', 'SELECT body FROM mail', 'DELETE FROM mail', 'SELECT 1 FROM heartbeat'],
		...['DELETE FROM binding', 'DELETE FROM lane', 'DELETE FROM job', "UPDATE job SET state = 'ready'", 'DELETE FROM oauth_token', 'DELETE FROM entity_xref', "UPDATE entity_xref SET sage_id = ''"],
		...['DELETE FROM account', "UPDATE account SET name = ''", "UPDATE member SET role = 'owner'", "UPDATE member SET password_hash = ''", 'DELETE FROM member', "INSERT INTO member (email) VALUES ('x')"],
		...['DELETE FROM audit_log', "UPDATE audit_log SET actor = 'x'", "INSERT INTO audit_log (actor) VALUES ('x')", 'INSERT INTO sync_run (id) VALUES (1)'],
		...["CALL tenant_disconnect(UUID(), 1, '', 1)", 'INSERT INTO token_seen VALUES (UNHEX(MD5(1)), NOW())', "INSERT INTO job (lane_id, binding_id, kind, entity_type, magento_id) VALUES (1, UUID(), 'x', 'other', 1)"],
	],
	'ledger-worker': [
		...['SELECT password_hash FROM member', 'SELECT totp_secret FROM member', "UPDATE member SET role = 'owner'", 'SELECT role FROM invitation', "UPDATE invitation SET role = 'owner'", 'SELECT token_hash FROM password_reset', 'SELECT company FROM sign_up', "UPDATE account SET name = ''", "INSERT INTO session SELECT * FROM session", "UPDATE session SET address = ''"],
		...['DELETE FROM binding', 'INSERT INTO sync_run (id) VALUES (1)', 'DELETE FROM oauth_token', 'DELETE FROM entity_xref'],
		...['DELETE FROM audit_log', "UPDATE audit_log SET actor = 'x'", 'UPDATE token_seen SET expires_at = NOW()'],
		...["CALL tenant_disconnect(UUID(), 1, '', 1)", "INSERT INTO lane (binding_id, upstream) VALUES (UUID(), 'sage')"],
	],
};

for (const [user, statements] of Object.entries(FORBIDDEN))
	test(`${user} is denied what is not its business`, async () => {
		for (const statement of statements) await denied(user, statement);
	});

test('nobody but ledgerctl changes the schema, the users or the server', async () => {
	for (const user of PROGRAMS)
		for (const statement of [
			...['CREATE TABLE mine (id INT)', 'ALTER TABLE job ADD x INT', 'DROP TABLE job', 'TRUNCATE TABLE token_seen'],
			...['CREATE INDEX x ON job (id)', 'DROP PROCEDURE intake_event', 'CREATE PROCEDURE p() SELECT 1'],
			...['CREATE TRIGGER t BEFORE INSERT ON job FOR EACH ROW SET @x = 1', 'CREATE VIEW v AS SELECT 1'],
			...["CREATE USER 'x'@'localhost'", "GRANT SELECT ON ledger.job TO 'ledger-webhook'@'localhost'"],
			...['SET GLOBAL read_only = 1', 'SELECT 1 FROM mysql.global_priv', "SELECT 1 INTO OUTFILE '/tmp/x'", 'FLUSH TABLES'],
			...['SELECT 1 FROM schema_version', 'UPDATE schema_version SET checksum = 1'],
		])
			await denied(user, statement);
	// ledgerctl owns one schema, not the server.
	for (const statement of ["CREATE USER 'x'@'localhost'", 'SET GLOBAL read_only = 1', 'SELECT 1 FROM mysql.global_priv', 'CREATE DATABASE other'])
		await denied('ledgerctl', statement);
});

test('no program has a right on a whole schema or server', async () => {
	for (const user of PROGRAMS) {
		const grants = (await stack.sql(`SHOW GRANTS FOR '${user}'@'localhost'`)).map((row) => Object.values(row)[0]);
		const wide = grants.filter((grant) => / ON (\*\.\*|`?ledger`?\.\*) /.test(grant));
		assert.deepEqual(wide.map((grant) => grant.replace(/ TO .*/, '')), ['GRANT USAGE ON *.*'], user);
		for (const grant of grants) assert.doesNotMatch(grant, /GRANT OPTION|ALL PRIVILEGES/, user);
	}
});

test('every granted table exists, and none is granted to everybody', async () => {
	const tables = new Set(await tablesOf());
	const granted = await stack.sql("SELECT grantee, table_name FROM information_schema.table_privileges WHERE table_schema = 'ledger'");
	for (const { grantee, table_name: table } of granted) {
		assert.ok(tables.has(table) || table === 'run_number', `${grantee}: ${table}`);
		assert.notEqual(grantee, "''@'%'");
	}
});

// ---- what is needed is there

/** The statements of one file of sql/queries: [name, text]. */
function statementsOf(set) {
	const text = fs.readFileSync(path.join(ROOT, 'sql/queries', `${set}.sql`), 'utf8');
	return text
		.split(/^-- name: /m)
		.slice(1)
		.map((part) => [/^\w+/.exec(part)[0], part.slice(part.indexOf('\n') + 1).replace(/^--.*$/gm, '').trim().replace(/;$/, '')]);
}

/** The sets that a program prepares, from its own sources. */
function setsOf(...folders) {
	const files = folders.flatMap((folder) => fs.readdirSync(path.join(ROOT, folder)).map((name) => path.join(ROOT, folder, name)));
	const source = files.filter((name) => /\.[ch]$/.test(name)).map((name) => fs.readFileSync(name, 'utf8')).join('\n');
	return [...new Set([...source.matchAll(/\bDB_SET_([A-Z_]+)\b/g)].map((match) => match[1].toLowerCase()))];
}

for (const [user, ...folders] of [
	['ledger-webhook', 'cgi/webhook'],
	['ledger-dashboard', 'cgi/dashboard', 'cgi/pages'],
	['ledger-connect', 'cgi/connect', 'cgi/pages'],
	['ledger-worker', 'worker'],
	['ledgerctl', 'ctl'],
])
	test(`${user} may prepare every statement of its sets`, async () => {
		const sets = setsOf(...folders);
		assert.ok(sets.length > 0);
		const texts = sets.flatMap(statementsOf);
		assert.ok(texts.length > 0);
		for (const [name, text] of texts) {
			const quoted = text.replace(/\\/g, '\\\\').replace(/'/g, "''");
			await stack.sql(`PREPARE s FROM '${quoted}'`, { user }).catch((error) => assert.fail(`${name}: ${error.stderr}`));
		}
	});
