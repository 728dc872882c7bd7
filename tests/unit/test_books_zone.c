#include "base/clock.h"
#include "books/zone.h"
#include "books/zone_rule.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#define ARENA_CAP (4 * 1024 * 1024)

static const struct zone *load(struct arena *arena, const char *name)
{
	const struct zone *zone;
	struct led_error error = {0};
	cr_assert_eq(zone_load(arena, name, &zone, &error), LED_OK, "%s", error.message);
	return zone;
}

static void expect_date(const struct zone *zone, const char *instant, const char *date)
{
	char out[ZONE_DATE_SIZE];
	int64_t seconds;
	cr_assert(clock_parse_iso(instant, &seconds));
	cr_expect_str_eq(zone_date(zone, seconds, out), date, "%s", instant);
}

/* The C library reads the same files with code of its own; here, alone, it may be asked. */
Test(books_zone, agrees_with_the_c_library)
{
	static const char *const names[] = {
		"Europe/London",       "Europe/Dublin",
		"Europe/Paris",        "Europe/Madrid",
		"Europe/Berlin",       "America/New_York",
		"America/Toronto",     "Asia/Kolkata",
		"Australia/Sydney",    "Pacific/Apia",
		"America/St_Johns",    "Africa/Casablanca",
		"Australia/Lord_Howe", "UTC",
		"America/Nuuk",        "Asia/Gaza",
	};
	struct arena *arena = arena_new(ARENA_CAP);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct zone *zone = load(arena, names[i]);
		setenv("TZ", names[i], 1);
		tzset();
		/* 1900 to 2100 in steps of a little over 19 hours: every change is near one. */
		for (int64_t at = -2208988800; at < 4102444800; at += 69997) {
			time_t t = (time_t)at;
			struct tm tm;
			localtime_r(&t, &tm);
			cr_assert_eq(zone_offset(zone, at), tm.tm_gmtoff, "%s at %lld", names[i],
				     (long long)at);
		}
	}
	arena_free(arena);
}

Test(books_zone, changes_to_the_second)
{
	struct arena *arena = arena_new(ARENA_CAP);
	const struct zone *london = load(arena, "Europe/London");
	int64_t at;
	cr_assert(clock_parse_iso("2026-03-29T01:00:00Z", &at));
	cr_expect_eq(zone_offset(london, at - 1), 0);
	cr_expect_eq(zone_offset(london, at), 3600);
	cr_assert(clock_parse_iso("2045-10-29T01:00:00Z", &at)); /* by the rule */
	cr_expect_eq(zone_offset(london, at - 1), 3600);
	cr_expect_eq(zone_offset(london, at), 0);
	arena_free(arena);
}

Test(books_zone, dates)
{
	struct arena *arena = arena_new(ARENA_CAP);
	const struct zone *london = load(arena, "Europe/London");
	const struct zone *kiritimati = load(arena, "Pacific/Kiritimati");
	expect_date(london, "2026-06-30T22:59:59Z", "2026-06-30");
	expect_date(london, "2026-06-30T23:00:00Z", "2026-07-01");
	expect_date(london, "2026-12-31T23:59:59Z", "2026-12-31");
	expect_date(london, "2028-02-28T23:30:00Z", "2028-02-28");
	expect_date(london, "2028-02-29T12:00:00Z", "2028-02-29");
	expect_date(kiritimati, "2026-12-31T10:00:00Z", "2027-01-01");
	expect_date(load(arena, "America/New_York"), "2027-01-01T04:59:59Z", "2026-12-31");
	arena_free(arena);
}

Test(books_zone, refuses_what_is_no_zone)
{
	static const char *const names[] = {"",
					    "Europe/Atlantis",
					    "../../etc/passwd",
					    "Europe",
					    "/UTC",
					    "Europe/../UTC",
					    "UTC\n",
					    "."};
	struct arena *arena = arena_new(ARENA_CAP);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct zone *zone;
		struct led_error error = {0};
		cr_expect_eq(zone_load(arena, names[i], &zone, &error), LED_VALIDATION, "'%s'",
			     names[i]);
		cr_expect_str_eq(error.code, "unknown_time_zone");
	}
	arena_free(arena);
}

Test(books_zone, refuses_a_file_that_is_no_zone)
{
	struct arena *arena = arena_new(ARENA_CAP);
	const struct zone *zone;
	struct led_error error = {0};
	cr_expect_eq(zone_load(arena, "leapseconds", &zone, &error), LED_INTERNAL);
	cr_expect_str_eq(error.code, "zone_file_invalid");
	arena_free(arena);
}

Test(books_zone, rules)
{
	static const struct {
		const char *text;
		bool good;
	} rules[] = {
		{"GMT0BST,M3.5.0/1,M10.5.0", true},
		{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", true},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", true},
		{"EST5EDT,J60,J300/-1:30:15", true},
		{"EST5EDT,0/0,365/25", true},
		{"UTC0", true},
		{"", false},
		{"GM0", false},
		{"GMT", false},
		{"GMT0BST", false},
		{"GMT0BST,M3.5.0/1", false},
		{"GMT0BST,M13.5.0,M10.5.0", false},
		{"GMT0BST,M3.6.0,M10.5.0", false},
		{"GMT0BST,M3.5.7,M10.5.0", false},
		{"GMT0BST,J0,J300", false},
		{"GMT0BST,J366,J300", false},
		{"GMT200", false},
		{"<GMT0", false},
		{"GMT0BST,M3.5.0/1,M10.5.0,", false},
	};
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct zone_rule rule;
		cr_expect_eq(zone_rule_parse(rules[i].text, &rule), rules[i].good, "'%s'",
			     rules[i].text);
	}
}
