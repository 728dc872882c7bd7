/* The count of values sealed under each key: kept by every program that seals, so that a
 * key whose random nonces come near their bound is noticed and rotated. */
#ifndef STORE_SEAL_USE_H
#define STORE_SEAL_USE_H

#include "base/arena.h"
#include "crypto/seal.h"
#include "db/db.h"

/* Adds what this process sealed since the last call; without any, asks the database
 * nothing. A process that is killed in between loses what it had not kept yet. Set
 * DB_SET_SEAL_USE. */
enum led_err seal_use_keep(struct db *db, struct led_error *error)
	__attribute__((warn_unused_result));

/* uses[ring][version], for those that were ever used. */
enum led_err seal_use_list(struct db *db, struct arena *arena,
			   int64_t uses[SEAL_RINGS][SEAL_VERSIONS_MAX + 1], struct led_error *error)
	__attribute__((warn_unused_result));

#endif
