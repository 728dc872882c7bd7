/* invoice.created: one canonical invoice, one POST /sales_invoices. */
#ifndef BOOKS_INVOICE_H
#define BOOKS_INVOICE_H

#include "books/books.h"
#include "magento/entity.h"

/*
 * `contact_id` is the contact's id in Sage. Fills `out`.
 * LED_VALIDATION: "reference_too_long", "tax_rate_not_mapped", "cross_border_tax_charged",
 * "not_in_reference", "no_tax_rate_missing", "settings_incomplete", "date_missing",
 * "nothing_to_post", "negative_total", "amount_too_large".
 */
enum led_err books_invoice(const struct books_context *context,
			   const struct magento_invoice *invoice, const char *contact_id,
			   struct books_document *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
