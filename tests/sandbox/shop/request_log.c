#include "shop/request_log.h"

#include "shop/magento_json.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void entry_free(struct request_entry *entry)
{
	free(entry->method);
	free(entry->path);
	free(entry->user_agent);
	free(entry->body);
	*entry = (struct request_entry){0};
}

void request_log_clear(struct request_log *log)
{
	for (size_t i = 0; i < REQUEST_LOG_MAX; i++)
		entry_free(&log->entries[i]);
	memset(log, 0, sizeof(*log));
}

static void count(struct request_log *log, const struct request_entry *entry)
{
	size_t i;

	for (i = 0; i < REQUEST_LOG_COUNTS && entry->verdict != NULL; i++) {
		if (log->verdicts[i].n > 0 && strcmp(log->verdicts[i].verdict, entry->verdict) != 0)
			continue;
		log->verdicts[i].verdict = entry->verdict;
		log->verdicts[i].n++;
		break;
	}
	for (i = 0; i < REQUEST_LOG_COUNTS; i++) {
		if (log->statuses[i].n > 0 && log->statuses[i].status != entry->status)
			continue;
		log->statuses[i].status = entry->status;
		log->statuses[i].n++;
		break;
	}
}

void request_log_add(struct request_log *log, struct request_entry entry)
{
	struct request_entry *slot = &log->entries[log->last_seq % REQUEST_LOG_MAX];

	entry_free(slot);
	entry.seq = ++log->last_seq;
	*slot = entry;
	count(log, slot);
}

static struct json_object *entry_json(const struct request_entry *entry)
{
	struct json_object *out = json_object_new_object();
	char at[SHOP_TIME_LEN];

	shop_time(entry->at, at);
	magento_json_add_int(out, "seq", entry->seq);
	magento_json_add_text(out, "at", at);
	magento_json_add_text(out, "method", entry->method);
	magento_json_add_text(out, "path", entry->path);
	magento_json_add_int(out, "status", entry->status);
	magento_json_add_text(out, "verdict", entry->verdict);
	magento_json_add_text(out, "fault", entry->fault);
	magento_json_add_text(out, "user_agent", entry->user_agent);
	magento_json_add_text(out, "body", entry->body);
	return out;
}

struct json_object *request_log_json(const struct request_log *log, long limit)
{
	struct json_object *out = json_object_new_object();
	struct json_object *verdicts = json_object_new_object();
	struct json_object *statuses = json_object_new_object();
	struct json_object *list = json_object_new_array();
	long first = log->last_seq - limit;

	if (first < log->last_seq - REQUEST_LOG_MAX)
		first = log->last_seq - REQUEST_LOG_MAX;
	for (size_t i = 0; i < REQUEST_LOG_COUNTS; i++) {
		char status[16];

		if (log->verdicts[i].n > 0)
			magento_json_add_int(verdicts, log->verdicts[i].verdict,
					     log->verdicts[i].n);
		if (log->statuses[i].n == 0)
			continue;
		snprintf(status, sizeof(status), "%d", log->statuses[i].status);
		magento_json_add_int(statuses, status, log->statuses[i].n);
	}
	for (long i = first < 0 ? 0 : first; i < log->last_seq; i++)
		json_object_array_add(list, entry_json(&log->entries[i % REQUEST_LOG_MAX]));
	magento_json_add_int(out, "total", log->last_seq);
	magento_json_add(out, "verdicts", verdicts);
	magento_json_add(out, "statuses", statuses);
	magento_json_add(out, "requests", list);
	return out;
}
