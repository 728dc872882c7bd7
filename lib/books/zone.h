/*
 * Time zones: an instant's date where the business is. It decides the VAT quarter.
 *
 * The C library's own conversion works on one zone per process (TZ) and the worker is
 * threaded, so the system's zone files (RFC 8536) are read here: explicit transitions,
 * then the rule in the footer for what lies behind them.
 */
#ifndef BOOKS_ZONE_H
#define BOOKS_ZONE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

#define ZONE_DATE_SIZE 11 /* "2026-07-01" and the NUL */

struct zone; /* constant once loaded: threads may share it */

/* Loads an IANA zone ("Europe/London") into the arena. LED_VALIDATION, code
 * "unknown_time_zone", for a name that is none; LED_INTERNAL, "zone_file_invalid". */
enum led_err zone_load(struct arena *arena, const char *name, const struct zone **out,
		       struct led_error *error) __attribute__((warn_unused_result));

/* Seconds east of Greenwich that the zone's clocks show at an instant (Unix seconds). */
int64_t zone_offset(const struct zone *zone, int64_t instant);

/* The date there, "YYYY-MM-DD", into `out` of ZONE_DATE_SIZE. Returns `out`. */
const char *zone_date(const struct zone *zone, int64_t instant, char *out);

#endif
