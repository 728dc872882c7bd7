/* An item that Sage has already under a product's SKU. */
#ifndef WORKER_PRODUCT_ADOPT_H
#define WORKER_PRODUCT_ADOPT_H

#include "store/xref.h"
#include "worker.h"

/*
 * Takes the item over under `key` and settles that. An item that another product of this shop
 * made is taken over only when the shop has deleted that product: a SKU is free again then.
 * LED_PROVIDER, "item_code_taken": no item of that family has the code to the letter, or one
 * that still is another product's.
 */
enum led_err product_adopt(struct task *task, const char *path, const struct xref_key *key,
			   const char *code, struct xref *xref, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
