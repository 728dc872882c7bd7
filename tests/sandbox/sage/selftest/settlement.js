// Credit notes, payments, allocations.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { api, get, line, made, newContact, newInvoice, post, refused, state } = require('./client');

const newCredit = async (contact, extra) => made(await post('/sales_credit_notes', { sales_credit_note: {
	contact_id: contact.id, date: '2026-10-02', original_invoice_date: '2026-10-01',
	credit_note_lines: [line({ quantity: 1, tax_amount: 2.5 })], ...extra } }));
const bankId = async () => (await get('/bank_accounts')).json.$items[0].id;
const paymentBody = async (contact, extra) => ({ contact_payment: { transaction_type_id: 'CUSTOMER_RECEIPT',
	contact_id: contact.id, bank_account_id: await bankId(), date: '2026-10-03', total_amount: 30, ...extra } });
const statusOf = async (document) => {
	const { status, outstanding_amount: open } = (await get(`${document.$path}?mark_as_sent=false`)).json;

	return [status.id, open];
};

test('credit note: numbers of its own, no due date', async () => {
	const contact = await newContact();
	const credit = await newCredit(contact, { reference: 'WEB-1' });

	assert.deepEqual([credit.displayed_as, credit.total_amount, credit.original_invoice_date, credit.due_date],
		['SCN-1', '15.0', '2026-10-01', undefined]);
	refused(await post('/sales_credit_notes', { sales_credit_note: { contact_id: contact.id, date: '2026-10-02',
		due_date: '2026-10-03', credit_note_lines: [line({ tax_amount: undefined })] } }), 'due_date');
	assert.equal((await newInvoice(contact)).displayed_as, 'SI-1');
});

test('payment: part, whole, too much, taken back', async () => {
	const contact = await newContact();
	const other = await newContact({ name: 'Bob' });
	const invoice = await newInvoice(contact);
	const pay = async (extra) => post('/contact_payments', await paymentBody(contact, extra));
	const allocated = (amount) => [{ artefact_id: invoice.id, amount }];

	const part = made(await pay({ total_amount: '10', reference: 'WEB-1', allocated_artefacts: allocated(10) }));
	assert.deepEqual(await statusOf(invoice), ['PART_PAID', '20.0']);
	assert.equal(part.payment_on_account, null);
	refused(await pay({ allocated_artefacts: allocated(20.01) }), 'allocated_artefacts.amount');
	refused(await pay({ total_amount: 19, allocated_artefacts: allocated(20) }), 'allocated_artefacts');
	refused(await pay({ total_amount: 0 }), 'total_amount');
	refused(await pay({ transaction_type_id: 'VENDOR_PAYMENT' }), 'transaction_type_id');
	refused(await pay({ currency_id: 'EUR' }), 'currency_id');
	refused(await pay({ bank_account_id: state.ledger }), 'bank_account_id');
	refused(await post('/contact_payments', await paymentBody(other, { allocated_artefacts: allocated(5) })),
		'allocated_artefacts.artefact_id');
	const rest = made(await pay({ total_amount: 25, allocated_artefacts: allocated(20) }));
	assert.deepEqual(await statusOf(invoice), ['PAID', '0.0']);
	assert.deepEqual([rest.payment_on_account.total_amount, rest.payment_on_account.outstanding_amount], ['5.0', '5.0']);
	refused(await api('DELETE', `/sales_invoices/${invoice.id}?void_reason=x`), 'base');
	refused(await api('PUT', `/sales_invoices/${invoice.id}`, { body: { sales_invoice: { notes: 'x' } } }), 'base');
	assert.equal((await api('DELETE', `/contact_payments/${part.id}`)).status, 204);
	assert.deepEqual(await statusOf(invoice), ['PART_PAID', '10.0']);
	assert.equal((await get('/contact_payments')).json.$total, 1);
});

test('allocation: signed amounts of one contact that sum to zero', async () => {
	const contact = await newContact();
	const invoice = await newInvoice(contact);
	const credit = await newCredit(contact);
	const account = made(await post('/contact_payments', await paymentBody(contact, { total_amount: 15 }))).payment_on_account;
	const allocate = (...pairs) => post('/contact_allocations', { contact_allocation: {
		transaction_type_id: 'CUSTOMER_ALLOCATION', contact_id: contact.id,
		allocated_artefacts: pairs.map(([artefact, amount]) => ({ artefact_id: artefact.id, amount })) } });

	refused(await allocate([invoice, 15], [credit, -14]), 'allocated_artefacts');
	refused(await allocate([invoice, 16], [credit, -16]), 'allocated_artefacts.amount');
	refused(await allocate([invoice, -15], [credit, 15]), 'allocated_artefacts.amount');
	refused(await allocate([invoice, 0]), 'allocated_artefacts', 'allocated_artefacts.amount');
	const made1 = made(await allocate([invoice, 15], [credit, -15]));
	assert.deepEqual(await statusOf(credit), ['PAID', '0.0']);
	made(await allocate([invoice, 15], [account, -15]));
	assert.deepEqual(await statusOf(invoice), ['PAID', '0.0']);
	assert.equal((await api('DELETE', `/contact_allocations/${made1.id}`)).status, 204);
	assert.deepEqual([await statusOf(invoice), await statusOf(credit)], [['PART_PAID', '15.0'], ['UNPAID', '15.0']]);
});

test('what is not built says so', async () => {
	const answer = await post('/sales_quotes', { sales_quote: {} });

	assert.deepEqual([answer.status, answer.text], [501, 'sandbox: not built yet\n']);
});
