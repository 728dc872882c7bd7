/* Telling people that a binding stands still: one table, once for each time it stops. */
#ifndef WORKER_ALERT_H
#define WORKER_ALERT_H

#include "worker.h"

/* Right behind the statement that set a status of task->binding, in its transaction: when
 * that changed the row and the status means that people have to act, mails the account's owners
 * and operators. */
enum led_err alert_status(struct db *db, const struct task *task, const char *status,
			  struct led_error *error) __attribute__((warn_unused_result));

#endif
