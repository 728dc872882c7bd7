/* ledgerctl explain */
#include "books/codes.h"
#include "ctl.h"

#include <json-c/json.h>

#include <stdio.h>
#include <string.h>

static const char *const KINDS[] = {
	[BOOKS_CODE_SKIP] = "skip reason",
	[BOOKS_CODE_WARNING] = "warning",
	[BOOKS_CODE_ERROR] = "error",
};

/* The code's row; a shop shows errors as "class:code", of which the code says more. */
static const struct books_code *find(const char *text, enum books_code_kind *kind)
{
	char class[64];
	const struct books_code *row = books_code_find(text, kind);
	const char *colon = strchr(text, ':');
	if (!row && colon)
		row = books_code_find(colon + 1, kind);
	if (!row && colon && (size_t)(colon - text) < sizeof class) {
		snprintf(class, sizeof class, "%.*s", (int)(colon - text), text);
		row = books_code_find(class, kind);
	}
	return row;
}

static void explain(struct ctl *ctl, const struct books_code *row, enum books_code_kind kind)
{
	ctl_say(ctl, "%s (%s)", row->code, KINDS[kind]);
	ctl_say(ctl, "  %s", row->means);
	ctl_say(ctl, "  To do: %s", row->to_do);
	if (row->setting)
		ctl_say(ctl, "  Setting: %s", row->setting);
	ctl_result(ctl, "code", json_object_new_string(row->code));
	ctl_result(ctl, "kind", json_object_new_string(KINDS[kind]));
	ctl_result(ctl, "means", json_object_new_string(row->means));
	ctl_result(ctl, "to_do", json_object_new_string(row->to_do));
	if (row->setting)
		ctl_result(ctl, "setting", json_object_new_string(row->setting));
}

/* Every code of a kind with its meaning. */
static void list(struct ctl *ctl, enum books_code_kind kind)
{
	size_t count;
	const struct books_code *codes = books_codes(kind, &count);
	for (size_t i = 0; i < count; i++) {
		ctl_say(ctl, "%-44s %-12s %s", codes[i].code, KINDS[kind], codes[i].means);
		ctl_result(ctl, codes[i].code, json_object_new_string(codes[i].means));
	}
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	const char *code = ctl_value(ctl, "CODE");
	enum books_code_kind kind = BOOKS_CODE_SKIP;
	const struct books_code *row = code ? find(code, &kind) : NULL;
	if (code && !row)
		return led_fail(error, LED_NOT_FOUND, "code_unknown",
				"There is no code '%.60s'; `ledgerctl explain` lists them.", code);
	if (row)
		explain(ctl, row, kind);
	for (; !row && kind <= BOOKS_CODE_ERROR; kind++)
		list(ctl, kind);
	return LED_OK;
}

const struct ctl_command ctl_explain = {
	.name = "explain",
	.summary = "Explains a skip reason, a warning or an error; without CODE lists them all.",
	.options = {{"CODE", NULL, false, "as the dashboard and the shop show it"}},
	.run = run,
	.no_config = true,
};
