/* A pool of connections: a stack of idle ones under one lock. */
#include "db/db.h"
#include "db/internal.h"

#include <pthread.h>
#include <stdlib.h>

struct db_pool {
	pthread_mutex_t lock;
	pthread_cond_t returned;
	const struct config *config;
	char user[64];
	unsigned sets;
	int size, opened, idle;
	struct db *connections[];
};

enum led_err db_pool_new(const struct config *config, const char *user, unsigned sets, int size,
			 struct db_pool **out, struct led_error *error)
{
	struct db_pool *pool = calloc(1, sizeof *pool + (size_t)size * sizeof *pool->connections);
	/* Initialised here, by one thread: the first connection's own attempt would race. */
	if (!pool || mysql_library_init(0, NULL, NULL)) {
		free(pool);
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a pool.");
	}
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->returned, NULL);
	pool->config = config;
	snprintf(pool->user, sizeof pool->user, "%s", user);
	pool->sets = sets;
	pool->size = size;
	*out = pool;
	return LED_OK;
}

void db_pool_free(struct db_pool *pool)
{
	if (!pool)
		return;
	for (int i = 0; i < pool->idle; i++)
		db_close(pool->connections[i]);
	pthread_cond_destroy(&pool->returned);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

enum led_err db_pool_take(struct db_pool *pool, struct db **out, struct led_error *error)
{
	enum led_err err = LED_OK;
	*out = NULL;
	pthread_mutex_lock(&pool->lock);
	while (pool->idle == 0 && pool->opened == pool->size)
		pthread_cond_wait(&pool->returned, &pool->lock);
	if (pool->idle > 0)
		*out = pool->connections[--pool->idle];
	else
		pool->opened++;
	pthread_mutex_unlock(&pool->lock);
	if (*out)
		return LED_OK;
	err = db_open(pool->config, pool->user, pool->sets, out, error);
	if (err) {
		pthread_mutex_lock(&pool->lock);
		pool->opened--;
		pthread_cond_signal(&pool->returned);
		pthread_mutex_unlock(&pool->lock);
	}
	return err;
}

void db_pool_give(struct db_pool *pool, struct db *db)
{
	if (!db)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->connections[pool->idle++] = db;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->lock);
}
