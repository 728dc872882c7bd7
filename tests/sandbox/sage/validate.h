/* A request body against Sage's field tables and the business's own lookups. */
#ifndef SAGE_VALIDATE_H
#define SAGE_VALIDATE_H

#include "sage/call.h"

/*
 * The resource object inside {"sales_invoice": {...}}, checked field by field:
 * unknown, missing (when `create`), wrong type, too long, out of range, and ids of
 * reference data that the business does not have. Every problem is noted with
 * call_invalid. Borrowed from call->body; NULL when there is no such object.
 */
struct json_object *validate_body(struct call *call, bool create);

/* The name of the object inside the body: "sales_invoice" for "sales_invoices". */
const char *validate_root(const char *collection);

#endif
