/* Postal addresses as requests give them and as answers show them. */
#ifndef SAGE_ADDRESSES_H
#define SAGE_ADDRESSES_H

#include "sage/store.h"

enum { ADDRESS_TEXT = 512 };

/* The answer's form of an address in a request, NULL for NULL. New reference. */
struct json_object *address_json(const struct business *business, struct json_object *input,
				 const char *id);
/* Its lines, joined by line feeds. */
void address_text(struct json_object *input, char out[ADDRESS_TEXT]);

#endif
