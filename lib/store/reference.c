#include "store/reference.h"

#include <string.h>

enum led_err reference_list(struct db *db, struct arena *arena, const char *binding,
			    struct reference_item **items, size_t *count, struct led_error *error)
{
	struct db_rows rows;
	*count = 0;
	enum led_err err =
		db_query(db, arena, SQL_REFERENCE_LIST, DB_ARGS(DB_S(binding)), &rows, error);
	if (err)
		return err;
	*items = arena_alloc(arena, (rows.count + 1) * sizeof **items);
	if (!*items)
		return led_fail(error, LED_INTERNAL, "out_of_memory",
				"No memory for reference data.");
	for (size_t i = 0; i < rows.count; i++)
		(*items)[i] = (struct reference_item){
			.kind = db_at_text(&rows, i, 0),
			.id = db_at_text(&rows, i, 1),
			.name = db_at_text(&rows, i, 2),
			.body = db_at_text(&rows, i, 3),
		};
	*count = rows.count;
	return LED_OK;
}

static bool holds(const struct reference_item *items, size_t count,
		  const struct reference_item *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i].kind, wanted->kind) == 0 &&
		    strcmp(items[i].id, wanted->id) == 0)
			return true;
	return false;
}

/* Items of the one side (the shop's or Sage's) are replaced, the other's left alone. */
static enum led_err replace_side(struct db *db, struct arena *arena, const char *binding, bool shop,
				 const struct reference_item *items, size_t count,
				 struct led_error *error)
{
	struct reference_item *old;
	size_t old_count;
	enum led_err err = reference_list(db, arena, binding, &old, &old_count, error);
	for (size_t i = 0; !err && i < old_count; i++)
		if (old[i].kind && (strcmp(old[i].kind, REFERENCE_SHOP_METHOD) == 0) == shop &&
		    !holds(items, count, &old[i]))
			err = db_run(db, SQL_REFERENCE_DELETE,
				     DB_ARGS(DB_S(binding), DB_S(old[i].kind), DB_S(old[i].id)),
				     error);
	for (size_t i = 0; !err && i < count; i++)
		err = db_run(db, SQL_REFERENCE_PUT,
			     DB_ARGS(DB_S(binding), DB_S(items[i].kind), DB_S(items[i].id),
				     DB_S(items[i].name), DB_S(items[i].body)),
			     error);
	return err;
}

enum led_err reference_replace(struct db *db, struct arena *arena, const char *binding,
			       const char *business_name, const struct reference_item *items,
			       size_t count, struct led_error *error)
{
	enum led_err err = replace_side(db, arena, binding, false, items, count, error);
	if (!err)
		err = db_run(db, SQL_BINDING_REFERENCE_READ,
			     DB_ARGS(DB_S(business_name), DB_S(binding)), error);
	return err;
}

enum led_err reference_replace_shop(struct db *db, struct arena *arena, const char *binding,
				    const struct reference_item *items, size_t count,
				    struct led_error *error)
{
	return replace_side(db, arena, binding, true, items, count, error);
}
