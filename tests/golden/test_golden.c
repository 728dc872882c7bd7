/* Every file in tests/golden/cases is one test. */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "books/codes.h"
#include "golden.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define ARENA_CAP (4 * 1024 * 1024)
#define CASES_MAX 512
#define PATH_SIZE 512

static int is_case(const struct dirent *entry)
{
	return text_ends_with(entry->d_name, ".json");
}

ParameterizedTestParameters(golden, cases)
{
	struct dirent **entries;
	int count = scandir(CASE_DIR "cases", &entries, is_case, alphasort);
	char(*paths)[PATH_SIZE] = cr_malloc(CASES_MAX * PATH_SIZE);
	size_t used = 0;
	for (int i = 0; i < count && used < CASES_MAX; i++) {
		snprintf(paths[used++], PATH_SIZE, CASE_DIR "cases/%s", entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return cr_make_param_array(char[PATH_SIZE], paths, used, NULL);
}

/* A suite without cases would pass in silence. */
Test(golden, there_are_cases)
{
	struct dirent **entries;
	int count = scandir(CASE_DIR "cases", &entries, is_case, alphasort);
	cr_assert_geq(count, 300, "found %d cases in " CASE_DIR "cases", count);
	cr_assert_leq(count, CASES_MAX);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

static bool set_up(struct golden *golden)
{
	golden->json = case_read_json(golden->path);
	golden->expect = json_member(golden->json, "expect");
	golden->event = json_member(golden->json, "event");
	golden->reference = case_reference(json_member(golden->json, "reference"));
	golden->canonical = json_object_get(json_member(golden->json, "canonical"));
	if (json_object_is_type(golden->canonical, json_type_string)) {
		const char *path = json_object_get_string(golden->canonical);
		struct json_object *read = case_read_json(path);
		json_object_put(golden->canonical);
		golden->canonical = read;
	}
	const char *occurred_at = json_string(golden->event, "occurred_at");
	if (occurred_at)
		cr_assert(clock_parse_iso(occurred_at, &golden->occurred_at), "%s", golden->path);
	if (!golden->reference || !golden->canonical ||
	    !case_set_up(golden->arena, json_member(golden->json, "policy"), golden->reference,
			 &golden->setting))
		return false;
	struct books_context *context = &golden->setting.context;
	context->former_prefixes =
		golden_texts(golden, "former_prefixes", &context->former_prefix_count);
	context->service_skus = golden_texts(golden, "service_skus", &context->service_sku_count);
	return context->former_prefixes && context->service_skus;
}

static void check_error(const struct golden *golden, struct json_object *expected)
{
	cr_assert(expected, "%s: %s: %s", golden->path, golden->error.code, golden->error.message);
	cr_expect_str_eq(led_err_name(golden->error.class), json_string(expected, "class"), "%s",
			 golden->path);
	cr_expect_str_eq(golden->error.code, json_string(expected, "code"), "%s", golden->path);
	cr_expect(strstr(golden->error.message, json_string(expected, "says")), "%s: says '%s'",
		  golden->path, golden->error.message);
	cr_expect(text_utf8_valid(golden->error.message, strlen(golden->error.message)),
		  "%s: a character of the message is cut in two", golden->path);
	cr_expect_not_null(books_code_find(golden->error.code, NULL),
			   "%s: %s is not in the table of codes", golden->path, golden->error.code);
}

static const struct {
	const char *name;
	golden_runner *run;
} EVENTS[] = {
	{"invoice.created", golden_invoice_created},
	{"invoice.paid", golden_invoice_paid},
	{"creditmemo.created", golden_creditmemo_created},
	{"customer.upserted", golden_customer_upserted},
	{"product.upserted", golden_product_upserted},
};

static golden_runner *find_runner(const struct golden *golden)
{
	const char *name = json_string(golden->event, "name");
	for (size_t i = 0; i < sizeof EVENTS / sizeof EVENTS[0]; i++)
		if (strcmp(EVENTS[i].name, name ? name : "invoice.created") == 0)
			return EVENTS[i].run;
	cr_assert_fail("%s: there is no event '%s'", golden->path, name);
	return NULL;
}

/* A case that expects nothing, or misspells it, would pass in silence. */
static void check_expectations(const struct golden *golden)
{
	static const char *const outcomes[] = {"body", "contact", "choice",
					       "skip", "error",   "nothing"};
	bool any = false;
	for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
		any = any || json_member(golden->expect, outcomes[i]);
	cr_assert(any, "%s expects nothing", golden->path);
}

static void run(struct golden *golden)
{
	struct json_object *expected = json_member(golden->expect, "error");
	check_expectations(golden);
	if (find_runner(golden)(golden))
		check_error(golden, expected);
	else
		cr_expect_null(expected, "%s: nothing failed", golden->path);
}

ParameterizedTest(char (*path)[PATH_SIZE], golden, cases)
{
	struct golden golden = {.path = *path, .arena = arena_new(ARENA_CAP)};
	cr_assert(golden.arena);
	if (set_up(&golden))
		run(&golden);
	json_object_put(golden.json);
	json_object_put(golden.reference);
	json_object_put(golden.canonical);
	arena_free(golden.arena);
}
