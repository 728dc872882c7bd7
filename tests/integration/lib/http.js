'use strict';
// Two clients: `request` for well-formed HTTP, `raw` for bytes as they are.
// Each call uses a connection of its own, as Magento does.

const http = require('node:http');
const net = require('node:net');

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * `body`: a string or Buffer as it is, or any other value as JSON (Content-Type is
 * then set unless given). Resolves with { status, headers, text, json }; `json` is
 * undefined when the body is not JSON. Redirects are not followed. `socketPath`: of a
 * server on a unix socket.
 */
function request(url, { method, headers = {}, body, timeout = 30000, socketPath } = {}) {
	const asIs = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
	const bytes = asIs ? body : JSON.stringify(body);
	const sent = { ...headers };
	if (!asIs && !Object.keys(sent).some((name) => name.toLowerCase() === 'content-type'))
		sent['Content-Type'] = 'application/json';
	if (bytes !== undefined) sent['Content-Length'] = Buffer.byteLength(bytes);
	return new Promise((resolve, reject) => {
		const call = http.request(
			url,
			{ method: method ?? (bytes === undefined ? 'GET' : 'POST'), headers: sent, agent: false, socketPath },
			(answer) => {
				const chunks = [];
				answer.on('data', (chunk) => chunks.push(chunk));
				answer.on('error', reject);
				answer.on('end', () => {
					const text = Buffer.concat(chunks).toString('utf8');
					resolve({
						status: answer.statusCode,
						headers: answer.headers,
						text,
						json: parsed(text),
					});
				});
			},
		);
		call.setTimeout(timeout, () => call.destroy(new Error(`no answer within ${timeout} ms: ${url}`)));
		call.on('error', reject);
		call.end(bytes);
	});
}

/** Takes "HTTP/1.1 503 …\r\nName: value\r\n\r\nbody" apart; status 0 when there is none. */
function parseAnswer(text) {
	const split = text.indexOf('\r\n\r\n');
	const [statusLine = '', ...lines] = (split < 0 ? text : text.slice(0, split)).split('\r\n');
	const headers = {};
	for (const line of lines) {
		const colon = line.indexOf(':');
		headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
	}
	const body = split < 0 ? '' : text.slice(split + 4);
	return {
		statusLine,
		status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0),
		headers,
		text: body,
		json: parsed(body),
	};
}

/**
 * Writes `bytes` to the server of `url` as they are and reads until it closes or
 * `timeout` ms have passed. Resolves with the first answer taken apart, `all` (every
 * byte received) and `closed` (the server closed in time). Add "Connection: close"
 * when waiting for the close should be short; with `first` the first answer that is
 * complete by its Content-Length ends the wait (nginx lingers after a refused body).
 */
function raw(url, bytes, { timeout = 15000, first = false } = {}) {
	const { hostname, port } = new URL(url);
	return new Promise((resolve) => {
		const chunks = [];
		let closed = false;
		const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
		const timer = setTimeout(() => socket.destroy(), timeout);
		socket.on('data', (chunk) => {
			chunks.push(chunk);
			const { headers, text } = parseAnswer(Buffer.concat(chunks).toString('latin1'));
			if (first && text.length >= Number(headers['content-length'])) socket.destroy();
		});
		socket.on('end', () => (closed = true));
		socket.on('error', () => (closed = true));
		socket.on('close', () => {
			clearTimeout(timer);
			const all = Buffer.concat(chunks).toString('latin1');
			resolve({ ...parseAnswer(all), all, closed });
		});
	});
}

module.exports = { request, raw };
