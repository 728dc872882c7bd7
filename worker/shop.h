/* What the shop says of an entity, parsed, in the job's arena. */
#ifndef WORKER_SHOP_H
#define WORKER_SHOP_H

#include "magento/entity.h"
#include "worker.h"

enum led_err shop_invoice(struct task *task, int64_t id, struct magento_invoice *out,
			  struct led_error *error) __attribute__((warn_unused_result));
enum led_err shop_creditmemo(struct task *task, int64_t id, struct magento_creditmemo *out,
			     struct led_error *error) __attribute__((warn_unused_result));
enum led_err shop_customer(struct task *task, int64_t id, struct magento_contact *out,
			   struct led_error *error) __attribute__((warn_unused_result));
enum led_err shop_product(struct task *task, int64_t id, struct magento_product *out,
			  struct led_error *error) __attribute__((warn_unused_result));

/* How the invoice is paid; asks the shop only when the invoice itself does not say. */
enum led_err shop_payment_method(struct task *task, const struct magento_invoice *invoice,
				 const char **method, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
