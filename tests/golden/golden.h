/* One golden case at work, and what the runners of all events share. */
#ifndef GOLDEN_GOLDEN_H
#define GOLDEN_GOLDEN_H

#include "books/filter.h"
#include "case.h"

#define CONTACT_ID    "c3a1bce69d7474e077709bebb31a8760" /* in Sage */
#define INVOICE_ID    "20ff6e2672a8af616f983159f026aa4e"
#define ON_ACCOUNT_ID "21aa57b74c72afbe8b71300b1fb375d6"
#define STOCK_ITEM_ID "0aace20a49d185c6cb6b7f0e9197d698"

struct golden {
	const char *path;
	struct arena *arena;
	struct json_object *json, *reference, *canonical;
	struct json_object *expect; /* borrowed from json, as the next two */
	struct json_object *event;
	struct case_setting setting;
	int64_t occurred_at;
	struct led_error error;
};

/* The runner of one event. What it returns is compared with the error expected. */
typedef enum led_err golden_runner(struct golden *golden);

golden_runner golden_invoice_created, golden_invoice_paid, golden_creditmemo_created,
	golden_customer_upserted, golden_product_upserted;

/* Whether the filter ends the case; compares the reason. `input` needs only the entity and
 * what is the event's own. */
bool golden_skips(const struct golden *golden, struct books_filter_input *input);

bool golden_flag(const struct golden *golden, const char *key);

/* The texts of a list in the case; none when it has no such list. */
const char *const *golden_texts(const struct golden *golden, const char *key, size_t *count);

/* A member that is an amount, in pennies; false when the case has none. */
bool golden_amount(const struct golden *golden, const char *key, int64_t *pennies);

/* Compares with what is expected, and asks Sage's tables. `is_update`: of a PUT. */
void golden_expect_body(const struct golden *golden, struct json_object *expected, const char *body,
			bool is_update);

/* Body, warnings and total of a document. `grand_total`: the entity's, in pennies. */
void golden_expect_document(const struct golden *golden, const struct books_document *document,
			    int64_t grand_total);
void golden_expect_warnings(const struct golden *golden, const struct books_warnings *warnings);

#endif
