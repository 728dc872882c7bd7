// What every part of the self-test needs: requests, fixtures, a fresh sandbox for each test.
'use strict';
const { before, beforeEach } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');

const BASE = process.env.SAGE_SANDBOX_URL;
const SHOP = 'f5d7e2532cc9ad16bc2a41222d76f269';
const SERVICES = 'fbfba2e45c2045dc5cab22a5afe83d9d';
const IRELAND = '1e0c6d0f5f3a4d0b9a8f4c2b7e6d5a01';
const US = '05a1b2c3d4e5f60718293a4b5c6d7e02';
const CALLBACK = 'http://127.0.0.1:9/oauth/sage/callback';

const state = {
	token: null, // of the GB owner, fresh for each test
	ledger: null, // 4000 of the first GB business
};

async function send(method, path, { body, headers = {}, auth = state.token, business = SHOP, raw } = {}) {
	const all = { ...headers };

	if (auth)
		all.Authorization = `Bearer ${auth}`;
	if (business)
		all['X-Business'] = business;
	if (body !== undefined)
		all['Content-Type'] = 'application/json';
	const answer = await fetch(BASE + path, { method, headers: all, redirect: 'manual',
		body: raw !== undefined ? raw : body !== undefined ? JSON.stringify(body) : undefined });
	const text = await answer.text();
	let json;

	try {
		json = JSON.parse(text);
	} catch {
		json = undefined;
	}
	return { status: answer.status, headers: answer.headers, text, json };
}

const api = (method, path, options) => send(method, `/v3.1${path}`, options);
const get = (path, options) => api('GET', path, options);
const post = (path, body, options) => api('POST', path, { body, ...options });

async function control(method, path, body) {
	const answer = await send(method, `/_sandbox/${path}`, { body, auth: null, business: null });

	assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
	return answer.json;
}

const form = (path, fields) => send('POST', path, { auth: null, business: null,
	headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
	raw: new URLSearchParams(fields).toString() });
const tokenForm = (fields) => form('/token',
	{ client_id: 'sandbox-client', client_secret: 'sandbox-secret', ...fields });
const grant = (fields = {}) => control('POST', 'grant', fields);
const arm = (fault) => control('POST', 'faults', fault);
const hex32 = () => crypto.randomBytes(16).toString('hex');

function refused(answer, ...sources) {
	assert.equal(answer.status, 422, answer.text);
	for (const entry of answer.json) {
		assert.deepEqual(Object.keys(entry), ['$severity', '$dataCode', '$message', '$source']);
		assert.equal(entry.$severity, 'error');
		assert.equal(entry.$dataCode, 'RecordInvalid');
	}
	assert.deepEqual([...new Set(answer.json.map((entry) => entry.$source))].sort(), [...sources].sort());
}

function made(answer) {
	assert.equal(answer.status, 201, answer.text);
	return answer.json;
}

const contactBody = (extra = {}) => ({ contact: { name: 'Ada Lovelace', contact_type_ids: ['CUSTOMER'],
	main_address: { address_line_1: '12 Analytical Row', city: 'London', postal_code: 'N1 9GU',
		country_id: 'GB' },
	main_contact_person: { name: 'Ada Lovelace', email: 'ada@example.org' }, ...extra } });
const newContact = async (extra, options) => made(await post('/contacts', contactBody(extra), options));

const line = (extra = {}) => ({ description: 'Blue mug', ledger_account_id: state.ledger, quantity: 2,
	unit_price: 12.5, tax_rate_id: 'GB_STANDARD', tax_amount: 5, ...extra });
const invoiceBody = (contact, extra = {}) => ({ sales_invoice: { contact_id: contact.id,
	date: '2026-10-01', invoice_lines: [line()], ...extra } });
const newInvoice = async (contact, extra, options) =>
	made(await post('/sales_invoices', invoiceBody(contact, extra), options));
const ledgerOf = async (business, auth) => (await get(
	'/ledger_accounts?visible_in=sales&attributes=all', { business, auth })).json.$items[0].id;

before(() => assert.ok(BASE, 'SAGE_SANDBOX_URL names the sandbox'));

beforeEach(async () => {
	await control('POST', 'reset');
	state.token = (await grant({ business: SHOP })).access_token;
	state.ledger = await ledgerOf(SHOP);
});

module.exports = {
	BASE, CALLBACK, IRELAND, SERVICES, SHOP, US, api, arm, contactBody, control, form, get,
	grant, hex32, invoiceBody, ledgerOf, line, made, newContact, newInvoice, post, refused,
	send, state, tokenForm,
};
