'use strict';
// Every statement of the worker fails once: not sent, carried out with its answer lost,
// refused. The worker survives it, and another run finishes: one document each. The suite
// tries a part of them, drawn by DATABASE_SEED; DATABASE_CUTS=all tries every one.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { Matrix, assertAtRest, assertOnce } = require('./lib/kill_matrix');
const { INVOICES, ITEMS, NOTES } = require('./lib/kill_events');
const { openDatabaseProxy, MODES } = require('./lib/database_proxy');
const { Random } = require('./lib/random');

const random = new Random(process.env.DATABASE_SEED);
const all = process.env.DATABASE_CUTS === 'all';
const most = all ? Infinity : Number(process.env.DATABASE_CUTS ?? 8); // of an event
const EVENTS = random.shuffle([...INVOICES, ...NOTES, ...ITEMS]).slice(0, all ? Infinity : 3);
const matrix = new Matrix();
let proxy;

/** One worker of one thread on everything there is; `watch` sees its statements. */
async function work(watch) {
	proxy.watch(watch);
	const { status, signal, stderr } = await matrix.stack.runWorker({ env: { ...matrix.env, ...proxy.env, LEDGER_WORKER_THREADS: '1' } });
	proxy.watch(null);
	assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr);
}

/** The statements of an undisturbed run, each with how often it comes. */
async function recordOnce(event) {
	const seen = new Map();
	const one = await matrix.begin(event);
	await work((text) => void seen.set(text, (seen.get(text) ?? 0) + 1));
	await matrix.finish();
	await assertOnce(matrix, one);
	return seen;
}

/** Those that each run has: how often a worker looks for more to do is a matter of time. */
async function record(event) {
	const [one, other] = [await recordOnce(event), await recordOnce(event)];
	return [...one].flatMap(([text, times]) => Array.from({ length: Math.min(times, other.get(text) ?? 0) }, (_, nth) => ({ text, nth })));
}

/** Breaks the statement's nth coming; whether it came. */
async function cut({ text, nth, mode }) {
	let count = 0;
	let done = false;
	await work((seen) => {
		if (done || seen !== text || count++ !== nth) return undefined;
		done = true;
		return mode;
	});
	return done;
}

const nameOf = ({ text, nth, mode }) => `${mode}: ${text.replace(/\s+/g, ' ').slice(0, 60)} #${nth + 1}`;

before(async () => {
	console.log(`# DATABASE_SEED=${random.seed}`);
	await matrix.start(EVENTS);
	proxy = await openDatabaseProxy(matrix.stack);
});
after(async () => {
	await proxy?.close();
	await matrix.stop();
});

describe('a statement fails once', () => {
	for (const event of EVENTS)
		it(event.name, async (t) => {
			await matrix.prepare([event], all ? 600 : most + 2);
			const statements = await record(event);
			assert.ok(statements.length > 30, `${statements.length} statements`);
			const cuts = random.shuffle(MODES.flatMap((mode) => statements.map((statement) => ({ ...statement, mode })))).slice(0, most);
			let came = 0;
			for (const one of cuts)
				await t.test(nameOf(one), async () => {
					const begun = await matrix.begin(event);
					if (await cut(one)) came++;
					await matrix.finish();
					await assertAtRest(matrix);
					await assertOnce(matrix, begun);
				});
			assert.ok(came > cuts.length / 2, `${came} of ${cuts.length} came`);
		});
});
