'use strict';
// What was answered 202 exists, whatever dies: posts flow in while ledger-webhook's processes
// and mariadbd are killed at random, each statement of the intake fails once, and every
// FastCGI program is restarted under load.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, describe, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { addBinding, eventBody, postEvent } = require('./lib/shop');
const { shopToken } = require('./lib/token');
const { request } = require('./lib/http');
const { Random } = require('./lib/random');
const { openDatabaseProxy, MODES } = require('./lib/database_proxy');
const { until } = require('./lib/until');

const POSTS = Number(process.env.INTAKE_POSTS ?? 2000);
const DATABASES = 5; // mariadbd's deaths: each takes seconds to recover from
const CLIENTS = 12;
const PROCESSES = 4;
const RESTARTS = 50; // of single processes, of each program
const random = new Random(process.env.INTAKE_SEED);

let stack, shop;
let lastId = 0;

before(async () => {
	console.log(`# INTAKE_SEED=${random.seed}`);
	stack = await startStack({ sandboxes: false, processes: PROCESSES });
	shop = await addBinding(stack);
});
after(() => stack?.stop());

/**
 * Posts an event until it is taken, as a shop does: with a fresh token each time, or with
 * the same, which a committed first use refuses. All the answers.
 */
async function deliver(event, id, heard = () => {}) {
	const answers = [];
	let token = shopToken(shop.apiKey, shop.tenant);
	await until(`${event} ${id} is taken`, async () => {
		const answer = await postEvent(stack, shop, event, eventBody(event, id), { token });
		answers.push(answer);
		heard();
		if (answer.status === 202) return true;
		const again = answers.length > 1 && answer.status === 401; // the same token, used up by a commit whose answer was lost
		assert.ok(answer.status === 503 || again, `${event} ${id}: ${answer.status} ${answer.text}`);
		if (again || random.below(2)) token = shopToken(shop.apiKey, shop.tenant);
		return false;
	}, { timeout: 120000, every: 100 });
	return answers;
}

/** One run and one job of the event, under the id that was told. */
async function assertThere(taken) {
	const rows = await stack.sql(`SELECT r.id, r.event, r.magento_id, COUNT(j.id) AS jobs FROM sync_run r LEFT JOIN job j ON j.run_id = r.id
		WHERE r.binding_id = '${shop.tenant}' GROUP BY r.id`);
	const runs = new Map();
	for (const row of rows) runs.set(`${row.event} ${row.magento_id}`, [...(runs.get(`${row.event} ${row.magento_id}`) ?? []), row]);
	for (const [name, answers] of taken) {
		const found = runs.get(name);
		assert.equal(found?.length, 1, `${name}: ${JSON.stringify(found)}`);
		assert.equal(found[0].jobs, '1', `${name} has its job`);
		for (const answer of answers) if (answer.status === 202) assert.equal(answer.json.sync_run_id, found[0].id, name);
	}
}

/** Kills a process, or now and then mariadbd, whenever a few posts more were answered. */
async function killAtRandom(posting) {
	const { tally } = posting;
	for (;;) {
		const goal = tally.answers + 5 + random.below(30);
		await until('posts were answered', () => !posting.going || tally.answers >= goal, { timeout: 120000, every: 5 });
		if (!posting.going) return;
		if (tally.databases < DATABASES && random.below(12) === 0) {
			await stack.end('mariadbd');
			tally.databases++;
			await stack.restart('mariadbd');
			continue;
		}
		const pids = stack.children('webhook');
		if (!pids.length) continue;
		try {
			process.kill(random.pick(pids), 'SIGKILL');
			tally.processes++;
		} catch (error) {
			assert.equal(error.code, 'ESRCH'); // it had just left
		}
	}
}

it(`${POSTS} posts while processes and mariadbd are killed, seed ${random.seed}`, async () => {
	const tally = { answers: 0, processes: 0, databases: 0 };
	const posting = { tally, going: true };
	const taken = new Map();
	let left = POSTS;
	const client = async () => {
		while (left-- > 0) {
			const event = random.pick(['invoice.created', 'invoice.paid', 'creditmemo.created']);
			const id = ++lastId;
			taken.set(`${event} ${id}`, await deliver(event, id, () => tally.answers++));
		}
	};
	const clients = Promise.all(Array.from({ length: CLIENTS }, client)).finally(() => (posting.going = false));
	await Promise.all([clients, killAtRandom(posting)]);
	console.log(`# ${JSON.stringify(tally)}`);
	assert.equal(taken.size, POSTS);
	assert.ok(tally.processes > 10, 'processes were killed');
	await assertThere(taken);
});

/** New serving processes, all of them, on the configuration as it is. */
async function freshProcesses() {
	const old = new Set(stack.children('webhook'));
	stack.kill('webhook', 'SIGTERM');
	await until('multiwatch has replaced them', () => {
		const now = stack.children('webhook');
		return now.length === PROCESSES && now.every((pid) => !old.has(pid));
	});
}

describe('a statement of the intake fails once', () => {
	let proxy, conf;
	before(async () => {
		proxy = await openDatabaseProxy(stack);
		conf = fs.readFileSync(stack.conf, 'utf8');
		fs.writeFileSync(stack.conf, conf.replace(/^database = .*$/m, `database = ${proxy.socket}`));
		await freshProcesses();
	});
	after(async () => {
		fs.writeFileSync(stack.conf, conf);
		await proxy.close();
		await freshProcesses();
	});

	for (const mode of MODES)
		it(mode, async () => {
			const taken = new Map();
			// A new event; one that is there already, which takes the procedure; a read.
			for (let nth = 0, came = true; came; nth++) {
				came = false;
				let count = 0;
				proxy.watch(() => {
					if (came || count++ !== nth) return undefined;
					came = true;
					return mode;
				});
				const id = ++lastId;
				const answers = await deliver('invoice.created', id);
				taken.set(`invoice.created ${id}`, [...answers, ...(await deliver('invoice.created', id))]);
				assert.ok(nth < 100, 'it ends');
			}
			proxy.watch(null);
			await assertThere(taken);
		});
});

/** SIGTERMs one serving process after the other, waiting for each one's successor. */
async function roll(name) {
	for (let restarts = 0; restarts < RESTARTS; restarts++) {
		const pids = stack.children(name);
		const pid = pids[restarts % pids.length];
		process.kill(pid, 'SIGTERM');
		await until('it was replaced', () => {
			const now = stack.children(name);
			return now.length === PROCESSES && !now.includes(pid);
		}, { every: 10 });
	}
}

describe(`${RESTARTS} rolling restarts under load lose nothing:`, () => {
	const PAGES = {
		webhook: async () => {
			const id = ++lastId;
			const answer = await postEvent(stack, shop, 'invoice.created', id);
			return { status: answer.status, wanted: 202, name: `invoice.created ${id}`, answer };
		},
		connect: async () => ({ status: (await request(`${stack.ledgerUrl}/login/code`)).status, wanted: 303 }),
		dashboard: async () => ({ status: (await request(`${stack.ledgerUrl}/login`)).status, wanted: 200 }),
	};
	for (const [name, ask] of Object.entries(PAGES))
		it(name, async () => {
			const taken = new Map();
			let going = true;
			const client = async () => {
				while (going) {
					const asked = await ask();
					assert.equal(asked.status, asked.wanted, asked.answer?.text);
					if (asked.name) taken.set(asked.name, [asked.answer]);
				}
			};
			const clients = Promise.all(Array.from({ length: 6 }, client));
			await Promise.all([clients, roll(name).finally(() => (going = false))]);
			await assertThere(taken);
		});
});
