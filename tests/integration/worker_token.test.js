'use strict';
// One thread serves many bindings: each with its own Sage token, whatever became of the last.

const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');
const { startStack } = require('./lib/stack');
const { addBinding, pairShop } = require('./lib/shop');

let stack;

before(async () => {
	stack = await startStack({ env: { LEDGER_WORKER_THREADS: '1' } });
});
after(() => stack?.stop());

it('a grant that Sage refused says nothing about the next binding', async () => {
	const shops = [];
	for (const business of ['f5d7e2532cc9ad16bc2a41222d76f269', undefined, undefined])
		shops.push(business ? await pairShop(stack, { shop: 'one' }) : await addBinding(stack));
	await stack.runWorker(); // every lane has its refresh_reference
	// Now the refused ones go first, on the one thread there is.
	await stack.sql("UPDATE lane SET parked_until = '2000-01-01', served_at = IF(binding_id = '" + shops[0].tenant + "', UTC_TIMESTAMP(6), '2000-01-01')");
	await stack.sql("UPDATE binding SET sage_status = 'active'");
	await stack.sql(`INSERT INTO job (lane_id, binding_id, kind, entity_type, magento_id)
		SELECT id, binding_id, 'refresh_reference', 'other', 1 FROM lane WHERE upstream = 'sage' AND binding_id = '${shops[0].tenant}'`);
	await stack.runWorker();
	const rows = await stack.sql('SELECT id, sage_status FROM binding');
	for (const { id, sage_status } of rows) assert.equal(sage_status, id === shops[0].tenant ? 'active' : 'reconnect_needed', id);
	assert.deepEqual(await stack.sql(`SELECT id FROM job WHERE binding_id = '${shops[0].tenant}'`), []);
});
