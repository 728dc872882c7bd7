'use strict';
// The next job's entity is fetched while the job at hand is at Sage. Between the worker and the
// Sage sandbox stands a gate of the test's own: it holds a write until something was
// seen elsewhere, so nothing here depends on how long anything takes.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const { after, afterEach, before, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { eventBody, pairShop, postEvent } = require('./lib/shop');
const { Sage } = require('./lib/sage');
const { Books, ADDRESS, CART } = require('./lib/books');
const { until } = require('./lib/until');

let stack, sage, shop, books, gate, env;

/** Passes requests on to Sage; the next write waits for `gate.hold`, a function, to resolve. */
function openGate() {
	let underWay = 0;
	const server = http.createServer(async (incoming, outgoing) => {
		const write = incoming.method !== 'GET';
		const chunks = [];
		for await (const chunk of incoming) chunks.push(chunk);
		server.most = Math.max(server.most, ++underWay);
		if (write && server.hold) {
			const hold = server.hold;
			server.hold = null;
			await hold().catch((error) => (server.failed = error));
		}
		const { port, hostname } = new URL(stack.sageUrl);
		const onward = http.request({ port, hostname, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
			underWay--;
			outgoing.writeHead(answer.statusCode, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', () => outgoing.destroy());
		onward.end(Buffer.concat(chunks));
	});
	server.most = 0;
	return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** How often the shop was asked for an entity. */
async function asked(path) {
	const { requests } = await shop.sandbox('requests?limit=2000');
	return requests.filter((request) => request.path.endsWith(path)).length;
}

const customer = (id, change) => shop.sandbox('customers', { id, email: `pre${id}@example.test`, first_name: 'Pre', last_name: `Fetch ${id}`, address: ADDRESS, ...change });
/** Edits the customer in the shop, and tells of it. */
async function edit(id, name) {
	await customer(id, { last_name: name, events: false });
	await postEvent(stack, shop, 'customer.upserted', eventBody('customer.upserted', id));
}
const sell = async (change = {}) => {
	const sold = await shop.sandbox('invoices', { ...CART, customer_id: 1, state: 'open', ...change });
	await books.deliver();
	return sold;
};

async function posted(...sold) {
	assert.equal(gate.failed, undefined);
	const invoices = await sage.invoices();
	for (const { increment_id: reference, grand_total: total } of sold)
		assert.deepEqual(invoices.filter((invoice) => invoice.reference === reference).map((invoice) => Number(invoice.total_amount)), [total]);
}

/** Whether a process has a SIGTERM that none of its threads took yet. */
function signalPending(pid) {
	const [, mask] = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'));
	return (BigInt(`0x${mask}`) & (1n << BigInt(os.constants.signals.SIGTERM - 1))) !== 0n;
}

before(async () => {
	stack = await startStack();
	sage = new Sage(stack.sageUrl);
	shop = await pairShop(stack, { shop: 'prefetch' });
	books = new Books(stack, sage, shop);
	gate = await openGate();
	env = { LEDGER_SAGE_API_URL: `http://127.0.0.1:${gate.address().port}/v3.1` };
	for (const id of [1, 2]) await customer(id);
	await books.deliver();
	await stack.runWorker(); // reference data and the contacts
	await books.finish('customer.upserted', 2);
});
after(async () => {
	gate?.close();
	gate?.closeAllConnections();
	await stack?.stop();
});
afterEach(async () => {
	gate.hold = gate.failed = undefined;
	await shop.sandbox('faults', { clear: true });
});

it('the shop is asked for the next invoice while Sage still has the one before', async () => {
	const sold = [await sell(), await sell(), await sell()];
	gate.hold = () => until('the shop was asked for the second invoice', () => asked(`/byte8/invoice/${sold[1].id}`));
	const { status, stderr } = await stack.runWorker({ env });
	assert.equal(status, 0, stderr);
	await posted(...sold);
	for (const { id } of sold) assert.equal(await asked(`/byte8/invoice/${id}`), 1, 'what was fetched is used');
	assert.equal(gate.most, 1, 'Sage is called one request at a time');
	assert.equal((await sage.stats()).parallel_writes, 0);
	const [{ calls }] = await stack.sql(`SELECT calls FROM run_attempt JOIN sync_run ON id = run_id WHERE magento_id = ${sold[1].id} AND event = 'invoice.created'`);
	assert.deepEqual(JSON.parse(calls).map((call) => call.method), ['GET', 'POST'], 'and stands in the run’s timeline');
});

it('an upsert that comes again after it was fetched is not lost', async () => {
	await edit(1, 'Changed');
	await edit(2, 'Changed');
	const before = await asked('/byte8/customer/2');
	gate.hold = async () => {
		await until('the shop was asked for the second customer', async () => (await asked('/byte8/customer/2')) > before);
		await edit(2, 'Newest');
	};
	await stack.runWorker({ env });
	await books.finish('customer.upserted', 2);
	assert.equal(gate.failed, undefined);
	const names = (await sage.ledger()).contacts.map((contact) => contact.name);
	assert.ok(names.includes('Pre Newest'), names.join());
	assert.ok(!names.includes('Pre Fetch 2') && names.includes('Pre Changed'), names.join());
});

it('what turns out not to be next is not taken for it', async () => {
	const [first, bulk] = [await sell(), await sell({ items: [{ sku: 'B', name: 'Pot', qty: 1, price: 30, tax_percent: 20 }] })];
	await stack.sql(`UPDATE job SET priority = 1 WHERE magento_id = ${bulk.id}`);
	let fresh;
	gate.hold = async () => {
		await until('the shop was asked for the bulk invoice', () => asked(`/byte8/invoice/${bulk.id}`));
		fresh = await sell({ items: [{ sku: 'C', name: 'Cup', qty: 1, price: 10, tax_percent: 20 }] });
	};
	await stack.runWorker({ env });
	await posted(first, bulk, fresh);
	const order = await stack.sql(`SELECT magento_id FROM sync_run WHERE magento_id IN (${first.id}, ${bulk.id}, ${fresh.id}) AND event = 'invoice.created' ORDER BY finished_at`);
	assert.deepEqual(order.map((run) => Number(run.magento_id)), [first.id, fresh.id, bulk.id], 'fresh before bulk');
});

it('what the shop refuses is the next job’s own failure', async () => {
	const sold = await sell();
	await postEvent(stack, shop, 'invoice.created', eventBody('invoice.created', 876543));
	gate.hold = () => until('the shop was asked for the missing invoice', () => asked('/byte8/invoice/876543'));
	await stack.runWorker({ env });
	await posted(sold);
	const run = await books.run('invoice.created', 876543);
	assert.deepEqual([run.status, run.error_code, run.attempts], ['failed', 'shop_entity_not_found', '1']);
});

it('SIGTERM does not wait for a shop that is asked ahead', async () => {
	const [first, second] = [await sell(), await sell()];
	await shop.sandbox('faults', { fault: 'slow', ms: 15000, match: `/byte8/invoice/${second.id}`, count: 1 });
	const worker = stack.spawnWorker({ env });
	gate.hold = async () => {
		// A call stands in the shop's list when it was answered, which this one never is.
		await until('the shop was asked for the second invoice', async () => (await shop.sandbox('faults')).length === 0);
		worker.kill('SIGTERM');
		await until('the signal was taken', () => !signalPending(worker.pid));
	};
	const { status } = await worker.ended;
	assert.equal(await asked(`/byte8/invoice/${second.id}`), 0, 'the shop has not answered yet');
	assert.equal(status, 0, worker.output());
	await posted(first);
	const run = await books.run('invoice.created', second.id);
	assert.deepEqual([run.status, run.attempts], ['queued', '0']);
	const [lane] = await stack.sql("SELECT lease_owner FROM lane WHERE upstream = 'sage'");
	assert.equal(lane.lease_owner, null, 'the lane was given back');
});
