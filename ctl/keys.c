#include "keys.h"
#include "base/json.h"

#include <stdio.h>

int64_t keys_values(int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1], enum seal_ring ring,
		    uint32_t version)
{
	int64_t values = 0;
	for (size_t i = 0; i < SEALED_COLUMNS; i++)
		if (sealed_columns[i].ring == ring)
			values += counts[i][version];
	return values;
}

struct json_object *keys_columns(int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1])
{
	struct json_object *list = json_object_new_array();
	char name[16];
	for (size_t i = 0; i < SEALED_COLUMNS; i++) {
		struct json_object *versions = json_object_new_object();
		for (unsigned version = 1; version <= SEAL_VERSIONS_MAX; version++) {
			snprintf(name, sizeof name, "%u", version);
			if (counts[i][version])
				json_object_object_add(versions, name,
						       json_object_new_int64(counts[i][version]));
		}
		if (!json_object_object_length(versions)) {
			json_object_put(versions);
			continue;
		}
		struct json_object *column = json_object_new_object();
		json_object_object_add(column, "column",
				       json_object_new_string(sealed_columns[i].name));
		json_object_object_add(
			column, "ring",
			json_object_new_string(seal_ring_name(sealed_columns[i].ring)));
		json_object_object_add(column, "versions", versions);
		json_object_array_add(list, column);
	}
	return list;
}
