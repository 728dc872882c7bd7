// `ledgerctl explain`: every code in plain words, without configuration or database.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const program = path.join(process.env.TEST_BIN || 'build/asan/bin', 'ledgerctl');

function explain(...args) {
	return spawnSync(program, ['explain', ...args], { encoding: 'utf8' });
}

test('a code is explained with its setting', () => {
	const { status, stdout } = explain('payment_method_not_mapped');
	assert.equal(status, 0);
	assert.match(stdout, /^payment_method_not_mapped \(skip reason\)/);
	assert.match(stdout, /Setting: payment_method_map/);
});

test('an error as the shop shows it is found by its code, else by its class', () => {
	const known = JSON.parse(explain('--json', 'validation:sku_too_long').stdout);
	assert.equal(known.code, 'sku_too_long');
	assert.equal(known.kind, 'error');
	assert.equal(JSON.parse(explain('--json', 'provider:Whatever').stdout).code, 'provider');
});

test('without a code all are listed', () => {
	const { status, stdout } = explain();
	assert.equal(status, 0);
	for (const code of ['b2c_consolidated', 'adjusted_to_total', 'tax_rate_not_mapped'])
		assert.match(stdout, new RegExp(`^${code} `, 'm'));
});

test('an unknown code and a word too many are refused', () => {
	assert.equal(explain('nonsense').status, 1);
	assert.match(explain('nonsense').stderr, /no code 'nonsense'/);
	assert.equal(explain('provider', 'http').status, 2);
});
