/*
 * Editions of Sage without products refuse every call for them as if the subscription had ended,
 * and no other call.
 */
#ifndef WORKER_EDITION_H
#define WORKER_EDITION_H

#include "post.h"
#include "worker.h"

/* What such a refusal (`err`, of a product's calls) means: LED_PROVIDER, "edition_lacks_products",
 * which ends the run and not the lane; `post` is then given up. Any other outcome as it is. A
 * subscription that did end stops the lane with the next document. */
enum led_err edition_judge(struct task *task, const struct post *post, enum led_err err,
			   struct led_error *error) __attribute__((warn_unused_result));

#endif
