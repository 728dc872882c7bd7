/* Policy versions: a merchant's settings as JSON, each save a new version. */
#ifndef STORE_POLICY_H
#define STORE_POLICY_H

#include "base/arena.h"
#include "db/db.h"

/* The JSON of one version; *body is NULL when there is no such version (0 never is one). */
enum led_err policy_get(struct db *db, struct arena *arena, const char *binding, int64_t version,
			const char **body, struct led_error *error)
	__attribute__((warn_unused_result));

/* Every invoice_number_prefix that any version had, in the arena. */
enum led_err policy_prefixes(struct db *db, struct arena *arena, const char *binding,
			     const char ***prefixes, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* Inside a transaction: adds a version and makes it current in the place of `before`; *added is
 * false when somebody else saved meanwhile. */
enum led_err policy_add(struct db *db, struct arena *arena, const char *binding, int64_t before,
			const char *body, const char *author, bool *added, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
