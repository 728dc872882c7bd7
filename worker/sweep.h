/* What the main thread does while the others drain: readies what is due, thins out. */
#ifndef WORKER_SWEEP_H
#define WORKER_SWEEP_H

#include "worker.h"

/* Before the threads begin, so that one that leaves when nothing is due knows what is: readies
 * jobs that wait no longer, queues pings, frees jobs that are blocked behind nothing. */
void sweep_first(struct worker *worker);

/* Deletes what is old; then, every half second until the threads are done, readies again. */
void sweep_until_done(struct worker *worker);

#endif
