'use strict';
// Events posted without pause while something else happens to the stack, and a database
// session that holds its locks until it is told otherwise.

const { spawn } = require('node:child_process');
const { postEvent } = require('./shop');

/**
 * `width` clients post invoice.created, each with an id of its own, from `firstId` on.
 * `answers` grows as they come: { id, status, answer }; stop() resolves with all of them.
 */
function startLoad(stack, shop, { firstId, width = 8 }) {
	let next = firstId;
	let going = true;
	const answers = [];
	const client = async () => {
		while (going) {
			const id = next++;
			const answer = await postEvent(stack, shop, 'invoice.created', id);
			answers.push({ id, status: answer.status, answer });
		}
	};
	const clients = Promise.all(Array.from({ length: width }, client));
	return {
		answers,
		accepted: () => answers.filter(({ status }) => status === 202).length,
		async stop() {
			going = false;
			await clients;
			return answers;
		},
	};
}

/** A session of the database's administrator: sql(text) resolves once it is carried out. */
function openSession(stack) {
	const args = ['--no-defaults', '--batch', '--unbuffered', '--skip-column-names', '--force'];
	const child = spawn('mariadb', [...args, `--socket=${stack.vars.MYSQL_SOCKET}`, 'ledger'], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = new Promise((resolve) => child.on('exit', resolve));
	let text = '';
	let count = 0;
	let heard = () => {};
	child.stdout.on('data', (chunk) => {
		text += chunk;
		heard();
	});
	return {
		sql(statement) {
			const mark = `done ${++count}`;
			child.stdin.write(`${statement};\nSELECT '${mark}';\n`);
			return new Promise((resolve, reject) => {
				heard = () => text.includes(`${mark}\n`) && resolve();
				ended.then(() => reject(new Error('the session ended')));
				heard();
			});
		},
		async close() {
			child.stdin.end();
			await ended;
		},
	};
}

module.exports = { startLoad, openSession };
