// Businesses, lookups, paging.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { SERVICES, SHOP, US, control, get, grant, refused } = require('./client');

test('businesses: snake-case envelope, the user\'s own only', async () => {
	const { json } = await get('/businesses');

	assert.deepEqual({ ...json, $items: json.$items.map((b) => b.id) }, { $total: 2, $page: 1, $next: null,
		$back: null, $items_per_page: 2147483647, $items: [SHOP, SERVICES] });
	assert.deepEqual(Object.keys(json.$items[0]), ['id', 'displayed_as', '$path']);
	assert.equal((await get(`/businesses/${SHOP}`)).json.country.id, 'GB');
	const added = await control('POST', 'businesses', { name: 'Third Ltd', region: 'GB' });
	assert.equal((await get('/businesses')).json.$total, 3);
	assert.equal((await get('/user', { business: added.id })).status, 200);
	assert.equal((await control('GET', 'businesses')).length, 9);
});

test('reference data of each region', async () => {
	const currencies = { GB: 'GBP', IE: 'EUR', US: 'USD', CA: 'CAD', FR: 'EUR', ES: 'EUR', DE: 'EUR' };

	for (const { id, region } of await control('GET', 'businesses')) {
		const auth = (await grant({ business: id })).access_token;
		const at = { auth, business: id };
		const rates = (await get('/tax_rates?usage=sales&attributes=all&items_per_page=200', at)).json;
		const banks = (await get('/bank_accounts?attributes=all', at)).json.$items;

		assert.equal((await get('/financial_settings', at)).json.base_currency.id, currencies[region]);
		assert.ok(rates.$items.every((rate) => rate.id.startsWith(`${region}_`)));
		assert.ok(rates.$items.every((rate) => /^\d+\.\d+$/.test(rate.percentage)));
		assert.ok(rates.$items.some((rate) => rate.id.endsWith('_NO_TAX')));
		assert.ok(banks.length >= 2 && banks.every((bank) => bank.currency.id === currencies[region]));
		assert.ok((await get('/ledger_accounts?visible_in=sales', at)).json.$total >= 2);
	}
});

test('lookups, singletons, item by id', async () => {
	for (const name of ['payment_methods', 'countries', 'country_groups', 'currencies', 'artefact_statuses',
		'contact_types', 'exchange_rates', 'eu_goods_services_types', 'transaction_types', 'address_types'])
		assert.ok((await get(`/${name}`)).json.$total > 0, name);
	assert.equal((await get('/countries/GB')).json.displayed_as, 'United Kingdom (GB)');
	assert.equal((await get('/countries/XX')).status, 404);
	assert.equal((await get('/invoice_settings')).json.next_invoice_number, 1);
	assert.equal((await get('/business_settings')).json.$path, '/business_settings');
	const euro = (await get('/exchange_rates/EUR')).json;
	assert.deepEqual([euro.rate, euro.inverse_rate, euro.id], ['0.859375', '1.1636363636', undefined]);
});

test('paging: relative $next that keeps the query, bounds, attributes', async () => {
	const first = (await get('/tax_rates?items_per_page=2&usage=sales&attributes=percentage,name')).json;

	assert.equal(first.$next, '/tax_rates?page=2&items_per_page=2&usage=sales&attributes=percentage,name');
	assert.deepEqual([first.$total, first.$page, first.$back, first.$itemsPerPage], [5, 1, null, 2]);
	assert.deepEqual(Object.keys(first.$items[0]), ['id', 'displayed_as', '$path', 'created_at', 'name', 'percentage']);
	let seen = [];
	for (let next = first.$next, page = first; page; page = next && (await get(next)).json) {
		seen = seen.concat(page.$items.map((item) => item.id));
		next = page.$next;
	}
	assert.equal(new Set(seen).size, 5);
	assert.equal((await get('/tax_rates?page=9')).json.$items.length, 0);
	assert.equal((await get('/countries?items_per_page=200')).json.$items.length, 200);
	for (const bad of ['items_per_page=0', 'items_per_page=201', 'items_per_page=x', 'page=0'])
		refused(await get(`/countries?${bad}`), bad.split('=')[0]);
});
