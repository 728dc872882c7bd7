'use strict';
// Chance that can be had again: print `seed`, and give it to have the same draws.

class Random {
	#state;

	constructor(seed = Date.now() % 1000000) {
		this.seed = Number(seed);
		this.#state = this.seed;
	}

	/** 0 <= x < 1. mulberry32: small, and the same everywhere. */
	next() {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	below(n) {
		return Math.floor(this.next() * n);
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	shuffle(list) {
		for (let i = list.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			[list[i], list[j]] = [list[j], list[i]];
		}
		return list;
	}
}

module.exports = { Random };
