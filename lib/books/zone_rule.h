/* The rule in a zone file's footer (POSIX TZ): "GMT0BST,M3.5.0/1,M10.5.0". */
#ifndef BOOKS_ZONE_RULE_H
#define BOOKS_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct zone_change {
	enum { ZONE_WEEKDAY, ZONE_JULIAN, ZONE_DAY } kind;
	int month, week, weekday; /* ZONE_WEEKDAY: 1 … 12, 1 … 5 (last), 0 = Sunday */
	int day;      /* ZONE_JULIAN: 1 … 365, never 29 February; ZONE_DAY: 0 … 365 */
	int64_t time; /* seconds after local midnight; may be negative or beyond a day */
};

struct zone_rule {
	int64_t standard; /* seconds east of Greenwich */
	bool has_summer;
	int64_t summer;
	struct zone_change start, end; /* of summer time */
};

bool zone_rule_parse(const char *text, struct zone_rule *out);

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t instant);

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
int64_t zone_days(int64_t year, int month, int day);

/* The calendar date of a day counted from 1970-01-01. */
void zone_civil(int64_t days, int64_t *year, int *month, int *day);

#endif
