'use strict';
// Waiting without sleeping: a condition is polled until it holds or a deadline passes.

/**
 * Resolves with the first truthy value of `probe` (which may be async and may throw:
 * a throw counts as "not yet"). Rejects after `timeout` ms, naming `what` and the last
 * value or error seen.
 */
async function until(what, probe, { timeout = 20000, every = 40 } = {}) {
	const deadline = Date.now() + timeout;
	let last;
	for (;;) {
		try {
			last = await probe();
			if (last) return last;
		} catch (error) {
			last = error;
		}
		if (Date.now() >= deadline) {
			const seen = last instanceof Error ? last.message : JSON.stringify(last);
			throw new Error(`not within ${timeout} ms: ${what} (last seen: ${seen})`);
		}
		await new Promise((resolve) => setTimeout(resolve, every));
	}
}

/** What `promise` becomes; rejects when that takes longer than `timeout` ms. */
function within(what, promise, timeout = 60000) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not within ${timeout} ms: ${what}`)), timeout);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

module.exports = { until, within };
