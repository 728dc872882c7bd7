'use strict';
// Every event five times, shuffled, from eight connections, while two workers run and Sage
// now and then loses an answer: exactly one document each. The seed is printed, and taken
// from REPLAY_SEED when that is set.

const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, ADDRESS, CART } = require('./lib/books');
const { until } = require('./lib/until');

const TIMES = 5;
const CONNECTIONS = 8;
const OF_EACH = 6;
const seed = Number(process.env.REPLAY_SEED ?? Date.now() % 1000000);

/** mulberry32: small, and the same everywhere. */
function random(state) {
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

function shuffle(list, next) {
	for (let i = list.length - 1; i > 0; i--) {
		const j = Math.floor(next() * (i + 1));
		[list[i], list[j]] = [list[j], list[i]];
	}
	return list;
}

let stack, sage, shop, books;

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'replay' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
	const purchases = (await books.reference('ledger_account')).find((account) => account.body.in_expenses).id;
	const bank = (await books.reference('bank_account'))[0].id;
	await books.settings({ default_bank_account_id: bank, sync_products: true, sync_stock: true, default_purchase_ledger_account_id: purchases });
});
after(() => stack?.stop());

async function makeAll() {
	const made = { customers: [], invoices: [], memos: [], products: [], events: [] };
	for (let i = 0; i < OF_EACH; i++) {
		const customer = await shop.sandbox('customers', { events: false, email: `replay${i}@example.test`, first_name: 'Re', last_name: `Play ${i}`, address: ADDRESS });
		const currency = [{}, { currency: 'EUR', base_to_order_rate: 1.17 }, { currency: 'USD', base_to_order_rate: 1.3 }][i % 3];
		const invoice = await shop.sandbox('invoices', { ...CART, ...currency, events: false, customer_id: customer.id, state: 'paid', payment_method: 'stripe_payments' });
		const memo = await shop.sandbox('creditmemos', { events: false, invoice_id: invoice.id, shipping: 0, items: [{ sku: 'A', qty: 1 }] });
		const product = await shop.sandbox('products', { events: false, sku: `R-${i}`, name: 'Mug', product_type: 'simple', price: 5, manage_stock: true, stock_qty: i + 1 });
		made.customers.push(customer);
		made.invoices.push(invoice);
		made.memos.push(memo);
		made.products.push(product);
		made.events.push(['invoice.created', invoice.id], ['invoice.paid', invoice.id], ['creditmemo.created', memo.id],
			['customer.upserted', customer.id], ['product.upserted', product.id]);
	}
	return made;
}

/** Deliveries drawn from one list by several connections at once. */
async function deliverAll(deliveries) {
	const connection = async () => {
		for (let next; (next = deliveries.pop()); ) {
			const [event, id] = next;
			const answer = await postEvent(stack, shop, event, eventBody(event, id));
			assert.ok([202, 503].includes(answer.status), `${event} ${id}: ${answer.status} ${answer.text}`);
			if (answer.status === 503) deliveries.unshift(next); // as the shop would, later
		}
	};
	await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

it(`each event five times in random order, seed ${seed}: one document each`, async () => {
	console.log(`# REPLAY_SEED=${seed}`);
	const made = await makeAll();
	const deliveries = shuffle(Array.from({ length: TIMES }, () => made.events).flat(), random(seed));
	await sage.fault({ kind: 'cut_after', method: 'POST', path: '/v3.1/', count: 3, after: 5 });
	const workers = [stack.spawnWorker(), stack.spawnWorker()];
	await deliverAll(deliveries);
	for (const worker of workers) worker.kill('SIGTERM');
	for (const worker of workers) assert.equal((await worker.ended).status, 0, worker.output());
	await sage.calm();
	await until('everything is done', async () => {
		await books.hurry();
		const two = [stack.spawnWorker({ once: true }), stack.spawnWorker({ once: true })];
		for (const worker of two) assert.equal((await worker.ended).status, 0, worker.output());
		return (await stack.sql('SELECT 1 FROM job LIMIT 1')).length === 0;
	}, { timeout: 120000 });

	const ledger = await sage.ledger();
	for (let i = 0; i < OF_EACH; i++) {
		const { increment_id: number, id, grand_total: total } = made.invoices[i];
		const invoices = ledger.sales_invoices.filter((one) => one.reference === number);
		assert.equal(invoices.length, 1, `invoice ${id}`);
		assert.equal(Number(invoices[0].total_amount), total);
		assert.equal(Number(invoices[0].outstanding_amount), 0, `invoice ${id} is paid`);
		assert.equal(ledger.contact_payments.filter((one) => one.reference === number).length, 1, `payment ${id}`);
		const notes = ledger.sales_credit_notes.filter((one) => one.reference === made.memos[i].increment_id && Number(one.total_amount) === made.memos[i].grand_total);
		assert.equal(notes.length, 1, `memo ${made.memos[i].id}`);
		assert.equal(notes[0].contact.id, invoices[0].contact.id);
		const contacts = ledger.contacts.filter((one) => new RegExp(`^M${made.customers[i].id}[A-Z]?$`).test(one.reference));
		assert.equal(contacts.length, i % 3 === 0 ? 1 : 2, `contacts of ${made.customers[i].id}`);
		const stock = ledger.stock_items.filter((one) => one.item_code === `R-${i}`);
		assert.deepEqual(stock.map((one) => Number(one.quantity_in_stock)), [i + 1]);
		assert.equal(ledger.stock_movements.filter((one) => one.stock_item.id === stock[0].id).length, 1);
	}
	assert.equal(ledger.sales_invoices.length, OF_EACH);
	assert.equal(ledger.contact_payments.length, OF_EACH);
	assert.equal(ledger.sales_credit_notes.length, OF_EACH);
	assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	assert.deepEqual(await stack.sql("SELECT event, magento_id, error_code, error_message FROM sync_run WHERE status <> 'succeeded'"), []);
	assert.equal((await sage.stats()).parallel_writes, 0);
});
