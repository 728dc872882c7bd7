/*
 * Reference data: what /tax_rates, /ledger_accounts, /countries and the like
 * answer. Lookups that every business shares are kept once; tax rates, ledger and
 * bank accounts, payment methods and exchange rates belong to a business.
 */
#ifndef SAGE_REFERENCE_H
#define SAGE_REFERENCE_H

#include "sage/call.h"
#include "sage/store.h"

/* Once, before the first business. */
void reference_init(void);
/* A business's own collections: {collection: {id: item}}. The caller owns it. */
struct json_object *reference_seed(const struct business *business);

/* Borrowed; NULL when the collection or the id is unknown. */
struct json_object *reference_find(const struct business *business, const char *collection,
				   const char *id);
/* The base form, NULL (that is null) when `id` is NULL or unknown. New reference. */
struct json_object *reference_base(const struct business *business, const char *collection,
				   const char *id);
bool reference_has_collection(const struct business *business, const char *collection);

/* Endpoints. */
void reference_list(struct call *call);
void reference_get(struct call *call);
void businesses_list(struct call *call);
void businesses_get(struct call *call);
void user_get(struct call *call);
void financial_settings_get(struct call *call);
void business_settings_get(struct call *call);
void invoice_settings_get(struct call *call);

#endif
