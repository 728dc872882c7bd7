'use strict';
// A merchant who connects a shop and a Sage business: through the screens, without a browser.

const { request } = require('./http');
const { FORM, PASSWORD, Visitor, unescape } = require('./visitor');

class Merchant extends Visitor {
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
		return unescape(found[1]);
	}

	/** Decides on Sage's consent page; the callback's address. */
	async decide(consentUrl, decision = 'allow', user) {
		const body = new URLSearchParams({ decision, ...(user && { user }) }).toString();
		const answer = await request(consentUrl, { headers: { 'Content-Type': FORM }, body });
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
	const owner = new Merchant(stack.ledgerUrl);
	const answer = await owner.signIn(email);
	if (answer.status !== 303) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
	return owner;
}

module.exports = { Merchant, newOwner };
