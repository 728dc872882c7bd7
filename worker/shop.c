#include "shop.h"
#include "base/clock.h"
#include "base/json.h"
#include "breaker.h"
#include "context.h"
#include "prefetch.h"

static enum led_err get(struct task *task, enum magento_kind kind, int64_t id,
			struct json_object **json, struct led_error *error)
{
	struct magento_shop shop;
	bool found = false;
	enum led_err err = task_renew(task, error);
	if (!err)
		err = prefetch_take(task, kind, id, json, &found, error);
	if (found)
		return breaker_saw(task, LANE_MAGENTO, err);
	if (!err)
		err = context_shop(task, &shop, error);
	return err ? err
		   : breaker_saw(task, LANE_MAGENTO, magento_get(&shop, kind, id, json, error));
}

enum led_err shop_invoice(struct task *task, int64_t id, struct magento_invoice *out,
			  struct led_error *error)
{
	struct json_object *json = NULL;
	enum led_err err = get(task, MAGENTO_INVOICE, id, &json, error);
	if (!err)
		err = magento_parse_invoice(json, task->job_arena, out, error);
	json_object_put(json);
	return err;
}

enum led_err shop_creditmemo(struct task *task, int64_t id, struct magento_creditmemo *out,
			     struct led_error *error)
{
	struct json_object *json = NULL;
	enum led_err err = get(task, MAGENTO_CREDITMEMO, id, &json, error);
	if (!err)
		err = magento_parse_creditmemo(json, task->job_arena, out, error);
	json_object_put(json);
	return err;
}

enum led_err shop_customer(struct task *task, int64_t id, struct magento_contact *out,
			   struct led_error *error)
{
	struct json_object *json = NULL;
	enum led_err err = get(task, MAGENTO_CUSTOMER, id, &json, error);
	if (!err)
		err = magento_parse_contact(json, task->job_arena, out, error);
	json_object_put(json);
	return err;
}

enum led_err shop_product(struct task *task, int64_t id, struct magento_product *out,
			  struct led_error *error)
{
	struct json_object *json = NULL;
	enum led_err err = get(task, MAGENTO_PRODUCT, id, &json, error);
	if (!err)
		err = magento_parse_product(json, task->job_arena, out, error);
	json_object_put(json);
	return err;
}

/* A date that is missing or unreadable is none: nothing is computed with it. */
static bool read_date(struct json_object *json, const char *key, int64_t *out)
{
	const char *text = json_string(json, key);
	return text && clock_parse_iso(text, out);
}

enum led_err shop_dates(struct task *task, enum magento_kind kind, int64_t id,
			struct shop_dates *dates, struct led_error *error)
{
	struct json_object *json = NULL;
	*dates = (struct shop_dates){0};
	enum led_err err = get(task, kind, id, &json, error);
	dates->has_created = !err && read_date(json, "created_at", &dates->created_at);
	dates->has_updated = !err && read_date(json, "updated_at", &dates->updated_at);
	json_object_put(json);
	return err;
}

enum led_err shop_payment_method(struct task *task, const struct magento_invoice *invoice,
				 const char **method, struct led_error *error)
{
	struct json_object *json = NULL;
	struct magento_payment payment;
	*method = invoice->payment_method;
	if (*method)
		return LED_OK;
	enum led_err err = get(task, MAGENTO_PAYMENT, invoice->magento_id, &json, error);
	if (!err)
		err = magento_parse_payment(json, task->job_arena, &payment, error);
	if (!err)
		*method = payment.method;
	json_object_put(json);
	return err;
}
