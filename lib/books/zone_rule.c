#include "books/zone_rule.h"

#include <string.h>

#define DAY_SECONDS 86400

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Both by the usual count from 1 March of year 0, in eras of 400 years (146097 days). */
int64_t zone_days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void zone_civil(int64_t days, int64_t *year, int *month, int *day)
{
	days += 719468;
	int64_t era = floor_div(days, 146097);
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

static bool take_int(const char **at, int max, int *out)
{
	const char *s = *at;
	int value = 0;
	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (*s - '0');
		if (value > max)
			return false;
	}
	*at = s;
	*out = value;
	return true;
}

/* "[+-]h[:m[:s]]" in seconds. */
static bool take_time(const char **at, int64_t *out)
{
	int sign = 1, hours = 0, minutes = 0, seconds = 0;
	if (**at == '-' || **at == '+')
		sign = *(*at)++ == '-' ? -1 : 1;
	if (!take_int(at, 167, &hours))
		return false;
	if (**at == ':' && (++*at, !take_int(at, 59, &minutes)))
		return false;
	if (**at == ':' && (++*at, !take_int(at, 59, &seconds)))
		return false;
	*out = sign * (hours * INT64_C(3600) + minutes * 60 + seconds);
	return true;
}

/* "GMT" or "<+03>": at least three characters. */
static bool take_name(const char **at)
{
	const char *s = *at;
	if (*s == '<') {
		s = strchr(s, '>');
		if (!s)
			return false;
		*at = s + 1;
		return true;
	}
	while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
		s++;
	bool long_enough = s - *at >= 3;
	*at = s;
	return long_enough;
}

static bool take_weekday(const char **at, struct zone_change *out)
{
	out->kind = ZONE_WEEKDAY;
	return take_int(at, 12, &out->month) && out->month > 0 && *(*at)++ == '.' &&
	       take_int(at, 5, &out->week) && out->week > 0 && *(*at)++ == '.' &&
	       take_int(at, 6, &out->weekday);
}

static bool take_change(const char **at, struct zone_change *out)
{
	bool good;
	if (*(*at)++ != ',')
		return false;
	if (**at == 'M') {
		++*at;
		good = take_weekday(at, out);
	} else if (**at == 'J') {
		++*at;
		out->kind = ZONE_JULIAN;
		good = take_int(at, 365, &out->day) && out->day > 0;
	} else {
		out->kind = ZONE_DAY;
		good = take_int(at, 365, &out->day);
	}
	out->time = 2 * 3600;
	if (good && **at == '/') {
		++*at;
		good = take_time(at, &out->time);
	}
	return good;
}

bool zone_rule_parse(const char *text, struct zone_rule *out)
{
	const char *at = text;
	int64_t west;
	*out = (struct zone_rule){0};
	if (!take_name(&at) || !take_time(&at, &west))
		return false;
	out->standard = -west; /* POSIX counts westwards */
	if (*at == '\0')
		return true;
	out->has_summer = true;
	out->summer = out->standard + 3600;
	if (!take_name(&at))
		return false;
	if (*at != ',') {
		if (!take_time(&at, &west))
			return false;
		out->summer = -west;
	}
	return take_change(&at, &out->start) && take_change(&at, &out->end) && *at == '\0';
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day (from 1970-01-01) of a change in a year. */
static int64_t change_day(const struct zone_change *change, int64_t year)
{
	int64_t first = zone_days(year, 1, 1);
	if (change->kind == ZONE_DAY)
		return first + change->day;
	if (change->kind == ZONE_JULIAN)
		return first + change->day - 1 + (is_leap(year) && change->day >= 60);
	first = zone_days(year, change->month, 1);
	int64_t next = change->month == 12 ? zone_days(year + 1, 1, 1)
					   : zone_days(year, change->month + 1, 1);
	int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	int64_t day = first + (change->weekday - weekday + 7) % 7 + (change->week - 1) * 7;
	return day < next ? day : day - 7; /* week 5 means the last */
}

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t instant)
{
	int64_t year;
	int month, day;
	if (!rule->has_summer)
		return rule->standard;
	zone_civil(floor_div(instant + rule->standard, DAY_SECONDS), &year, &month, &day);
	/* Each change is told in the local time that holds before it. */
	int64_t start =
		change_day(&rule->start, year) * DAY_SECONDS + rule->start.time - rule->standard;
	int64_t end = change_day(&rule->end, year) * DAY_SECONDS + rule->end.time - rule->summer;
	bool summer =
		start < end ? instant >= start && instant < end : instant >= start || instant < end;
	return summer ? rule->summer : rule->standard;
}
