'use strict';
// A proxy between a program and MariaDB that breaks one chosen statement. It follows the
// protocol just far enough to know which: commands begin with sequence number 0, and a
// prepared statement's text is in the command that prepared it.
//
//   before   the connection breaks before the server sees the statement
//   after    the server has carried it out; its answer is lost
//   refused  the server never sees it; the program is told of a lock wait time-out (1205)

const fs = require('node:fs');
const net = require('node:net');

const COM_QUERY = 0x03;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;
const HEAD = 4; // three bytes of length, one of sequence
const MODES = ['before', 'after', 'refused'];

/** Calls `take(packet)` for each whole packet of the stream. */
function packets(take) {
	let left = Buffer.alloc(0);
	return (chunk) => {
		left = left.length ? Buffer.concat([left, chunk]) : chunk;
		while (left.length >= HEAD) {
			const size = HEAD + left.readUIntLE(0, 3);
			if (left.length < size) return;
			const packet = left.subarray(0, size);
			left = left.subarray(size);
			take(packet);
		}
	};
}

/** The error packet that answers a command. */
function refusal() {
	const text = '#HY000Lock wait timeout exceeded; try restarting transaction';
	const packet = Buffer.alloc(HEAD + 3 + text.length);
	packet.writeUIntLE(3 + text.length, 0, 3);
	packet[3] = 1;
	packet[4] = 0xff;
	packet.writeUInt16LE(1205, 5);
	packet.write(text, 7);
	return packet;
}

class DatabaseProxy {
	#connections = new Set();
	#watch = null; // (text) => mode or undefined, for every statement carried out

	constructor(socket, target) {
		this.socket = socket;
		this.server = net.createServer({ allowHalfOpen: false }, (client) => this.#serve(client, net.connect(target)));
	}

	listen() {
		return new Promise((resolve) => this.server.listen(this.socket, () => resolve(this)));
	}

	/** Every statement is shown to `watch(text)`, which may answer with a mode. */
	watch(watch) {
		this.#watch = watch;
	}

	#serve(client, server) {
		const prepared = new Map(); // statement id -> text
		let preparing = null; // the text whose id the next answer tells
		let losing = false; // the next answer is not delivered
		const end = () => {
			client.destroy();
			server.destroy();
			this.#connections.delete(end);
		};
		this.#connections.add(end);
		for (const side of [client, server]) side.on('error', end).on('close', end);

		const fromClient = packets((packet) => {
			if (client.destroyed) return;
			const command = packet[HEAD];
			const first = packet[3] === 0;
			if (first && command === COM_STMT_PREPARE) preparing = packet.toString('utf8', HEAD + 1);
			const text = !first ? null
				: command === COM_QUERY ? packet.toString('utf8', HEAD + 1)
				: command === COM_STMT_EXECUTE ? prepared.get(packet.readUInt32LE(HEAD + 1))
				: null;
			const mode = text === null ? undefined : this.#watch?.(text);
			if (mode === 'before') return end();
			if (mode === 'refused') return client.write(refusal());
			losing = mode === 'after';
			server.write(packet);
		});
		const fromServer = packets((packet) => {
			if (preparing !== null) {
				if (packet[HEAD] === 0) prepared.set(packet.readUInt32LE(HEAD + 1), preparing);
				preparing = null;
			}
		});
		client.on('data', fromClient);
		server.on('data', (chunk) => {
			if (losing) return end();
			fromServer(chunk);
			client.write(chunk);
		});
	}

	async close() {
		for (const end of this.#connections) end();
		await new Promise((resolve) => this.server.close(resolve));
		fs.rmSync(this.socket, { force: true });
	}
}

/** A proxy before the stack's MariaDB; `env` points a program at it. */
async function openDatabaseProxy(stack) {
	const socket = `${stack.vars.SOCK_DIR}/proxy.sock`;
	const proxy = await new DatabaseProxy(socket, stack.vars.MYSQL_SOCKET).listen();
	proxy.env = { LEDGER_DATABASE: socket };
	return proxy;
}

module.exports = { openDatabaseProxy, MODES };
