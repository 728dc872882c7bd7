/* Time. UTC everywhere; local time zones are a matter of lib/books alone. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_ISO_SIZE 21 /* "2026-11-20T20:30:37Z" and the NUL */

int64_t clock_now(void);          /* Unix seconds */
int64_t clock_now_us(void);       /* Unix microseconds */
int64_t clock_monotonic_ms(void); /* for durations and deadlines only */

/* "2026-11-20T20:30:37Z"; `out` has CLOCK_ISO_SIZE bytes. Returns `out`. */
const char *clock_iso(int64_t unix_seconds, char *out);

/* "YYYY-MM-DDTHH:MM:SSZ" only, each part in its range (29 February by the calendar). */
bool clock_parse_iso(const char *text, int64_t *unix_seconds);

#endif
