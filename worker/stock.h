/*
 * Stock: one movement for what the shop's quantity differs from Sage's by. The quantity that
 * was observed is kept with the intent, so that a repeat moves the same once, and with the
 * cross-reference when it is settled, so that an unchanged quantity costs no call.
 */
#ifndef WORKER_STOCK_H
#define WORKER_STOCK_H

#include "magento/entity.h"
#include "store/xref.h"
#include "worker.h"

/* `item` is the stock item, cross-referenced under `key`. */
enum led_err stock_settle(struct task *task, const struct books_context *books,
			  const struct run *run, const struct magento_product *product,
			  const struct xref_key *key, const struct xref *item,
			  struct led_error *error) __attribute__((warn_unused_result));

#endif
