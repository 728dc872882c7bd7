#include "sage/idempotency.h"

#include "sage/js.h"
#include "sage/traffic.h"
#include "sage/validate.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_SECONDS = 7 * 86400, TARGET_MAX = 256 };

struct replay {
	char *id;
	char target[TARGET_MAX]; /* "POST /v3.1/contacts" */
	char *request;
	int status;
	char *answer;
	long long at;
};

void idempotency_free(struct lh_entry *entry)
{
	struct replay *replay = lh_entry_v(entry);

	free(replay->id);
	free(replay->request);
	free(replay->answer);
	free(replay);
}

static const char *id_of(const struct call *call)
{
	const char *root = validate_root(call->collection);

	return root != NULL ? js_str(js_get(call->body, root), "idempotency_id") : NULL;
}

static void target_of(const struct call *call, char target[TARGET_MAX])
{
	snprintf(target, TARGET_MAX, "%s %s", call->req->method, call->req->path);
}

bool idempotency_replay(struct call *call)
{
	const char *id = id_of(call);
	struct replay *replay = id != NULL ? table_find(call->business->replays, id) : NULL;
	char target[TARGET_MAX];

	if (replay == NULL)
		return false;
	if (sb_now() - replay->at >= KEPT_SECONDS) {
		lh_table_delete(call->business->replays, id);
		return false;
	}
	target_of(call, target);
	if (strcmp(target, replay->target) != 0 ||
	    (settings.idempotency_reject && strcmp(call->req->body, replay->request) != 0)) {
		call_error(call->reply, 422, "RecordInvalid",
			   "This idempotency id was already used for another request.",
			   "idempotency_id");
		return true;
	}
	traffic_replayed(call->business->id);
	sb_reply_text(call->reply, replay->status, NULL, replay->answer);
	return true;
}

void idempotency_remember(struct call *call)
{
	const char *id = id_of(call);
	struct replay *replay;

	if (id == NULL || call->reply->status / 100 != 2 || call->reply->body == NULL)
		return;
	replay = calloc(1, sizeof(*replay));
	replay->id = strdup(id);
	replay->request = strdup(call->req->body);
	replay->answer = strdup(call->reply->body);
	replay->status = call->reply->status;
	replay->at = sb_now();
	target_of(call, replay->target);
	lh_table_insert(call->business->replays, replay->id, replay);
}
