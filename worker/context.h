/* What a thread knows about the binding whose lane it holds. */
#ifndef WORKER_CONTEXT_H
#define WORKER_CONTEXT_H

#include "magento/client.h"
#include "worker.h"

/* Loads the binding, its reference data and the key that signs calls to its shop. */
enum led_err context_load(struct task *task, struct led_error *error)
	__attribute__((warn_unused_result));
void context_release(struct task *task);

/* Reads the reference data again, after it was refreshed. */
enum led_err context_reload_reference(struct task *task, struct led_error *error)
	__attribute__((warn_unused_result));

/* The shop, ready to be called. LED_AUTH, "shop_not_paired", without keys. */
enum led_err context_shop(struct task *task, struct magento_shop *shop, struct led_error *error)
	__attribute__((warn_unused_result));

/* What a translation reads, under the policy that was current when the run was queued; a default
 * that was not set then is the one that is set now, or what the reference data suggests.
 * LED_VALIDATION, "settings_incomplete", while reference data or a default that nothing
 * can be posted without is missing. Lives in the job's arena. */
enum led_err context_books(struct task *task, const struct run *run, struct books_context *books,
			   struct led_error *error) __attribute__((warn_unused_result));

#endif
