'use strict';
// A mail relay on loopback that keeps what it is given. `refuse` decides the answer to a
// recipient: undefined takes it, "450 …" or "550 …" is said instead.

const net = require('node:net');

function decodeWord(text) {
	return text.replace(/\r\n[ \t]+/g, ' ').replace(/\?=\s+=\?/g, '?==?').replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, word) => `\0${word}\0`)
		.replace(/(?:\0[^\0]*\0)+/g, (words) => Buffer.concat(words.split('\0').filter(Boolean).map((word) => Buffer.from(word, 'base64'))).toString('utf8'));
}

function decodeBody(text) {
	const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\r\n/g, '\n');
}

function parse(from, to, raw) {
	const split = raw.indexOf('\r\n\r\n');
	const head = raw.slice(0, split);
	const headers = {};
	for (const line of head.split(/\r\n(?![ \t])/)) {
		const colon = line.indexOf(':');
		headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
	}
	return { from, to, raw, headers, subject: decodeWord(headers.subject ?? ''), body: decodeBody(raw.slice(split + 4)) };
}

/** { url, mails, refuse, to(address), close() } */
async function startMailSink() {
	const sink = { mails: [], refuse: () => undefined };
	const sockets = new Set();
	const server = net.createServer((socket) => {
		let buffer = '', from, to, data = false;
		const say = (text) => socket.write(`${text}\r\n`);
		sockets.add(socket);
		socket.setEncoding('latin1');
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => {});
		const command = (line) => {
			const verb = line.slice(0, 4).toUpperCase();
			if (verb === 'EHLO' || verb === 'HELO') return say('250 sink');
			if (verb === 'MAIL') {
				from = /<(.*)>/.exec(line)?.[1];
				return say('250 ok');
			}
			if (verb === 'RCPT') {
				to = /<(.*)>/.exec(line)?.[1];
				return say(sink.refuse(to) ?? '250 ok');
			}
			if (verb === 'DATA') {
				data = true;
				return say('354 go on');
			}
			if (verb === 'QUIT') return socket.end('221 bye\r\n');
			return say(verb === 'RSET' || verb === 'NOOP' ? '250 ok' : '502 what?');
		};
		socket.on('data', (chunk) => {
			buffer += chunk;
			for (;;) {
				const end = data ? buffer.indexOf('\r\n.\r\n') : buffer.indexOf('\r\n');
				if (end < 0) return;
				const part = buffer.slice(0, data ? end + 2 : end);
				buffer = buffer.slice(end + (data ? 5 : 2));
				if (!data) {
					command(part);
					continue;
				}
				data = false;
				sink.mails.push(parse(from, to, part.replace(/^\.\./gm, '.')));
				say('250 taken');
			}
		});
		say('220 sink');
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	sink.url = `smtp://127.0.0.1:${server.address().port}`;
	sink.to = (address) => sink.mails.filter((mail) => mail.to === address);
	sink.close = () => {
		for (const socket of sockets) socket.destroy();
		return new Promise((resolve) => server.close(resolve));
	};
	return sink;
}

module.exports = { startMailSink };
