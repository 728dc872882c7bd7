/* What the main thread does while the others drain: readies what is due, thins out. */
#ifndef WORKER_SWEEP_H
#define WORKER_SWEEP_H

#include "worker.h"

/* Readies jobs that wait no longer, queues pings, frees jobs that are blocked behind nothing, and
 * says so (worker->swept); then deletes what is old. Readies again every half second until the
 * threads are done. */
void sweep_until_done(struct worker *worker);

#endif
