#include "shop/state.h"

#include "shop/magento_json.h"
#include "shop/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *status, *chip;
} chips[] = {
	{"synced", "✓ Synced"},
	{"pending", "⏳ Pending"},
	{"skipped", "⏸ Skipped"},
	{"failed", "✗ Failed"},
};

void state_clear(struct state_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct state_row *row = list->rows[i];

		free(row->entity_type);
		free(row->provider);
		free(row->sync_status);
		free(row->provider_entity_id);
		free(row->provider_reference);
		free(row->skip_reason);
		free(row->error_code);
		free(row->last_sync_at);
		free(row);
	}
	free(list->rows);
	*list = (struct state_list){0};
}

static struct state_row *row_find(const struct state_list *list, const char *entity_type,
				  long long id, const char *provider)
{
	for (size_t i = 0; i < list->count; i++) {
		struct state_row *row = list->rows[i];

		if (row->magento_entity_id == id && strcmp(row->entity_type, entity_type) == 0 &&
		    strcmp(row->provider, provider) == 0)
			return row;
	}
	return NULL;
}

struct state_row *state_row(struct state_list *list, const char *entity_type, long long id,
			    const char *provider)
{
	struct state_row *row = row_find(list, entity_type, id, provider);

	if (row != NULL)
		return row;
	if (list->count == list->room) {
		list->room = list->room * 2 + 16;
		list->rows = mem_grow(list->rows, list->room * sizeof(*list->rows));
	}
	row = mem_zero(sizeof(*row));
	row->entity_type = mem_copy(entity_type);
	row->magento_entity_id = id;
	row->provider = mem_copy(provider);
	list->rows[list->count++] = row;
	return row;
}

void state_pending(struct state_list *list, const char *entity_type, long long id)
{
	if (row_find(list, entity_type, id, STATE_PROVIDER_SAGE) == NULL)
		state_row(list, entity_type, id, STATE_PROVIDER_SAGE)->sync_status =
			mem_copy("pending");
}

char *state_cut(const char *text, size_t max)
{
	size_t len = 0;

	if (text == NULL)
		return NULL;
	for (; text[len] != '\0'; len++)
		if (((unsigned char)text[len] & 0xc0) != 0x80 && max-- == 0)
			break;
	return mem_copy_n(text, len);
}

char *state_datetime(const char *text)
{
	static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day, hour = 0, minute = 0, second = 0, taken = 0;
	int fields = sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &year, &month, &day, &hour,
			    &minute, &second, &taken);

	/* What follows the seconds (Z, an offset, a fraction) is not looked at. */
	if (fields < 3 || year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > month_days[month - 1] || hour > 23 || hour < 0 || minute > 59 || minute < 0 ||
	    second > 59 || second < 0)
		return mem_copy("0000-00-00 00:00:00");
	return mem_format("%04d-%02d-%02d %02d:%02d:%02d", year, month, day, hour, minute, second);
}

static void add_nullable(struct json_object *out, const char *name, const char *text)
{
	json_object_object_add(out, name, text != NULL ? json_object_new_string(text) : NULL);
}

/* Only the Sage module's grids have chips, and only for these two kinds. */
static const char *chip_of(const struct state_row *row)
{
	if (strcmp(row->provider, STATE_PROVIDER_SAGE) != 0 ||
	    (strcmp(row->entity_type, "invoice") != 0 &&
	     strcmp(row->entity_type, "creditmemo") != 0))
		return NULL;
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (strcmp(row->sync_status, chips[i].status) == 0)
			return chips[i].chip;
	return "—";
}

static char *tooltip_of(const struct state_row *row)
{
	if (row->provider_reference != NULL && row->provider_reference[0] != '\0')
		return mem_copy(row->provider_reference);
	if (row->provider_entity_id != NULL && row->provider_entity_id[0] != '\0')
		return mem_copy(row->provider_entity_id);
	if (row->skip_reason != NULL && row->skip_reason[0] != '\0')
		return mem_format("Skipped: %s", row->skip_reason);
	if (row->error_code != NULL && row->error_code[0] != '\0')
		return mem_format("Error: %s", row->error_code);
	return NULL;
}

struct json_object *state_row_json(const struct state_row *row)
{
	struct json_object *out = json_object_new_object();
	char *tooltip = tooltip_of(row);

	magento_json_add_text(out, "entity_type", row->entity_type);
	magento_json_add_int(out, "magento_entity_id", row->magento_entity_id);
	magento_json_add_text(out, "provider", row->provider);
	magento_json_add_text(out, "sync_status", row->sync_status);
	add_nullable(out, "provider_entity_id", row->provider_entity_id);
	add_nullable(out, "provider_reference", row->provider_reference);
	add_nullable(out, "skip_reason", row->skip_reason);
	add_nullable(out, "error_code", row->error_code);
	add_nullable(out, "last_sync_at", row->last_sync_at);
	add_nullable(out, "chip", chip_of(row));
	add_nullable(out, "tooltip", tooltip);
	magento_json_add_int(out, "writes", row->writes);
	free(tooltip);
	return out;
}
