/* Addresses in Sage's fields and lengths. */
#ifndef BOOKS_ADDRESS_H
#define BOOKS_ADDRESS_H

#include "books/body.h"
#include "books/books.h"
#include "magento/entity.h"

/* The contact's address of one kind, else any it has, else NULL. */
const struct magento_address *address_of_contact(const struct magento_contact *contact,
						 bool billing);

struct address_form {
	const char *first_line; /* goes before the street; NULL = the street alone */
	const char *type_id;    /* Sage's address type: SALES, DELIVERY */
	bool is_main;           /* a contact's main address, which has a name of its own */
};

/* Writes the address under `key`. `address` may be NULL: only the business's country. A
 * street of more than two lines folds the rest into the second. */
void address_print(const struct books_context *context, const struct magento_address *address,
		   const struct address_form *form, struct body *body, const char *key);

#endif
