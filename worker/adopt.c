#include "adopt.h"
#include "access.h"
#include "base/json.h"
#include "post.h"

#include <string.h>

static bool is_text(struct json_object *object, const char *key, const char *wanted)
{
	const char *text = json_string(object, key);
	return text && strcmp(text, wanted) == 0;
}

static struct json_object *find_same(struct json_object *items, const struct adoption *adoption)
{
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		struct json_object *item = json_object_array_get_idx(items, i);
		if (is_text(item, adoption->member, adoption->wanted) &&
		    !json_string(item, "deleted_at") &&
		    (!adoption->currency ||
		     is_text(json_member(item, "currency"), "id", adoption->currency)))
			return item;
	}
	return NULL;
}

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a record of Sage's.");
}

static enum led_err keep(struct task *task, const struct adoption *adoption,
			 struct json_object *item, struct xref *xref, struct led_error *error)
{
	bool person = strcmp(adoption->path, CONTACTS_PATH) == 0; /* never a name: see post.c */
	const char *id = json_string(item, "id");
	const char *shown = person ? adoption->wanted : json_string(item, "displayed_as");
	if (!id || strlen(id) != 32 || !shown)
		return led_fail(error, LED_SERDE, "sage_answer_invalid",
				"A record in Sage's list has no id or displayed_as.");
	*xref = (struct xref){.found = true,
			      .sage_id = arena_strdup(task->job_arena, id),
			      .displayed_as = arena_strdup(task->job_arena, shown),
			      .reference = arena_strdup(task->job_arena, adoption->wanted)};
	return xref->sage_id && xref->displayed_as && xref->reference ? LED_OK : no_memory(error);
}

/* A list is filtered by e-mail on Sage's side, which knows all persons of a contact. */
static void print_path(const struct adoption *adoption, struct buf *path)
{
	buf_addf(path, "%s?attributes=all&search=", adoption->path);
	sage_encode(path, adoption->wanted);
	if (adoption->email) {
		buf_add_str(path, "&email=");
		sage_encode(path, adoption->email);
	}
}

enum led_err adopt(struct task *task, const struct adoption *adoption, struct xref *xref,
		   struct led_error *error)
{
	struct buf path;
	struct json_object *items = NULL;
	*xref = (struct xref){0};
	buf_init(&path, 2048);
	print_path(adoption, &path);
	const struct access_call call = {.verb = ACCESS_LIST, .path = buf_str(&path)};
	enum led_err err = path.failed ? no_memory(error) : access_sage(task, &call, &items, error);
	struct json_object *same = err ? NULL : find_same(items, adoption);
	if (same)
		err = keep(task, adoption, same, xref, error);
	json_object_put(items);
	buf_release(&path);
	return err;
}
