/*
 * What nobody needs any more goes: used tokens, ended sessions, links and tries to sign in that ran
 * out; letters 30 days after they were sent or given up, attempts (with what was asked and
 * answered) after 90 days, runs after 13 months. In batches, a transaction each, every row by its
 * primary key; a bounded number of them, for the next worker goes on.
 */
#ifndef WORKER_THIN_H
#define WORKER_THIN_H

#include "db/db.h"

enum led_err thin_out(struct db *db, struct arena *arena, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
