'use strict';
// A person's browser without the pictures: cookies, redirects one at a time, and the forms
// of Ledger's pages posted with what a browser would send along.

const { request } = require('./http');

const PASSWORD = 'correct horse battery staple';

class Browser {
	constructor(stack) {
		this.stack = stack;
		this.cookie = undefined;
		this.csrf = undefined;
	}

	#headers(more = {}) {
		return { ...(this.cookie && { Cookie: this.cookie }), ...more };
	}

	#take(answer) {
		for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.cookie = line.split(';')[0];
		const token = /name="csrf" value="([0-9a-f]{64})"/.exec(answer.text ?? '');
		if (token) this.csrf = token[1];
		return answer;
	}

	/** GET of one of Ledger's paths; redirects are not followed. */
	async get(path) {
		const url = path.startsWith('http') ? path : `${this.stack.ledgerUrl}${path}`;
		return this.#take(await request(url, { headers: this.#headers(), timeout: 90000 }));
	}

	/** Posts a form with the session's token. */
	async post(path, fields = {}, { csrf = this.csrf, origin = this.stack.ledgerUrl } = {}) {
		const body = new URLSearchParams({ ...(csrf && { csrf }), ...fields }).toString();
		const headers = this.#headers({ Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' });
		return this.#take(await request(`${this.stack.ledgerUrl}${path}`, { headers, body, timeout: 90000 }));
	}

	/** Posts JSON as a page's script would. */
	json(path, body, { csrf = this.csrf } = {}) {
		const headers = this.#headers({ Origin: this.stack.ledgerUrl, ...(csrf && { 'X-CSRF-Token': csrf }) });
		return request(`${this.stack.ledgerUrl}${path}`, { headers, body, timeout: 90000 });
	}

	async signIn(email, password = PASSWORD) {
		const answer = await this.post('/login', { email, password });
		if (answer.status !== 303) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
		await this.get('/dashboard/bindings');
		return this;
	}

	/** Pairs; the binding's id. Throws on a refusal. */
	async pair(base, code) {
		const answer = await this.post('/dashboard/connect-magento', { magento_base_url: base, pairing_code: code });
		const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(answer.headers.location ?? '');
		if (answer.status !== 303 || !id) throw new Error(`pairing: ${answer.status} ${answer.text}`);
		return id[0];
	}

	/** The address at Sage that connecting leads to. */
	async consentUrl(binding, region = 'GB') {
		const answer = await this.post('/dashboard/connect-sage', { binding, region });
		const found = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(answer.text);
		if (!found) throw new Error(`connect-sage: ${answer.status} ${answer.text}`);
		return found[1].replaceAll('&amp;', '&').replaceAll('&#x3D;', '=').replaceAll('&#61;', '=');
	}

	/** Decides on Sage's consent page; the callback's path and query. */
	async decide(consentUrl, decision = 'allow', user) {
		const body = new URLSearchParams({ decision, ...(user && { user }) }).toString();
		const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
		const answer = await request(consentUrl, { headers, body });
		if (answer.status !== 302) throw new Error(`consent: ${answer.status} ${answer.text}`);
		return answer.headers.location;
	}

	/** Signs in to Sage and joins the binding to `business`. */
	async connectSage(binding, business, { region = 'GB', user } = {}) {
		let answer = await this.get(await this.decide(await this.consentUrl(binding, region), 'allow', user));
		if (answer.status === 303 && answer.headers.location.includes('/business'))
			answer = await this.post('/dashboard/connect-sage/business', { binding, business });
		if (answer.status !== 303) throw new Error(`joining: ${answer.status} ${answer.text}`);
		return answer;
	}
}

/** A new account with its owner, signed in. */
async function newOwner(stack, account) {
	const email = `${account.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@example.test`;
	await stack.ctl('user', 'add', '--account', account, '--email', email, '--password-file', stack.secretFile(PASSWORD));
	return new Browser(stack).signIn(email);
}

module.exports = { Browser, newOwner, PASSWORD };
