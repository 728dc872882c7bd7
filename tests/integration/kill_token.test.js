'use strict';
// Between Sage's answer to a refresh and its commit only the worker knows the new tokens.
// A database that fails there costs nothing; a killed worker costs one new sign-in, no more.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { Matrix, assertAtRest, assertOnce } = require('./lib/kill_matrix');
const { INVOICES } = require('./lib/kill_events');
const { openDatabaseProxy, MODES } = require('./lib/database_proxy');
const { until } = require('./lib/until');

const EVENT = INVOICES.find(({ name }) => name === 'invoice.created, a new contact');
const ROTATION = [/^START TRANSACTION/, /^SELECT 1 FROM lane .* FOR UPDATE/s, /^UPDATE oauth_token/, /^COMMIT/];
const matrix = new Matrix();
let proxy;

/** An invoice to post, an access token that has ended, and Sage's answer to its refresh held. */
async function refreshing() {
	const one = await matrix.begin(EVENT);
	await matrix.stack.sql("UPDATE oauth_token SET access_expires_at = '2000-01-01'");
	const hold = matrix.sageGate.hold(({ url }) => url === '/token', 'after');
	const env = { ...matrix.env, ...proxy.env, LEDGER_SAGE_TOKEN_URL: `${matrix.sageGate.url}/token`, LEDGER_WORKER_THREADS: '1' };
	const worker = matrix.stack.spawnWorker({ once: true, env });
	await hold.reached;
	return { one, hold, worker };
}

async function assertSaved({ one, worker }) {
	assert.deepEqual(await worker.ended, { status: 0, signal: null }, worker.output());
	assert.deepEqual(await matrix.stack.sql("SELECT sage_status FROM binding WHERE sage_status <> 'active'"), []);
	await matrix.finish();
	await assertAtRest(matrix);
	await assertOnce(matrix, one);
}

before(async () => {
	await matrix.start([EVENT]);
	await matrix.prepare([EVENT], 0);
	proxy = await openDatabaseProxy(matrix.stack);
});
after(async () => {
	await proxy?.close();
	await matrix.stop();
});

describe('the new tokens are saved although', () => {
	for (const statement of ROTATION)
		for (const mode of MODES)
			it(`${statement} fails: ${mode}`, async () => {
				const begun = await refreshing();
				let failed = false;
				proxy.watch((text) => {
					if (failed || !statement.test(text)) return undefined;
					failed = true;
					return mode;
				});
				begun.hold.release();
				await assertSaved(begun);
				assert.ok(failed, 'it was tried');
			});

	it('the database is restarted', async () => {
		const begun = await refreshing();
		await matrix.stack.end('mariadbd');
		begun.hold.release();
		await until('the worker found out', () => begun.worker.output().includes('sage_token_not_saved'));
		await matrix.stack.restart('mariadbd');
		await assertSaved(begun);
	});
});

it('a worker killed there leaves "reconnect needed", and the event waits', async () => {
	const { one, hold, worker } = await refreshing();
	worker.kill('SIGKILL');
	await worker.ended;
	hold.drop();
	await matrix.stack.sql("UPDATE lane SET lease_until = '2000-01-01'");
	await matrix.stack.runWorker({ env: matrix.env });
	assert.deepEqual(await matrix.stack.sql('SELECT sage_status FROM binding'), [{ sage_status: 'reconnect_needed' }]);
	const { token_refreshes: refreshes } = await matrix.sage.stats();
	await matrix.stack.sql("UPDATE lane SET parked_until = '2000-01-01'");
	await matrix.stack.runWorker({ env: matrix.env });
	assert.equal((await matrix.sage.stats()).token_refreshes, refreshes, 'it is not tried again and again');
	const [run] = await matrix.stack.sql(`SELECT status, attempts, error_class FROM sync_run WHERE id = ${one.run}`);
	assert.deepEqual(run, { status: 'queued', attempts: '0', error_class: 'auth' });
});
