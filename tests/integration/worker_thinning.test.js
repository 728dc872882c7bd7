'use strict';
// What nobody needs any more goes, in batches; what is still needed stays.

const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { addBinding } = require('./lib/shop');

const MANY = 1200; // more than two batches

let stack;

before(async () => {
	stack = await startStack({ sandboxes: false });
	await addBinding(stack);
});
after(() => stack?.stop());

const count = async (table) => Number((await stack.sql(`SELECT COUNT(*) AS n FROM ${table}`))[0].n);

it('used tokens, sessions, sign-ups and tries that have expired', async () => {
	await stack.sql(`
		INSERT INTO token_seen (token_hash, expires_at)
		  SELECT UNHEX(MD5(seq)), UTC_TIMESTAMP() + INTERVAL IF(seq <= ${MANY}, -1, 300) SECOND FROM seq_1_to_${MANY + 2};
		INSERT INTO session (id_hash, member_id, account_id, csrf_token, seen_at, address, user_agent)
		  SELECT UNHEX(SHA2(seq, 256)), m.id, m.account_id, SHA2(seq, 256), UTC_TIMESTAMP(6) - INTERVAL IF(seq <= 3, 13, 1) HOUR, '::1', 'x'
		    FROM seq_1_to_5, member AS m;
		INSERT INTO sign_up (email, company, token_hash, expires_at)
		  SELECT CONCAT(seq, '@example.test'), 'x', UNHEX(SHA2(seq, 256)), UTC_TIMESTAMP(6) + INTERVAL IF(seq <= 3, -1, 60) MINUTE FROM seq_1_to_5;
		INSERT INTO sign_in_throttle (subject, failures, window_from)
		  SELECT UNHEX(SHA2(seq, 256)), 1, UTC_TIMESTAMP(6) - INTERVAL IF(seq <= 3, 25, 1) HOUR FROM seq_1_to_5`);
	await stack.runWorker();
	for (const table of ['token_seen', 'session', 'sign_up', 'sign_in_throttle']) assert.equal(await count(table), 2, table);
});
