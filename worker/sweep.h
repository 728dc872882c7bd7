/* What the main thread does while the others drain: readies what is due, thins out. */
#ifndef WORKER_SWEEP_H
#define WORKER_SWEEP_H

#include "worker.h"

/* Every half second until the threads are done: readies jobs that wait no longer. Old
 * tokens and sessions are deleted once, and jobs freed that are blocked behind nothing. */
void sweep_until_done(struct worker *worker);

#endif
