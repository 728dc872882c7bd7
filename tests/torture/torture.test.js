'use strict';
// `make torture SECONDS=n`, and a short one in every `make test`. TORTURE_SEED draws the same
// events and faults again.

const { after, before, it } = require('node:test');
const { Torture } = require('./torture');

const seconds = Number(process.env.TORTURE_SECONDS || 10);
const torture = new Torture(process.env.TORTURE_SEED);

before(() => torture.start());
after(() => torture.stop());

it(`${seconds} seconds of torture, seed ${torture.random.seed}`, async () => {
	console.log(`# TORTURE_SEED=${torture.random.seed}`);
	await torture.run(seconds);
	console.log(`# ${JSON.stringify(torture.tally)}`);
	await torture.finish();
	await torture.assertWhole();
});
