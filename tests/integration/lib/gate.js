'use strict';
// A gate between Ledger and one of the sandboxes: every request goes through it, and a test
// may hold one before the sandbox sees it, or its answer before Ledger does.

const http = require('node:http');
const { within } = require('./until');

/** A promise with its resolve beside it. */
function deferred() {
	let resolve;
	const promise = new Promise((done) => (resolve = done));
	return { promise, resolve };
}

/**
 * One request to hold: `reached` resolves with it once it is held, `answered` with the
 * sandbox's answer to it. release() lets go on what is held, drop() closes its connection.
 */
class Hold {
	#verdict = deferred();
	#reached = deferred();
	#answered = deferred();

	constructor(matches, when) {
		Object.assign(this, { matches, when, answered: this.#answered.promise });
	}

	get reached() {
		return within(`a request is held: ${this.matches}`, this.#reached.promise);
	}

	/** Called by the gate; resolves with whether to go on. */
	meet(call) {
		this.#reached.resolve(call);
		return this.#verdict.promise;
	}

	settle(answer) {
		this.#answered.resolve(answer);
	}

	release() {
		this.#verdict.resolve(true);
	}

	drop() {
		this.#verdict.resolve(false);
	}
}

function readAll(stream) {
	return new Promise((resolve, reject) => {
		const chunks = [];
		stream.on('data', (chunk) => chunks.push(chunk));
		stream.on('end', () => resolve(Buffer.concat(chunks)));
		stream.on('error', reject);
	});
}

/** Asks `target` the same; rejects when the sandbox cuts the connection. */
function forward(target, call) {
	const url = new URL(call.url, target);
	return new Promise((resolve, reject) => {
		const asked = http.request(url, { method: call.method, headers: call.headers, agent: false }, (answer) => {
			readAll(answer).then((body) => resolve({ status: answer.statusCode, headers: answer.headers, body }), reject);
		});
		asked.on('error', reject);
		asked.end(call.body);
	});
}

class Gate {
	#holds = [];
	#server;

	constructor(target) {
		this.target = target;
		this.#server = http.createServer((request, response) => this.#serve(request, response));
		this.#server.keepAliveTimeout = 0; // Ledger keeps connections: never closed in its face
	}

	async open() {
		await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${this.#server.address().port}`;
		return this;
	}

	/** Holds the next request that `matches({ method, url, headers, body })`, "before" it is passed on or "after". */
	hold(matches, when) {
		const hold = new Hold(matches, when);
		this.#holds.push(hold);
		return hold;
	}

	/** Holds the next POST to a path that begins so. */
	holdPost(path, when) {
		return this.hold(({ method, url }) => method === 'POST' && url.startsWith(path), when);
	}

	/** Lets go of everything held, now and later. */
	calm() {
		for (const hold of this.#holds.splice(0)) hold.release();
	}

	async #serve(request, response) {
		try {
			const call = { method: request.method, url: request.url, headers: request.headers, body: await readAll(request) };
			const answer = await this.#pass(call);
			if (!answer) return void response.destroy();
			response.writeHead(answer.status, answer.headers);
			response.end(answer.body);
		} catch {
			response.destroy(); // the sandbox cut its connection, or Ledger has gone
		}
	}

	async #pass(call) {
		const at = this.#holds.findIndex((hold) => hold.matches(call));
		const [hold] = at < 0 ? [] : this.#holds.splice(at, 1);
		if (hold?.when === 'before' && !(await hold.meet(call))) return null;
		const answer = await forward(this.target, call);
		hold?.settle(answer);
		if (hold?.when === 'after' && !(await hold.meet(call))) return null;
		return answer;
	}

	close() {
		this.calm();
		this.#server.closeAllConnections();
		return new Promise((resolve) => this.#server.close(resolve));
	}
}

/** A gate before `target`, at `url`. */
function openGate(target) {
	return new Gate(target).open();
}

/** A gate before the Sage sandbox's API, through which `env` leads a worker. */
async function openSageGate(stack) {
	const gate = await openGate(stack.sageUrl);
	gate.env = { LEDGER_SAGE_API_URL: `${gate.url}/v3.1` };
	return gate;
}

module.exports = { openGate, openSageGate };
