/* What JavaScript adds to Ledger's pages. Every page and form works without it. */
"use strict";

(() => {
	const REFRESH_MS = 4000;
	const TWICE_MS = 3000; /* a form sent again within this was not meant twice */
	const search = document.getElementById("search");
	const live = document.getElementById("live");
	let chosen = null; /* data-run of the chosen row */

	const rows = () => [...document.querySelectorAll("#runs tr[data-run]")];
	const rowOf = (id) => rows().find((row) => row.dataset.run === id);

	function choose(row) {
		for (const other of rows())
			other.classList.toggle("chosen", other === row);
		chosen = row ? row.dataset.run : null;
	}

	function move(step) {
		const all = rows();
		const at = all.findIndex((row) => row.dataset.run === chosen);
		const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
		if (!all[next])
			return;
		choose(all[next]);
		all[next].querySelector("a").focus({ preventScroll: true });
		all[next].scrollIntoView({ block: "nearest" });
	}

	const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]");

	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey)
			return;
		if (isTyping(event.target)) {
			if (event.key === "Escape")
				event.target.blur();
			return;
		}
		if (event.key === "/" && search) {
			event.preventDefault();
			search.focus();
			search.select();
		} else if (event.key === "j") {
			move(1);
		} else if (event.key === "k") {
			move(-1);
		}
	});

	/* A double click is one click: the second answer would hide the first, and a code that
	 * is good once would seem refused. */
	const sent = new WeakMap();
	document.addEventListener("submit", (event) => {
		const form = event.target;
		if (form.method !== "post")
			return;
		if (performance.now() - sent.get(form) < TWICE_MS)
			event.preventDefault();
		else
			sent.set(form, performance.now());
	});

	/* Selects apply at once; the button stays for those who tab. */
	for (const select of document.querySelectorAll(".filters select"))
		select.addEventListener("change", () => select.form.requestSubmit());

	/* The first row that can be seen keeps its place on the screen, whatever arrives above. */
	function anchor() {
		const row = rows().find((one) => one.getBoundingClientRect().bottom > 0);
		return row && window.scrollY > 0
			? { id: row.dataset.run, top: row.getBoundingClientRect().top }
			: null;
	}

	function replace(fresh) {
		const old = document.getElementById("runs");
		const known = new Set(rows().map((row) => row.dataset.run));
		const held = anchor();
		const focused = old.contains(document.activeElement)
			? document.activeElement.closest("tr[data-run]")?.dataset.run
			: null;
		old.replaceWith(fresh);
		for (const row of rows())
			row.classList.toggle("fresh", known.size > 0 && !known.has(row.dataset.run));
		if (chosen)
			choose(rowOf(chosen));
		if (focused)
			rowOf(focused)?.querySelector("a").focus({ preventScroll: true });
		const row = held && rowOf(held.id);
		if (row)
			window.scrollBy(0, row.getBoundingClientRect().top - held.top);
	}

	/* A part in which somebody has the focus is left alone, but for the runs, which keep it. */
	function renew(old, fresh) {
		if (!fresh || fresh.innerHTML === old.innerHTML)
			return;
		if (old.id === "runs")
			replace(document.adoptNode(fresh));
		else if (!old.contains(document.activeElement))
			old.replaceWith(document.adoptNode(fresh));
	}

	function say(text, stale) {
		live.textContent = text;
		live.classList.toggle("stale", stale);
	}

	/* True while it is worth going on. */
	async function refresh() {
		const answer = await fetch(location.href, {
			headers: { "X-Ledger-Refresh": "1" },
			redirect: "manual",
		});
		if (answer.type === "opaqueredirect") {
			say("Signed out: reload the page to sign in again", true);
			return false;
		}
		if (!answer.ok)
			throw new Error(String(answer.status));
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		if (document.getSelection().isCollapsed)
			for (const old of document.querySelectorAll("#runs, [data-live]"))
				renew(old, page.getElementById(old.id));
		live.hidden = !page.getElementById("live");
		say("Refreshing by itself", false);
		return !live.hidden;
	}

	async function keepFresh() {
		let going = true;
		try {
			if (document.visibilityState === "visible")
				going = await refresh();
		} catch {
			say("Ledger cannot be reached; trying again", true);
		}
		if (going)
			setTimeout(keepFresh, REFRESH_MS);
	}

	if (live) {
		live.hidden = false;
		setTimeout(keepFresh, REFRESH_MS);
	}
})();
