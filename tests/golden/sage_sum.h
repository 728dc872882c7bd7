/*
 * Sage's side of the arithmetic, written anew for the tests: it shares no code with the
 * translation, so that a common mistake cannot hide. Money is int64 in millionths.
 */
#ifndef GOLDEN_SAGE_SUM_H
#define GOLDEN_SAGE_SUM_H

#include <json-c/json.h>

#include <stdbool.h>
#include <stdint.h>

#define MILLION INT64_C(1000000)

/* The number's own digits, exactly; false for anything else or more than six decimals. */
bool sage_number(struct json_object *value, int64_t *millionths);

/* What Sage totals for {"sales_invoice": {…}} or a credit note: unit price rounded to two decimals
 * times quantity, less discount, plus the tax that was sent; shipping's tax is net x rate of the
 * case's reference data, whatever was sent. For a payment what was paid, for an allocation
 * what changes hands. False when the body is not what Sage takes. */
bool sage_total(struct json_object *body, struct json_object *reference, int64_t *millionths);

/* A line as Sage reads it, in pennies: quantity x price, each rounded, then discount and tax. */
struct sage_line {
	int64_t subtotal, discount, tax;
};

/* False when the line is not what Sage takes. */
bool sage_line(struct json_object *line, struct sage_line *out);

/* NULL, or what Sage would refuse: an unknown key, a text too long, a missing field. An
 * update may leave out any. */
const char *sage_refusal(struct json_object *body, bool is_update, char *room, unsigned long size);

#endif
