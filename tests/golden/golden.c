#include "golden.h"
#include "base/json.h"
#include "books/codes.h"
#include "sage_sum.h"

#include <criterion/criterion.h>
#include <string.h>

bool golden_flag(const struct golden *golden, const char *key)
{
	return json_object_get_boolean(json_member(golden->json, key));
}

const char *const *golden_texts(const struct golden *golden, const char *key, size_t *count)
{
	struct json_object *list = json_member(golden->json, key);
	*count = list ? json_object_array_length(list) : 0;
	const char **texts = arena_alloc(golden->arena, *count * sizeof *texts + 1);
	for (size_t i = 0; texts && i < *count; i++)
		texts[i] = json_object_get_string(json_object_array_get_idx(list, i));
	return texts;
}

bool golden_amount(const struct golden *golden, const char *key, int64_t *pennies)
{
	int64_t millionths;
	if (!sage_number(json_member(golden->json, key), &millionths))
		return false;
	*pennies = millionths / 10000;
	return true;
}

bool golden_skips(const struct golden *golden, struct books_filter_input *input)
{
	struct json_object *in_plan = json_member(golden->event, "in_plan");
	const char *expected = json_string(golden->expect, "skip");
	input->in_plan = !in_plan || json_object_get_boolean(in_plan);
	input->policy = &golden->setting.policy;
	json_int(golden->event, "website_id", 0, INT64_MAX, &input->website_id);
	json_int(golden->event, "store_id", 0, INT64_MAX, &input->store_id);
	const char *reason = books_filter(input);
	if (!expected && !reason)
		return false;
	cr_expect(expected && reason && strcmp(expected, reason) == 0,
		  "%s: skipped for '%s' instead of '%s'", golden->path, reason ? reason : "nothing",
		  expected ? expected : "nothing");
	cr_expect(!reason || books_code_find(reason, NULL), "%s: %s is not in the table of codes",
		  golden->path, reason);
	return true;
}

static struct json_object *read_body(const struct golden *golden, const char *body)
{
	struct json_object *json;
	struct led_error error;
	cr_assert_eq(json_parse(body, strlen(body), &json, &error), LED_OK, "%s: %s", golden->path,
		     error.message);
	return json;
}

void golden_expect_body(const struct golden *golden, struct json_object *expected, const char *body,
			bool is_update)
{
	char room[4096];
	struct json_object *actual = read_body(golden, body);
	const char *difference = case_difference(expected, actual, room, sizeof room);
	cr_expect_null(difference, "%s: %s", golden->path, difference);
	const char *refusal = sage_refusal(actual, is_update, room, sizeof room);
	cr_expect_null(refusal, "%s: Sage would refuse it: %s", golden->path, refusal);
	json_object_put(actual);
}

void golden_expect_warnings(const struct golden *golden, const struct books_warnings *warnings)
{
	struct json_object *expected = json_member(golden->json, "warnings");
	size_t count = expected ? json_object_array_length(expected) : 0;
	cr_expect_eq(warnings->count, count, "%s: %zu warnings instead of %zu (the last: %s)",
		     golden->path, warnings->count, count,
		     warnings->count ? warnings->item[warnings->count - 1].code : "none");
	for (size_t i = 0; i < count && i < warnings->count; i++) {
		struct json_object *warning = json_object_array_get_idx(expected, i);
		cr_expect_str_eq(warnings->item[i].code, json_string(warning, "code"), "%s",
				 golden->path);
		cr_expect_str_eq(warnings->item[i].detail, json_string(warning, "detail"), "%s",
				 golden->path);
		cr_expect_not_null(books_code_find(warnings->item[i].code, NULL),
				   "%s: %s is not in the table of codes", golden->path,
				   warnings->item[i].code);
	}
}

void golden_expect_document(const struct golden *golden, const struct books_document *document,
			    int64_t grand_total)
{
	struct json_object *expected = json_member(golden->expect, "body");
	int64_t total, summed = -1;
	if (!expected)
		return;
	golden_expect_body(golden, expected, document->body, false);
	golden_expect_warnings(golden, &document->warnings);
	cr_assert(golden_amount(golden, "total", &total), "%s: the case has no total",
		  golden->path);
	cr_expect_eq(total, grand_total, "%s: the case's total is not the entity's", golden->path);
	struct json_object *body = read_body(golden, document->body);
	cr_expect(sage_total(body, golden->reference, &summed), "%s: Sage could not total the body",
		  golden->path);
	json_object_put(body);
	cr_expect_eq(summed, total * 10000, "%s: Sage would total %lld pennies instead of %lld",
		     golden->path, (long long)(summed / 10000), (long long)total);
	cr_expect_eq(document->total, total, "%s: the promised total", golden->path);
}
