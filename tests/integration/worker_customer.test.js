'use strict';
// customer.upserted: contacts follow the shop's customers, in every currency, and what did
// not change costs no call.

const assert = require('node:assert/strict');
const { after, afterEach, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, ADDRESS, CART } = require('./lib/books');

let stack, sage, shop, books;
let people = 0;

const customer = (change = {}) => shop.sandbox('customers', {
	email: `person${++people}@example.test`, first_name: 'Ada', last_name: `Number${people}`, address: ADDRESS, ...change,
});
/** Edits the customer in the shop, and tells of it as if the shop's rows were gone. */
async function edit(made, change) {
	await shop.sandbox('customers', { id: made.id, ...made.entity, address: ADDRESS, ...change, events: false });
	await upsert(made);
}
const upsert = (made) => postEvent(stack, shop, 'customer.upserted', eventBody('customer.upserted', made.id));
const sell = (made, change = {}) => shop.sandbox('invoices', { ...CART, customer_id: made.id, state: 'open', ...change });
const contactsOf = async (made) => (await sage.ledger()).contacts.filter((contact) => new RegExp(`^M${made.id}[A-Z]?$`).test(contact.reference));

async function assertUpserted(made) {
	const run = await books.finish('customer.upserted', made.id);
	assert.equal(run.status, 'succeeded', `${run.error_code}: ${run.error_message}`);
	assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	return run;
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'people' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
});
after(() => stack?.stop());
afterEach(() => sage.calm());

describe('a customer', () => {
	it('becomes one contact in the base currency', async () => {
		const made = await customer();
		await books.deliver();
		assert.deepEqual(await books.calls(() => stack.runWorker()), { 'POST /contacts': 1 });
		const run = await assertUpserted(made);
		const [contact, ...more] = await contactsOf(made);
		assert.deepEqual(more, []);
		assert.equal(contact.id, run.sage_id);
		assert.equal(run.sage_number, contact.reference, 'never the name that Sage displays');
		assert.equal(contact.currency, 'GBP');
		assert.equal((await books.state('customer', made.id)).sync_status, 'synced');
	});

	it('unchanged costs no call', async () => {
		const made = await customer();
		await books.deliver();
		await assertUpserted(made);
		await upsert(made);
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
		await assertUpserted(made);
	});

	it('changed is updated in every currency, keeping each name\'s currency', async () => {
		const made = await customer();
		await sell(made, { currency: 'EUR', base_to_order_rate: 1.17 });
		await sell(made, { currency: 'USD', base_to_order_rate: 1.3 });
		await books.deliver();
		await assertUpserted(made);
		assert.equal((await contactsOf(made)).length, 3);
		await edit(made, { last_name: 'King' });
		const made_calls = await books.calls(() => stack.runWorker());
		assert.equal(made_calls['PUT /contacts/{key}'], 3, JSON.stringify(made_calls));
		await assertUpserted(made);
		assert.deepEqual((await contactsOf(made)).map((contact) => contact.name).sort(), ['Ada King', 'Ada King (EUR)', 'Ada King (USD)']);
		await upsert(made);
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
	});

	it('never loses a company that the shop does not tell', async () => {
		const made = await customer();
		await sell(made, { company: 'Engines Ltd', events: true });
		// The company comes with the invoice only.
		await shop.sandbox('drain', {});
		await stack.runWorker();
		const [before_] = await contactsOf(made);
		await edit(made, { phone: '0113 999' });
		await stack.runWorker();
		await assertUpserted(made);
		const [contact] = await contactsOf(made);
		assert.equal(contact.name, before_.name);
	});

	it('never loses an address that the shop no longer tells', async () => {
		const made = await customer();
		await books.deliver();
		await assertUpserted(made);
		await edit(made, { address: undefined, addresses: [], last_name: 'Moved' });
		await assertUpserted(made);
		const [contact] = await contactsOf(made);
		assert.equal(contact.name, 'Ada Moved');
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const answer = await fetch(`${stack.sageUrl}/v3.1/contacts/${contact.id}?nested_attributes=main_address`, { headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business } });
		assert.equal((await answer.json()).main_address.address_line_1, ADDRESS.street[0]);
	});

	it('in another currency first gets the next letter', async () => {
		const made = await customer({ events: false });
		await sell(made, { currency: 'SEK', base_to_order_rate: 13 });
		await sell(made, { currency: 'SGD', base_to_order_rate: 1.7 });
		await books.deliver();
		await stack.runWorker();
		assert.deepEqual((await contactsOf(made)).map((contact) => contact.reference).sort(), [`M${made.id}G`, `M${made.id}S`]);
	});
});

describe('a reference that Sage holds already', () => {
	const post = async (contact) => {
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const send = (method, path, body) => fetch(`${stack.sageUrl}/v3.1/${path}`, { method,
			headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' },
			body: body && JSON.stringify(body) });
		const answer = await send('POST', 'contacts', { contact });
		assert.equal(answer.status, 201);
		const { id } = await answer.json();
		return { id, drop: () => send('DELETE', `contacts/${id}`) };
	};

	it('of the same person is adopted', async () => {
		const made = await customer({ events: false });
		const held = await post({ name: 'Somebody', reference: `M${made.id}`, contact_type_ids: ['CUSTOMER'],
			main_contact_person: { name: 'Somebody', email: made.entity.email } });
		await upsert(made);
		await stack.runWorker();
		const run = await assertUpserted(made);
		assert.equal(run.sage_id, held.id);
		const [contact, ...more] = await contactsOf(made);
		assert.deepEqual(more, []);
		assert.equal(contact.name, `Ada ${made.entity.last_name}`, 'and called as the shop says');
		await upsert(made);
		assert.deepEqual(await books.calls(() => stack.runWorker()), {});
	});

	for (const [what, other] of [['another person', { email: 'else@example.test' }], ['another currency', { currency_id: 'EUR' }]])
		it(`of ${what} is not: it says so to the letter`, async () => {
			const made = await customer({ events: false });
			const { email = made.entity.email, ...rest } = other;
			await post({ name: 'Somebody', reference: `M${made.id}`, contact_type_ids: ['CUSTOMER'], main_contact_person: { name: 'Somebody', email }, ...rest });
			await upsert(made);
			const run = await books.finish('customer.upserted', made.id);
			assert.deepEqual([run.status, run.error_class, run.error_code], ['failed', 'provider', 'reference_reserved']);
			assert.equal(run.error_message, `Sage still holds the reference 'M${made.id}' of a deleted contact: delete it for good in Sage (Settings → Deletion), or link the contact by hand.`);
		});

	it('of a deleted contact fails with what to do; linked by hand it goes on', async () => {
		const made = await customer({ events: false });
		const held = await post({ name: 'Somebody', reference: `M${made.id}`, contact_type_ids: ['CUSTOMER'],
			main_contact_person: { name: 'Somebody', email: made.entity.email } });
		await held.drop();
		await upsert(made);
		await stack.runWorker();
		const run = await books.finish('customer.upserted', made.id);
		assert.deepEqual([run.status, run.error_class, run.error_code], ['failed', 'provider', 'reference_reserved']);
		const living = await post({ name: 'New', reference: 'NEW', contact_type_ids: ['CUSTOMER'] });
		await stack.ctl('xref', 'link', '--binding', shop.tenant, '--kind', 'contact:GBP', '--magento-id', String(made.id), '--sage-id', living.id);
		await upsert(made);
		const calls = await books.calls(() => stack.runWorker());
		assert.equal(calls['PUT /contacts/{key}'], 1, JSON.stringify(calls));
		assert.equal((await assertUpserted(made)).sage_id, living.id);
		assert.equal((await sage.ledger()).contacts.find((one) => one.id === living.id).name, 'New', 'perhaps a company that the shop does not tell');
	});
});

describe('B2C consolidation', () => {
	const on = { enabled: true, fallback_contact_email: 'web@example.test' };
	it('skips who has no contact of their own, updates who has', async () => {
		const known = await customer();
		await books.deliver();
		await assertUpserted(known);
		await books.settings({ b2c_consolidation: on });
		const made = await customer();
		await books.deliver();
		const run = await books.finish('customer.upserted', made.id);
		assert.deepEqual([run.status, run.skip_reason], ['skipped_by_policy', 'b2c_consolidated']);
		await edit(known, { last_name: 'Changed' });
		await assertUpserted(known);
		assert.equal((await contactsOf(known))[0].name, 'Ada Changed');
		assert.deepEqual(await contactsOf(made), []);
		await books.settings({ b2c_consolidation: { ...on, enabled: false } });
	});
});

describe('an invoice that knows the customer better', () => {
	it('updates the contact after it is posted, once', async () => {
		const made = await customer();
		await sell(made);
		await books.deliver();
		await assertUpserted(made);
		await shop.sandbox('customers', { id: made.id, ...made.entity, address: ADDRESS, last_name: 'Fresh', events: false });
		const sold = await sell(made);
		await books.deliver();
		const calls = await books.calls(() => stack.runWorker());
		assert.equal(calls['POST /sales_invoices'], 1);
		assert.equal(calls['PUT /contacts/{key}'], 1, JSON.stringify(calls));
		assert.equal((await contactsOf(made))[0].name, 'Ada Fresh');
		assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
		await sell(made);
		await books.deliver();
		assert.deepEqual(await books.calls(() => stack.runWorker()), { 'POST /sales_invoices': 1 });
	});

	it('and stands although the update fails: a warning, and the next one tries again', async () => {
		const made = await customer();
		await books.deliver();
		await assertUpserted(made);
		await shop.sandbox('customers', { id: made.id, ...made.entity, address: ADDRESS, last_name: 'Later', events: false });
		await sage.fault({ kind: 'server_error', method: 'PUT', path: '/v3.1/contacts', count: 1 });
		const sold = await sell(made);
		await books.deliver();
		const run = await books.finish('invoice.created', sold.id);
		assert.equal(run.status, 'succeeded');
		assert.deepEqual(books.warnings(run), ['contact_not_updated']);
		await sell(made);
		await books.deliver();
		await stack.runWorker();
		assert.equal((await contactsOf(made))[0].name, 'Ada Later');
	});
});

describe('exactly one contact', () => {
	for (const [kind, posts] of [['cut_after', undefined], ['cut_before', 1]])
		it(`an intent of more than six days is looked up first: ${kind}`, async () => {
			const made = await customer();
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/contacts' });
			await stack.runWorker();
			await stack.sql('UPDATE intent SET created_at = UTC_TIMESTAMP(6) - INTERVAL 7 DAY');
			const calls = await books.calls(() => assertUpserted(made));
			assert.equal(calls['POST /contacts'], posts, JSON.stringify(calls));
			assert.equal((await contactsOf(made)).length, 1);
		});

	for (const kind of ['cut_after', 'gateway_timeout', 'malformed_json', 'cut_before'])
		it(kind, async () => {
			const made = await customer();
			await books.deliver();
			await sage.fault({ kind, method: 'POST', path: '/v3.1/contacts', count: 2 });
			await stack.runWorker();
			await assertUpserted(made);
			assert.equal((await contactsOf(made)).length, 1);
		});
});

describe('a contact that people deleted in Sage', () => {
	let made, first;

	async function inSage(method, path, body) {
		const { access_token: token } = await shop.sage('grant', { business: shop.business });
		const answer = await fetch(`${stack.sageUrl}/v3.1/${path}`, { method, body: body && JSON.stringify(body),
			headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' } });
		assert.ok(answer.status < 300, `${path}: ${answer.status}`);
		return method === 'POST' ? answer.json() : undefined;
	}

	before(async () => {
		made = await customer({ events: false });
		first = await sell(made);
		await books.deliver();
		const { sage_id: invoice } = await books.finish('invoice.created', first.id);
		await inSage('DELETE', `sales_invoices/${invoice}?void_reason=test`);
		await inSage('DELETE', `contacts/${(await contactsOf(made))[0].id}`);
	});

	it('is not asked for again: its reference is reserved, and the event says what to do', async () => {
		const sold = await sell(made);
		await books.deliver();
		const run = await books.finish('invoice.created', sold.id);
		assert.deepEqual([run.error_class, run.error_code], ['provider', 'reference_reserved']);
		assert.match(run.error_message, new RegExp(`'M${made.id}' of a deleted contact`));
		const [{ error_code: code }] = await stack.sql(`SELECT error_code FROM run_attempt WHERE run_id = ${run.id} AND number = 1`);
		assert.equal(code, 'RecordNotFound');
		assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	});

	it('another one, linked by hand, takes its place', async () => {
		const other = await inSage('POST', 'contacts', { contact: { name: 'By hand', contact_type_ids: ['CUSTOMER'] } });
		await stack.ctl('xref', 'link', '--binding', shop.tenant, '--kind', 'contact:GBP', '--magento-id', String(made.id), '--sage-id', other.id);
		const sold = await sell(made);
		await books.deliver();
		const run = await books.finish('invoice.created', sold.id);
		assert.equal(run.status, 'succeeded', run.error_message);
		assert.equal((await sage.invoices()).find((one) => one.id === run.sage_id).contact.id, other.id);
	});

	it('a credit memo of its invoice fails once and for all, by its name', async () => {
		const memo = await shop.sandbox('creditmemos', { invoice_id: first.id });
		await books.deliver();
		const run = await books.finish('creditmemo.created', memo.id);
		assert.deepEqual([run.error_class, run.error_code], ['provider', 'RecordNotFound']);
		assert.deepEqual(await books.leftovers(), { intents: [], jobs: [] });
	});
});
