/* Collections on the wire: envelope, paging, attributes, nested_attributes. */
#ifndef SAGE_LIST_H
#define SAGE_LIST_H

#include "sage/call.h"

/* The full record of an item. New reference. */
typedef struct json_object *(*list_render)(const struct business *business, const void *item);

/* Answers one page of `items`, each in base form unless `attributes` asks for more. */
void list_reply(struct call *call, void *const *items, size_t count, list_render render);
/* The same for items that are JSON already. */
void list_reply_json(struct call *call, void *const *items, size_t count);

/* Answers one record: whole unless `attributes` narrows it. Takes ownership. */
void list_reply_one(struct call *call, int status, struct json_object *full);

/* Whether `updated_or_created_since` (inclusive) lets an item pass. */
bool list_since(const struct call *call, long long updated);
/* Whether a text holds another, in any case. NULL text never does. */
bool list_contains(const char *text, const char *part);

#endif
