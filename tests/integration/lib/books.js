'use strict';
// What the tests of the pipelines share: settings, deliveries, runs driven to their end.

const { until } = require('./until');

const ADDRESS = { street: ['9 Order Rd'], city: 'Leeds', postcode: 'LS1 1AA', country_id: 'GB' };
const CART = { items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }], shipping: 15, billing_address: ADDRESS };
const ENDED = ['succeeded', 'failed', 'skipped_by_policy'];
const ENTITY = { invoice: 'invoice', creditmemo: 'creditmemo', customer: 'customer', product: 'product' };

class Books {
	#buyers = 0;

	constructor(stack, sage, shop) {
		Object.assign(this, { stack, sage, shop });
	}

	/** Lays `changes` over the binding's settings, as a new version through ledgerctl. */
	async settings(changes) {
		const { policy } = await this.stack.ctl('policy', 'get', '--binding', this.shop.tenant, '--json');
		const file = this.stack.secretFile(JSON.stringify({ ...policy, ...changes }));
		return this.stack.ctl('policy', 'set', '--binding', this.shop.tenant, '--file', file, '--json');
	}

	/** The reference data's items of one kind, as {id, name, body}. */
	async reference(kind) {
		const rows = await this.stack.sql(
			`SELECT item_id, name, body FROM reference_item WHERE binding_id = '${this.shop.tenant}' AND kind = '${kind}'`,
		);
		return rows.map((row) => ({ id: row.item_id, name: row.name, body: JSON.parse(row.body) }));
	}

	/** A guest of their own, so that no two tests meet in a contact. */
	guest() {
		const number = ++this.#buyers;
		return { email: `buyer${number}@example.test`, first_name: 'Guy', last_name: `Number ${number}` };
	}

	/** Delivers what the shop has queued. */
	async deliver() {
		for (;;) {
			const { due, sent } = await this.shop.sandbox('drain', {});
			if (!due || !sent) return;
		}
	}

	async run(event, id) {
		const found = await this.stack.sql(
			`SELECT * FROM sync_run WHERE binding_id = '${this.shop.tenant}' AND event = '${event}' AND magento_id = ${id} ORDER BY id DESC LIMIT 1`,
		);
		return found[0];
	}

	/** What waits is due now. */
	async hurry() {
		await this.stack.sql("UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE state = 'waiting'");
		await this.stack.sql("UPDATE lane SET parked_until = '2000-01-01', failures = 0");
	}

	/** Lets workers run until the event's latest run has ended. */
	async finish(event, id) {
		return until(`${event} ${id} ended`, async () => {
			await this.hurry();
			await this.stack.runWorker();
			const run = await this.run(event, id);
			return run && ENDED.includes(run.status) && run;
		}, { timeout: 90000 });
	}

	/** Requests that Sage was sent while `work` ran, by route. */
	async calls(work) {
		const before = (await this.sage.stats()).requests;
		await work();
		const after = (await this.sage.stats()).requests;
		const made = {};
		for (const route of Object.keys(after)) {
			const count = after[route] - (before[route] ?? 0);
			if (count && !route.includes('/_sandbox')) made[route] = count;
		}
		return made;
	}

	warnings(run) {
		return (run.warnings ? JSON.parse(run.warnings) : []).map((warning) => warning.code);
	}

	async state(entity, id) {
		return (await this.shop.sandbox(`states?entity_type=${ENTITY[entity]}&magento_entity_id=${id}`))[0];
	}

	/** Nothing is left to do, or half done. */
	async leftovers() {
		return {
			intents: await this.stack.sql('SELECT kind, magento_key FROM intent'),
			jobs: await this.stack.sql('SELECT kind, state FROM job'),
		};
	}
}

module.exports = { Books, ADDRESS, CART };
