#include "sage/dates.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400 };

/* "dddd-dd-dd" at the start of `text`. */
static bool date_shaped(const char *text)
{
	for (int i = 0; i < 10; i++) {
		bool dash = i == 4 || i == 7;

		if (dash ? text[i] != '-' : !isdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

/* The tm of a date, and whether the calendar has it: timegm would make 2 March
 * of 30 February. */
static bool read_date(const char *text, struct tm *tm)
{
	struct tm again;
	time_t when;

	if (!date_shaped(text))
		return false;
	memset(tm, 0, sizeof(*tm));
	tm->tm_year = atoi(text) - 1900;
	tm->tm_mon = atoi(text + 5) - 1;
	tm->tm_mday = atoi(text + 8);
	again = *tm;
	when = timegm(&again);
	gmtime_r(&when, &again);
	return again.tm_mon == tm->tm_mon && again.tm_mday == tm->tm_mday && tm->tm_year >= 0 &&
	       tm->tm_mon >= 0;
}

bool date_valid(const char *text)
{
	struct tm tm;

	return strlen(text) == 10 && read_date(text, &tm);
}

void date_add(const char *text, long days, bool month_end, char out[DATE_TEXT])
{
	struct tm tm;

	read_date(text, &tm);
	if (month_end) {
		tm.tm_mon++;
		tm.tm_mday = 0;
	}
	time_date((long long)timegm(&tm) + (long long)days * DAY, out);
}

void time_text(long long unix_time, char out[DATE_TEXT])
{
	time_t when = (time_t)unix_time;
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(out, DATE_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void time_date(long long unix_time, char out[DATE_TEXT])
{
	time_text(unix_time, out);
	out[10] = '\0';
}

bool time_parse(const char *text, long long *unix_time)
{
	struct tm tm;
	int hour = 0;
	int minute = 0;
	int second = 0;
	int used = 0;
	long offset = 0;

	if (!read_date(text, &tm))
		return false;
	text += 10;
	if (*text != '\0') {
		if (sscanf(text, "T%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3)
			return false;
		text += used;
		if (strlen(text) == 6 && (*text == '+' || *text == '-' || *text == ' ')) {
			/* An unencoded '+' reaches a query as a space. */
			offset = atol(text + 1) * 3600 + atol(text + 4) * 60;
			offset = *text == '-' ? -offset : offset;
		} else if (strcmp(text, "Z") != 0 && *text != '\0') {
			return false;
		}
	}
	*unix_time = (long long)timegm(&tm) + hour * 3600 + minute * 60 + second - offset;
	return true;
}
