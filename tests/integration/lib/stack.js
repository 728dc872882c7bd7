'use strict';
// A private stack for one test file:
//
//	let stack;
//	before(async () => { stack = await startStack(); });
//	after(() => stack?.stop());
//
// It also ends when the process does, by whatever way, and on SIGINT and SIGTERM.

const { execFile, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { request } = require('./http');
const { until, within } = require('./until');

const ROOT = path.resolve(__dirname, '../../..');
const SCRIPT = path.join(ROOT, 'deploy/stack/stack');
// tests/run says which build is under test; a single file run by hand gets the asan one.
const BIN = path.resolve(ROOT, process.env.TEST_BIN ?? 'build/asan/bin');
const STACKS = path.join(ROOT, 'build/test/stacks');

/** Runs a program to its end: { status, signal, stdout, stderr }; rejects after `timeout` ms. */
function run(file, args, { env = process.env, timeout = 120000, input } = {}) {
	return new Promise((resolve, reject) => {
		const options = { cwd: ROOT, env, maxBuffer: 64 << 20 };
		const child = execFile(file, args, options, (error, stdout, stderr) => {
			clearTimeout(timer);
			if (error && typeof error.code === 'string') reject(error);
			else resolve({ status: child.exitCode, signal: child.signalCode, stdout, stderr });
		});
		const timer = setTimeout(() => {
			child.kill('SIGKILL');
			reject(new Error(`${path.basename(file)} ${args.join(' ')}: not done within ${timeout} ms`));
		}, timeout);
		child.stdin.on('error', () => {}); // it ended before it read everything: its status says why
		if (input !== undefined) child.stdin.end(input);
	});
}

function must(what, { status, signal, stdout, stderr }) {
	if (status === 0) return stdout;
	const error = new Error(`${what} ended with ${signal ?? status}\n${stderr || stdout}`);
	throw Object.assign(error, { status, signal, stdout, stderr });
}

function readEnv(file) {
	const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
	return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

const UNESCAPE = { '\\n': '\n', '\\t': '\t', '\\0': '\0', '\\\\': '\\' };

/** `mariadb --batch` output as row objects; every value is text, NULL is null. */
function rows(batch) {
	const [head, ...lines] = batch.split('\n').filter((line) => line !== '');
	if (head === undefined) return [];
	const names = head.split('\t');
	const value = (cell) => (cell === 'NULL' ? null : cell.replace(/\\[nt0\\]/g, (escape) => UNESCAPE[escape]));
	return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [names[i], value(cell)])));
}

/** The living processes whose parent (field 1 behind the state) or session (field 3) is `id`. */
function processesBy(field, id) {
	const found = [];
	for (const name of fs.readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		try {
			const stat = fs.readFileSync(`/proc/${name}/stat`, 'latin1');
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			if (Number(fields[field]) === id && fields[0] !== 'Z') found.push(Number(name));
		} catch {
			// it ended meanwhile
		}
	}
	return found;
}

/** Whether a child of multiwatch (or of nginx) has become its program; one that is gone has not. */
function hasBegun(pid) {
	try {
		return fs.readFileSync(`/proc/${pid}/comm`, 'latin1').trim() !== 'multiwatch';
	} catch {
		return false;
	}
}

class Stack {
	#env;
	#bin;
	#workers = new Set();
	#ending = () => this.#endNow();
	#onSignal = (signal) => {
		this.#endNow();
		process.exit(signal === 'SIGINT' ? 130 : 143);
	};

	constructor(dir, bin, env) {
		this.dir = dir;
		this.#bin = bin;
		this.#env = { ...process.env, ...env };
	}

	async start(options) {
		process.on('exit', this.#ending);
		process.on('SIGINT', this.#onSignal);
		process.on('SIGTERM', this.#onSignal);
		const args = ['up', '--dir', this.dir, '--bin', this.#bin, '--processes', String(options.processes)];
		if (options.sandboxes) args.push('--sandboxes');
		if (!options.worker) args.push('--no-worker');
		must('stack up', await run(SCRIPT, args, { env: this.#env, timeout: 180000 }));
		this.vars = readEnv(path.join(this.dir, 'stack.env'));
		this.ledgerUrl = this.vars.LEDGER_URL;
		this.sageUrl = this.vars.SAGE_SANDBOX_URL;
		this.shopUrl = this.vars.SHOP_SANDBOX_URL;
		this.conf = this.vars.CONFIG;
		// The shops' cron would deliver behind a test's back.
		if (options.sandboxes) await request(`${this.shopUrl}/any/_sandbox/settings`, { body: { drain_interval_ms: 0 } });
		return this;
	}

	/** Runs SQL as the database's administrator; rows as objects of text. */
	async sql(text, { database = 'ledger', user, password } = {}) {
		const args = ['--no-defaults', '--batch', '--default-character-set=utf8mb4'];
		args.push(`--socket=${this.vars.MYSQL_SOCKET}`, database);
		const env = { ...process.env };
		if (user) {
			args.push(`--user=${user}`);
			env.MYSQL_PWD = password ?? this.secret(user);
		}
		return rows(must('mariadb', await run('mariadb', args, { input: text, env })));
	}

	/**
	 * Holds every lane's row in a transaction of the test's own, so that a worker stands
	 * still where it would settle. `held` resolves once it does; release() lets go.
	 */
	lockLanes() {
		const args = ['--no-defaults', '--batch', '--unbuffered', '--skip-column-names', `--socket=${this.vars.MYSQL_SOCKET}`, 'ledger'];
		const client = spawn('mariadb', args, { stdio: ['pipe', 'pipe', 'inherit'] });
		const ended = new Promise((resolve) => client.on('exit', resolve));
		const held = within('the lanes are locked', new Promise((resolve) => client.stdout.once('data', resolve)));
		client.stdin.write("START TRANSACTION;\nSELECT 'held' FROM lane FOR UPDATE;\n");
		return {
			held,
			release() {
				client.stdin.end('ROLLBACK;\n');
				return ended;
			},
		};
	}

	/** The password of a program's MariaDB user. */
	secret(user) {
		return fs.readFileSync(path.join(this.dir, 'secrets', user), 'utf8').trim();
	}

	/** Runs ledgerctl; its output, parsed under --json. Throws with .status and .stderr. */
	async ctl(...args) {
		const program = path.join(this.#bin, 'ledgerctl');
		const done = await run(program, ['--config', this.conf, ...args], { env: this.#env });
		const stdout = must(`ledgerctl ${args.join(' ')}`, done);
		return args.includes('--json') ? JSON.parse(stdout) : stdout;
	}

	/** A secret for a ...-file argument: the path of a fresh 0600 file. */
	secretFile(text) {
		const file = path.join(this.dir, 'tmp', `secret-${process.hrtime.bigint()}`);
		fs.writeFileSync(file, text, { mode: 0o600 });
		return file;
	}

	/** A worker that drains and ends (`once`), or one that lingers to second 58. */
	runWorker({ once = true, env = {}, timeout = 120000 } = {}) {
		const args = ['--config', this.conf, ...(once ? ['--once'] : [])];
		return run(path.join(this.#bin, 'ledger-worker'), args, { env: { ...this.#env, ...env }, timeout });
	}

	/** A worker in the background: the ChildProcess, with `ended` (a promise) and `output()`. */
	spawnWorker({ once = false, env = {} } = {}) {
		const args = ['--config', this.conf, ...(once ? ['--once'] : [])];
		const child = spawn(path.join(this.#bin, 'ledger-worker'), args, {
			env: { ...this.#env, ...env },
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		let text = '';
		child.stderr.on('data', (chunk) => (text += chunk));
		child.output = () => text;
		child.ended = new Promise((resolve) => {
			child.on('exit', (status, signal) => {
				this.#workers.delete(child);
				resolve({ status, signal });
			});
		});
		this.#workers.add(child);
		return child;
	}

	/** The process ids of the workers in the background. */
	workerPids() {
		return [...this.#workers].map((child) => child.pid);
	}

	/** The leader's process id of a service: mariadbd, nginx, webhook, connect, dashboard, sandbox-… */
	pid(name) {
		return Number(fs.readFileSync(path.join(this.dir, 'pid', name), 'utf8').split(' ')[0]);
	}

	/**
	 * The ids of the processes that a service's leader (nginx, multiwatch) keeps. A child of
	 * multiwatch that is not the program yet is none: it would swallow a signal.
	 */
	children(name) {
		return processesBy(1, this.pid(name)).filter(hasBegun);
	}

	/** Every process of a service, also those that outlived their leader. */
	sessionOf(name) {
		return processesBy(3, this.pid(name));
	}

	/**
	 * Signals a service. Of webhook, connect and dashboard that is every serving process, which
	 * multiwatch replaces; of the others the server itself, which start(name) brings back.
	 */
	kill(name, signal = 'SIGKILL') {
		const pool = ['webhook', 'connect', 'dashboard'].includes(name);
		for (const pid of pool ? this.children(name) : [this.pid(name)]) process.kill(pid, signal);
	}

	/** Kills a service's leader, so that nothing is replaced, and then all that it started. */
	killAll(name) {
		const leader = this.pid(name);
		const others = this.sessionOf(name).filter((pid) => pid !== leader);
		for (const pid of [leader, ...others]) process.kill(pid, 'SIGKILL');
	}

	/** Kills a server and resolves once it is gone. */
	async end(name, signal = 'SIGKILL') {
		const pid = this.pid(name);
		process.kill(pid, signal);
		await until(`${name} has ended`, () => {
			const file = `/proc/${pid}/stat`;
			return !fs.existsSync(file) || / Z /.test(fs.readFileSync(file, 'latin1'));
		});
	}

	/** Starts a service again that was killed, and waits until it answers. */
	async restart(name) {
		must(`stack start ${name}`, await run(SCRIPT, ['start', name, '--dir', this.dir], { env: this.#env }));
	}

	log(name) {
		return fs.readFileSync(path.join(this.dir, 'log', `${name}.log`), 'utf8');
	}

	/** Ends everything and throws when something did not end well. Logs stay, data goes. */
	async stop() {
		for (const child of this.#workers) child.kill('SIGTERM');
		await Promise.all([...this.#workers].map((child) => child.ended));
		must('stack down', await run(SCRIPT, ['down', '--dir', this.dir]));
		process.off('exit', this.#ending);
		process.off('SIGINT', this.#onSignal);
		process.off('SIGTERM', this.#onSignal);
		fs.rmSync(path.join(this.dir, 'mysql'), { recursive: true, force: true });
	}

	#endNow() {
		for (const child of this.#workers) child.kill('SIGKILL');
		spawnSync(SCRIPT, ['down', '--dir', this.dir], { stdio: 'inherit' });
	}
}

/**
 * Starts a stack of its own under build/test/stacks/. `worker`: with the minute timer
 * (tests mostly run workers themselves). `env`: LEDGER_* settings and fault switches for
 * every program. `bin`: where the programs are.
 */
async function startStack({ sandboxes = true, worker = false, processes = 4, env = {}, bin = BIN } = {}) {
	const test = path.basename(process.argv[1] ?? 'stack').replace(/\..*$/, '');
	fs.mkdirSync(STACKS, { recursive: true });
	const dir = fs.mkdtempSync(path.join(STACKS, `${test}-`));
	return new Stack(dir, bin, env).start({ sandboxes, worker, processes });
}

module.exports = { startStack, run, processesBy, ROOT };
