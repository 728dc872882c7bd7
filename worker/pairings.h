/* Pairings whose outcome nobody learnt: their program died, or the shop was silent. */
#ifndef WORKER_PAIRINGS_H
#define WORKER_PAIRINGS_H

#include "worker.h"

/* A thread's whole life: asks each such shop by a ping under the pending key whether it took
 * it, and settles what the answer decides. Once in a run of the program, which is once a
 * minute; apart from the sweep, which a silent shop must not hold up. */
void *pairings_main(void *argument); /* a struct worker */

#endif
