#include "view/format.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static struct tm utc(int64_t unix_seconds)
{
	time_t seconds = (time_t)unix_seconds;
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return tm;
}

const char *format_relative(int64_t now, int64_t then, char *out)
{
	static const struct {
		int64_t below, unit; /* seconds */
		const char *name;
	} steps[] = {
		{MINUTE, 1, "second"},
		{HOUR, MINUTE, "minute"},
		{DAY, HOUR, "hour"},
		{28 * DAY, DAY, "day"},
	};
	int64_t distance = now > then ? now - then : then - now;

	/* Clocks of two machines differ a little: nothing has happened "in 2 seconds". */
	if (distance < 5) {
		snprintf(out, FORMAT_TEXT_MAX, "just now");
		return out;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t count = distance / steps[i].unit;

		if (distance >= steps[i].below)
			continue;
		snprintf(out, FORMAT_TEXT_MAX, "%s%lld %s%s%s", now > then ? "" : "in ",
			 (long long)count, steps[i].name, count == 1 ? "" : "s",
			 now > then ? " ago" : "");
		return out;
	}
	return format_date(then, out);
}

const char *format_date(int64_t then, char *out)
{
	struct tm tm = utc(then);

	snprintf(out, FORMAT_TEXT_MAX, "%d %s %d", tm.tm_mday, MONTHS[tm.tm_mon],
		 tm.tm_year + 1900);
	return out;
}

const char *format_exact(int64_t then, char *out)
{
	struct tm tm = utc(then);

	snprintf(out, FORMAT_TEXT_MAX, "%d %s %d, %02d:%02d:%02d UTC", tm.tm_mday,
		 MONTHS[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

struct json_object *format_time(int64_t now, int64_t then)
{
	char iso[CLOCK_ISO_SIZE], text[FORMAT_TEXT_MAX];
	struct json_object *time = json_object_new_object();
	int failed = 0;

	if (!time)
		return NULL;
	failed |= json_object_object_add(time, "iso", json_object_new_string(clock_iso(then, iso)));
	failed |= json_object_object_add(time, "exact",
					 json_object_new_string(format_exact(then, text)));
	failed |= json_object_object_add(time, "relative",
					 json_object_new_string(format_relative(now, then, text)));
	if (!failed)
		return time;
	json_object_put(time);
	return NULL;
}

const char *format_duration(int64_t milliseconds, char *out)
{
	long long ms = milliseconds > 0 ? milliseconds : 0, seconds = ms / 1000;

	if (ms < 1000)
		snprintf(out, FORMAT_TEXT_MAX, "%lld ms", ms);
	else if (seconds < MINUTE)
		snprintf(out, FORMAT_TEXT_MAX, "%lld.%lld s", seconds, ms % 1000 / 100);
	else if (seconds < HOUR)
		snprintf(out, FORMAT_TEXT_MAX, "%lld min %lld s", seconds / MINUTE,
			 seconds % MINUTE);
	else
		snprintf(out, FORMAT_TEXT_MAX, "%lld h %lld min", seconds / HOUR,
			 seconds % HOUR / MINUTE);
	return out;
}

/* Digits behind the point (ISO 4217); all others have two. */
static int minor_digits(const char *currency)
{
	static const struct {
		const char *code;
		int digits;
	} exceptions[] = {
		{"BHD", 3}, {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
		{"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3},
		{"LYD", 3}, {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0},
		{"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
	};

	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (strcmp(exceptions[i].code, currency) == 0)
			return exceptions[i].digits;
	return 2;
}

const char *format_money(struct decimal amount, const char *currency, char *out)
{
	int digits = minor_digits(currency);
	char plain[DECIMAL_TEXT_MAX], whole[DECIMAL_TEXT_MAX * 2];
	const char *number, *point;
	size_t len = 0, whole_digits;
	struct decimal rescaled;

	/* Only zeros may be cut. */
	if (!decimal_rescale(amount, digits, &rescaled) && decimal_compare(rescaled, amount) == 0)
		amount = rescaled;
	number = decimal_print(amount, plain);
	if (*number == '-')
		whole[len++] = *number++;
	point = strchr(number, '.');
	whole_digits = point ? (size_t)(point - number) : strlen(number);
	for (size_t i = 0; i < whole_digits; i++) {
		if (i && (whole_digits - i) % 3 == 0)
			whole[len++] = ',';
		whole[len++] = number[i];
	}
	whole[len] = '\0';
	snprintf(out, FORMAT_TEXT_MAX, "%.3s %s%s", currency, whole, point ? point : "");
	return out;
}
