/* What becomes of a job that failed: one table, by class and code. */
#ifndef WORKER_RETRY_H
#define WORKER_RETRY_H

#include "base/error.h"

#include <stdint.h>

#define RETRY_ATTEMPTS_MAX 20

enum retry_action {
	RETRY_FAIL,   /* the run has failed, for good unless a person retries it */
	RETRY_LATER,  /* the job waits, and the attempt counts */
	RETRY_PARK,   /* the whole lane waits, and no attempt is spent */
	RETRY_BEHIND, /* the job waits behind another entity's, and no attempt is spent */
};

struct retry_rule {
	enum led_err class;
	const char *code; /* NULL: any code of the class that has no rule of its own */
	enum retry_action action;
	int park_seconds;           /* of RETRY_PARK, unless the error says how long */
	const char *sage_status;    /* what the binding's Sage side becomes; NULL: stays */
	const char *magento_status; /* the shop's side, likewise */
};

/* Never NULL: every class has a rule. */
const struct retry_rule *retry_rule_for(const struct led_error *error);

/* Seconds until the try after `attempt` (1 is the first): attempt^4 + 15, 10 % more or
 * less by `noise` (0 … 65535), six hours at most. */
int64_t retry_delay(int64_t attempt, uint16_t noise);

#endif
