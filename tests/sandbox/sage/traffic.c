#include "sage/traffic.h"

#include "common/server.h"
#include "sage/js.h"
#include "sage/store.h"

#include <json-c/linkhash.h>
#include <pthread.h>
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

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
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

struct traffic_load traffic_enter(void)
{
	const long long day = sb_now() / DAY;
	struct traffic_load load;

	pthread_mutex_lock(&lock);
	if (day != today) {
		today = day;
		today_count = 0;
	}
	total++;
	load.today = ++today_count;
	load.in_flight = ++in_flight;
	if (in_flight > in_flight_max)
		in_flight_max = in_flight;
	pthread_mutex_unlock(&lock);
	return load;
}

void traffic_leave(void)
{
	pthread_mutex_lock(&lock);
	in_flight--;
	pthread_mutex_unlock(&lock);
}

void traffic_begin(const char *business, bool write)
{
	struct business_traffic *traffic;

	if (!write || *business == '\0')
		return;
	pthread_mutex_lock(&lock);
	traffic = of(business);
	if (++traffic->writes_in_flight > 1)
		traffic->parallel_writes++;
	if (traffic->writes_in_flight > traffic->writes_in_flight_max)
		traffic->writes_in_flight_max = traffic->writes_in_flight;
	pthread_mutex_unlock(&lock);
}

void traffic_end(const char *business, bool write)
{
	if (!write || *business == '\0')
		return;
	pthread_mutex_lock(&lock);
	of(business)->writes_in_flight--;
	pthread_mutex_unlock(&lock);
}

void traffic_routed(const char *business, const char *route)
{
	struct json_object *requests;

	pthread_mutex_lock(&lock);
	requests = of(business)->requests;
	js_put_int(requests, route, js_int(requests, route, 0) + 1);
	pthread_mutex_unlock(&lock);
}

void traffic_limited(void)
{
	pthread_mutex_lock(&lock);
	limited++;
	pthread_mutex_unlock(&lock);
}

void traffic_replayed(const char *business)
{
	pthread_mutex_lock(&lock);
	of(business)->replays++;
	pthread_mutex_unlock(&lock);
}

void traffic_token(enum traffic_token_event event)
{
	pthread_mutex_lock(&lock);
	token_events[event]++;
	pthread_mutex_unlock(&lock);
}

static void add_counts(struct json_object *sum, struct json_object *counts)
{
	json_object_object_foreach(counts, key, value)
	{
		js_put_int(sum, key, js_int(sum, key, 0) + json_object_get_int64(value));
	}
}

/* One business's counts; `sum` gathers the requests of all. */
static struct json_object *business_counts(const struct business_traffic *traffic,
					   struct json_object *sum)
{
	struct json_object *out = json_object_new_object();
	struct json_object *requests = NULL;

	json_object_deep_copy(traffic->requests, &requests, NULL);
	js_put(out, "requests", requests);
	js_put_int(out, "parallel_writes", traffic->parallel_writes);
	js_put_int(out, "writes_in_flight_max", traffic->writes_in_flight_max);
	js_put_int(out, "idempotent_replays", traffic->replays);
	add_counts(sum, traffic->requests);
	return out;
}

struct json_object *traffic_json(void)
{
	struct json_object *out = json_object_new_object();
	struct json_object *by_business = json_object_new_object();
	struct json_object *requests = json_object_new_object();
	struct lh_entry *entry;
	long parallel = 0;

	pthread_mutex_lock(&lock);
	for (entry = businesses != NULL ? businesses->head : NULL; entry != NULL;
	     entry = entry->next) {
		const struct business_traffic *traffic = lh_entry_v(entry);

		js_put(by_business, traffic->id, business_counts(traffic, requests));
		parallel += traffic->parallel_writes;
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
	pthread_mutex_unlock(&lock);
	js_put(out, "requests", requests);
	js_put(out, "businesses", by_business);
	return out;
}

void traffic_reset(void)
{
	struct lh_entry *entry;

	pthread_mutex_lock(&lock);
	in_flight_max = in_flight;
	total = limited = 0;
	today_count = 0;
	for (size_t i = 0; i < sizeof(token_events) / sizeof(token_events[0]); i++)
		token_events[i] = 0;
	for (entry = businesses != NULL ? businesses->head : NULL; entry != NULL;
	     entry = entry->next) {
		struct business_traffic *traffic = lh_entry_v(entry);

		traffic->writes_in_flight_max = traffic->writes_in_flight;
		traffic->parallel_writes = traffic->replays = 0;
		json_object_put(traffic->requests);
		traffic->requests = json_object_new_object();
	}
	pthread_mutex_unlock(&lock);
}
