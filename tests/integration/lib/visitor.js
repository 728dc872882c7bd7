'use strict';
// A person at a browser, without the browser: keeps the cookie, sends forms as a browser
// would, finds the session's token on the pages it is shown.

const crypto = require('node:crypto');
const { request } = require('./http');

const PASSWORD = 'correct horse battery staple';
const FORM = 'application/x-www-form-urlencoded';
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x3D;': '=', '&#61;': '=' };
const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39|#x3D|#61);/g, (entity) => ENTITIES[entity]);

class Visitor {
	cookie = null; // of the session, as the server set it
	#seen = {}; // the token of the page seen last, and the cookie it was shown to

	constructor(base, agent = 'Test/1') {
		this.base = base;
		this.agent = agent;
	}

	async #send(method, path, { body, headers = {} } = {}) {
		const sent = { 'User-Agent': this.agent, ...headers };
		if (this.cookie) sent.Cookie = `__Host-ledger=${this.cookie}`;
		const url = path.startsWith('http') ? path : this.base + path;
		const answer = await request(url, { method, headers: sent, body, timeout: 90000 });
		for (const line of answer.headers['set-cookie'] ?? []) {
			const [, value] = /^__Host-ledger=([^;]*)/.exec(line) ?? [];
			if (value !== undefined) this.cookie = value || null;
		}
		const token = /name="csrf" value="([0-9a-f]{64})"/.exec(answer.text ?? '')?.[1];
		if (token) this.#seen = { token, cookie: this.cookie };
		const location = answer.headers.location;
		answer.location = location?.startsWith(this.base) ? location.slice(this.base.length) : location;
		return answer;
	}

	/** Of one of Ledger's paths, or of an address that begins with its own; follows no redirect. */
	get(path, options) {
		return this.#send('GET', path, options);
	}

	/** Posts a form from our own page; null leaves a header or the token out. */
	async post(path, fields = {}, { origin = this.base, csrf, headers = {} } = {}) {
		const sent = { 'Content-Type': FORM, ...headers };
		if (origin !== null) sent.Origin = origin;
		const form = { ...fields };
		if (csrf !== null) form.csrf = csrf ?? (this.cookie ? await this.token() : '');
		return this.#send('POST', path, { headers: sent, body: new URLSearchParams(form).toString() });
	}

	/** Posts JSON as a page's script would. */
	async json(path, body, { origin = this.base, csrf } = {}) {
		const sent = { 'Content-Type': 'application/json' };
		const token = csrf === null ? null : (csrf ?? (this.cookie ? await this.token() : null));
		if (origin !== null) sent.Origin = origin;
		if (token) sent['X-CSRF-Token'] = token;
		return this.#send('POST', path, { headers: sent, body: JSON.stringify(body) });
	}

	/** The session's token: on every page of a member, or on the page of the second step. */
	async token() {
		for (const path of ['/dashboard/members', '/login/code']) {
			if (this.#seen.token && this.#seen.cookie === this.cookie) break;
			await this.get(path);
		}
		return this.#seen.cookie === this.cookie ? this.#seen.token : '';
	}

	signIn(email, password = PASSWORD, next = undefined) {
		return this.post('/login', next === undefined ? { email, password } : { email, password, next });
	}

	/** Whether the session opens pages. */
	async isIn() {
		return (await this.get('/dashboard/members')).status === 200;
	}
}

/** Makes `who` the signed-in owner of a new account, by a link as it would have been mailed. */
async function signUp(stack, who, { company, email, password }) {
	const token = crypto.randomBytes(32).toString('hex');
	const q = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;
	await stack.sql(`INSERT INTO sign_up (email, company, token_hash, expires_at)
		VALUES (${q(email)}, ${q(company)}, UNHEX(SHA2('${token}', 256)), UTC_TIMESTAMP(6) + INTERVAL 1 DAY)`);
	const answer = await who.post('/signup/finish', { token, company, password });
	if (answer.status !== 303) throw new Error(`sign-up: ${answer.status} ${told(answer)}`);
	who.email = email;
	return who;
}

/** The link in a mail, as a path. */
const mailedPath = (stack, mail) => /https?:\/\/\S+/.exec(mail.body)[0].slice(stack.ledgerUrl.length);

/** What the page tells the person: the text of its alert or status. */
function told(answer) {
	const text = /role="(?:alert|status)"[^>]*>(.*?)<\/p>/s.exec(answer.text)?.[1] ?? '';
	return unescape(text.replace(/<[^>]*>/g, ''));
}

module.exports = { Visitor, signUp, mailedPath, told, unescape, FORM, PASSWORD };
