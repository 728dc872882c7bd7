#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
	return clock_now_us() / 1000000;
}

int64_t clock_now_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const char *clock_iso(int64_t unix_seconds, char *out)
{
	time_t t = (time_t)unix_seconds;
	struct tm tm;
	gmtime_r(&t, &tm);
	strftime(out, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

bool clock_parse_iso(const char *text, int64_t *unix_seconds)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
	if (strlen(text) != sizeof shape - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	struct tm tm = {0};
	if (!strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) || tm.tm_sec > 59)
		return false;
	int day = tm.tm_mday;
	time_t t = timegm(&tm);
	if (tm.tm_mday != day)
		return false; /* 31 June: timegm moved it */
	*unix_seconds = (int64_t)t;
	return true;
}
