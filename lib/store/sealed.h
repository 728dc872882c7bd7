/*
 * Every sealed column there is, in one table, and the way all of them are sealed anew under
 * the newest key. Safe under traffic: a value is replaced only while it is still the one
 * that was read. Resumable: what is done carries the new version and is not looked at again.
 */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include "base/arena.h"
#include "crypto/seal.h"
#include "db/db.h"

/* A column's name is "table.column". */
struct sealed_column {
	const char *name;
	enum seal_ring ring;
	/* The place that its values are bound to, which for a value that moves between columns
	 * (a pending key that takes over) is that of where it ends. The row is the binding's
	 * UUID, or the member's id. */
	const char *place_table, *place_column;
	const char *first; /* before every row's key */
	enum db_statement next, put;
};

#define SEALED_COLUMNS 9
extern const struct sealed_column sealed_columns[SEALED_COLUMNS];

/* counts[column][version]; set DB_SET_REWRAP. */
enum led_err sealed_count(struct db *db, struct arena *arena,
			  int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1],
			  struct led_error *error) __attribute__((warn_unused_result));

/* One pass over one column. */
struct sealed_pass {
	int64_t rewrapped;
	int64_t changed;      /* somebody wrote the value meanwhile: another pass finds it */
	int64_t broken;       /* it does not open; it stays as it is */
	char last_broken[64]; /* the row's key */
};

/* Seals a column's values of other versions under the newest. */
enum led_err sealed_rewrap(struct db *db, const struct seal_keys *keys,
			   const struct sealed_column *column, struct sealed_pass *pass,
			   struct led_error *error) __attribute__((warn_unused_result));

#endif
