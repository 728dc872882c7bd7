'use strict';
// One-time codes as an authenticator app makes them, by code of its own.

const crypto = require('node:crypto');

function unbase32(text) {
	let bits = '';
	for (const digit of text) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit).toString(2).padStart(5, '0');
	return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** The code of the step `shift` steps from now. */
function totp(secret, shift = 0, at = Date.now()) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000) + shift));
	const mac = crypto.createHmac('sha1', unbase32(secret)).update(counter).digest();
	const value = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
	return String(value % 1000000).padStart(6, '0');
}

module.exports = { totp };
