'use strict';
// ledgerctl reconcile and backfill: what the shop has against what Sage has, and bringing in
// what never came.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { pairShop } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, ADDRESS, CART } = require('./lib/books');

let stack, sage, shop, books, lost, period;

const ctl = (...args) => stack.ctl(...args);
const json = (...args) => stack.ctl(...args, '--json');
const sell = (change = {}) => shop.sandbox('invoices', { ...CART, guest: books.guest(), state: 'open', events: false, ...change });
const day = (offset) => new Date(Date.now() + offset * 86400000).toISOString().slice(0, 10);
const reconcile = (...more) => ['reconcile', '--binding', shop.tenant, ...period, ...more];
const fill = (event, ...more) => json('backfill', '--binding', shop.tenant, '--event', event, ...more);

/** The error that a command failed with, as JSON says it. */
async function refused(...args) {
	const error = await json(...args).then(() => assert.fail(`${args.join(' ')} did not fail`), (reason) => reason);
	assert.ok(error.stderr, error.stack);
	return JSON.parse(error.stderr.trim().split('\n').pop()).error;
}

/** A person at work in Sage. */
async function send(method, path, body) {
	const { access_token: token } = await shop.sage('grant', { business: shop.business });
	const answer = await fetch(`${stack.sageUrl}/v3.1/${path}`, { method, body: body && JSON.stringify(body),
		headers: { Authorization: `Bearer ${token}`, 'X-Business': shop.business, 'Content-Type': 'application/json' } });
	assert.ok(answer.status < 300, `${path}: ${answer.status} ${await answer.text()}`);
}
const of = async (sold) => (await sage.invoices()).find((one) => one.reference === sold.increment_id);
const line = async (sold) => ({ description: 'By hand', ledger_account_id: (await of(sold)).invoice_lines[0].ledger_account.id, unit_price: 1, tax_rate_id: 'GB_ZERO', tax_amount: 0 });

/** The rows of the CSV, by the shop's id: [verdict, detail]. */
async function verdicts() {
	const text = await ctl(...reconcile('--csv')).catch((error) => error.stdout);
	const rows = text.trim().split('\r\n').slice(1).map((row) => row.slice(1, -1).split('","'));
	return Object.fromEntries(rows.map((cells) => [Number(cells[3]), [cells[8], cells[9]]]));
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'lost' });
	books = new Books(stack, sage, shop);
	await stack.runWorker(); // reference data
	lost = [];
	for (let i = 0; i < 5; i++) lost.push(await sell());
	lost.push(await sell({ created_at: `${day(-40)}T12:00:00Z` }));
	period = ['--from', day(-1), '--to', day(1)];
});
after(() => stack?.stop());

describe('invoices that never came', () => {
	it('are found', async () => {
		const error = await refused(...reconcile());
		assert.equal(error.code, 'books_disagree');
		assert.match(error.message, /^5 /);
		assert.deepEqual((await verdicts())[lost[0].id], ['missing', '']);
	});

	it('are counted first, queued with --yes, at low priority', async () => {
		assert.deepEqual(await fill('invoice.created', ...period), { found: 5, there: 0, would_queue: 5 });
		assert.deepEqual(await stack.sql('SELECT 1 FROM job'), []);
		assert.deepEqual(await fill('invoice.created', ...period, '--yes'), { found: 5, queued: 5, there: 0 });
		assert.deepEqual(await stack.sql('SELECT DISTINCT priority FROM job'), [{ priority: '1' }]);
		assert.deepEqual(await fill('invoice.created', ...period, '--yes'), { found: 5, queued: 0, there: 5 });
		await stack.runWorker();
		for (const sold of lost.slice(0, 5)) assert.equal((await books.finish('invoice.created', sold.id)).status, 'succeeded');
		assert.deepEqual(await fill('invoice.created', '--ids', `${lost[5].id}`, '--yes'), { found: 1, queued: 1, there: 0 });
		await stack.runWorker();
	});

	it('in Sage already, they are counted as such', async () => {
		assert.deepEqual(await fill('invoice.created', ...period), { found: 5, there: 5, would_queue: 0 });
		assert.match(await ctl('backfill', '--binding', shop.tenant, '--event', 'invoice.created', ...period), /^5 found, 5 of them are there already: 0 would be queued\./);
	});

	it('ids that the shop does not have are left out', async () => {
		const [last] = lost.slice(-1);
		const beyond = `${lost[0].id}-${last.id + 20}`;
		assert.deepEqual(await fill('invoice.created', '--ids', beyond), { found: 6, there: 6, would_queue: 0 });
		assert.deepEqual(await fill('creditmemo.created', '--ids', '900-905', '--yes'), { found: 0, queued: 0, there: 0 });
		assert.deepEqual(await stack.sql("SELECT 1 FROM sync_run WHERE status IN ('queued', 'failed')"), []);
	});

	it('then both agree', async () => {
		const table = await ctl(...reconcile());
		assert.equal(table.trim().split('\n').length, 5);
		const csv = await ctl(...reconcile('--csv'));
		assert.match(csv, /^"kind","date","number"/);
		assert.equal(csv.trim().split('\r\n').length, 6);
	});
});

describe('what people did in Sage', () => {
	it('a duplicate, another total, another contact, a voided one, an unlinked one', async () => {
		await send('POST', 'sales_invoices', { sales_invoice: { contact_id: (await of(lost[0])).contact.id, date: day(0), reference: lost[0].increment_id, invoice_lines: [await line(lost[0])] } });
		await send('PUT', `sales_invoices/${(await of(lost[1])).id}`, { sales_invoice: { invoice_lines: [await line(lost[1])] } });
		await send('DELETE', `sales_invoices/${(await of(lost[2])).id}?void_reason=test`);
		await stack.sql(`DELETE FROM entity_xref WHERE sage_id = '${(await of(lost[3])).id}'`);
		const { contact_id: kept } = (await stack.sql(`SELECT contact_id FROM entity_xref WHERE sage_id = '${(await of(lost[4])).id}'`))[0];
		await stack.sql(`UPDATE entity_xref SET contact_id = '${'f'.repeat(32)}' WHERE sage_id = '${(await of(lost[4])).id}'`);
		const found = await verdicts();
		assert.deepEqual(Object.keys(found).map(Number), lost.slice(0, 5).map((sold) => sold.id));
		assert.deepEqual(Object.values(found).map(([verdict]) => verdict), ['duplicate', 'different_total', 'missing', 'not_linked', 'different_contact']);
		assert.equal(found[lost[0].id][1], '2 of this reference');
		assert.match((await refused(...reconcile())).message, /^5 /);
		await stack.sql(`UPDATE entity_xref SET contact_id = '${kept}' WHERE sage_id = '${(await of(lost[4])).id}'`);
	});

	it('another date: found by its cross-reference, and it agrees', async () => {
		await send('PUT', `sales_invoices/${(await of(lost[4])).id}`, { sales_invoice: { date: day(-20) } });
		assert.deepEqual((await verdicts())[lost[4].id], ['agrees', `dated ${day(-20)} in Sage`]);
	});

	it('another date and no cross-reference: found by its reference', async () => {
		await send('PUT', `sales_invoices/${(await of(lost[3])).id}`, { sales_invoice: { date: day(-20) } });
		assert.deepEqual((await verdicts())[lost[3].id], ['not_linked', '']);
	});

	it('another date, and a second one of the same reference in the period', async () => {
		await send('POST', 'sales_invoices', { sales_invoice: { contact_id: (await of(lost[4])).contact.id, date: day(0), reference: lost[4].increment_id, invoice_lines: [await line(lost[4])] } });
		assert.equal((await verdicts())[lost[4].id][0], 'duplicate');
	});

	it('nothing: exit 0', async () => {
		period = ['--from', day(-41), '--to', day(-39)];
		const { counts, documents } = await json(...reconcile());
		assert.deepEqual([counts.agrees, documents.length], [1, 1]);
	});
});

describe('a shop that answers badly', () => {
	before(() => {
		period = ['--from', day(-1), '--to', day(1)];
	});

	it('one document that cannot be read: it is named, the others are compared', async () => {
		const { entity } = await sell();
		await shop.sandbox('raw?kind=invoice', { ...entity, grand_total: 1e300 });
		const found = await verdicts();
		assert.deepEqual(found[entity.magento_id], ['unreadable', "The shop's answer is not as agreed: grand_total is too large."]);
		assert.equal(found[lost[4].id][0], 'duplicate');
		const error = await json(...reconcile()).then(() => assert.fail('they do not agree'), (reason) => reason);
		const { counts, documents } = JSON.parse(error.stdout);
		assert.equal(counts.unreadable, 1);
		assert.equal(documents.find((one) => one.magento_id === entity.magento_id).magento_total, '');
		const warned = await stack.ctl('backfill', '--binding', shop.tenant, '--event', 'invoice.created', ...period);
		assert.match(warned, /^\d+ found/);
		await shop.sandbox('raw?kind=invoice', entity);
		assert.equal((await verdicts())[entity.magento_id][0], 'missing');
	});

	it('maintenance: the walk waits, and says so', async () => {
		await shop.sandbox('faults', { fault: '503', match: '/byte8/invoice/', count: 2 });
		const before_ = Date.now();
		assert.ok(Object.keys(await verdicts()).length >= 6);
		assert.ok(Date.now() - before_ > 15000);
	});

	it('a shop that lets nobody in ends it, by the name of the document', async () => {
		await shop.sandbox('faults', { fault: '401', match: '/byte8/invoice/', count: 2 });
		const error = await refused(...reconcile());
		assert.equal(error.code, 'shop_refused_token');
		assert.match(error.message, /^invoice \d+: /);
	});
});

describe('the other events', () => {
	before(() => {
		period = ['--from', day(-1), '--to', day(1)];
	});

	it('payments: of paid invoices alone, dated as their invoice', async () => {
		const bank = (await books.reference('bank_account'))[0].id;
		await books.settings({ default_bank_account_id: bank });
		const old = await sell({ state: 'paid', created_at: `${day(-40)}T12:00:00Z` });
		const paid = [await sell({ state: 'paid' }), await sell({ state: 'paid' })];
		assert.deepEqual(await fill('invoice.paid', ...period, '--yes'), { found: 2, queued: 2, there: 0 });
		assert.deepEqual(await fill('invoice.paid', '--ids', `${lost[0].id},${old.id},99999`, '--yes'), { found: 1, queued: 1, there: 0 });
		for (const sold of [...paid, old]) assert.equal((await books.finish('invoice.paid', sold.id)).status, 'succeeded');
		const payments = (await sage.ledger()).contact_payments;
		assert.deepEqual(payments.map((payment) => payment.reference).sort(), [...paid, old].map((sold) => sold.increment_id).sort());
		assert.equal(payments.find((payment) => payment.reference === old.increment_id).date, day(-40));
		assert.deepEqual(await fill('invoice.paid', ...period, '--yes'), { found: 2, queued: 0, there: 2 });
	});

	it('credit memos', async () => {
		const memo = await shop.sandbox('creditmemos', { ...CART, guest: books.guest(), from_order: true, events: false });
		assert.deepEqual(await fill('creditmemo.created', ...period, '--yes'), { found: 1, queued: 1, there: 0 });
		assert.equal((await books.finish('creditmemo.created', memo.id)).status, 'succeeded');
	});

	for (const [event, path, what] of [
		['customer.upserted', 'customers', (number) => ({ email: `fill${number}@example.test`, first_name: 'Fill', last_name: `Number ${number}`, address: ADDRESS })],
		['product.upserted', 'products', (number) => ({ sku: `FILL-${number}`, name: 'Mug', product_type: 'simple', price: 5 })],
	])
		it(`${path}: made or changed in the period, behind a gap too, and read anew each time`, async () => {
			await books.settings({ sync_products: true, default_purchase_ledger_account_id: (await books.reference('ledger_account')).find((account) => account.body.in_expenses).id });
			const long = `${day(-40)}T12:00:00Z`;
			const make = (number, change) => shop.sandbox(path, { ...what(number), events: false, ...change });
			const fresh = await make(1);
			await make(2, { created_at: long, updated_at: long });
			const changed = await make(3, { created_at: long });
			const behind = await make(4, { id: changed.id + 40 });
			assert.deepEqual(await fill(event, ...period), { found: 3, there: 0, would_queue: 3 });
			assert.deepEqual(await fill(event, ...period, '--yes'), { found: 3, queued: 3, there: 0 });
			assert.deepEqual(await fill(event, ...period, '--yes'), { found: 3, queued: 0, there: 3 });
			assert.deepEqual(await fill(event, '--ids', `${fresh.id},${behind.id}-${behind.id + 5}`), { found: 2, there: 2, would_queue: 0 });
			for (const one of [fresh, changed, behind]) {
				const run = await books.finish(event, one.id);
				assert.equal(run.status, 'succeeded', run.error_message);
				assert.ok(run.occurred_at >= day(-1), 'brought in as it is now');
			}
			assert.deepEqual(await fill(event, ...period, '--yes'), { found: 3, queued: 3, there: 0 });
			assert.deepEqual(await books.calls(() => stack.runWorker()), {}, 'nothing had changed');
		});

	it('what cannot be asked for is refused', async () => {
		const backfill = (...more) => refused('backfill', '--binding', shop.tenant, ...more);
		assert.equal((await backfill('--event', 'order.created', ...period)).code, 'usage');
		assert.equal((await backfill('--event', 'invoice.created', '--ids', '3-1')).code, 'usage');
		assert.equal((await backfill('--event', 'invoice.created', '--from', 'today', '--to', day(0))).code, 'usage');
		assert.equal((await backfill('--event', 'customer.upserted', '--ids', '1-200000')).code, 'too_many');
		assert.equal((await backfill('--event', 'invoice.paid', '--ids', '1-4294967295')).code, 'too_many');
		assert.equal((await backfill('--event', 'invoice.created', '--ids', '')).code, 'usage');
	});

	it('an id named twice is one document', async () => {
		const named = lost.slice(0, 3).map((sold) => sold.id);
		assert.equal((await fill('invoice.created', '--ids', [...named, named[1], named[0]].join())).found, 3);
	});
});
