/*
 * The log: one JSON object a line on stderr, UTC, with the program and the id of
 * the request or run at hand. Values are given with their kind; personal data and
 * secrets have no kind that prints them, so they cannot slip in by habit.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Once, at start. `program` must outlive the process's logging. */
void log_open(const char *program, enum log_level threshold);
bool log_level_parse(const char *name, enum log_level *level);

/* The request's or job's id for this thread's lines from now on; "" for none. */
void log_context(const char *id);

struct log_field {
	const char *name;
	enum { LOG_TEXT, LOG_INT } kind;
	const char *text;
	int64_t number;
};
#define LOG_S(name_, value_)                                                                       \
	((struct log_field){.name = (name_), .kind = LOG_TEXT, .text = (value_)})
#define LOG_N(name_, value_)                                                                       \
	((struct log_field){.name = (name_), .kind = LOG_INT, .number = (int64_t)(value_)})

/* log_write(LOG_INFO, "lane_claimed", LOG_S("binding", id), LOG_N("jobs", n)); `event`
 * is a constant snake_case word, never data. */
#define log_write(level, event, ...)                                                               \
	log_fields(level, event, (const struct log_field[]){{0}, __VA_ARGS__},                     \
		   sizeof((const struct log_field[]){{0}, __VA_ARGS__}) /                          \
			   sizeof(struct log_field))
void log_fields(enum log_level level, const char *event, const struct log_field *fields,
		size_t count);

/* The usual line for an error: its class, code and message. */
void log_error(const char *event, const struct led_error *error);

#endif
