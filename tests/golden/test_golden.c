/* Every file in tests/golden/cases is one test. */
#include "base/json.h"
#include "books/codes.h"
#include "books/contact.h"
#include "books/filter.h"
#include "books/invoice.h"
#include "case.h"
#include "sage_sum.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define ARENA_CAP  (4 * 1024 * 1024)
#define CASES_MAX  256
#define PATH_SIZE  512
#define CONTACT_ID "c3a1bce69d7474e077709bebb31a8760"

/* One golden case at work. */
struct golden {
	const char *path;
	struct arena *arena;
	struct json_object *json, *reference, *canonical;
	struct case_setting setting;
	struct magento_invoice invoice;
	struct led_error error;
};

static int is_case(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
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
	cr_assert_geq(count, 45, "found %d cases in " CASE_DIR "cases", count);
	cr_assert_leq(count, CASES_MAX);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

/* The texts of a list in the case; none when it has no such list. */
static const char *const *read_texts(const struct golden *golden, const char *key, size_t *count)
{
	struct json_object *list = json_member(golden->json, key);
	*count = list ? json_object_array_length(list) : 0;
	const char **texts = arena_alloc(golden->arena, *count * sizeof *texts + 1);
	for (size_t i = 0; texts && i < *count; i++)
		texts[i] = json_object_get_string(json_object_array_get_idx(list, i));
	return texts;
}

static bool set_up(struct golden *golden)
{
	golden->json = case_read_json(golden->path);
	golden->reference = case_reference(json_member(golden->json, "reference"));
	golden->canonical = json_object_get(json_member(golden->json, "canonical"));
	if (json_object_is_type(golden->canonical, json_type_string)) {
		const char *path = json_object_get_string(golden->canonical);
		struct json_object *read = case_read_json(path);
		json_object_put(golden->canonical);
		golden->canonical = read;
	}
	if (!golden->reference || !golden->canonical ||
	    !case_set_up(golden->arena, json_member(golden->json, "policy"), golden->reference,
			 &golden->setting))
		return false;
	struct books_context *context = &golden->setting.context;
	context->former_prefixes =
		read_texts(golden, "former_prefixes", &context->former_prefix_count);
	context->service_skus = read_texts(golden, "service_skus", &context->service_sku_count);
	return context->former_prefixes && context->service_skus;
}

static const char *filter(struct golden *golden)
{
	struct json_object *event = json_member(golden->json, "event");
	struct json_object *in_plan = json_member(event, "in_plan");
	struct books_filter_input input = {
		.event = BOOKS_INVOICE_CREATED,
		.in_plan = !in_plan || json_object_get_boolean(in_plan),
		.policy = &golden->setting.policy,
		.invoice = &golden->invoice,
	};
	json_int(event, "website_id", 0, INT64_MAX, &input.website_id);
	json_int(event, "store_id", 0, INT64_MAX, &input.store_id);
	return books_filter(&input);
}

static void expect_same(const struct golden *golden, struct json_object *expected,
			struct json_object *actual)
{
	char room[4096];
	const char *difference = case_difference(expected, actual, room, sizeof room);
	cr_expect_null(difference, "%s: %s", golden->path, difference);
	const char *refusal = sage_refusal(actual, room, sizeof room);
	cr_expect_null(refusal, "%s: Sage would refuse it: %s", golden->path, refusal);
}

/* The contact that the case expects, when it speaks of one. */
static enum led_err check_contact(struct golden *golden, struct json_object *expect)
{
	struct json_object *expected = json_member(expect, "contact");
	const char *choice_name = json_string(expect, "choice");
	struct json_object *has_own = json_member(golden->json, "has_own_contact");
	struct books_contact contact;
	struct books_contact_input input = {
		.buyer = &golden->invoice.customer,
		.billing = golden->invoice.billing,
		.currency = golden->invoice.currency,
	};
	input.choice =
		books_contact_choose(&golden->setting.policy, input.buyer,
				     json_object_get_boolean(has_own), golden->invoice.grand_total);
	if (choice_name)
		cr_expect_eq(input.choice == BOOKS_CONTACT_OWN, strcmp(choice_name, "own") == 0,
			     "%s: the other contact was chosen", golden->path);
	if (!expected)
		return LED_OK;
	enum led_err err =
		books_contact_body(&golden->setting.context, &input, &contact, &golden->error);
	if (!err)
		expect_same(golden, expected, contact.body);
	json_object_put(contact.body);
	return err;
}

static void check_warnings(const struct golden *golden, const struct books_warnings *warnings)
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
		cr_expect_not_null(books_code_find(warnings->item[i].code),
				   "%s: %s is not in the table of codes", golden->path,
				   warnings->item[i].code);
	}
}

static void check_total(const struct golden *golden, const struct books_document *document)
{
	int64_t expected, grand_total, summed = -1;
	struct json_object *total = json_member(golden->json, "total");
	cr_assert(sage_number(total, &expected), "%s: the case has no total", golden->path);
	cr_expect(sage_number(json_member(golden->canonical, "grand_total"), &grand_total));
	cr_expect_eq(expected / 10000, golden->invoice.grand_total,
		     "%s: the case's total is not the invoice's", golden->path);
	cr_expect(sage_total(document->body, golden->reference, &summed),
		  "%s: Sage could not total the body", golden->path);
	cr_expect_eq(summed, expected, "%s: Sage would total %lld pennies instead of %lld",
		     golden->path, (long long)(summed / 10000), (long long)(expected / 10000));
	cr_expect_eq(document->total, expected / 10000, "%s: the promised total", golden->path);
}

static enum led_err check_invoice(struct golden *golden, struct json_object *expected)
{
	struct books_document document;
	enum led_err err = books_invoice(&golden->setting.context, &golden->invoice, CONTACT_ID,
					 &document, &golden->error);
	if (!err && expected) {
		expect_same(golden, expected, document.body);
		check_warnings(golden, &document.warnings);
		check_total(golden, &document);
	}
	books_document_release(&document);
	return err;
}

static void check_error(const struct golden *golden, struct json_object *expected)
{
	cr_assert(expected, "%s: %s: %s", golden->path, golden->error.code, golden->error.message);
	cr_expect_str_eq(led_err_name(golden->error.class), json_string(expected, "class"), "%s",
			 golden->path);
	cr_expect_str_eq(golden->error.code, json_string(expected, "code"), "%s", golden->path);
	cr_expect(strstr(golden->error.message, json_string(expected, "says")), "%s: says '%s'",
		  golden->path, golden->error.message);
	cr_expect_not_null(books_code_find(golden->error.code),
			   "%s: %s is not in the table of codes", golden->path, golden->error.code);
}

static void run(struct golden *golden)
{
	struct json_object *expect = json_member(golden->json, "expect");
	struct json_object *error = json_member(expect, "error");
	struct json_object *body = json_member(expect, "body");
	const char *skip = json_string(expect, "skip");
	enum led_err err = magento_parse_invoice(golden->canonical, golden->arena, &golden->invoice,
						 &golden->error);
	const char *reason = err ? NULL : filter(golden);
	if (skip || reason) {
		cr_expect(skip && reason && strcmp(skip, reason) == 0,
			  "%s: skipped for '%s' instead of '%s'", golden->path,
			  reason ? reason : "nothing", skip ? skip : "nothing");
		cr_expect(!reason || books_code_find(reason));
		return;
	}
	if (!err)
		err = check_contact(golden, expect);
	if (!err && (body || error))
		err = check_invoice(golden, body);
	if (err)
		check_error(golden, error);
	else
		cr_expect_null(error, "%s: nothing failed", golden->path);
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
