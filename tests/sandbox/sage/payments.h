/*
 * Money of a contact and what it settles: /contact_payments (receipts and refunds,
 * with or without allocations; the rest goes on account) and /contact_allocations
 * (documents and money on account against each other, signed amounts summing to 0).
 */
#ifndef SAGE_PAYMENTS_H
#define SAGE_PAYMENTS_H

#include "sage/call.h"

struct lh_entry;

/* One settled artefact: a document, or the money on account of a payment. */
struct allocated {
	char id[ID_TEXT];
	char artefact_id[ID_TEXT];
	int64_t amount; /* as sent: signed in an allocation */
	int64_t discount;
};

struct payment {
	char id[ID_TEXT];
	char transaction_id[ID_TEXT];
	char on_account_id[ID_TEXT]; /* the artefact that the rest is, "" without a rest */
	bool allocation_only;        /* a contact_allocation */
	struct json_object *input;
	int64_t total;
	int64_t on_account;      /* the rest when it was made */
	int64_t on_account_used; /* of that, allocated since */
	dec10 exchange_rate;
	struct allocated *allocated;
	size_t count;
	long long created;
	long long updated;
	long long deleted;
};

void payments_list(struct call *call); /* both collections */
void payments_get(struct call *call);
void payments_delete(struct call *call);
void payments_post(struct call *call);
void allocations_post(struct call *call);

/* The full record. New reference. */
struct json_object *payment_json(const struct business *business, const void *payment);
void payment_free(struct lh_entry *entry);

#endif
