/* The control API under /{shop}/_sandbox/ (README.md has the table). */
#ifndef SHOP_CONTROL_H
#define SHOP_CONTROL_H

#include "common/server.h"
#include "shop/makers.h"

#include <json-c/json.h>

struct shop;

struct control {
	struct shop *shop;
	const struct sb_request *req;
	struct json_object *in;      /* the body; NULL when empty */
	long long id;                /* the number in the path, 0 when there is none */
	int status;                  /* of the refusal, 400 unless set */
	char error[MAKER_ERROR_LEN]; /* why not, when the function returns NULL */
};

/* `path` is what follows "_sandbox/", decoded. */
void control_handle(struct shop *shop, const struct sb_request *req, const char *path,
		    struct sb_reply *reply);

/* Calls that go over the network; lock not held. */
struct json_object *control_drain(struct control *call);
struct json_object *control_cli_sync(struct control *call);
struct json_object *control_disconnect(struct control *call);
struct json_object *control_health(struct control *call);

#endif
