'use strict';
// The sandboxes judged by their own tests: what the other suites lean on must hold first.

const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, it } = require('node:test');
const { startStack, run, ROOT } = require('./lib/stack');

let stack;

before(async () => {
	stack = await startStack();
});
after(() => stack?.stop());

for (const name of ['sage', 'shop'])
	it(`the ${name} sandbox`, async () => {
		const env = { ...process.env, SAGE_SANDBOX_URL: stack.sageUrl, SHOP_SANDBOX_URL: stack.shopUrl };
		delete env.NODE_TEST_CONTEXT; // it would take over this file's own report
		const file = path.join(ROOT, 'tests/sandbox', name, 'selftest.js');
		const { status, stdout } = await run('node', ['--test', '--test-reporter=tap', file], { env, timeout: 300000 });
		assert.equal(status, 0, stdout.split('\n').filter((line) => /^\s*(not ok|error:)/.test(line)).join('\n'));
		assert.match(stdout, /^# pass [1-9]/m);
	});
