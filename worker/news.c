#include "news.h"

#include <time.h>

#define WAIT_NS   500000000L
#define SECOND_NS 1000000000L

void news_init(struct news *news)
{
	pthread_condattr_t attributes;
	*news = (struct news){.lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&news->told, &attributes);
	pthread_condattr_destroy(&attributes);
}

unsigned news_count(struct news *news)
{
	pthread_mutex_lock(&news->lock);
	unsigned count = news->count;
	pthread_mutex_unlock(&news->lock);
	return count;
}

void news_wait(struct news *news, unsigned seen)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= SECOND_NS) {
		until.tv_nsec -= SECOND_NS;
		until.tv_sec++;
	}
	pthread_mutex_lock(&news->lock);
	while (news->count == seen && !pthread_cond_timedwait(&news->told, &news->lock, &until))
		;
	pthread_mutex_unlock(&news->lock);
}

void news_tell(struct news *news)
{
	pthread_mutex_lock(&news->lock);
	news->count++;
	pthread_cond_broadcast(&news->told);
	pthread_mutex_unlock(&news->lock);
}
