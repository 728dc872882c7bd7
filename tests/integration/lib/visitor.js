'use strict';
// A person at a browser, without the browser: keeps the cookie, sends forms as a browser
// would, finds the session's token and the fields of a page.

const { request } = require('./http');

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]);

class Visitor {
	cookie = null; // of the session, as the server set it

	constructor(base, agent = 'Test/1') {
		this.base = base;
		this.agent = agent;
	}

	async #send(method, path, { body, headers = {} } = {}) {
		const sent = { 'User-Agent': this.agent, ...headers };
		if (this.cookie) sent.Cookie = `__Host-ledger=${this.cookie}`;
		const answer = await request(this.base + path, { method, headers: sent, body });
		for (const line of answer.headers['set-cookie'] ?? []) {
			const [, value] = /^__Host-ledger=([^;]*)/.exec(line) ?? [];
			if (value !== undefined) this.cookie = value || null;
		}
		const location = answer.headers.location;
		answer.location = location?.startsWith(this.base) ? location.slice(this.base.length) : location;
		return answer;
	}

	get(path, options) {
		return this.#send('GET', path, options);
	}

	/** Posts a form from our own page; null leaves a header out. */
	async post(path, fields = {}, { origin = this.base, csrf, headers = {} } = {}) {
		const sent = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
		if (origin !== null) sent.Origin = origin;
		const form = { ...fields };
		if (csrf !== null) form.csrf = csrf ?? (this.cookie ? await this.token() : '');
		return this.#send('POST', path, { headers: sent, body: new URLSearchParams(form).toString() });
	}

	/** The session's token: on every page of a member, or on the page of the second step. */
	async token() {
		for (const path of ['/dashboard/members', '/login/code']) {
			const { text } = await this.get(path);
			const found = /name="csrf" value="([0-9a-f]{64})"/.exec(text);
			if (found) return found[1];
		}
		return '';
	}

	signIn(email, password, next) {
		return this.post('/login', next === undefined ? { email, password } : { email, password, next });
	}

	/** Whether the session opens pages. */
	async isIn() {
		return (await this.get('/dashboard/members')).status === 200;
	}
}

/** What the page tells the person: the text of its alert or status. */
function told(answer) {
	return unescape(/role="(?:alert|status)"[^>]*>([^<]*)</.exec(answer.text)?.[1] ?? '');
}

module.exports = { Visitor, told, unescape };
