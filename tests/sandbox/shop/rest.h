/*
 * The shop's REST side: the byte8 routes and what Magento does around them.
 */
#ifndef SHOP_REST_H
#define SHOP_REST_H

#include "common/server.h"

struct shop;

struct rest_call {
	struct shop *shop;
	const struct sb_request *req;
	struct sb_reply *reply;
	const char *verdict;      /* of the token, static; NULL when none was asked for */
	const char *id;           /* last path segment of the entity routes, else NULL */
	struct json_object *body; /* of POST: any JSON value */
};

/* `path` is what follows the shop's segment, decoded. Takes the lock itself.
 * Returns the token's verdict (static) or NULL. */
const char *rest_handle(struct shop *shop, const struct sb_request *req, const char *path,
			struct sb_reply *reply);

/* Parameters of a POST body go by camelCase name or its snake_case; null is absent. */

/* All of `names` there? If not, answers as Magento does and returns false. */
bool rest_required(const struct rest_call *call, const char *const *names, size_t n);

/* A text parameter, NULL when absent; false (answered) when it is a list or object. */
bool rest_text(const struct rest_call *call, const char *camel, const char **out);

/* PHP's is_numeric and the cast to int; false when it is not a number. */
bool rest_int(const char *text, long long *out);

void rest_void(const struct rest_call *call); /* 200 [] */

/* The handlers that live in files of their own; lock held. */
void rest_pair(struct rest_call *call);
void rest_sync_state(struct rest_call *call);

#endif
