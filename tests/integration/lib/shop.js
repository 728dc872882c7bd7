'use strict';
// Shops as Ledger sees them: bindings made by ledgerctl, the shop sandbox paired with
// them, and events posted as Magento posts them.

const crypto = require('node:crypto');
const { request } = require('./http');
const { shopToken } = require('./token');

const BUSINESS = 'f5d7e2532cc9ad16bc2a41222d76f269'; // the Sage sandbox's first, GB

const people = new WeakMap(); // stack -> accounts that have their member

async function ensureAccount(stack, account) {
	const made = people.get(stack) ?? new Map();
	people.set(stack, made);
	if (!made.has(account)) {
		const email = `${account.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@example.test`;
		const password = stack.secretFile('correct horse battery staple');
		made.set(
			account,
			stack.ctl('user', 'add', '--account', account, '--email', email, '--password-file', password),
		);
	}
	await made.get(account);
}

/**
 * A binding whose shop nobody calls: { tenant, apiKey, base }. The account (and its one
 * member, <account>@example.test, "correct horse battery staple") is made when new.
 */
async function addBinding(
	stack,
	{
		account = 'Demo Ltd',
		base = `https://${crypto.randomUUID()}.shop.example`,
		business = crypto.randomBytes(16).toString('hex'),
		region = 'GB',
		refreshToken = 'a refresh token that is never used',
		apiKey = crypto.randomBytes(32).toString('hex'),
	} = {},
) {
	await ensureAccount(stack, account);
	const { binding_id: tenant } = await stack.ctl(
		...['binding', 'add', '--account', account, '--shop-url', base, '--region', region],
		...['--api-key-file', stack.secretFile(apiKey), '--sage-business', business],
		...['--sage-refresh-token-file', stack.secretFile(refreshToken), '--json'],
	);
	return { tenant, apiKey, base };
}

/** POST with `body`, GET without; throws unless the sandbox answers 2xx. */
async function control(url, body) {
	const answer = await request(url, { body });
	if (answer.status < 200 || answer.status > 299) throw new Error(`${url}: ${answer.status} ${answer.text}`);
	return answer.json;
}

/**
 * Joins shop `shop` of the shop sandbox to `business` of the Sage sandbox. Resolves with
 * { tenant, apiKey, base, business, sandbox, sage }: sandbox('invoices', {…}) calls the
 * shop's control, sage('ledger?…') that of the Sage sandbox; with a body it is a POST.
 * `through` is where Ledger finds the shops when that is not the sandbox itself (a gate).
 */
async function pairShop(stack, { shop = 'demo', account, business = BUSINESS, region, through = stack.shopUrl } = {}) {
	const sage = (path, body) => control(`${stack.sageUrl}/_sandbox/${path}`, body);
	const base = `${through}/${shop}`;
	const sandbox = (path, body) => control(`${stack.shopUrl}/${shop}/_sandbox/${path}`, body);
	const { refresh_token: refreshToken } = await sage('grant', { business });
	const made = await addBinding(stack, { account, base, business, region, refreshToken });
	await sandbox('pair', { tenant_id: made.tenant, api_key: made.apiKey, base_url: stack.ledgerUrl });
	return { ...made, business, sandbox, sage };
}

/** The body of an event as Magento sends it, with `change` laid over it (undefined removes a key). */
function eventBody(event, id, change = {}) {
	const payload = event.endsWith('.upserted') ? {} : { increment_id: String(id).padStart(9, '0') };
	if (event === 'invoice.created') payload.paid = false;
	return {
		magento_entity_id: id,
		website_id: event === 'product.upserted' ? 0 : 1,
		store_id: event.endsWith('.upserted') ? 0 : 1,
		occurred_at: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
		payload,
		...change,
	};
}

/**
 * Posts `body` (an event body, or a number: the id of an ordinary one) as the shop would.
 * `token` replaces the fresh token; `headers` and `query` ("provider=x") are added.
 * A header given as undefined is not sent.
 */
function postEvent(stack, shop, event, body, { token, headers = {}, query = '' } = {}) {
	const sent = {
		Authorization: `Bearer ${token ?? shopToken(shop.apiKey, shop.tenant)}`,
		Accept: '*/*',
		'Content-Type': 'application/json',
		'Idempotency-Key': `${event}:${typeof body === 'number' ? body : crypto.randomUUID()}`,
		...headers,
	};
	for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
	const url = `${stack.ledgerUrl}/webhooks/magento/${shop.tenant}/${event}${query && `?${query}`}`;
	return request(url, {
		method: 'POST',
		headers: sent,
		body: typeof body === 'number' ? eventBody(event, body) : body,
	});
}

module.exports = { BUSINESS, addBinding, pairShop, eventBody, postEvent };
