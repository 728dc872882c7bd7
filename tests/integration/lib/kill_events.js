'use strict';
// The events of the kill matrix and of the other tests that break things: how each is made,
// what it writes to Sage, and what Sage must hold of it in the end.
//
//   name, event     what is posted
//   writes          its writes to Sage in order: { call: 'POST /v3.1/…', kind, key, intent,
//                   settles }: `kind` and subject.keys[key] name its intent and its
//                   cross-reference (`settles` when that is of another kind)
//   makes           what the ledger then has more: { sales_invoices: 1 }
//   warnings        codes that the run ends with
//   prior(event, matrix)  makes what must be in Sage before (optional)
//   act(event, prior)     makes the subject in the shop: { id, entity, keys, … }
//   check(ledger, subject)  totals and the like

const assert = require('node:assert/strict');
const { ADDRESS, CART } = require('./books');

let made = 0;

const customer = ({ shop }, change = {}) =>
	shop.sandbox('customers', { events: false, email: `kill${++made}@example.test`, first_name: 'Kay', last_name: `Number ${made}`, address: ADDRESS, ...change });
const sell = ({ shop }, buyer, change = {}) =>
	shop.sandbox('invoices', { ...CART, events: false, customer_id: buyer.id, state: 'open', payment_method: 'stripe_payments', ...change });
const product = ({ shop }, change = {}) =>
	shop.sandbox('products', { events: false, sku: `KILL-${++made}`, name: 'Mug', product_type: 'simple', price: 5, cost: 2, manage_stock: false, ...change });
const STOCKED = { manage_stock: true, stock_qty: 7 };

const CONTACT = { call: 'POST /v3.1/contacts', kind: 'contact:GBP', key: 'buyer', intent: true };
const CONTACT_UPDATE = { call: 'PUT /v3.1/contacts', kind: 'contact:GBP', key: 'buyer' };
const INVOICE = { call: 'POST /v3.1/sales_invoices', kind: 'invoice', key: 'invoice', intent: true };
const PAYMENT = { call: 'POST /v3.1/contact_payments', kind: 'invoice_payment', key: 'invoice', intent: true };
const NOTE = { call: 'POST /v3.1/sales_credit_notes', kind: 'credit_note', key: 'memo', intent: true };
const create = (family, kind) => ({ call: `POST /v3.1/${family}`, kind, key: 'product', intent: true });
const PRODUCT_UPDATE = { call: 'PUT /v3.1/products', kind: 'product', key: 'product' };
const MOVEMENT = { call: 'POST /v3.1/stock_movements', kind: 'stock_movement', key: 'product', intent: true, settles: 'stock_item' };

// ---- invoices and payments

/** An invoice that is in Sage, of a customer who is. */
async function synced(event, matrix) {
	const buyer = await customer(event);
	const sold = await sell(event, buyer);
	await matrix.post(event, 'invoice.created', sold.id);
	return { buyer, sold };
}

const invoiceOf = (sold, buyer) => ({ id: sold.id, entity: 'invoice', sold, buyer, keys: { buyer: buyer.id, invoice: sold.id } });

const invoiceIn = (ledger, { sold }) => {
	const found = ledger.sales_invoices.filter((invoice) => invoice.reference === sold.increment_id);
	assert.equal(found.length, 1);
	assert.equal(Number(found[0].total_amount), sold.grand_total);
	return found[0];
};
const unpaid = (ledger, subject) => assert.equal(Number(invoiceIn(ledger, subject).outstanding_amount), subject.sold.grand_total);
const paid = (ledger, subject) => {
	assert.equal(Number(invoiceIn(ledger, subject).outstanding_amount), 0);
	const payments = ledger.contact_payments.filter((payment) => payment.reference === subject.sold.increment_id);
	assert.deepEqual(payments.map((payment) => Number(payment.total_amount)), [subject.sold.grand_total]);
};

const INVOICES = [
	{
		name: 'invoice.created, a new contact',
		event: 'invoice.created',
		writes: [CONTACT, INVOICE],
		makes: { contacts: 1, sales_invoices: 1 },
		async act(event) {
			const buyer = await customer(event);
			return invoiceOf(await sell(event, buyer), buyer);
		},
		check: unpaid,
	},
	{
		name: 'invoice.created, a known contact',
		event: 'invoice.created',
		writes: [INVOICE],
		makes: { sales_invoices: 1 },
		prior: synced,
		async act(event, { buyer }) {
			return invoiceOf(await sell(event, buyer), buyer);
		},
		check: unpaid,
	},
	{
		name: 'invoice.paid',
		event: 'invoice.paid',
		writes: [PAYMENT],
		makes: { contact_payments: 1 },
		prior: synced,
		act: async (event, { buyer, sold }) => invoiceOf(sold, buyer),
		check: paid,
	},
	{
		name: 'invoice.paid before invoice.created',
		event: 'invoice.paid',
		writes: [INVOICE, PAYMENT],
		makes: { sales_invoices: 1, contact_payments: 1 },
		warnings: ['adjusted_to_total'],
		prior: synced,
		async act(event, { buyer }) {
			return invoiceOf(await sell(event, buyer, { state: 'paid', adjustment: -5 }), buyer);
		},
		check: paid,
	},
];

// ---- credit memos and customers

const memoOf = (memo, buyer) => ({ id: memo.id, entity: 'creditmemo', memo, buyer, keys: { buyer: buyer.id, memo: memo.id } });
const personOf = (buyer) => ({ id: buyer.id, entity: 'customer', buyer, keys: { buyer: buyer.id } });

const contactIn = (ledger, { buyer }) => {
	const found = ledger.contacts.filter((contact) => contact.reference === `M${buyer.id}`);
	assert.equal(found.length, 1);
	return found[0];
};
const credited = (ledger, subject) => {
	const notes = ledger.sales_credit_notes.filter((note) => note.reference === subject.memo.increment_id);
	assert.deepEqual(notes.map((note) => Number(note.total_amount)), [subject.memo.grand_total]);
	assert.equal(notes[0].contact.id, contactIn(ledger, subject).id);
};

const NOTES = [
	{
		name: 'creditmemo.created of an invoice',
		event: 'creditmemo.created',
		writes: [NOTE],
		makes: { sales_credit_notes: 1 },
		prior: synced,
		async act({ shop }, { buyer, sold }) {
			return memoOf(await shop.sandbox('creditmemos', { events: false, invoice_id: sold.id, shipping: 0, items: [{ sku: 'A', qty: 1 }] }), buyer);
		},
		check: credited,
	},
	{
		name: 'creditmemo.created of no invoice',
		event: 'creditmemo.created',
		writes: [CONTACT, NOTE],
		makes: { contacts: 1, sales_credit_notes: 1 },
		async act(event) {
			const buyer = await customer(event);
			return memoOf(await event.shop.sandbox('creditmemos', { ...CART, events: false, customer_id: buyer.id }), buyer);
		},
		check: credited,
	},
	{
		name: 'customer.upserted, a new one',
		event: 'customer.upserted',
		writes: [CONTACT],
		makes: { contacts: 1 },
		act: async (event) => personOf(await customer(event)),
		check: contactIn,
	},
	{
		name: 'customer.upserted, a change',
		event: 'customer.upserted',
		writes: [CONTACT_UPDATE],
		makes: {},
		async prior(event, matrix) {
			const buyer = await customer(event);
			await matrix.post(event, 'customer.upserted', buyer.id);
			return buyer;
		},
		async act(event, buyer) {
			await customer(event, { ...buyer.entity, id: buyer.id, address: ADDRESS, last_name: 'Changed' });
			return personOf(buyer);
		},
		check(ledger, subject) {
			assert.equal(contactIn(ledger, subject).name, 'Kay Changed');
		},
	},
];

// ---- products and stock

const productOf = (item) => ({ id: item.id, entity: 'product', item, keys: { product: item.id } });
const itemIn = (ledger, family, { item }) => {
	const found = ledger[family].filter((one) => one.item_code === item.entity.sku);
	assert.equal(found.length, 1);
	return found[0];
};
/** What is in stock, and that it came by these movements. */
const stock = (...quantities) => (ledger, subject) => {
	const item = itemIn(ledger, 'stock_items', subject);
	const moved = ledger.stock_movements.filter((movement) => movement.stock_item.id === item.id).map((movement) => Number(movement.quantity));
	assert.deepEqual(moved, quantities);
	assert.equal(Number(item.quantity_in_stock), quantities.reduce((sum, quantity) => sum + quantity, 0));
};

/** A product that is in Sage, changed since. */
const changed = (change, like = {}) => ({
	async prior(event, matrix) {
		const item = await product(event, like);
		await matrix.post(event, 'product.upserted', item.id);
		return item;
	},
	async act(event, item) {
		await product(event, { ...item.entity, ...like, id: item.id, ...change });
		return productOf(item);
	},
});

const ITEMS = [
	{
		name: 'product.upserted, a new product',
		event: 'product.upserted',
		writes: [create('products', 'product')],
		makes: { products: 1 },
		act: async (event) => productOf(await product(event)),
		check: (ledger, subject) => itemIn(ledger, 'products', subject),
	},
	{
		name: 'product.upserted, a change',
		event: 'product.upserted',
		writes: [PRODUCT_UPDATE],
		makes: {},
		...changed({ name: 'Red mug' }),
		check: (ledger, subject) => assert.equal(itemIn(ledger, 'products', subject).description, 'Red mug'),
	},
	{
		name: 'product.upserted, a new service',
		event: 'product.upserted',
		writes: [create('services', 'service')],
		makes: { services: 1 },
		act: async (event) => productOf(await product(event, { product_type: 'virtual' })),
		check: (ledger, subject) => itemIn(ledger, 'services', subject),
	},
	{
		name: 'product.upserted, a new stock item',
		event: 'product.upserted',
		writes: [create('stock_items', 'stock_item'), MOVEMENT],
		makes: { stock_items: 1, stock_movements: 1 },
		act: async (event) => productOf(await product(event, STOCKED)),
		check: stock(7),
	},
	{
		name: 'product.upserted, sold from stock',
		event: 'product.upserted',
		writes: [MOVEMENT],
		makes: { stock_movements: 1 },
		...changed({ stock_qty: 4 }, STOCKED),
		check: stock(7, -3),
	},
];

module.exports = { INVOICES, NOTES, ITEMS, customer, sell, product, STOCKED };
