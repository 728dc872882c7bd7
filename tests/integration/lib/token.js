'use strict';
// The shops' tokens, made with node's own cryptography: independent of the product, so
// a mistake in the one does not hide in the other.

const crypto = require('node:crypto');

const OUTBOUND = 'byte8-magento-outbound-v1'; // shop -> Ledger
const INBOUND = 'byte8-magento-inbound-v1'; // Ledger -> shop

/** The 32-byte subkey of the api key's text (RFC 5869, SHA-256, no salt). */
function subkey(apiKey, info) {
	return Buffer.from(crypto.hkdfSync('sha256', Buffer.from(apiKey, 'utf8'), Buffer.alloc(0), info, 32));
}

/** Signs `claims` (an object, or JSON text as it is) with `key`; `header` likewise. */
function sign(key, claims, header = { alg: 'HS256', typ: 'JWT' }) {
	const segment = (value) =>
		Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
	const input = `${segment(header)}.${segment(claims)}`;
	return `${input}.${crypto.createHmac('sha256', key).update(input).digest('base64url')}`;
}

/** The claims that a shop sends, with `change` laid over them (undefined removes one). */
function shopClaims(tenant, change = {}) {
	const now = change.now ?? Math.floor(Date.now() / 1000);
	const claims = {
		iss: 'magento',
		sub: tenant,
		aud: 'byte8-ledger',
		iat: now,
		nbf: now,
		exp: now + 60,
		jti: crypto.randomUUID(),
		...change,
	};
	delete claims.now;
	return claims;
}

/** A token as the shop's module makes it, fresh for every call. */
function shopToken(apiKey, tenant, change = {}) {
	return sign(subkey(apiKey, OUTBOUND), shopClaims(tenant, change));
}

module.exports = { OUTBOUND, INBOUND, subkey, sign, shopClaims, shopToken };
