/* What the key commands share. */
#ifndef CTL_KEYS_H
#define CTL_KEYS_H

#include "ctl.h"
#include "store/sealed.h"

/* How old the key must be that took over before the one it replaced may go: what a program
 * sealed a moment before is then in the database, where it is counted. */
#define KEYS_RETIRE_SECONDS 120

/* Values of a ring that are sealed under `version`, over all columns. */
int64_t keys_values(int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1], enum seal_ring ring,
		    uint32_t version);

/* [{"column","ring","versions":{"1":12}}]; columns without values are left out. */
struct json_object *keys_columns(int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1]);

#endif
