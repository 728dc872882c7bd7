/* Sage's published request fields as tables (fields.c, made by gen_fields.js). */
#ifndef SAGE_FIELDS_H
#define SAGE_FIELDS_H

#include <stdbool.h>

enum field_kind {
	FIELD_STRING,
	FIELD_DATE,
	FIELD_DECIMAL, /* a JSON number or a numeric string */
	FIELD_INTEGER,
	FIELD_BOOL,
	FIELD_OBJECT,
	FIELD_OBJECTS, /* array of objects */
	FIELD_STRINGS, /* array of strings */
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_kind kind;
	bool required;         /* on POST; in a nested object always */
	bool hex32;            /* 32 hexadecimal characters */
	unsigned max_length;   /* in characters; 0: no limit published */
	long minimum, maximum; /* both 0: no range */
	const char *choices;   /* "|a|b|" */
	const struct field *fields;
};

struct entity {
	const char *collection; /* "sales_invoices"; NULL ends the table */
	const char *root;       /* "sales_invoice" */
	const struct field *fields;
};

extern const struct entity entities[];

#endif
