#include "sage/traffic.h"

#include "common/server.h"
#include "sage/js.h"
#include "sage/store.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAY = 86400, TABLE_SIZE = 64 };

struct business_traffic {
	char id[ID_TEXT];
	long writes_in_flight; /* survives a reset: the requests do too */
	long writes_in_flight_max;
	long parallel_writes;
	long replays;
	struct json_object *requests; /* route -> count */
};

static struct lh_table *businesses; /* never emptied, see writes_in_flight */
static long in_flight;
static long in_flight_max;
static long long today;
static long long today_count;
static long total;
static long limited;
static long token_events[4];

static struct business_traffic *of(const char *id)
{
	struct business_traffic *traffic;

	if (businesses == NULL)
		businesses = lh_kchar_table_new(TABLE_SIZE, NULL);
	traffic = table_find(businesses, id);
	if (traffic == NULL) {
		traffic = calloc(1, sizeof(*traffic));
		snprintf(traffic->id, sizeof(traffic->id), "%s", id);
		traffic->requests = json_object_new_object();
		lh_table_insert(businesses, traffic->id, traffic);
	}
	return traffic;
}

bool traffic_enter(void)
{
	long long day = sb_now() / DAY;
	bool over;

	if (day != today) {
		today = day;
		today_count = 0;
	}
	total++;
	today_count++;
	if (++in_flight > in_flight_max)
		in_flight_max = in_flight;
	over = (settings.max_concurrent > 0 && in_flight > settings.max_concurrent) ||
	       (settings.daily_limit > 0 && today_count > settings.daily_limit);
	limited += over;
	return !over;
}

void traffic_leave(void)
{
	in_flight--;
}

static void count(struct json_object *counts, const char *key)
{
	js_put_int(counts, key, js_int(counts, key, 0) + 1);
}

void traffic_begin(const char *business, const char *route, bool write)
{
	struct business_traffic *traffic = of(business);

	count(traffic->requests, route);
	if (!write)
		return;
	if (++traffic->writes_in_flight > 1)
		traffic->parallel_writes++;
	if (traffic->writes_in_flight > traffic->writes_in_flight_max)
		traffic->writes_in_flight_max = traffic->writes_in_flight;
}

void traffic_end(const char *business, bool write)
{
	if (write)
		of(business)->writes_in_flight--;
}

void traffic_replayed(const char *business)
{
	of(business)->replays++;
}

void traffic_token(enum traffic_token_event event)
{
	token_events[event]++;
}

static void add_counts(struct json_object *sum, struct json_object *counts)
{
	json_object_object_foreach(counts, key, value)
	{
		js_put_int(sum, key, js_int(sum, key, 0) + json_object_get_int64(value));
	}
}

struct json_object *traffic_json(void)
{
	struct json_object *out = json_object_new_object();
	struct json_object *by_business = json_object_new_object();
	struct json_object *requests = json_object_new_object();
	struct lh_entry *entry;
	long parallel = 0;

	if (businesses != NULL) {
		lh_foreach(businesses, entry)
		{
			const struct business_traffic *traffic = lh_entry_v(entry);
			struct json_object *one = json_object_new_object();

			js_put(one, "requests", json_object_get(traffic->requests));
			js_put_int(one, "parallel_writes", traffic->parallel_writes);
			js_put_int(one, "writes_in_flight_max", traffic->writes_in_flight_max);
			js_put_int(one, "idempotent_replays", traffic->replays);
			js_put(by_business, traffic->id, one);
			add_counts(requests, traffic->requests);
			parallel += traffic->parallel_writes;
		}
	}
	js_put_int(out, "total", total);
	js_put_int(out, "in_flight", in_flight);
	js_put_int(out, "in_flight_max", in_flight_max);
	js_put_int(out, "limited", limited);
	js_put_int(out, "parallel_writes", parallel);
	js_put_int(out, "code_exchanges", token_events[TRAFFIC_EXCHANGED]);
	js_put_int(out, "token_refreshes", token_events[TRAFFIC_REFRESHED]);
	js_put_int(out, "refresh_tokens_reused", token_events[TRAFFIC_REFRESH_REUSED]);
	js_put_int(out, "grants_refused", token_events[TRAFFIC_GRANT_REFUSED]);
	js_put(out, "requests", requests);
	js_put(out, "businesses", by_business);
	return out;
}

void traffic_reset(void)
{
	struct lh_entry *entry;

	in_flight_max = in_flight;
	total = limited = 0;
	today_count = 0;
	for (size_t i = 0; i < sizeof(token_events) / sizeof(token_events[0]); i++)
		token_events[i] = 0;
	if (businesses == NULL)
		return;
	lh_foreach(businesses, entry)
	{
		struct business_traffic *traffic = lh_entry_v(entry);

		traffic->writes_in_flight_max = traffic->writes_in_flight;
		traffic->parallel_writes = traffic->replays = 0;
		json_object_put(traffic->requests);
		traffic->requests = json_object_new_object();
	}
}
