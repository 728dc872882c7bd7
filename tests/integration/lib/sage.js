'use strict';
// The Sage sandbox's control API, and the sums that a test compares.

const { request } = require('./http');
const { BUSINESS } = require('./shop');

class Sage {
	constructor(url) {
		this.url = url;
	}

	async control(method, path, body) {
		const answer = await request(`${this.url}/_sandbox/${path}`, { method, body });
		if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
		return answer.json;
	}

	/** Everything a business holds. */
	ledger(business = BUSINESS) {
		return this.control('GET', `ledger?business=${business}&full=true`);
	}

	async invoices(business = BUSINESS) {
		return (await this.ledger(business)).sales_invoices;
	}

	stats() {
		return this.control('GET', 'stats');
	}

	/** Arms one or several faults; see the sandbox's README. */
	fault(...faults) {
		return this.control('POST', 'faults', faults);
	}

	calm() {
		return this.control('DELETE', 'faults');
	}

	settings(settings) {
		return this.control('POST', 'settings', settings);
	}

	clock(offset) {
		return this.control('POST', 'clock', { offset });
	}
}

module.exports = { Sage };
