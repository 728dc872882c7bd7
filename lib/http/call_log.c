#include "http/call_log.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

void call_log_add(struct call_log *log, const char *method, const char *path,
		  const struct http_answer *answer)
{
	if (!log)
		return;
	log->request[0] = log->answer[0] = '\0';
	if (log->count == CALL_LOG_MAX) {
		log->lost++;
		return;
	}
	struct call_record *record = &log->records[log->count++];
	*record = (struct call_record){.status = answer->status, .ms = answer->duration_ms};
	snprintf(record->method, sizeof record->method, "%s", method);
	snprintf(record->path, sizeof record->path, "%.*s", (int)strcspn(path, "?"), path);
	snprintf(record->request_id, sizeof record->request_id, "%.63s", answer->request_id);
}

void call_log_refused(struct call_log *log, const char *request, const char *answer)
{
	if (!log)
		return;
	snprintf(log->request, sizeof log->request, "%s", request);
	snprintf(log->answer, sizeof log->answer, "%s", answer);
	text_utf8_mend(log->request); /* a full place may have cut a character in two */
	text_utf8_mend(log->answer);
}

void call_log_join(struct call_log *log, const struct call_log *other)
{
	log->request[0] = log->answer[0] = '\0';
	log->lost += other->lost;
	for (size_t i = 0; i < other->count; i++) {
		if (log->count == CALL_LOG_MAX)
			log->lost++;
		else
			log->records[log->count++] = other->records[i];
	}
}
