// Contacts: fields, references, soft deletion.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { api, contactBody, get, invoiceBody, made, newContact, post, refused } = require('./client');

test('contact: made, found, changed', async () => {
	const contact = await newContact({ reference: 'M42', currency_id: 'GBP' });

	assert.equal(contact.displayed_as, 'Ada Lovelace (M42)');
	assert.equal(contact.email, 'ada@example.org');
	assert.equal(contact.currency.id, 'GBP');
	assert.deepEqual(Object.keys(contact.main_address), ['id', 'displayed_as', '$path']);
	assert.match(contact.id, /^[0-9a-f]{32}$/);
	for (const query of ['search=m42', 'search=lovelace', 'email=ADA@example.org', 'contact_type_id=CUSTOMER'])
		assert.equal((await get(`/contacts?${query}`)).json.$total, 1, query);
	for (const query of ['search=M43', 'email=other@example.org', 'contact_type_id=VENDOR'])
		assert.equal((await get(`/contacts?${query}`)).json.$total, 0, query);
	const whole = (await get(`/contacts/${contact.id}?nested_attributes=main_address`)).json;
	assert.equal(whole.main_address.postal_code, 'N1 9GU');
	assert.equal(whole.main_address.country.id, 'GB');

	const put = await api('PUT', `/contacts/${contact.id}`, { body: { contact: { name: 'Ada King',
		main_address: { city: 'Ockham' } } } });
	assert.equal(put.status, 200);
	assert.equal(put.json.displayed_as, 'Ada King (M42)');
	assert.equal(put.json.main_address.displayed_as, '12 Analytical Row\nOckham\nN1 9GU');
	assert.equal((await newContact({ main_address: undefined })).main_address, null);
});

test('contact: a reference is unique even against a deleted one', async () => {
	const contact = await newContact({ reference: 'M42' });

	refused(await post('/contacts', contactBody({ reference: 'M42' })), 'reference');
	assert.equal((await api('DELETE', `/contacts/${contact.id}`)).status, 204);
	assert.equal((await get('/contacts?search=M42')).json.$total, 0);
	refused(await post('/contacts', contactBody({ reference: 'M42' })), 'reference');
	refused(await api('PUT', `/contacts/${contact.id}`, { body: { contact: { name: 'X' } } }), 'base');
	refused(await post('/sales_invoices', invoiceBody(contact)), 'contact_id');
	assert.ok((await get(`/contacts/${contact.id}`)).json.deleted_at);
	const other = await newContact({ reference: 'M43' });
	await api('PUT', `/contacts/${other.id}`, { body: { contact: { reference: 'M44' } } });
	await newContact({ reference: 'M43' });
});

test('contact: fields against the published tables', async () => {
	const long = (n) => 'é'.repeat(n);
	const cases = [
		[{ name: undefined }, 'name'],
		[{ name: '' }, 'name'],
		[{ contact_type_ids: [] }, 'contact_type_ids'],
		[{ contact_type_ids: ['FRIEND'] }, 'contact_type_ids'],
		[{ contact_type_ids: 'CUSTOMER' }, 'contact_type_ids'],
		[{ reference: 'M1234567890' }, 'reference'],
		[{ name: long(101) }, 'name'],
		[{ name: 7 }, 'name'],
		[{ name: '\0' }, 'name'],
		[{ shoe_size: 9 }, 'shoe_size'],
		[{ currency_id: 'XXX' }, 'currency_id'],
		[{ credit_days: 366 }, 'credit_days'],
		[{ credit_days: 1.5 }, 'credit_days'],
		[{ credit_limit: 'lots' }, 'credit_limit'],
		[{ credit_terms: 'whenever' }, 'credit_terms'],
		[{ main_address: { postal_code: '12345678901' } }, 'main_address.postal_code'],
		[{ main_address: { address_line_1: long(51) } }, 'main_address.address_line_1'],
		[{ main_address: { country_id: 'XX' } }, 'main_address.country_id'],
		[{ main_address: { planet: 'Mars' } }, 'main_address.planet'],
		[{ main_contact_person: { email: 'a'.repeat(101) } }, 'main_contact_person.email'],
		[{ main_contact_person: 'Ada' }, 'main_contact_person'],
		[{ idempotency_id: 'short' }, 'idempotency_id'],
	];

	for (const [extra, source] of cases)
		refused(await post('/contacts', contactBody(extra)), source);
	refused(await post('/contacts', { contact: {} }), 'name', 'contact_type_ids');
	refused(await post('/contacts', { sales_invoice: {} }), 'contact');
	assert.equal((await newContact({ name: long(100), reference: 'M123456789',
		main_address: { address_line_1: long(50) }, credit_days: 365, credit_limit: '99.5' })).credit_limit, '99.5');
	assert.equal((await api('POST', '/contacts', { headers: { 'Content-Type': 'application/json' },
		raw: '{"contact":' })).status, 400);
});
