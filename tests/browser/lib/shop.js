'use strict';
// A shop of the shop sandbox, as its merchant uses it.

const { request } = require('../../integration/lib/http');

const CART = {
	guest: { email: 'ada@example.test', first_name: 'Ada', last_name: 'Byron' },
	billing_address: { street: ['1 High St'], city: 'London', postcode: 'SW1A 1AA', country_id: 'GB' },
	items: [{ sku: 'A', name: 'Tea', qty: 2, price: 50, tax_percent: 20 }],
	state: 'open',
};

class SandboxShop {
	constructor(stack, name) {
		this.base = `${stack.shopUrl}/${name}`;
	}

	async control(method, path, body) {
		const answer = await request(`${this.base}/_sandbox/${path}`, { method, body });
		if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
		return answer.json;
	}

	/** Presses Generate in Magento. */
	async code() {
		return (await this.control('POST', 'pairing-code')).code;
	}

	invoice() {
		return this.control('POST', 'invoices', CART);
	}

	/** Magento's cron, now. */
	drain() {
		return this.control('POST', 'drain');
	}

	/** Sends every invoice once more, as the merchant's command line does. */
	sendAgain() {
		return this.control('POST', 'cli-sync', { all: true, event: 'created' });
	}

	/** What the grid shows beside an invoice. */
	async chip(invoice) {
		const [state] = await this.control('GET', `states?entity_type=invoice&magento_entity_id=${invoice}`);
		return state;
	}

	fault(fault) {
		return this.control('POST', 'faults', fault);
	}
}

module.exports = { SandboxShop };
