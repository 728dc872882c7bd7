'use strict';
// Owners and operators are told when a binding stands still: once each time it stops.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { startStack } = require('./lib/stack');
const { startMailSink } = require('./lib/mail');
const { addBinding } = require('./lib/shop');

let stack, sink;

before(async () => {
	sink = await startMailSink();
	stack = await startStack({ env: { LEDGER_SMTP_URL: sink.url, LEDGER_MAIL_FROM: 'ledger@relay.example' } });
});
after(async () => {
	await stack?.stop();
	await sink?.close();
});

test('a refused refresh token: one mail to each who can act, none for the next tries', async () => {
	const { tenant, base } = await addBinding(stack, { account: 'Alarm Ltd' });
	for (const role of ['operator', 'viewer'])
		await stack.ctl('user', 'add', '--account', 'Alarm Ltd', '--email', `${role}@alarm.example`, '--role', role, '--password-file', stack.secretFile('correct horse battery staple'));
	const again = async () => {
		await stack.sql("UPDATE lane SET parked_until = '2000-01-01'");
		await stack.runWorker();
	};
	await again();
	const [{ sage_status: status }] = await stack.sql(`SELECT sage_status FROM binding WHERE id = '${tenant}'`);
	assert.equal(status, 'reconnect_needed');
	await again();
	await again();
	for (const to of ['alarm.ltd@example.test', 'operator@alarm.example']) {
		assert.equal(sink.to(to).length, 1, to);
		assert.equal(sink.to(to)[0].subject, `${base}: Sage has to be connected again`);
		assert.match(sink.to(to)[0].body, new RegExp(`/dashboard/bindings/${tenant}`));
	}
	assert.equal(sink.to('viewer@alarm.example').length, 0);
	await stack.sql(`UPDATE binding SET sage_status = 'active' WHERE id = '${tenant}'`);
	await again();
	assert.equal(sink.to('operator@alarm.example').length, 2, 'it stopped again');
});
