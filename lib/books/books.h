/*
 * The translation: a canonical Magento entity in, one Sage request body out. Pure: the
 * same inputs give the same bytes, and nothing here knows a clock, a network or a
 * database. Every document totals exactly Magento's grand_total.
 *
 * How an invoice is posted, in order:
 *   magento_parse_invoice   the shop's answer
 *   books_filter            a skip reason, or go on                      (filter.h)
 *   books_contact_choose    whose contact: the buyer's or the fallback   (contact.h)
 *   books_contact_key       under which key it is cross-referenced
 *   books_contact_body      what to POST when there is none yet
 *   books_invoice           the body of POST /sales_invoices             (invoice.h)
 *   books_with_idempotency_id, then POST
 *   books_compare_total     Sage's total against ours
 * The other events go the same way: credit_note.h, payment.h, customer.h, product.h.
 *
 * Bodies carry decimals as JSON numbers with their exact digits (12.50), the type that
 * Sage's specification declares; they are never computed or printed through a double.
 */
#ifndef BOOKS_BOOKS_H
#define BOOKS_BOOKS_H

#include "base/arena.h"
#include "base/error.h"
#include "books/policy.h"
#include "books/reasons.h"
#include "books/reference.h"
#include "books/zone.h"
#include "crypto/digest.h"

#include <json-c/json.h>

#include <stddef.h>
#include <stdint.h>

#define BOOKS_WARNINGS_MAX 12
#define BOOKS_DETAIL_MAX   160 /* bytes with the NUL */

/* Something worth knowing about a document that was posted all the same. */
struct books_warning {
	const char *code;              /* explained in books/codes.h */
	char detail[BOOKS_DETAIL_MAX]; /* the amounts or names concerned; "" = none */
};

struct books_warnings {
	struct books_warning item[BOOKS_WARNINGS_MAX];
	size_t count;
};

/* What every translation reads. All of it is borrowed. */
struct books_context {
	const struct policy *policy;
	const struct reference *reference;
	const struct zone *zone; /* the policy's time_zone, else books_reference_zone() */
	const char *const *former_prefixes; /* invoice_number_prefix values used before */
	size_t former_prefix_count;
	/* SKUs that this binding synced as services: they decide a cross-border line's EU type
	 * where the shop does not say the product's. */
	const char *const *service_skus;
	size_t service_sku_count;
	struct arena *arena;           /* for texts on the way, and the body */
	struct books_reasons *reasons; /* where to note why; NULL: nobody asks */
};

/* A translated document. Its texts are in the context's arena. */
struct books_document {
	const char *body;      /* {"sales_invoice": {…}}, idempotency_id not in it yet */
	const char *reference; /* by which to find it in Sage, or an item's code; NULL = none */
	int64_t total;         /* what Sage will total, in minor units = grand_total */
	struct books_warnings warnings;
};

/* Adds a warning; a code that is there already is not added twice. */
void books_warn(struct books_warnings *warnings, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The body with the id in its one resource object, where Sage looks for it. NULL when memory
 * is short. */
const char *books_with_idempotency_id(struct arena *arena, const char *body, const char *id)
	__attribute__((warn_unused_result));

/* The SHA-256 of a body without its idempotency id: kept with a cross-reference, it tells
 * whether an update would send anything new. */
enum led_err books_body_digest(const char *body, unsigned char out[DIGEST_SIZE],
			       struct led_error *error) __attribute__((warn_unused_result));

/* After posting: `total_amount` is the member of Sage's answer. A difference adds the
 * warning total_mismatch with both figures. LED_SERDE, "sage_answer_invalid", when it is
 * no amount. */
enum led_err books_compare_total(int64_t expected, struct json_object *total_amount,
				 struct books_warnings *warnings, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
