#include "prefetch.h"
#include "base/clock.h"
#include "base/log.h"
#include "context.h"

#include <pthread.h>
#include <stdlib.h>

struct prefetch {
	pthread_t thread;
	pthread_mutex_t lock; /* of all below but `cancel` and `client` */
	pthread_cond_t changed;
	struct http_client *client; /* the thread's */
	atomic_bool cancel;
	bool quit;
	enum { EMPTY, UNDER_WAY, THERE } state;
	int64_t job; /* what is fetched, and for which */
	enum magento_kind kind;
	int64_t id;
	struct magento_shop shop; /* borrowed from the task while it is UNDER_WAY */
	struct call_log calls;
	enum led_err err; /* the outcome */
	struct led_error error;
	struct json_object *json;
	int64_t there_ms; /* monotonic */
};

/* Called with the lock held, which it lets go meanwhile. */
static void fetch(struct prefetch *prefetch)
{
	struct magento_shop shop = prefetch->shop;
	enum magento_kind kind = prefetch->kind;
	int64_t id = prefetch->id;
	struct call_log calls = {0};
	struct json_object *json = NULL;
	struct led_error error = {0};
	shop.http = prefetch->client;
	shop.calls = &calls;
	pthread_mutex_unlock(&prefetch->lock);
	enum led_err err = magento_get(&shop, kind, id, &json, &error);
	pthread_mutex_lock(&prefetch->lock);
	prefetch->err = err;
	prefetch->error = error;
	prefetch->json = json;
	prefetch->calls = calls;
	prefetch->there_ms = clock_monotonic_ms();
	prefetch->state = THERE;
	pthread_cond_broadcast(&prefetch->changed);
}

static void *prefetch_main(void *argument)
{
	struct prefetch *prefetch = argument;
	pthread_mutex_lock(&prefetch->lock);
	while (!prefetch->quit) {
		if (prefetch->state == UNDER_WAY)
			fetch(prefetch);
		else
			pthread_cond_wait(&prefetch->changed, &prefetch->lock);
	}
	pthread_mutex_unlock(&prefetch->lock);
	return NULL;
}

struct prefetch *prefetch_new(const struct config *config)
{
	struct prefetch *prefetch = calloc(1, sizeof *prefetch);
	if (!prefetch)
		return NULL;
	const struct http_client_options options = {
		.allow_http_loopback = config->allow_http_loopback, .cancel = &prefetch->cancel};
	prefetch->client = http_client_new(&options);
	pthread_mutex_init(&prefetch->lock, NULL);
	pthread_cond_init(&prefetch->changed, NULL);
	if (prefetch->client &&
	    pthread_create(&prefetch->thread, NULL, prefetch_main, prefetch) == 0)
		return prefetch;
	pthread_cond_destroy(&prefetch->changed);
	pthread_mutex_destroy(&prefetch->lock);
	http_client_free(prefetch->client);
	free(prefetch);
	return NULL;
}

void prefetch_free(struct prefetch *prefetch)
{
	if (!prefetch)
		return;
	pthread_mutex_lock(&prefetch->lock);
	prefetch->quit = true;
	pthread_cond_broadcast(&prefetch->changed);
	pthread_mutex_unlock(&prefetch->lock);
	pthread_join(prefetch->thread, NULL);
	pthread_cond_destroy(&prefetch->changed);
	pthread_mutex_destroy(&prefetch->lock);
	http_client_free(prefetch->client);
	free(prefetch);
}

/* With the lock held. */
static void forget(struct prefetch *prefetch)
{
	if (prefetch->state == THERE)
		json_object_put(prefetch->json);
	prefetch->json = NULL;
	prefetch->state = EMPTY;
}

/* With the lock held, which it lets go meanwhile. */
static void await(struct prefetch *prefetch)
{
	while (prefetch->state == UNDER_WAY)
		pthread_cond_wait(&prefetch->changed, &prefetch->lock);
}

void prefetch_drop(struct task *task)
{
	struct prefetch *prefetch = task->prefetch;
	if (!prefetch)
		return;
	pthread_mutex_lock(&prefetch->lock);
	atomic_store(&prefetch->cancel, true);
	await(prefetch);
	atomic_store(&prefetch->cancel, false);
	forget(prefetch);
	pthread_mutex_unlock(&prefetch->lock);
}

/* Finds the next job and closes it for further webhooks; *kind is NULL when there is none
 * that reads something. */
static enum led_err choose(struct task *task, struct job *next, const struct job_kind **kind,
			   struct led_error *error)
{
	struct db *db;
	bool found = false;
	*kind = NULL;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = job_peek(db, task->job_arena, &task->lane, task->job, next, &found, error);
	const struct job_kind *reader = found ? job_kind_find(next->kind) : NULL;
	if (!err && reader && reader->reads != JOB_READS_NOTHING) {
		*kind = reader;
		err = job_read(db, next, error);
	}
	db_pool_give(task->worker->pool, db);
	return err;
}

static void start(struct task *task, const struct job *job, const struct job_kind *kind)
{
	struct prefetch *prefetch = task->prefetch;
	struct magento_shop shop;
	if (context_shop(task, &shop, NULL))
		return;
	pthread_mutex_lock(&prefetch->lock);
	prefetch->shop = shop;
	prefetch->job = job->id;
	prefetch->kind = (enum magento_kind)kind->reads;
	prefetch->id = job->magento_id;
	prefetch->state = UNDER_WAY;
	pthread_cond_broadcast(&prefetch->changed);
	pthread_mutex_unlock(&prefetch->lock);
}

/* Whether it is there, or on its way, already: another job may have come in between. */
static bool has(struct prefetch *prefetch, const struct job *job)
{
	pthread_mutex_lock(&prefetch->lock);
	bool same = prefetch->state != EMPTY && prefetch->job == job->id;
	pthread_mutex_unlock(&prefetch->lock);
	return same;
}

void prefetch_next(struct task *task)
{
	struct led_error error;
	struct job next;
	const struct job_kind *kind;
	if (!task->prefetch || task->prefetched || task->worker->stopping)
		return;
	task->prefetched = true;
	if (choose(task, &next, &kind, &error)) {
		log_error("next_not_chosen", &error);
		return;
	}
	if (!kind || has(task->prefetch, &next))
		return;
	prefetch_drop(task);
	start(task, &next, kind);
}

enum led_err prefetch_take(struct task *task, enum magento_kind kind, int64_t id,
			   struct json_object **json, bool *found, struct led_error *error)
{
	struct prefetch *prefetch = task->prefetch;
	enum led_err err = LED_OK;
	*found = false;
	if (!prefetch)
		return LED_OK;
	pthread_mutex_lock(&prefetch->lock);
	if (prefetch->state != EMPTY && prefetch->job == task->job && prefetch->kind == kind &&
	    prefetch->id == id) {
		await(prefetch);
		*found = clock_monotonic_ms() - prefetch->there_ms <= PREFETCH_MAX_AGE_MS;
		if (*found) {
			err = prefetch->err;
			*error = prefetch->error;
			*json = prefetch->json;
			prefetch->json = NULL; /* the caller's */
			call_log_join(&task->calls, &prefetch->calls);
		}
		forget(prefetch);
	}
	pthread_mutex_unlock(&prefetch->lock);
	return err;
}
