/*
 * Sales documents: invoices and credit notes, which differ in names, numbers and
 * in the due date; one set of code, one table of differences.
 */
#ifndef SAGE_ARTEFACTS_H
#define SAGE_ARTEFACTS_H

#include "sage/call.h"
#include "sage/totals.h"

struct lh_entry;

enum artefact_type { ARTEFACT_INVOICE, ARTEFACT_CREDIT_NOTE };

enum artefact_status {
	STATUS_DRAFT,
	STATUS_PRO_FORMA,
	STATUS_POSTED, /* UNPAID, PART_PAID or PAID by what is outstanding */
	STATUS_VOID,
};

struct artefact_kind {
	enum artefact_type type;
	const char *collection;
	const char *lines;  /* member that holds the lines */
	const char *number; /* member that holds the document's number */
	const char *prefix; /* member that holds the number's prefix */
	const char *prefix_default;
	const char *transaction_type;
};

struct artefact {
	const struct artefact_kind *kind;
	char id[ID_TEXT];
	char transaction_id[ID_TEXT];
	char main_address_id[ID_TEXT];
	char delivery_address_id[ID_TEXT];
	char number[64]; /* "SI-1"; "" while a draft */
	char due_date[32];
	struct json_object *input; /* the request object, later ones merged in */
	struct totals totals;
	enum artefact_status status;
	int64_t settled;  /* by payments and allocations */
	int64_t discount; /* of that, settlement discount */
	char last_paid[32];
	struct json_object *settlements; /* payments_allocations of the answer */
	bool sent;
	char *void_reason;
	long long created;
	long long updated;
	long long deleted; /* a deleted draft; 0: it exists */
};

void artefacts_list(struct call *call);
void artefacts_get(struct call *call);
void artefacts_post(struct call *call);
void artefacts_put(struct call *call);
void artefacts_void(struct call *call);
void artefacts_release(struct call *call);

/* NULL when unknown or a deleted draft. */
struct artefact *artefact_find(const struct business *business, const char *id);
bool artefacts_of_contact(const struct business *business, const char *contact_id);
int64_t artefact_outstanding(const struct artefact *artefact);
const char *artefact_status_id(const struct artefact *artefact);
const char *artefact_label(const struct artefact *artefact); /* "SI-1" or "Draft" */
/* The full record. New reference. */
struct json_object *artefact_json(const struct business *business, const void *artefact);
void artefact_free(struct lh_entry *entry);

#endif
