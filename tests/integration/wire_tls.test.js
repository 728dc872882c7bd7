'use strict';
// The site behind TLS, as production has it: nginx/listen-tls.conf.in's own settings.

const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');
const { startStack, run, ROOT } = require('./lib/stack');
const { raw } = require('./lib/http');
const { addBinding, eventBody } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { assertRefused } = require('./lib/wire');
const { until } = require('./lib/until');

let stack, shop, port, ca;

const freePort = () =>
	new Promise((resolve) => {
		const server = net.createServer().listen(0, '127.0.0.1', () => {
			const { port: free } = server.address();
			server.close(() => resolve(free));
		});
	});

before(async () => {
	stack = await startStack({ sandboxes: false, processes: 2 });
	shop = await addBinding(stack);
	port = await freePort();
	const at = (name) => path.join(stack.dir, 'tmp', name);
	const made = await run('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
		...['-addext', 'subjectAltName=DNS:localhost', '-keyout', at('privkey.pem'), '-out', at('fullchain.pem')],
	]);
	assert.equal(made.status, 0, made.stderr);
	ca = fs.readFileSync(at('fullchain.pem'));
	const settings = fs
		.readFileSync(path.join(ROOT, 'nginx/listen-tls.conf.in'), 'utf8')
		.replace(/^listen \[::\].*\n/m, '')
		.replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
		.replaceAll('/etc/ssl/ledger', path.join(stack.dir, 'tmp'))
		.replaceAll('@SERVER_NAME@', 'localhost');
	fs.appendFileSync(path.join(stack.dir, 'nginx/listen.conf'), settings);
	process.kill(stack.pid('nginx'), 'SIGHUP');
	await until('nginx speaks TLS', () => call('/v1/tile/health').then((answer) => answer.status === 401, () => false));
});
after(() => stack?.stop());

/** A request as libcurl makes it: the certificate is verified. */
function call(where, { headers = {}, body, ...options } = {}) {
	return new Promise((resolve, reject) => {
		const sent = { ...headers, ...(body && { 'Content-Length': Buffer.byteLength(body) }) };
		const request = https.request(
			{ host: '127.0.0.1', port, servername: 'localhost', ca, path: where, method: body ? 'POST' : 'GET', headers: sent, agent: false, ...options },
			(answer) => {
				let text = '';
				answer.on('data', (chunk) => (text += chunk));
				answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
			},
		);
		request.on('error', reject);
		request.end(body);
	});
}

test('an event over TLS 1.2 and 1.3, and over nothing older', async () => {
	let id = 0;
	for (const version of ['TLSv1.2', 'TLSv1.3']) {
		const headers = { Authorization: `Bearer ${shopToken(shop.apiKey, shop.tenant)}`, 'Content-Type': 'application/json' };
		const body = JSON.stringify(eventBody('invoice.created', ++id));
		const answer = await call(`/webhooks/magento/${shop.tenant}/invoice.created`, { headers, body, minVersion: version, maxVersion: version });
		assert.equal(answer.status, 202, answer.text);
		assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
	}
	for (const version of ['TLSv1', 'TLSv1.1'])
		await assert.rejects(() => call('/v1/tile/health', { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }), /alert|version|EPROTO|ECONNRESET/i);
});

test('HTTP/1.1 is all that is offered', async () => {
	const protocol = await new Promise((resolve, reject) => {
		const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ALPNProtocols: ['h2', 'http/1.1'] }, () => {
			resolve(socket.alpnProtocol);
			socket.destroy();
		});
		socket.on('error', reject);
	});
	assert.equal(protocol, 'http/1.1');
});

// nginx's 497. An operator's mistake, so the shop repeats its event.
test('plain HTTP on the TLS port is 503 in JSON', async () => {
	const answer = await raw(`http://127.0.0.1:${port}`, 'POST /webhooks/magento/x/y HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
	assertRefused(answer, 503, 'unavailable');
});

test('the plain port only sends people on, and to no name but our own', () => {
	const site = fs.readFileSync(path.join(ROOT, 'nginx/redirect.conf.in'), 'utf8');
	assert.match(site, /return 301 https:\/\/@SERVER_NAME@\$request_uri;/);
	assert.doesNotMatch(site, /\$(http_)?host/);
});
