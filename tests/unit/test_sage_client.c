/* Calls to Sage: what is sent, the business's echo, paging. */
#include "base/json.h"
#include "sage/client.h"
#include "sage_script.h"

#include <criterion/criterion.h>

Test(sage_client, a_post)
{
	static const struct step steps[] = {
		{"201 Created", JSON "X-Business: " BUSINESS "\r\n", "{\"id\":\"i1\"}"}};
	struct fixture f;
	struct json_object *out;
	BEGIN(&f, steps);
	cr_assert_eq(sage_post(&f.sage, "/contacts", "{\"contact\":{}}", 14, &out, &f.error),
		     LED_OK, "%s", f.error.message);
	cr_assert_str_eq(json_string(out, "id"), "i1");
	json_object_put(out);
	end(&f);
	cr_assert(asked(0, "POST /v3.1/contacts"));
	cr_assert_not_null(strstr(requests[0], "\r\nAuthorization: Bearer access.token\r\n"));
	cr_assert_not_null(strstr(requests[0], "\r\nX-Business: " BUSINESS "\r\n"));
	cr_assert_not_null(strstr(requests[0], "\r\nContent-Type: application/json\r\n"));
	cr_assert_not_null(strstr(requests[0], "\r\n\r\n{\"contact\":{}}"));
	cr_assert_eq(f.calls.count, 1);
	cr_assert_str_eq(f.calls.records[0].method, "POST");
	cr_assert_str_eq(f.calls.records[0].path, "/contacts");
	cr_assert_eq(f.calls.records[0].status, 201);
	cr_assert_str_eq(f.calls.records[0].request_id, "r-1");
}

Test(sage_client, another_business_answers)
{
	static const struct step steps[] = {
		{"200 OK", JSON "X-Business: another\r\n", "{\"id\":\"i1\"}"}};
	struct fixture f;
	struct json_object *out;
	BEGIN(&f, steps);
	cr_assert_eq(sage_get(&f.sage, "/user", &out, &f.error), LED_AUTH);
	cr_assert_str_eq(f.error.code, "sage_wrong_business");
	cr_assert_null(out);
	end(&f);
}

Test(sage_client, documents_are_not_marked_as_sent)
{
	static const struct step steps[] = {{"200 OK", JSON, "{}"},
					    {"200 OK", JSON, "{}"},
					    {"200 OK", JSON, "{}"},
					    {"200 OK", JSON, "{}"},
					    {"200 OK", JSON, "{}"}};
	struct fixture f;
	struct json_object *out;
	static const char *const paths[] = {"/sales_invoices/1",
					    "/sales_credit_notes/2?show_payments_allocations=true",
					    "/sales_invoices?search=a", "/contacts/3"};
	BEGIN(&f, steps);
	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(sage_get(&f.sage, paths[i], &out, &f.error), LED_OK);
		json_object_put(out);
	}
	cr_assert_eq(sage_put(&f.sage, "/sales_invoices/1", "{}", 2, &out, &f.error), LED_OK);
	json_object_put(out);
	end(&f);
	cr_expect(asked(0, "GET /v3.1/sales_invoices/1?mark_as_sent=false"));
	cr_expect(asked(1, "GET /v3.1/sales_credit_notes/2?show_payments_allocations=true"
			   "&mark_as_sent=false"));
	cr_expect(asked(2, "GET /v3.1/sales_invoices?search=a"));
	cr_expect(asked(3, "GET /v3.1/contacts/3"));
	cr_expect(asked(4, "PUT /v3.1/sales_invoices/1"));
	cr_expect_str_eq(f.calls.records[2].path, "/sales_invoices", "no search terms are kept");
	cr_expect_eq(f.server.connections, 1, "the connection is kept");
}

Test(sage_client, a_refusal)
{
	static const struct step steps[] = {{"422 Unprocessable Entity", JSON,
					     "[{\"$severity\":\"error\",\"$dataCode\":"
					     "\"RecordInvalid\",\"$message\":\"Taken.\","
					     "\"$source\":\"reference\"}]"}};
	struct fixture f;
	struct json_object *out;
	BEGIN(&f, steps);
	cr_assert_eq(sage_post(&f.sage, "/contacts", "{}", 2, &out, &f.error), LED_PROVIDER);
	cr_assert_str_eq(f.error.message, "Sage says: reference: Taken.");
	end(&f);
}

/* ---- paging ---- */

static enum led_err list(const struct step *steps, size_t count, const char *path, size_t *items,
			 struct fixture *f)
{
	struct json_object *all;
	begin(f, steps, count);
	enum led_err err = sage_list(&f->sage, path, &all, &f->error);
	*items = all ? json_object_array_length(all) : 0;
	json_object_put(all);
	end(f);
	return err;
}
#define LIST(steps_, path_, items_, f_)                                                            \
	list((steps_), sizeof(steps_) / sizeof(steps_)[0], (path_), (items_), (f_))

Test(sage_client, one_page)
{
	static const struct step steps[] = {
		{"200 OK", JSON, "{\"$total\":1,\"$next\":null,\"$items\":[{\"id\":\"a\"}]}"}};
	struct fixture f;
	size_t items;
	cr_assert_eq(LIST(steps, "/tax_rates?usage=sales", &items, &f), LED_OK);
	cr_assert_eq(items, 1);
	cr_assert(asked(0, "GET /v3.1/tax_rates?usage=sales&items_per_page=200"));
	cr_assert_eq(f.server.requests, 1);
}

Test(sage_client, an_empty_list)
{
	static const struct step steps[] = {{"200 OK", JSON, "{\"$total\":0,\"$items\":[]}"}};
	struct fixture f;
	size_t items;
	cr_assert_eq(LIST(steps, "/contacts", &items, &f), LED_OK);
	cr_assert_eq(items, 0);
}

Test(sage_client, next_is_followed_within_the_api)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 "{\"$total\":2,\"$next\":\"/"
		 "x?page=2&items_per_page=1\",\"$items\":[{\"id\":\"a\"}]}"},
		{"200 OK", JSON, "{\"$total\":2,\"$next\":null,\"$items\":[{\"id\":\"b\"}]}"}};
	struct fixture f;
	size_t items;
	cr_assert_eq(LIST(steps, "/x", &items, &f), LED_OK);
	cr_assert_eq(items, 2);
	cr_assert(asked(1, "GET /v3.1/x?page=2&items_per_page=1"));
}

Test(sage_client, without_next_the_total_counts)
{
	static const struct step steps[] = {
		{"200 OK", JSON, "{\"$total\":2,\"$items\":[{\"id\":\"a\"}]}"},
		{"200 OK", JSON, "{\"$total\":2,\"$items\":[{\"id\":\"b\"}]}"}};
	struct fixture f;
	size_t items;
	cr_assert_eq(LIST(steps, "/x", &items, &f), LED_OK);
	cr_assert_eq(items, 2);
	cr_assert(asked(1, "GET /v3.1/x?items_per_page=200&page=2"));
}

Test(sage_client, a_next_to_elsewhere_is_not_followed)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 "{\"$total\":1,\"$next\":\"https://evil.example/\",\"$items\":[{\"id\":\"a\"}]}"}};
	struct fixture f;
	size_t items;
	cr_assert_eq(LIST(steps, "/x", &items, &f), LED_OK);
	cr_assert_eq(items, 1);
	cr_assert_eq(f.server.requests, 1);
}

Test(sage_client, lists_that_do_not_end_well)
{
	static const struct step repeated[] = {
		{"200 OK", JSON,
		 "{\"$total\":9,\"$next\":\"/x?page=1\",\"$items\":[{\"id\":\"a\"}]}"},
		{"200 OK", JSON,
		 "{\"$total\":9,\"$next\":\"/x?page=1\",\"$items\":[{\"id\":\"a\"}]}"}};
	static const struct step short_one[] = {
		{"200 OK", JSON, "{\"$total\":2,\"$items\":[{\"id\":\"a\"}]}"},
		{"200 OK", JSON, "{\"$total\":2,\"$items\":[]}"}};
	static const struct step no_page[] = {{"200 OK", JSON, "[{\"id\":\"a\"}]"}};
	static const struct step no_total[] = {{"200 OK", JSON, "{\"$items\":[]}"}};
	struct fixture f;
	size_t items;
	cr_expect_eq(LIST(repeated, "/x", &items, &f), LED_SERDE);
	cr_expect_eq(f.server.requests, 2);
	cr_expect_eq(LIST(short_one, "/x", &items, &f), LED_SERDE);
	cr_expect_eq(LIST(no_page, "/x", &items, &f), LED_SERDE);
	cr_expect_eq(LIST(no_total, "/x", &items, &f), LED_SERDE);
	cr_expect_str_eq(f.error.code, "sage_answer_invalid");
}

Test(sage_client, encode)
{
	struct buf out;
	buf_init(&out, 1000);
	sage_encode(&out, "a-Z_0.~ &=+%/\xc3\xa9");
	cr_assert_str_eq(buf_str(&out), "a-Z_0.~%20%26%3D%2B%25%2F%C3%A9");
	buf_release(&out);
}
