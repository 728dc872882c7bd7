/* News between the worker's threads: jobs were readied, or one of them has left. Who found
 * nothing to do waits for it, half a second at most. */
#ifndef WORKER_NEWS_H
#define WORKER_NEWS_H

#include <pthread.h>

struct news {
	pthread_mutex_t lock;
	pthread_cond_t told;
	unsigned count;
};

void news_init(struct news *news);

/* To be asked before one looks for something to do, so that nothing told meanwhile is missed. */
unsigned news_count(struct news *news);

/* Until something was told after `seen` had been counted, or half a second has passed. */
void news_wait(struct news *news, unsigned seen);

void news_tell(struct news *news);

#endif
