#include "books/currency.h"

#include <string.h>

#define INVERSE_ABOVE 10000 /* to one: 1 / rate would keep too few digits */

/* Whether the shop's rate counts in Sage's base currency, and says anything at all. */
static bool rate_counts(const struct books_context *context, const struct currency_source *source)
{
	const char *own = context->reference->base_currency;
	const char *shop = context->policy->magento_base_currency;
	return source->has_rate && source->base_to_order_rate.units > 0 &&
	       decimal_compare(source->base_to_order_rate, decimal_of(1, 0)) != 0 &&
	       (!shop || strcmp(shop, own) == 0);
}

void currency_print(const struct books_context *context, const struct currency_source *source,
		    struct body *body, struct books_warnings *warnings)
{
	struct decimal rate;
	if (strcmp(source->currency, context->reference->base_currency) == 0)
		return;
	body_text(body, "currency_id", source->currency);
	if (!rate_counts(context, source) ||
	    decimal_div(decimal_of(1, 0), source->base_to_order_rate, RATE_SCALE, &rate))
		books_warn(warnings, "exchange_rate_from_sage", "%s", source->currency);
	else if (!source->no_inverse &&
		 decimal_compare(source->base_to_order_rate, decimal_of(INVERSE_ABOVE, 0)) > 0)
		body_decimal(body, "inverse_exchange_rate", source->base_to_order_rate);
	else
		body_decimal(body, "exchange_rate", rate);
}
