'use strict';
// The key-encryption keys: rotation and rewrap under traffic, an interrupted rewrap, retiring
// a version, and what a thief of the database or a wrong key file gets.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { startStack, run, ROOT } = require('./lib/stack');
const { addBinding, pairShop, postEvent } = require('./lib/shop');
const { request } = require('./lib/http');
const { shopToken, subkey, OUTBOUND, INBOUND } = require('./lib/token');
const { until } = require('./lib/until');

const BIN = path.resolve(ROOT, process.env.TEST_BIN ?? 'build/asan/bin');
const COLUMNS = {
	intake: ['binding.outbound_key', 'binding.previous_key', 'binding.pending_outbound_key'],
	vault: [
		...['binding.inbound_key', 'binding.pending_inbound_key', 'oauth_token.access_token'],
		...['oauth_token.refresh_token', 'oauth_state.verifier', 'member.totp_secret'],
	],
};
const CART = {
	items: [{ sku: 'A', name: 'Tea', qty: 1, price: 10, tax_percent: 20 }],
	billing_address: { street: ['9 Order Rd'], city: 'Leeds', postcode: 'LS1 1AA', country_id: 'GB' },
	state: 'open',
};

let stack, shop;
const bindings = [];

const keyFile = (ring, version, suffix = 'key') => path.join(stack.dir, 'keys', `${ring}.${version}.${suffix}`);

/** { version: values } of a ring, counted by the test itself. */
async function versions(ring) {
	const found = {};
	for (const column of COLUMNS[ring]) {
		const [table, name] = column.split('.');
		for (const { version, count } of await stack.sql(
			`SELECT CONV(HEX(SUBSTR(${name}, 2, 4)), 16, 10) AS version, COUNT(*) AS count FROM ${table} WHERE ${name} IS NOT NULL GROUP BY version`,
		))
			found[version] = (found[version] ?? 0) + Number(count);
	}
	return found;
}

const newest = async (ring) => (await stack.ctl('keys', 'status', '--json')).keys.filter((key) => key.ring === ring).pop();

function health(one) {
	const headers = { Authorization: `Bearer ${shopToken(one.apiKey, one.tenant)}`, Accept: 'application/json' };
	return request(`${stack.ledgerUrl}/v1/tile/health`, { headers });
}

/** Webhooks and health questions of every binding until stop(), which resolves with the statuses seen. */
function traffic() {
	const seen = {};
	let stopped = false;
	let id = 100000 + Math.floor(Math.random() * 800000);
	async function one() {
		while (!stopped) {
			const binding = bindings[id % bindings.length];
			// An event that no worker has to do with: nobody calls these bindings' shops.
			const answers = [await postEvent(stack, binding, 'keys.tested', ++id), await health(binding)];
			for (const { status } of answers) seen[status] = (seen[status] ?? 0) + 1;
		}
	}
	const running = [one(), one(), one()];
	return {
		seen,
		async stop() {
			stopped = true;
			await Promise.all(running);
			return seen;
		},
	};
}

/** One transaction that holds `sql` open until end(text) runs `text` and commits. */
function hold(sql) {
	const args = ['--no-defaults', '--batch', '--unbuffered', '--skip-column-names', `--socket=${stack.vars.MYSQL_SOCKET}`, 'ledger'];
	const client = spawn('mariadb', args, { stdio: ['pipe', 'pipe', 'inherit'] });
	const ended = new Promise((resolve) => client.on('exit', resolve));
	const held = new Promise((resolve) => client.stdout.once('data', resolve));
	client.stdin.write(`START TRANSACTION;\n${sql};\nSELECT 'held';\n`);
	return {
		held,
		end(text = '') {
			client.stdin.end(`${text}\nCOMMIT;\n`);
			return ended;
		},
	};
}

const waiting = async () => (await stack.sql("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")).length;

async function refused(args, pattern) {
	await assert.rejects(stack.ctl(...args), (error) => {
		assert.equal(error.status, 1);
		assert.match(error.stderr, pattern);
		return true;
	});
}

/** Sealed and opened by node's own cryptography: a mistake of the product does not hide here. */
const header = (version) => Buffer.from([1, 0, 0, 0, version]);
const aad = (version, place) => Buffer.concat([header(version), ...place.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]))]);
const keyOf = (version) => Buffer.from(fs.readFileSync(keyFile('vault', version), 'utf8').trim(), 'hex');

function seal(version, place, text) {
	const nonce = crypto.randomBytes(12);
	const cipher = crypto.createCipheriv('aes-256-gcm', keyOf(version), nonce).setAAD(aad(version, place));
	return Buffer.concat([header(version), nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('hex');
}

function open(hex, place) {
	const sealed = Buffer.from(hex, 'hex');
	const version = sealed.readUInt32BE(1);
	const decipher = crypto.createDecipheriv('aes-256-gcm', keyOf(version), sealed.subarray(5, 17));
	decipher.setAAD(aad(version, place)).setAuthTag(sealed.subarray(-16));
	return { version, text: Buffer.concat([decipher.update(sealed.subarray(17, -16)), decipher.final()]).toString() };
}

before(async () => {
	stack = await startStack();
	shop = await pairShop(stack, { shop: 'keys' });
	await stack.runWorker(); // reference data, and with it an access token
	for (let i = 0; i < 12; i++) bindings.push(await addBinding(stack));
});
after(() => stack?.stop());

describe('a rotation under traffic', () => {
	it('no webhook and no worker notices, and every value ends under the new version', async () => {
		const before = await versions('vault');
		assert.deepEqual(Object.keys(before), ['1']);
		const load = traffic();
		await until('traffic flows', () => load.seen[202] > 20);
		for (let i = 0; i < 5; i++) await shop.sandbox('invoices', { ...CART, guest: { email: `k${i}@example.test`, first_name: 'K', last_name: String(i) } });
		await shop.sandbox('drain', {});
		// The access token is refreshed by a worker that began under the old key.
		await stack.sql(`UPDATE oauth_token SET access_expires_at = UTC_TIMESTAMP(6) WHERE binding_id = '${shop.tenant}'`);
		const worker = stack.spawnWorker();
		const rotated = await stack.ctl('keys', 'rotate', '--json');
		assert.deepEqual([rotated.intake, rotated.vault], [2, 2]);
		const { left, rewrapped } = await stack.ctl('keys', 'rewrap', '--json');
		assert.equal(left, 0);
		assert.ok(rewrapped >= 3 * bindings.length, `${rewrapped} rewrapped`);
		await until('the invoices are synced', async () => {
			if (worker.exitCode !== null) await stack.runWorker(); // its minute was over
return (await stack.sql(`SELECT 1 FROM sync_run WHERE binding_id = '${shop.tenant}' AND status = 'succeeded'`)).length === 5;
		});
		const seen = await load.stop();
		worker.kill('SIGTERM');
		assert.equal((await worker.ended).status, 0, worker.output());
		assert.deepEqual(Object.keys(seen).sort(), ['200', '202'], JSON.stringify(seen));
		for (const ring of ['intake', 'vault']) {
			const found = await versions(ring);
			assert.deepEqual(Object.keys(found), ['2'], `${ring}: ${JSON.stringify(found)}`);
		}
		assert.ok((await newest('vault')).uses >= rewrapped / 2, 'uses are counted');
	});

	it('processes started afterwards serve as well', async () => {
		stack.kill('webhook');
		await until('the webhooks are back', async () => (await health(bindings[0])).status === 200);
		for (const one of bindings) assert.equal((await postEvent(stack, one, 'invoice.created', 7)).status, 202);
	});

	it('a second rewrap has nothing to do', async () => {
		assert.equal((await stack.ctl('keys', 'rewrap', '--json')).rewrapped, 0);
	});
});

describe('a rewrap that is interrupted', () => {
	it('is killed in the middle, resumes, and never writes over a newer value', async () => {
		await stack.ctl('keys', 'rotate');
		// Somebody else is about to change a row in the middle.
		const [{ id }] = await stack.sql('SELECT binding_id AS id FROM oauth_token ORDER BY binding_id LIMIT 6, 1');
		const other = hold(`SELECT 1 FROM oauth_token WHERE binding_id = '${id}' FOR UPDATE`);
		await other.held;
		const rewrap = spawn(path.join(BIN, 'ledgerctl'), ['--config', stack.conf, 'keys', 'rewrap'], { stdio: 'ignore' });
		const ended = new Promise((resolve) => rewrap.on('exit', resolve));
		await until('the rewrap waits for the row', waiting, { every: 200 }); // InnoDB shows nothing newer to who looks more often
		const half = await versions('vault');
		assert.ok(half['2'] && half['3'], JSON.stringify(half));
		rewrap.kill('SIGKILL');
		await ended;
		const again = stack.ctl('keys', 'rewrap', '--json');
		await until('the second waits for the row', waiting, { every: 200 });
		await other.end(`UPDATE oauth_token SET access_token = NULL WHERE binding_id = '${id}';`);
		assert.equal((await again).left, 0);
		assert.deepEqual(Object.keys(await versions('vault')), ['3']);
		assert.deepEqual(Object.keys(await versions('intake')), ['3']);
		const [token] = await stack.sql(`SELECT access_token IS NULL AS gone FROM oauth_token WHERE binding_id = '${id}'`);
		assert.equal(token.gone, '1', 'what was deleted meanwhile stays deleted');
		for (const one of bindings) assert.equal((await health(one)).status, 200);
	});
});

describe('every kind of value', () => {
	it('is sealed anew for its own place', async () => {
		const [{ id, account }] = await stack.sql(`SELECT id, account_id AS account FROM binding WHERE id = '${shop.tenant}'`);
		const [{ member }] = await stack.sql(`SELECT id AS member FROM member WHERE account_id = ${account} LIMIT 1`);
		const values = [
			['member', 'totp_secret', member, `id = ${member}`],
			['oauth_state', 'verifier', id, "state_hash = REPEAT('s', 32)"],
			['binding', 'inbound_key', id, `id = '${id}'`, 'pending_inbound_key'],
			['oauth_token', 'refresh_token', id, `binding_id = '${id}'`],
		];
		await stack.sql(`INSERT INTO oauth_state (state_hash, session_hash, account_id, binding_id, region, verifier, expires_at)
			VALUES (REPEAT('s', 32), REPEAT('h', 32), ${account}, '${id}', 'GB', '', UTC_TIMESTAMP() + INTERVAL 1 HOUR)`);
		for (const [table, column, row, where, stored = column] of values)
			await stack.sql(`UPDATE ${table} SET ${stored} = UNHEX('${seal(1, [table, column, account, row], `the ${stored}`)}') WHERE ${where}`);
		assert.equal((await stack.ctl('keys', 'rewrap', '--json')).left, 0);
		for (const [table, column, row, where, stored = column] of values) {
			const [{ hex }] = await stack.sql(`SELECT HEX(${stored}) AS hex FROM ${table} WHERE ${where}`);
			assert.deepEqual(open(hex, [table, column, account, row]), { version: 3, text: `the ${stored}` });
		}
		await stack.sql(`DELETE FROM oauth_state; UPDATE member SET totp_secret = NULL; UPDATE binding SET pending_inbound_key = NULL`);
	});

	it('one that does not open is named, and the rest goes on', async () => {
		const [{ account }] = await stack.sql(`SELECT account_id AS account FROM binding WHERE id = '${shop.tenant}'`);
		const [{ member }] = await stack.sql(`SELECT id AS member FROM member WHERE account_id = ${account} LIMIT 1`);
		await stack.sql(`UPDATE member SET totp_secret = UNHEX('${seal(1, ['member', 'totp_secret', account, '0'], 'moved')}') WHERE id = ${member}`);
		await refused(['keys', 'rewrap'], new RegExp(`1 values do not open.*member.totp_secret, row ${member}`));
		await stack.sql('UPDATE member SET totp_secret = NULL');
		assert.equal((await stack.ctl('keys', 'rewrap', '--json')).left, 0);
	});
});

describe('a version that is staged', () => {
	it('opens and does not seal until it is put to use', async () => {
		const staged = await stack.ctl('keys', 'rotate', '--stage', '--json');
		assert.equal(staged.vault, 4);
		assert.ok(fs.existsSync(keyFile('vault', 4, 'next')));
		bindings.push(await addBinding(stack));
		assert.deepEqual(Object.keys(await versions('vault')), ['3']);
		assert.equal((await newest('vault')).state, 'staged');
		assert.equal((await stack.ctl('keys', 'rotate', '--json')).vault, 4);
		bindings.push(await addBinding(stack));
		assert.deepEqual(Object.keys(await versions('vault')).sort(), ['3', '4']);
		assert.equal((await postEvent(stack, bindings.at(-1), 'invoice.created', 1)).status, 202);
	});
});

describe('retiring a version', () => {
	it('refuses the one that seals, one that is in use, and one just replaced', async () => {
		await refused(['keys', 'retire', '--ring', 'vault', '--version', '4'], /is the one that seals/);
		await refused(['keys', 'retire', '--ring', 'vault', '--version', '9'], /no vault\.9\.key/);
		await refused(['keys', 'retire', '--ring', 'vault', '--version', '3'], /Its successor seals for/);
		const past = new Date(Date.now() - 3600e3);
		for (const ring of ['intake', 'vault']) fs.utimesSync(keyFile(ring, 4), past, past);
		await refused(['keys', 'retire', '--ring', 'vault', '--version', '3'], /values are sealed under vault\.3\.key still/);
	});

	it('removes one that nothing uses, and all goes on', async () => {
		await stack.ctl('keys', 'rewrap');
		for (const version of ['1', '2', '3'])
			for (const ring of ['intake', 'vault']) await stack.ctl('keys', 'retire', '--ring', ring, '--version', version);
		assert.deepEqual(fs.readdirSync(path.join(stack.dir, 'keys')).sort(), ['intake.4.key', 'vault.4.key']);
		stack.kill('webhook');
		await until('the webhooks are back', async () => (await health(bindings[0])).status === 200);
		assert.equal((await stack.runWorker()).status, 0);
		const actions = (await stack.sql("SELECT DISTINCT action FROM audit_log WHERE action LIKE 'keys.%'")).map(({ action }) => action);
		assert.deepEqual(actions.sort(), ['keys.retired', 'keys.rewrapped', 'keys.rotated', 'keys.staged']);
	});
});

describe('stolen or mistaken', () => {
	it('two shops’ sealed keys exchanged open nothing: 503, for the shop will try again', async () => {
		const [a, b] = [await addBinding(stack), await addBinding(stack)];
		const keys = () => stack.sql(`SELECT id, HEX(outbound_key) AS key_ FROM binding WHERE id IN ('${a.tenant}', '${b.tenant}') ORDER BY id`);
		const own = await keys();
		await stack.sql(`UPDATE binding SET outbound_key = CASE id WHEN '${own[0].id}' THEN UNHEX('${own[1].key_}') ELSE UNHEX('${own[0].key_}') END
			WHERE id IN ('${a.tenant}', '${b.tenant}')`);
		for (const one of [a, b]) assert.equal((await postEvent(stack, one, 'invoice.created', 1)).status, 503);
		for (const { id, key_ } of own) await stack.sql(`UPDATE binding SET outbound_key = UNHEX('${key_}') WHERE id = '${id}'`);
		for (const one of [a, b]) assert.equal((await postEvent(stack, one, 'invoice.created', 1)).status, 202);
	});

	it('a dump of the database holds no key and no token', async () => {
		const apiKey = 'an api key to look for in the dump';
		const refreshToken = 'a refresh token to look for in the dump';
		await addBinding(stack, { apiKey, refreshToken });
		const { stdout } = await run('mariadb-dump', ['--no-defaults', `--socket=${stack.vars.MYSQL_SOCKET}`, '--hex-blob', '--routines', 'ledger']);
		const dump = stdout.toLowerCase();
		assert.ok(dump.includes('insert into `oauth_token`'));
		for (const secret of [Buffer.from(apiKey), Buffer.from(refreshToken), subkey(apiKey, OUTBOUND), subkey(apiKey, INBOUND)]) {
			assert.ok(!dump.includes(secret.toString('hex')));
			assert.ok(!dump.includes(secret.toString('latin1').toLowerCase()));
		}
	});

	it('another installation’s key file: 503, and what was refused succeeds once it is put right', async () => {
		const file = keyFile('intake', 4);
		const own = fs.readFileSync(file);
		const write = (text) => {
			fs.rmSync(file);
			fs.writeFileSync(file, text, { mode: 0o400 });
		};
		for (const wrong of [`${'ab'.repeat(32)}\n`, 'no key at all\n']) {
			write(wrong);
			stack.kill('webhook');
			await until('new processes answer', async () => (await health(bindings[0])).status === 503);
			assert.equal((await postEvent(stack, bindings[1], 'invoice.created', 31)).status, 503);
		}
		write(own);
		stack.kill('webhook');
		await until('the right key serves again', async () => (await health(bindings[0])).status === 200);
		assert.equal((await postEvent(stack, bindings[1], 'invoice.created', 31)).status, 202);
	});
});
