'use strict';
// Where a worker can die. Each point brings every event of a round to one place, holds them
// there from outside (a held request or answer, a lock on a row the worker must write), and
// says how to let go once the worker is dead. Nothing waits on time.
//
//   each       'event': once an event;  'write': once for each of its writes to Sage
//   intent     only where the write has an intent (a PUT has none)
//   last       only at the event's last write, which is settled with its run
//   reach(round)  starts the worker; resolves, when all are there, with the letting go

/** Holds the requests of all, and resolves when each is held. */
async function holdAll(round, which, when) {
	const holds = round.cases.map((one) => which(one, when));
	round.start();
	await Promise.all(holds.map((hold) => hold.reached));
	return holds;
}

/** Held with Sage's answer in its hands, then let go into a lock that `lock` takes. */
async function answeredInto(round, lock) {
	const holds = await holdAll(round, round.write, 'after');
	const locked = await lock();
	for (const hold of holds) hold.release();
	await round.allWait();
	return () => locked.release();
}

const POINTS = [
	{
		name: 'claimed, not yet begun',
		each: 'event',
		async reach(round) {
			const locked = await round.lockRuns();
			round.start();
			await round.allWait();
			return () => locked.release();
		},
	},
	{
		name: 'the shop has answered',
		each: 'event',
		async reach(round) {
			const holds = await holdAll(round, round.canonical, 'after');
			const locked = await round.lockRuns();
			for (const hold of holds) hold.release();
			await round.allWait();
			return () => locked.release();
		},
	},
	{
		name: 'the intent is under way',
		each: 'write',
		intent: true,
		async reach(round) {
			const locked = await round.lockIntents();
			round.start();
			await round.allWait();
			return () => locked.release();
		},
	},
	{
		name: 'the intent is committed, nothing was sent',
		each: 'write',
		async reach(round) {
			const holds = await holdAll(round, round.write, 'before');
			return () => holds.forEach((hold) => hold.drop());
		},
	},
	{
		name: 'sent, and Sage commits after the death',
		each: 'write',
		async reach(round) {
			const holds = await holdAll(round, round.write, 'before');
			return async () => {
				for (const hold of holds) hold.release();
				await Promise.all(holds.map((hold) => hold.answered));
			};
		},
	},
	{
		name: 'Sage has committed, its answer is on the way',
		each: 'write',
		async reach(round) {
			const holds = await holdAll(round, round.write, 'after');
			return () => holds.forEach((hold) => hold.drop());
		},
	},
	{
		name: 'answered, not yet settled',
		each: 'write',
		reach: (round) => answeredInto(round, () => round.lockLanes()),
	},
	{
		name: 'the cross-reference is under way',
		each: 'write',
		reach: (round) => answeredInto(round, () => round.lockXrefs()),
	},
	{
		name: 'cross-referenced, the run is under way',
		each: 'write',
		last: true,
		reach: (round) => answeredInto(round, () => round.lockRuns()),
	},
	{
		name: 'settled, the shop was not told',
		each: 'event',
		async reach(round) {
			const holds = await holdAll(round, round.state, 'before');
			return () => holds.forEach((hold) => hold.drop());
		},
	},
	{
		name: 'settled, the shop was told',
		each: 'event',
		async reach(round) {
			const holds = await holdAll(round, round.state, 'after');
			return () => holds.forEach((hold) => hold.drop());
		},
	},
];

/** Where a worker that is not dead but stalled comes back from: another has finished by then. */
const STALLS = [
	{
		name: 'its request to Sage comes late',
		each: 'write',
		async reach(round) {
			const holds = await holdAll(round, round.write, 'before');
			return async () => {
				for (const hold of holds) hold.release();
				await Promise.all(holds.map((hold) => hold.answered));
			};
		},
	},
	{
		name: 'Sage\'s answer comes late',
		each: 'write',
		async reach(round) {
			const holds = await holdAll(round, round.write, 'after');
			return () => holds.forEach((hold) => hold.release());
		},
	},
];

/** Whether the point exists at write number `index` of an event. */
function applies(point, event, index) {
	const write = event.writes[index];
	if (!write || (point.intent && !write.intent)) return false;
	return !point.last || index === event.writes.length - 1;
}

/** The rounds: each of the points, at every write it can be at, with the events it applies to. */
function rounds(events, points = POINTS) {
	const list = [];
	for (const point of points) {
		const most = point.each === 'event' ? 1 : Math.max(...events.map((event) => event.writes.length));
		for (let index = 0; index < most; index++) {
			const fitting = events.filter((event) => applies(point, event, index));
			if (fitting.length) list.push({ point, index, events: fitting });
		}
	}
	return list;
}

module.exports = { STALLS, rounds };
