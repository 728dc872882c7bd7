/*
 * The mail that programs have put into the table: sent by a thread of its own, so that a
 * slow relay holds up nothing else. Each is claimed by a guarded update, so two workers never
 * send the same one; a worker that dies on the way leaves it to the next, later. At least once,
 * then: a mail whose sending was not noted goes out again. Whatever a try fails at, the relay, the
 * letter or its link, there are as many as post_mail_delay() has; then it is 'failed'.
 */
#ifndef WORKER_POST_MAIL_H
#define WORKER_POST_MAIL_H

#include "worker.h"

/* A thread's function, of a struct worker: sends what is due every half second, until the worker's
 * other threads are done and nothing is due. Without an smtp_url it does nothing, and the mail
 * stays. */
void *post_mail_main(void *context);

/* Seconds until the try after number `attempt` (the first is 1); 0: give up. */
int64_t post_mail_delay(int64_t attempt);

#endif
