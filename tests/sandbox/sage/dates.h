/* Calendar days and the wire's two time formats. */
#ifndef SAGE_DATES_H
#define SAGE_DATES_H

#include <stdbool.h>

enum { DATE_TEXT = 32 };

/* "2026-02-30" is not valid, nor is anything after the ten characters. */
bool date_valid(const char *text);
/* `text` must be valid; to the month's end first when `month_end`. */
void date_add(const char *text, long days, bool month_end, char out[DATE_TEXT]);
/* "2026-10-01T09:15:00Z" and "2026-10-01" of a Unix time, UTC. */
void time_text(long long unix_time, char out[DATE_TEXT]);
void time_date(long long unix_time, char out[DATE_TEXT]);
/* A date or a date-time with Z or an offset; false when it is neither. */
bool time_parse(const char *text, long long *unix_time);

#endif
