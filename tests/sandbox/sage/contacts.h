/* Customers and suppliers: /contacts. */
#ifndef SAGE_CONTACTS_H
#define SAGE_CONTACTS_H

#include "sage/call.h"

struct lh_entry;

void contacts_list(struct call *call);
void contacts_get(struct call *call);
void contacts_post(struct call *call);
void contacts_put(struct call *call);
void contacts_delete(struct call *call); /* soft: its reference stays taken */

/* NULL when unknown; soft-deleted ones are found. */
struct contact *contact_find(const struct business *business, const char *id);
const char *contact_currency(const struct business *business, const struct contact *contact);
/* The full record, nested objects whole. New reference. */
struct json_object *contact_json(const struct business *business, const void *contact);
struct json_object *contact_base(const struct contact *contact);
void contact_free(struct lh_entry *entry);

#endif
