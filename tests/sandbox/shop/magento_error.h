/* Magento's error bodies, word for word (the wire contract, section 1.2). */
#ifndef SHOP_MAGENTO_ERROR_H
#define SHOP_MAGENTO_ERROR_H

#include "common/server.h"

#include <json-c/json.h>

/* {"message"} plus `parameters` and `errors` when not NULL (taken over). */
void magento_error(struct sb_reply *reply, int status, const char *message,
		   struct json_object *parameters, struct json_object *errors);

void magento_error_unauthorized(struct sb_reply *reply);
void magento_error_route(struct sb_reply *reply);
void magento_error_internal(struct sb_reply *reply);
/* `names` in camelCase, n >= 1: one is named alone, several come as a list. */
void magento_error_required(struct sb_reply *reply, const char *const *names, size_t n);
void magento_error_type(struct sb_reply *reply, const char *value, const char *type);

#endif
