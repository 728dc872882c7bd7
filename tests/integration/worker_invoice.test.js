'use strict';
// One invoice through every real part: shop, nginx, FastCGI, MariaDB, worker, Sage, and
// its state back to the shop.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');

const ADDRESS = { street: ['9 Order Rd', 'Unit 3'], city: 'Leeds', postcode: 'LS1 1AA', country_id: 'GB' };
const GUEST = { guest: { email: 'guest@example.test', first_name: 'Guy', last_name: 'Guest' }, billing_address: ADDRESS };

let stack, sage, shop;

async function sell(cart) {
	return shop.sandbox('invoices', { ...GUEST, state: 'open', ...cart });
}

async function sync() {
	const drained = await shop.sandbox('drain', {});
	assert.equal(drained.succeeded, drained.sent);
	const { status, stderr } = await stack.runWorker();
	assert.equal(status, 0, stderr);
}

async function runs() {
	return stack.sql(`SELECT * FROM sync_run WHERE binding_id = '${shop.tenant}' ORDER BY id`);
}

async function state(id) {
	return (await shop.sandbox(`states?entity_type=invoice&magento_entity_id=${id}`))[0];
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'path' });
});
after(() => stack?.stop());

describe('invoice.created', () => {
	it('becomes one sales invoice, to the penny, and the shop is told its number', async () => {
		const customer = await shop.sandbox('customers', {
			events: false, email: 'ada@example.test', first_name: 'Ada', last_name: 'Lovelace', address: ADDRESS,
		});
		const sold = await sell({
			guest: undefined,
			customer_id: customer.id,
			items: [
				{ sku: 'TEA', name: 'Tea &amp; cake', qty: 3, price: 4.995, tax_percent: 20 },
				{ sku: 'MUG', name: 'Mug', qty: 1, price: 30, tax_percent: 20 },
			],
			discount_percent: 10,
			shipping: 5,
			shipping_tax_percent: 20,
			po_number: 'PO-77',
		});
		await sync();
		const [run] = await runs();
		assert.equal(run.status, 'succeeded', run.error_message);
		assert.equal(Number(run.magento_total), sold.grand_total);
		assert.equal(Number(run.sage_total), sold.grand_total);
		assert.equal(run.magento_number, sold.increment_id);
		const [invoice] = await sage.invoices();
		assert.equal(Number(invoice.total_amount), sold.grand_total);
		assert.equal(invoice.reference, sold.increment_id);
		assert.equal(invoice.notes, 'Purchase Order: PO-77');
		assert.equal(invoice.sent, false);
		const told = await state(sold.id);
		assert.equal(told.sync_status, 'synced');
		assert.equal(told.provider_reference, invoice.displayed_as);
		assert.equal(told.provider_entity_id, invoice.id);
		assert.equal(told.error_code, null);
	});

	it('finds the contact of a known customer again: one POST', async () => {
		const posts = async () => (await sage.stats()).requests;
		const earlier = await posts();
		await sell({ guest: undefined, customer_id: 1, items: [{ sku: 'A', qty: 1, price: 10, tax_percent: 20 }] });
		await sync();
		const later = await posts();
		assert.equal(later['POST /contacts'], earlier['POST /contacts']);
		assert.equal(later['POST /sales_invoices'], earlier['POST /sales_invoices'] + 1);
	});

	it('leaves nothing unfinished', async () => {
		assert.deepEqual(await stack.sql('SELECT * FROM job'), []);
		assert.deepEqual(await stack.sql('SELECT * FROM intent'), []);
		const leased = await stack.sql('SELECT id FROM lane WHERE lease_owner IS NOT NULL');
		assert.deepEqual(leased, []);
	});

	it('keeps a timeline of every call', async () => {
		const [run] = await runs();
		const [attempt] = await stack.sql(`SELECT * FROM run_attempt WHERE run_id = ${run.id}`);
		const calls = JSON.parse(attempt.calls).map((call) => `${call.method} ${call.path} ${call.status}`);
		assert.ok(calls.includes('POST /sales_invoices 201'), calls.join(', '));
		assert.ok(calls.some((call) => call.startsWith('GET /byte8/invoice/')), calls.join(', '));
	});
});

describe('what is not posted', () => {
	it('a cancelled invoice is skipped, with its reason on the chip', async () => {
		const sold = await sell({ items: [{ sku: 'A', qty: 1, price: 10, tax_percent: 20 }], state: 'cancelled', events: false });
		await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', sold.id));
		await sync();
		const run = (await runs()).at(-1);
		assert.equal(run.status, 'skipped_by_policy');
		assert.equal(run.skip_reason, 'invoice_cancelled');
		assert.equal((await state(sold.id)).skip_reason, 'invoice_cancelled');
	});

	it('an invoice the shop does not know fails as not_found, once', async () => {
		await postEvent(stack, shop, 'invoice.created', 4711);
		await sync();
		const run = (await runs()).at(-1);
		assert.equal(run.status, 'failed');
		assert.equal(run.error_class, 'not_found');
		assert.equal(run.attempts, '1');
		const told = await state(4711);
		assert.equal(told.sync_status, 'failed');
		assert.match(told.error_code, /^not_found/);
	});
});
