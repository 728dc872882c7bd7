/* What the shop says of an entity, parsed, in the job's arena. */
#ifndef WORKER_SHOP_H
#define WORKER_SHOP_H

#include "magento/client.h"
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

/* When a customer or a product was made and last changed; the shop may not say. */
struct shop_dates {
	bool has_created, has_updated;
	int64_t created_at, updated_at; /* Unix seconds */
};
enum led_err shop_dates(struct task *task, enum magento_kind kind, int64_t id,
			struct shop_dates *dates, struct led_error *error)
	__attribute__((warn_unused_result));

/* How the invoice is paid; asks the shop only when the invoice itself does not say. */
enum led_err shop_payment_method(struct task *task, const struct magento_invoice *invoice,
				 const char **method, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
