/*
 * What Sage books for a sales document, in the document's currency:
 *   line net   = round(unit price, 2) x quantity, rounded, - discount
 *   line tax   = the caller's tax_amount, rounded to 2; never derived from the rate
 *   shipping   = the caller's net; its tax is always net x rate, what was sent is ignored
 *   net, tax   = sums over lines and shipping; total = net + tax
 * and in the base currency each amount x exchange_rate, rounded.
 */
#ifndef SAGE_TOTALS_H
#define SAGE_TOTALS_H

#include "sage/call.h"
#include "sage/money.h"

struct line_total {
	dec10 quantity;
	dec10 discount_percentage;
	int64_t unit_price;
	int64_t discount;
	int64_t net;
	int64_t tax;
};

struct totals {
	struct line_total *lines;
	size_t count;
	int64_t shipping_net;
	int64_t shipping_tax;
	int64_t net; /* with shipping */
	int64_t tax;
	int64_t discount;
	dec10 quantity;
	dec10 exchange_rate; /* base units for one of the document's currency */
	dec10 inverse_rate;
};

/* Computes from a validated request; `lines` names its array of lines. Amounts
 * that Sage would refuse are noted with call_invalid. `out` owns its lines. */
void totals_compute(struct call *call, struct json_object *input, const char *lines,
		    struct totals *out);
void totals_release(struct totals *totals);

/* The rate of a document or payment: its own, else the business's; a rate that is
 * not more than 0 is noted with call_invalid. */
void totals_rate(struct call *call, struct json_object *input, const char *currency,
		 dec10 *exchange_rate, dec10 *inverse_rate);

int64_t totals_total(const struct totals *totals);
/* A tax rate's percentage; 0 for none. */
dec10 tax_percentage(const struct business *business, const char *rate_id);

#endif
