#include "store/audit.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define DETAIL_MAX 2000 /* characters of the column */
#define VALUE_MAX  250  /* characters of one fact: four of them, escaped, fit the column */

static enum led_err add_facts(struct buf *detail, const struct audit_entry *entry,
			      struct led_error *error)
{
	char value[VALUE_MAX * 4 + 1];

	for (size_t i = 0; i < AUDIT_FACTS_MAX && entry->facts[i].name; i++) {
		const struct audit_fact *fact = &entry->facts[i];
		size_t len = strlen(fact->value);

		len = text_utf8_prefix(fact->value, len, VALUE_MAX);
		memcpy(value, fact->value, len);
		value[len] = '\0';
		buf_addf(detail, "%s\"%s\":", i ? "," : "{", fact->name);
		json_quote(detail, value);
	}
	if (detail->len)
		buf_add_char(detail, '}');
	if (detail->failed)
		return led_fail(error, LED_INTERNAL, "audit_too_long", "%s", entry->action);
	return LED_OK;
}

enum led_err audit_add(struct db *db, const struct audit_entry *entry, struct led_error *error)
{
	struct buf detail;
	enum led_err err;

	buf_init(&detail, DETAIL_MAX * 4);
	err = add_facts(&detail, entry, error);
	if (!err)
		err = db_run(db, SQL_AUDIT_ADD,
			     DB_ARGS(DB_I(entry->account_id), DB_S(entry->actor),
				     DB_S(entry->address), DB_S(entry->action),
				     DB_S(buf_str(&detail))),
			     error);
	buf_release(&detail);
	return err;
}

enum led_err audit_page(struct db *db, struct arena *arena, int64_t account,
			const struct audit_filter *filter, struct audit_row **out, size_t *count,
			struct led_error *error)
{
	const struct audit_filter *f = filter;
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_AUDIT_PAGE,
			 DB_ARGS(DB_I(account), DB_I(f->before), DB_S(f->actor), DB_S(f->actor),
				 DB_S(f->action), DB_S(f->action), DB_S(f->from), DB_S(f->from),
				 DB_S(f->to), DB_S(f->to), DB_I(f->most)),
			 &rows, error);

	*count = 0;
	if (err || !rows.count)
		return err;
	*out = arena_alloc(arena, rows.count * sizeof(**out));
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "The audit log.");
	for (; *count < rows.count; ++*count)
		(*out)[*count] = (struct audit_row){
			.id = db_at_int(&rows, *count, 0),
			.at = db_at_int(&rows, *count, 1),
			.actor = db_at_text(&rows, *count, 2),
			.address = db_at_text(&rows, *count, 3),
			.action = db_at_text(&rows, *count, 4),
			.detail = db_at_text(&rows, *count, 5),
		};
	return LED_OK;
}
