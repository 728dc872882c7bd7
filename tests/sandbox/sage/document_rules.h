/* What Sage refuses about a sales document beyond its field tables. */
#ifndef SAGE_DOCUMENT_RULES_H
#define SAGE_DOCUMENT_RULES_H

#include "sage/artefacts.h"

/* The contact exists, is alive and is a customer; false when an error was noted
 * by this or anything before. Comes first: all else depends on the contact. */
bool document_contact_check(struct call *call, struct json_object *input);

/* Fills in what Sage takes from the contact: its name, reference, currency, and
 * the main address for whichever address was not sent. */
void document_complete(const struct business *business, struct json_object *input);

void document_check(struct call *call, struct json_object *input, const struct artefact_kind *kind,
		    const struct totals *totals);

#endif
