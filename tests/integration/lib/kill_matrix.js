'use strict';
// The kill matrix: points (kill_points.js) times events. Each event has a shop and a Sage
// business of its own, so one worker brings all of a round to the same point at once and is
// killed there; then others finish, and Sage's own ledger is asked what there is.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const crypto = require('node:crypto');
const { startStack } = require('./stack');
const { pairShop, postEvent, eventBody } = require('./shop');
const { Sage } = require('./sage');
const { Books } = require('./books');
const { openGate, openSageGate } = require('./gate');
const { openSession } = require('./load');
const { until } = require('./until');
const { STALLS, rounds } = require('./kill_points');

const KINDS = ['contacts', 'sales_invoices', 'sales_credit_notes', 'contact_payments', 'contact_allocations', 'products', 'services', 'stock_items', 'stock_movements'];

const text = (value) => `'${value}'`;
const keyOf = ({ shop, write, subject }) => [shop.tenant, shop.business, write.kind, subject.keys[write.key]].map(text).join(', ');
const rowOf = ({ shop, write, subject }) => [shop.tenant, shop.business, write.settles ?? write.kind, subject.keys[write.key]].map(text).join(', ');

/** One kill: the cases brought to a point together. */
class Round {
	constructor(matrix, cases) {
		Object.assign(this, { matrix, cases, stack: matrix.stack });
		this.canonical = (one, when) =>
			matrix.shopGate.hold(({ url }) => url.startsWith(`/${one.event.shopName}/`) && url.includes(`/byte8/${one.subject.entity}/`), when);
		this.state = (one, when) => matrix.shopGate.hold(({ url }) => url.startsWith(`/${one.event.shopName}/`) && url.includes('/sync-state'), when);
		this.write = (one, when) =>
			matrix.sageGate.hold(
				({ method, url, headers }) => headers['x-business'] === one.shop.business && `${method} ${url}`.startsWith(one.write.call),
				when,
			);
	}

	start() {
		this.worker = this.stack.spawnWorker({ once: true, env: this.matrix.env }); // a lingering one may end before it is at the point
	}

	/** Every case's transaction waits for a lock of ours. */
	allWait() {
		return until(
			'all wait for a lock',
			async () => {
				const [{ waiting }] = await this.stack.sql("SELECT COUNT(*) AS waiting FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'");
				return Number(waiting) === this.cases.length;
			},
			{ every: 150, timeout: 60000 }, // InnoDB shows old data to whoever asks more often
		);
	}

	async #lock(...statements) {
		const session = openSession(this.stack);
		await session.sql(['BEGIN', ...statements].join('; '));
		return {
			async release() {
				await session.sql('ROLLBACK');
				await session.close();
			},
		};
	}

	lockRuns() {
		const ids = this.cases.map((one) => one.run).join(', ');
		return this.#lock(`SELECT 'locked' FROM sync_run WHERE id IN (${ids}) FOR UPDATE`);
	}

	lockLanes() {
		const tenants = this.cases.map((one) => text(one.shop.tenant)).join(', ');
		return this.#lock(`SELECT 'locked' FROM lane WHERE binding_id IN (${tenants}) FOR UPDATE`);
	}

	/** The row that the worker is about to insert, or to change, is ours, uncommitted. */
	lockIntents() {
		return this.#lock(
			...this.cases.map((one) => `INSERT INTO intent (binding_id, business_id, kind, magento_key, idempotency_id, path, reference, digest, body)
				VALUES (${keyOf(one)}, '${crypto.randomBytes(16).toString('hex')}', '', '', '', '')`),
		);
	}

	lockXrefs() {
		return this.#lock(
			...this.cases.map((one) => `INSERT INTO entity_xref (binding_id, business_id, kind, magento_key, sage_id, displayed_as, digest)
				VALUES (${rowOf(one)}, '${crypto.randomBytes(16).toString('hex')}', '', '') ON DUPLICATE KEY UPDATE displayed_as = displayed_as`),
		);
	}

	/** Brings all to the point, kills the worker there, lets go. */
	async kill(point) {
		const letGo = await point.reach(this);
		this.worker.kill('SIGKILL');
		assert.deepEqual(await this.worker.ended, { status: null, signal: 'SIGKILL' }, this.worker.output());
		await letGo();
		this.matrix.calm();
	}

	/** Brings all to the point, stops the worker there until others have finished, lets it go on. */
	async stall(point) {
		const letGo = await point.reach(this);
		this.worker.kill('SIGSTOP');
		await this.matrix.finish();
		this.worker.kill('SIGCONT');
		await letGo();
		await until('it finds its leases gone', () => this.worker.output().split('lease_lost').length > this.cases.length, { timeout: 60000 });
		this.worker.kill('SIGTERM');
		assert.deepEqual(await this.worker.ended, { status: 0, signal: null }, this.worker.output());
		this.matrix.calm();
	}
}

class Matrix {
	async start(events) {
		this.stack = await startStack();
		this.sage = new Sage(this.stack.sageUrl);
		this.sageGate = await openSageGate(this.stack);
		this.shopGate = await openGate(this.stack.shopUrl);
		this.env = { ...this.sageGate.env, LEDGER_WORKER_THREADS: '12' };
		for (const [number, event] of events.entries()) await this.#open(event, number);
		await this.finish(); // reference data
		for (const event of events) await this.#settings(event);
		// No ping comes in between, however long the rounds take.
		await this.stack.sql('UPDATE binding SET ping_due_at = UTC_TIMESTAMP(6) + INTERVAL 1 DAY');
	}

	async #open(event, number) {
		const name = `Kill ${number}`;
		const { id: business } = await this.sage.control('POST', 'businesses', { name, region: 'GB', user: `kill${number}@shop.example` });
		event.shopName = `kill${number}`;
		event.shop = await pairShop(this.stack, { shop: event.shopName, business, through: this.shopGate.url });
		event.books = new Books(this.stack, this.sage, event.shop);
	}

	async #settings({ books }) {
		const purchases = (await books.reference('ledger_account')).find((account) => account.body.in_expenses).id;
		const bank = (await books.reference('bank_account'))[0].id;
		await books.settings({ default_bank_account_id: bank, sync_products: true, sync_stock: true, default_purchase_ledger_account_id: purchases });
	}

	calm() {
		this.sageGate.calm();
		this.shopGate.calm();
	}

	/** Posts an event for `subject` and returns its run. */
	async post({ shop }, event, id) {
		const answer = await postEvent(this.stack, shop, event, eventBody(event, id));
		assert.equal(answer.status, 202, answer.text);
		return answer.json.sync_run_id;
	}

	/** The leases of the dead run out, what waits is due, and workers go on until nothing is left. */
	async finish() {
		await until('nothing is left to do', async () => {
			await this.stack.sql("UPDATE lane SET lease_until = '2000-01-01', parked_until = '2000-01-01', failures = 0; UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE state = 'waiting'");
			const { status, stderr } = await this.stack.runWorker({ env: this.env });
			assert.equal(status, 0, stderr);
			return (await this.stack.sql('SELECT 1 FROM job LIMIT 1')).length === 0;
		}, { timeout: 120000 });
	}

	/** An event of its kind, made in the shop and posted; `write` is the one a point may be at. */
	async begin(event, index = 0) {
		const subject = await event.act(event, event.priors.pop());
		const { counts } = await this.counts(event);
		const run = await this.post(event, event.event, subject.id);
		return { event, shop: event.shop, subject, run, write: event.writes[index], before: counts };
	}

	/** What `count` events of each kind need in Sage beforehand. */
	async prepare(events, count) {
		for (const event of events) {
			event.priors = [];
			for (let i = 0; event.prior && i < count; i++) event.priors.push(await event.prior(event, this));
		}
		await this.finish();
	}

	async counts({ shop }) {
		const ledger = await this.sage.ledger(shop.business);
		return { ledger, counts: Object.fromEntries(KINDS.map((kind) => [kind, ledger[kind].length])) };
	}

	async stop() {
		await this.sageGate?.close();
		await this.shopGate?.close();
		await this.stack?.stop();
	}
}

/** Where a dead worker leaves the lanes: only its own leases, and they end by themselves. */
async function assertLeases(matrix, pid) {
	const lanes = await matrix.stack.sql('SELECT lease_owner, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), lease_until) AS left_ FROM lane WHERE lease_owner IS NOT NULL');
	for (const lane of lanes) {
		assert.equal(Number(lane.lease_owner.split(':')[1]), pid, lane.lease_owner);
		assert.ok(Number(lane.left_) <= 90, `${lane.left_} s`);
	}
}

/** Nothing is half done, nobody holds anything. */
async function assertAtRest(matrix) {
	assert.deepEqual(await matrix.stack.sql('SELECT kind, magento_key FROM intent'), []);
	assert.deepEqual(await matrix.stack.sql('SELECT kind, state FROM job'), []);
	assert.deepEqual(await matrix.stack.sql('SELECT id, lease_owner FROM lane WHERE lease_until > UTC_TIMESTAMP(6)'), []);
	assert.deepEqual(await matrix.stack.sql('SELECT SUM(runs) AS n FROM run_day'), await matrix.stack.sql('SELECT COUNT(*) AS n FROM sync_run'), 'each end was counted once');
	assert.equal((await matrix.sage.stats()).parallel_writes, 0, 'one write to a business at a time');
}

async function assertOnce(matrix, { event, before: earlier, subject, run }) {
	const [row] = await matrix.stack.sql(`SELECT status, error_code, error_message, warnings FROM sync_run WHERE id = ${run}`);
	assert.equal(row.status, 'succeeded', `${row.error_code}: ${row.error_message}`);
	assert.deepEqual(event.books.warnings(row), event.warnings ?? [], 'what the run is worth saying');
	const { ledger, counts } = await matrix.counts(event);
	const made = {};
	for (const kind of KINDS) if (counts[kind] !== earlier[kind]) made[kind] = counts[kind] - earlier[kind];
	assert.deepEqual(made, event.makes);
	event.check(ledger, subject);
	const [state] = await event.shop.sandbox(`states?entity_type=${subject.entity}&magento_entity_id=${subject.id}`);
	assert.equal(state?.sync_status, 'synced', 'the shop was told');
}

/** Declares the tests of points × `events` (kill_events.js). */
function killMatrix(events) {
	const list = rounds(events);
	const matrix = new Matrix();

	before(async () => {
		await matrix.start(events);
		await matrix.prepare(events, list.length);
	});
	after(() => matrix.stop());

	for (const { point, index, events: fitting } of list) {
		const suffix = point.each === 'write' && index ? ` (write ${index + 1})` : '';
		describe(`${point.name}${suffix}`, () => {
			let cases, pid;
			before(async () => {
				cases = await Promise.all(fitting.map((event) => matrix.begin(event, index)));
				const round = new Round(matrix, cases);
				await round.kill(point);
				pid = round.worker.pid;
			});
			it('leaves no lease but its own', () => assertLeases(matrix, pid));
			it('and another worker finishes', async () => {
				await matrix.finish();
				await assertAtRest(matrix);
			});
			for (const event of fitting)
				it(event.name, () => assertOnce(matrix, cases.find((one) => one.event === event)));
		});
	}
}

/** Declares the tests of a worker that stalls beyond its lease: it must change nothing more. */
function stallMatrix(events) {
	const list = rounds(events, STALLS);
	const matrix = new Matrix();

	before(async () => {
		await matrix.start(events);
		await matrix.prepare(events, list.length);
	});
	after(() => matrix.stop());

	for (const { point, index, events: fitting } of list)
		describe(`${point.name}${index ? ` (write ${index + 1})` : ''}`, () => {
			let cases;
			before(async () => {
				cases = await Promise.all(fitting.map((event) => matrix.begin(event, index)));
				await new Round(matrix, cases).stall(point);
			});
			it('leaves nothing behind', () => assertAtRest(matrix));
			for (const event of fitting)
				it(event.name, () => assertOnce(matrix, cases.find((one) => one.event === event)));
		});
}

module.exports = { killMatrix, stallMatrix, Matrix, assertAtRest, assertOnce };
