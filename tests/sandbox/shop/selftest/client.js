'use strict';
// A caller of the shop sandbox with cryptography of its own, and the measured vectors.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const ORIGIN = process.env.SHOP_SANDBOX_URL;
const VECTORS = path.join(__dirname, '..', '..', '..', 'vectors');
const wire = JSON.parse(fs.readFileSync(path.join(VECTORS, 'wire.json'), 'utf8'));
const KEY = wire.derivation[0].api_key;
const TENANT = wire.derivation[0].tenant_id;

if (!ORIGIN) throw new Error('SHOP_SANDBOX_URL is not set');

// A request with nothing added: fetch would send headers of its own.
function send(method, url, headers = {}, body) {
	return new Promise((resolve, reject) => {
		const req = http.request(url, { method, headers, agent: false }, (res) => {
			const parts = [];
			res.on('data', (part) => parts.push(part));
			res.on('error', reject);
			res.on('end', () => {
				const text = Buffer.concat(parts).toString('utf8');
				resolve({ status: res.statusCode, headers: res.headers, text });
			});
		});
		req.on('error', reject);
		req.end(body);
	});
}

let shops = 0;
class Shop {
	constructor() {
		this.base = `${ORIGIN}/self-${process.pid}-${++shops}`;
	}
	async control(method, name, body) {
		const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
		const res = await send(method, `${this.base}/_sandbox/${name}`, {}, text);
		assert.equal(res.status, 200, `${name}: ${res.text}`);
		return JSON.parse(res.text);
	}
	pair(base_url = 'http://127.0.0.1:1', tenant_id = TENANT, api_key = KEY) {
		return this.control('POST', 'pair', { tenant_id, api_key, base_url });
	}
	rest(method, route, { headers = {}, body, token = this.token() } = {}) {
		const all = { Accept: 'application/json', ...headers };
		if (token !== null) all.Authorization = `Bearer ${token}`;
		if (body !== undefined && !('Content-Type' in all)) all['Content-Type'] = 'application/json';
		const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
		return send(method, `${this.base}${route.startsWith('/') ? '' : '/rest/V1/byte8/'}${route}`, all, text);
	}
	token(claims = {}, now = Math.floor(Date.now() / 1000)) {
		return sign('byte8-magento-inbound-v1', KEY, {
			iss: 'byte8-ledger', sub: TENANT, aud: 'magento', iat: now, nbf: now - 60,
			exp: now + 240, jti: crypto.randomUUID(), ...claims,
		});
	}
}

function subkey(info, key) {
	return Buffer.from(crypto.hkdfSync('sha256', key, '', info, 32));
}

function sign(info, key, claims, header = { alg: 'HS256', typ: 'JWT' }) {
	const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
	return `${input}.${crypto.createHmac('sha256', subkey(info, key)).update(input).digest('base64url')}`;
}

// A server that records what it is sent and answers as told: a status, or raw bytes.
async function ledger(t, answer) {
	const seen = [];
	const server = http.createServer((req, res) => {
		let body = '';
		req.on('data', (part) => { body += part; });
		req.on('end', () => {
			seen.push({ method: req.method, url: req.url, raw: req.rawHeaders, headers: req.headers, body, port: req.socket.remotePort });
			const reply = answer(req, seen.length);
			if (reply.raw !== undefined) {
				res.socket.end(reply.raw);
			} else if (reply.never !== true) {
				res.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
				res.end(reply.body ?? '');
			}
		});
	});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	t.after(() => { server.closeAllConnections(); server.close(); });
	return { url: `http://127.0.0.1:${server.address().port}`, seen };
}

const ITEM = { sku: 'A', name: 'A', qty: 2, price: 50, tax_percent: 20 };
const iso = (unix) => new Date(unix * 1000).toISOString().replace('.000', '');

module.exports = { send, subkey, sign, ledger, ORIGIN, VECTORS, wire, KEY, TENANT, ITEM, iso, Shop };
