// Sales invoices: arithmetic, refusals, life cycle.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { SERVICES, SHOP, US, api, contactBody, control, get, grant, invoiceBody, ledgerOf,
	line, made, newContact, newInvoice, post, refused } = require('./client');

test('invoice: the published example, to the penny', async () => {
	const contact = await newContact({ reference: 'WOO000042' });
	const invoice = await newInvoice(contact, { due_date: '2026-10-31', reference: 'WOO-1042',
		shipping_net_amount: 4.95, shipping_tax_rate_id: 'GB_STANDARD', shipping_tax_amount: 77,
		invoice_lines: [
			line({ currency_tax_amount: 5.0 }),
			line({ description: 'Poetry book', quantity: '1.0', unit_price: '9.99', tax_rate_id: 'GB_ZERO', tax_amount: 0 }),
			line({ description: 'Green mug', quantity: 1, unit_price: 10, tax_amount: 1.7, discount_amount: 1.5 }),
		] });
	const expected = { displayed_as: 'SI-1', invoice_number: 'SI-1', invoice_number_prefix: 'SI-',
		shipping_net_amount: '4.95', shipping_tax_amount: '0.99', shipping_total_amount: '5.94',
		net_amount: '48.44', tax_amount: '7.69', total_amount: '56.13', outstanding_amount: '56.13',
		total_paid: '0.0', total_quantity: '4.0', total_discount_amount: '1.5', exchange_rate: '1.0',
		base_currency_total_amount: '56.13', sent: false, due_date: '2026-10-31', contact_name: 'Ada Lovelace',
		contact_reference: 'WOO000042', main_address_free_form: '12 Analytical Row\nLondon\nN1 9GU' };

	for (const [key, value] of Object.entries(expected))
		assert.equal(invoice[key], value, key);
	assert.equal(invoice.status.id, 'UNPAID');
	assert.deepEqual(invoice.invoice_lines.map((l) => [l.quantity, l.unit_price, l.net_amount, l.tax_amount,
		l.total_amount, l.discount_amount]), [['2.0', '12.5', '25.0', '5.0', '30.0', '0.0'],
		['1.0', '9.99', '9.99', '0.0', '9.99', '0.0'], ['1.0', '10.0', '8.5', '1.7', '10.2', '1.5']]);
	assert.deepEqual(invoice.tax_analysis.map((t) => [t.tax_rate.id, t.net_amount, t.tax_amount]),
		[['GB_STANDARD', '38.45', '7.69'], ['GB_ZERO', '9.99', '0.0']]);
	assert.equal((await newInvoice(contact)).displayed_as, 'SI-2');
});

test('invoice: rounding half-up of price and tax before adding', async () => {
	const contact = await newContact();
	const total = async (lines) => (await newInvoice(contact, { invoice_lines: lines })).total_amount;

	assert.equal(await total([line({ quantity: 1, unit_price: 41.625, tax_amount: 8.325 })]), '49.96');
	assert.equal(await total([line({ quantity: 1, unit_price: 1.005, tax_amount: '0.005' })]), '1.02');
	assert.equal(await total([line({ quantity: 3, unit_price: 0.333, tax_amount: 0 })]), '0.99');
	assert.equal(await total([line({ quantity: 0.5, unit_price: 0.01, tax_amount: 0 })]), '0.01');
	assert.equal(await total([line({ quantity: 1, unit_price: 10, tax_amount: 2 }),
		line({ quantity: 1, unit_price: -1.005, tax_amount: -0.2 })]), '10.79');
	assert.equal(await total([line({ quantity: 1, unit_price: 99999999.99, tax_amount: 0.01 })]), '100000000.0');
	assert.equal(await total([line({ quantity: 1, unit_price: 1e2, discount_percentage: 12.345, tax_amount: 0 })]), '87.65');
	assert.equal(await total([line({ quantity: 1, unit_price: 0, tax_amount: 0 })]), '0.0');
});

test('invoice: tax that is missing, strict, as v3, computed', async () => {
	const contact = await newContact();
	const body = invoiceBody(contact, { invoice_lines: [line({ quantity: 1, unit_price: 9.99, tax_amount: undefined })] });

	refused(await post('/sales_invoices', body), 'line_items.tax_amount');
	await control('POST', 'settings', { missing_tax: 'v3' });
	assert.equal(made(await post('/sales_invoices', body)).total_amount, '9.99');
	await control('POST', 'settings', { missing_tax: 'compute' });
	assert.equal(made(await post('/sales_invoices', body)).total_amount, '11.99');
	await control('POST', 'settings', { missing_tax: 'strict' });
	const free = line({ tax_rate_id: 'GB_EXEMPT', tax_amount: undefined });
	assert.equal((await newInvoice(contact, { invoice_lines: [free] })).total_amount, '25.0');
	refused(await post('/sales_invoices', invoiceBody(contact, { invoice_lines: [line({ tax_rate_id: undefined })] })),
		'line_items.tax_rate_id');
	await control('PUT', 'businesses', { id: SHOP, vat_registered: false });
	await newInvoice(contact, { invoice_lines: [line({ tax_rate_id: undefined, tax_amount: 0 })] });
});

test('invoice: fields, lookups, dates', async () => {
	const contact = await newContact();
	const bank = (await get('/ledger_accounts?visible_in=banking')).json.$items[0].id;
	const cases = [
		[{ contact_id: undefined }, 'contact_id'],
		[{ contact_id: 'f'.repeat(32) }, 'contact_id'],
		[{ contact_id: '\0' }, 'contact_id'],
		[{ date: undefined }, 'date'],
		[{ date: '2026-02-30' }, 'date'],
		[{ date: '01/10/2026' }, 'date'],
		[{ date: 20261001 }, 'date'],
		[{ due_date: '2026-09-30' }, 'due_date'],
		[{ invoice_lines: [] }, 'line_items'],
		[{ invoice_lines: undefined }, 'line_items'],
		[{ invoice_lines: [7] }, 'line_items'],
		[{ reference: 'x'.repeat(26) }, 'reference'],
		[{ notes: 'x'.repeat(2001) }, 'notes'],
		[{ invoice_number_prefix: 'INVOICE' }, 'invoice_number_prefix'],
		[{ currency_tax_amount: 1 }, 'currency_tax_amount'],
		[{ main_address: { name: 'no such field here' } }, 'main_address.name'],
		[{ main_address: { city: 'x'.repeat(51) } }, 'main_address.city'],
		[{ shipping_tax_rate_id: 'GB_NONE' }, 'shipping_tax_rate_id'],
		[{ shipping_net_amount: 1 }, 'shipping_tax_rate_id'],
		[{ status_id: 'PAID' }, 'status_id'],
		[{ total_amount: 29.99 }, 'total_amount'],
		[{ sent: 'yes' }, 'sent'],
		[{ invoice_lines: [line({ description: '' })] }, 'line_items.description'],
		[{ invoice_lines: [line({ description: 'Salt &amp; pepper' })] }, 'line_items.description'],
		[{ invoice_lines: [line({ description: 'Caf&#233;' })] }, 'line_items.description'],
		[{ invoice_lines: [line({ ledger_account_id: undefined })] }, 'line_items.ledger_account_id'],
		[{ invoice_lines: [line({ ledger_account_id: 'nothing' })] }, 'line_items.ledger_account_id'],
		[{ invoice_lines: [line({ ledger_account_id: bank })] }, 'line_items.ledger_account_id'],
		[{ invoice_lines: [line({ unit_price: undefined })] }, 'line_items.unit_price'],
		[{ invoice_lines: [line({ unit_price: 'ten' })] }, 'line_items.unit_price'],
		[{ invoice_lines: [line({ unit_price: 1e12 })] }, 'line_items.unit_price'],
		[{ invoice_lines: [line({ tax_rate_id: 'IE_STANDARD' })] }, 'line_items.tax_rate_id'],
		[{ invoice_lines: [line({ stock_item_id: 'x' })] }, 'line_items.stock_item_id'],
		[{ invoice_lines: [line({ product_id: 'f'.repeat(32) })] }, 'line_items.product_id'],
		[{ invoice_lines: [line({ total_amount: 30.01 })] }, 'line_items.description', 'line_items.total_amount'],
		[{ invoice_lines: [line({ unit_price: -12.5 })] }, 'total_amount'],
	];

	for (const [extra, ...sources] of cases)
		refused(await post('/sales_invoices', invoiceBody(contact, extra)), ...sources);
	refused(await post('/sales_invoices', { sales_invoice: {} }), 'contact_id', 'date', 'line_items');
	await newInvoice(contact, { invoice_lines: [line({ description: 'Salt & pepper; fine', net_amount: 25, total_amount: 30 })] });
	assert.equal((await control('GET', `ledger?business=${SHOP}`)).sales_invoices.length, 1);
});

test('invoice: a GB business invoicing abroad', async () => {
	const french = await newContact({ main_address: { city: 'Paris', country_id: 'FR' } });
	const zero = (extra = {}) => line({ tax_rate_id: 'GB_ZERO', tax_amount: 0, eu_goods_services_type_id: 'GOODS', ...extra });

	const answer = await post('/sales_invoices', invoiceBody(french));
	refused(answer, 'line_items.tax_rate_id', 'line_items.eu_goods_services_type_id');
	assert.match(answer.text, /must be 'Zero Rated' for Customers outside the EU/);
	refused(await post('/sales_invoices', invoiceBody(french, { invoice_lines: [zero(), zero({ eu_goods_services_type_id: 'SERVICES' })] })),
		'line_items.eu_goods_services_type_id');
	refused(await post('/sales_invoices', invoiceBody(french, { invoice_lines: [zero()], shipping_net_amount: 1,
		shipping_tax_rate_id: 'GB_STANDARD' })), 'shipping_tax_rate_id');
	await newInvoice(french, { invoice_lines: [zero()], shipping_net_amount: 1, shipping_tax_rate_id: 'GB_ZERO' });
	const home = await newContact();
	refused(await post('/sales_invoices', invoiceBody(home, { main_address: { country_id: 'US' } })),
		'line_items.tax_rate_id', 'line_items.eu_goods_services_type_id');
	await newInvoice(home, { main_address: { country_id: 'IM' } });
});

test('invoice: the contact\'s currency, and the base currency', async () => {
	const euro = await newContact({ currency_id: 'EUR', name: 'Ada (EUR)' });
	const lines = [line({ unit_price: 14.5, tax_rate_id: 'GB_ZERO', tax_amount: 0 })];
	const extra = { invoice_lines: lines, shipping_net_amount: 6, shipping_tax_rate_id: 'GB_ZERO' };

	refused(await post('/sales_invoices', invoiceBody(euro, { ...extra, currency_id: 'GBP' })), 'currency_id');
	refused(await post('/sales_invoices', invoiceBody(await newContact(), { currency_id: 'EUR' })), 'currency_id');
	refused(await post('/sales_invoices', invoiceBody(euro, { ...extra, exchange_rate: 0 })), 'exchange_rate');
	const invoice = await newInvoice(euro, { ...extra, currency_id: 'EUR', exchange_rate: 0.8620689655 });
	assert.deepEqual([invoice.currency.id, invoice.total_amount, invoice.exchange_rate, invoice.inverse_exchange_rate,
		invoice.base_currency_shipping_net_amount, invoice.base_currency_total_amount],
	['EUR', '35.0', '0.8620689655', '1.16', '5.17', '30.17']);
	assert.equal((await newInvoice(euro, extra)).exchange_rate, '0.859375', 'Sage\'s own rate');
	assert.equal((await newInvoice(euro, { ...extra, inverse_exchange_rate: 1.25 })).exchange_rate, '0.8');
	refused(await api('PUT', `/contacts/${euro.id}`, { body: { contact: { currency_id: 'GBP' } } }), 'currency_id');
	await control('PUT', 'businesses', { id: SHOP, multi_currency: false });
	refused(await post('/contacts', contactBody({ currency_id: 'EUR' })), 'currency_id');
	refused(await post('/sales_invoices', invoiceBody(euro, extra)), 'currency_id');
});

test('invoice: other regions have other rates', async () => {
	const auth = (await grant({ business: US })).access_token;
	const at = { auth, business: US };
	const contact = await newContact({ main_address: { country_id: 'US' } }, at);
	const id = await ledgerOf(US, auth);
	const lines = [line({ ledger_account_id: id, tax_rate_id: 'US_NY_CITY', tax_amount: 2.21875 }),
		line({ ledger_account_id: id, tax_rate_id: undefined, tax_amount: undefined })];
	const invoice = await newInvoice(contact, { invoice_lines: lines, shipping_net_amount: 10,
		shipping_tax_rate_id: 'US_NY_CITY' }, at);

	assert.deepEqual([invoice.currency.id, invoice.shipping_tax_amount, invoice.total_amount], ['USD', '0.89', '63.11']);
});

test('invoice: draft, release, change, void', async () => {
	const contact = await newContact({ credit_days: 14 });
	const draft = await newInvoice(contact, { status_id: 'DRAFT' });

	assert.deepEqual([draft.displayed_as, draft.invoice_number, draft.transaction, draft.status.id],
		['Draft', null, null, 'DRAFT']);
	assert.equal(draft.due_date, '2026-10-15');
	const released = made(await post(`/sales_invoices/${draft.id}/release`));
	assert.deepEqual([released.displayed_as, released.status.id], ['SI-1', 'UNPAID']);
	refused(await post(`/sales_invoices/${draft.id}/release`), 'base');
	const put = await api('PUT', `/sales_invoices/${draft.id}`, { body: { sales_invoice: { notes: 'late',
		invoice_lines: [line({ quantity: 1, tax_amount: 2.5 })] } } });
	assert.deepEqual([put.status, put.json.total_amount, put.json.notes, put.json.displayed_as], [200, '15.0', 'late', 'SI-1']);
	refused(await api('PUT', `/sales_invoices/${draft.id}`, { body: { sales_invoice: { invoice_lines: [] } } }), 'line_items');
	refused(await api('DELETE', `/sales_invoices/${draft.id}`), 'void_reason');
	refused(await api('DELETE', `/sales_invoices/${draft.id}?void_reason=${'x'.repeat(201)}`), 'void_reason');
	const voided = await api('DELETE', `/sales_invoices/${draft.id}?void_reason=Order+cancelled`);
	assert.deepEqual([voided.status, voided.json.status.id, voided.json.void_reason, voided.json.outstanding_amount],
		[200, 'VOID', 'Order cancelled', '0.0']);
	refused(await api('PUT', `/sales_invoices/${draft.id}`, { body: { sales_invoice: { notes: 'x' } } }), 'base');
	refused(await api('DELETE', `/sales_invoices/${draft.id}?void_reason=again`), 'base');
	const second = await newInvoice(contact, { status_id: 'DRAFT' });
	assert.equal((await api('DELETE', `/sales_invoices/${second.id}`)).status, 200);
	assert.equal((await get(`/sales_invoices/${second.id}`)).status, 404);
});

test('invoice: numbers of one\'s own', async () => {
	const contact = await newContact();

	assert.equal((await newInvoice(contact, { invoice_number: 'WEB-7' })).displayed_as, 'WEB-7');
	refused(await post('/sales_invoices', invoiceBody(contact, { invoice_number: 'WEB-7' })), 'invoice_number');
	assert.equal((await newInvoice(contact, { invoice_number_prefix: 'EU-' })).displayed_as, 'EU-1');
	assert.equal((await get('/invoice_settings')).json.next_invoice_number, 2);
});

test('invoice: a GET sends it unless told not to', async () => {
	const invoice = await newInvoice(await newContact());

	assert.equal((await get(`/sales_invoices/${invoice.id}?mark_as_sent=false`)).json.sent, false);
	assert.equal((await get('/sales_invoices?attributes=sent')).json.$items[0].sent, false);
	assert.equal((await get(`/sales_invoices/${invoice.id}`)).json.sent, true);
	assert.equal((await get(`/sales_invoices/${invoice.id}?mark_as_sent=false`)).json.sent, true);
});

test('invoice: search, filters, order', async () => {
	const ada = await newContact();
	const bob = await newContact({ name: 'Bob Both' });

	await newInvoice(ada, { reference: 'WEB-1', date: '2026-10-01' });
	await newInvoice(ada, { reference: 'WEB-10', date: '2026-10-03' });
	await newInvoice(bob, { reference: 'SHOP-1', date: '2026-10-02' });
	const references = async (query) => (await get(`/sales_invoices?attributes=reference&${query}`)).json.$items
		.map((item) => item.reference);

	assert.deepEqual(await references('search=WEB-1&sort=date'), ['WEB-1', 'WEB-10']);
	assert.deepEqual(await references('search=bob'), ['SHOP-1']);
	assert.deepEqual(await references(`contact_id=${ada.id}&sort=date:desc`), ['WEB-10', 'WEB-1']);
	assert.deepEqual(await references('from_date=2026-10-02&to_date=2026-10-02'), ['SHOP-1']);
	assert.deepEqual(await references('status_id=PAID'), []);
	assert.deepEqual(await references('updated_or_created_since=2099-01-01'), []);
	assert.equal((await references('updated_or_created_since=2026-01-01T00:00:00Z')).length, 3);
	refused(await get('/sales_invoices?sort=colour'), 'sort');
	assert.deepEqual(Object.keys((await get('/sales_invoices')).json.$items[0]), ['id', 'displayed_as', '$path']);
	assert.equal((await get('/sales_invoices', { business: SERVICES })).json.$total, 0, 'another business');
	const id = (await get('/sales_invoices')).json.$items[0].id;
	assert.equal((await get(`/sales_invoices/${id}`, { business: SERVICES })).status, 404);
	assert.equal((await get(`/sales_credit_notes/${id}`)).status, 404);
});
