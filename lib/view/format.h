/*
 * How times, durations and money read to people. Plain text in English; escaping is the
 * templates' work.
 */
#ifndef VIEW_FORMAT_H
#define VIEW_FORMAT_H

#include "base/decimal.h"

#include <json-c/json.h>
#include <stdint.h>

#define FORMAT_TEXT_MAX 80 /* bytes of any text below, the NUL included */

/* "just now", "14 minutes ago", "in 3 hours", "5 days ago"; beyond four weeks the date,
 * "2 Nov 2025". All times are Unix seconds. `out` has FORMAT_TEXT_MAX bytes and is
 * returned, as by all below. */
const char *format_relative(int64_t now, int64_t then, char *out);

/* "21 Nov 2026", in UTC. */
const char *format_date(int64_t then, char *out);

/* "21 Nov 2026, 01:43:20 UTC". */
const char *format_exact(int64_t then, char *out);

/* What a template needs for a <time>: {"iso", "exact", "relative"}. The caller owns it;
 * NULL when memory is short. */
struct json_object *format_time(int64_t now, int64_t then);

/* "850 ms", "2.4 s", "3 min 5 s", "2 h 10 min". Negative counts as 0. */
const char *format_duration(int64_t milliseconds, char *out);

/* "GBP 1,234.50", "JPY 1,200", "KWD 3.500": with the digits that the currency has (ISO
 * 4217). Digits beyond those are shown when they are not zero: money is never hidden. */
const char *format_money(struct decimal amount, const char *currency, char *out);

#endif
