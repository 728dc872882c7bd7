'use strict';
// What the tests of the wire share: the form of every answer, and what stands in the
// database before and after a call that must not write.

const assert = require('node:assert/strict');

/** How many rows a webhook can have written: { sync_run, job, token_seen } as numbers. */
async function counts(stack) {
	const [row] = await stack.sql(
		`SELECT (SELECT COUNT(*) FROM sync_run) AS sync_run, (SELECT COUNT(*) FROM job) AS job,
		        (SELECT COUNT(*) FROM token_seen) AS token_seen`,
	);
	return Object.fromEntries(Object.entries(row).map(([table, count]) => [table, Number(count)]));
}

/** What holds of every answer to a machine. */
function assertForm(answer, note = '') {
	assert.equal(answer.headers['cache-control'], 'no-store', note);
	assert.equal(answer.headers.server, 'nginx', `${note}: no version`);
	assert.equal(answer.headers['x-content-type-options'], 'nosniff', note);
	if (answer.status !== 204) assert.match(answer.headers['content-type'] ?? '', /^application\/json\b/, note);
	if (answer.status === 503) assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/, note);
}

/** A refusal: its status, its code, and the body's exact form. */
function assertRefused(answer, status, code, note = '') {
	assert.equal(answer.status, status, `${note}: ${answer.text}`);
	assertForm(answer, note);
	assert.deepEqual(Object.keys(answer.json ?? {}), ['error', 'message'], `${note}: ${answer.text}`);
	assert.equal(answer.json.error, code, note);
	assert.match(answer.json.message, /^\S.*[^\s]$/, note);
}

/** An accepted event; its run's id. */
function assertAccepted(answer, note = '') {
	assert.equal(answer.status, 202, `${note}: ${answer.text}`);
	assertForm(answer, note);
	assert.match(answer.text, /^\{"sync_run_id":"[1-9]\d*"\}$/, note);
	return answer.json.sync_run_id;
}

const UNAUTHORIZED = '{"error":"unauthorized","message":"The token was not accepted."}';

/** 401, byte for byte the same whatever the reason. */
function assertUnauthorized(answer, note = '') {
	assertRefused(answer, 401, 'unauthorized', note);
	assert.equal(answer.text.trimEnd(), UNAUTHORIZED, note);
}

/** Runs `work` and asserts that it left the tables as they were. */
async function writesNothing(stack, work) {
	const before = await counts(stack);
	await work();
	assert.deepEqual(await counts(stack), before, 'nothing was written');
}

module.exports = { counts, assertForm, assertRefused, assertAccepted, assertUnauthorized, writesNothing };
