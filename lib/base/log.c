#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 8192 /* a write of this size to a pipe or file stays whole in practice */

static const char *const level_names[] = {"debug", "info", "warning", "error"};

static struct {
	const char *program;
	enum log_level threshold;
} log_state = {.program = "ledger", .threshold = LOG_INFO};

static _Thread_local char context_id[64];

void log_open(const char *program, enum log_level threshold)
{
	log_state.program = program;
	log_state.threshold = threshold;
}

bool log_level_parse(const char *name, enum log_level *level)
{
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (text_equal_nocase(name, level_names[i])) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_context(const char *id)
{
	snprintf(context_id, sizeof context_id, "%s", id);
}

static void add_text(struct buf *line, const char *key, const char *text)
{
	buf_add_str(line, key);
	json_quote(line, text);
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields,
		size_t count)
{
	if (level < log_state.threshold)
		return;
	char when[CLOCK_ISO_SIZE];
	struct buf line;
	buf_init(&line, LINE_MAX_BYTES);
	add_text(&line, "{\"at\":", clock_iso(clock_now(), when));
	add_text(&line, ",\"level\":", level_names[level]);
	add_text(&line, ",\"program\":", log_state.program);
	buf_add_str(&line, ",\"pid\":");
	buf_add_int(&line, getpid());
	add_text(&line, ",\"event\":", event);
	if (context_id[0])
		add_text(&line, ",\"id\":", context_id);
	for (size_t i = 0; i < count; i++) {
		if (!fields[i].name)
			continue; /* the macro's leading empty one */
		buf_add_str(&line, ",\"");
		buf_add_str(&line, fields[i].name);
		buf_add_str(&line, "\":");
		if (fields[i].kind == LOG_INT)
			buf_add_int(&line, fields[i].number);
		else
			json_quote(&line, fields[i].text ? fields[i].text : "");
	}
	buf_add_str(&line, "}\n");
	/* One write, so that lines of many threads and processes do not mix. When stderr
	 * itself fails there is nowhere left to say so. */
	static const char too_long[] = "{\"level\":\"error\",\"event\":\"log_line_too_long\"}\n";
	ssize_t written = line.failed ? write(STDERR_FILENO, too_long, sizeof too_long - 1)
				      : write(STDERR_FILENO, line.data, line.len);
	(void)written;
	buf_release(&line);
}

void log_error(const char *event, const struct led_error *error)
{
	log_write(LOG_ERROR, event, LOG_S("class", led_err_name(error->class)),
		  LOG_S("code", error->code), LOG_S("message", error->message));
}
