/* The engine beyond the specification's own cases: what our templates lean on. */
#include "view/mustache.h"

#include "base/json.h"

#include <criterion/criterion.h>

#define OUTPUT_MAX 4096

struct pair {
	const char *name;
	struct mustache *template;
};

static const struct mustache *find_pair(const void *context, const char *name)
{
	for (const struct pair *pair = context; pair->name; pair++)
		if (strcmp(pair->name, name) == 0)
			return pair->template;
	return NULL;
}

static struct mustache *compile(const char *source)
{
	struct mustache *template = NULL;
	struct led_error error = {0};

	cr_assert_eq(mustache_compile("page", source, strlen(source), &template, &error), LED_OK,
		     "%s", error.message);
	return template;
}

static enum led_err render(const char *source, const char *json, const struct pair *pairs,
			   struct buf *out, struct led_error *error)
{
	struct mustache *template = compile(source);
	struct mustache_partials partials = {.find = find_pair, .context = pairs};
	struct json_object *data = json_tokener_parse(json);
	enum led_err err;

	err = mustache_render(template, data, pairs ? &partials : NULL, out, error);
	json_object_put(data);
	mustache_free(template);
	return err;
}

static void check(const char *source, const char *json, const char *expected)
{
	struct led_error error = {0};
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	cr_assert_eq(render(source, json, NULL, &out, &error), LED_OK, "%s", error.message);
	cr_expect_str_eq(buf_str(&out), expected);
	buf_release(&out);
}

Test(view_mustache, escapes_both_quotes)
{
	check("<a title='{{t}}'>", "{\"t\":\"' onload='x\"}", "<a title='&#39; onload=&#39;x'>");
	check("<a title=\"{{t}}\">", "{\"t\":\"\\\"><script>\"}",
	      "<a title=\"&quot;&gt;&lt;script&gt;\">");
}

Test(view_mustache, numbers_keep_their_own_text)
{
	check("{{a}} {{b}} {{c}} {{d}}", "{\"a\":0.10,\"b\":1e3,\"c\":0,\"d\":12345678901234567}",
	      "0.10 1e3 0 12345678901234567");
}

Test(view_mustache, what_is_true)
{
	const char *source = "{{#v}}yes{{/v}}{{^v}}no{{/v}}";

	check(source, "{\"v\":0}", "yes");
	check(source, "{\"v\":{}}", "yes");
	check(source, "{\"v\":\"x\"}", "yes");
	check(source, "{\"v\":\"\"}", "no");
	check(source, "{\"v\":[]}", "no");
	check(source, "{\"v\":false}", "no");
	check(source, "{\"v\":null}", "no");
	check(source, "{}", "no");
	check(source, "null", "no");
}

Test(view_mustache, a_null_hides_the_outer_value)
{
	check("{{#in}}[{{name}}]{{/in}}", "{\"name\":\"outer\",\"in\":{\"name\":null}}", "[]");
}

Test(view_mustache, indentation_reaches_every_line_of_nested_partials_once)
{
	struct pair pairs[] = {
		{"outer", compile("a\n{{#on}}\nb\n{{/on}}\n  {{>inner}}\n{{#on}}c{{/on}} d\n")},
		{"inner", compile("{{x}}\n{{y}}\n")},
		{0},
	};
	struct led_error error = {0};
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	cr_assert_eq(render("\t{{>outer}}\nend", "{\"on\":true,\"x\":\"1\",\"y\":\"2\\n3\"}", pairs,
			    &out, &error),
		     LED_OK, "%s", error.message);
	cr_expect_str_eq(buf_str(&out), "\ta\n\tb\n\t  1\n\t  2\n3\n\tc d\nend");
	buf_release(&out);
	mustache_free(pairs[0].template);
	mustache_free(pairs[1].template);
}

Test(view_mustache, endless_recursion_is_an_error)
{
	struct pair pairs[] = {{"self", compile("x{{>self}}")}, {0}};
	struct led_error error = {0};
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	cr_expect_eq(render("{{>self}}", "{}", pairs, &out, &error), LED_INTERNAL);
	cr_expect_str_eq(error.code, "template_too_deep");
	buf_release(&out);
	mustache_free(pairs[0].template);
}

Test(view_mustache, a_page_over_its_cap_is_an_error)
{
	struct led_error error = {0};
	struct buf out;

	buf_init(&out, 10);
	cr_expect_eq(render("{{#l}}1234{{/l}}", "{\"l\":[1,2,3]}", NULL, &out, &error),
		     LED_INTERNAL);
	cr_expect_str_eq(error.code, "page_too_large");
	buf_release(&out);
}

Test(view_mustache, malformed_templates_name_the_line)
{
	static const struct {
		const char *source, *message;
	} cases[] = {
		{"one\ntwo {{name", "page:2: a tag is never closed; expected }}"},
		{"{{{name}}", "page:1: a tag is never closed; expected }}}"},
		{"\n\n{{#a}}\n", "page:3: a section is never closed: a"},
		{"x\n{{/a}}", "page:2: closes a section that is not open: a"},
		{"{{#a}}\n{{#b}}\n{{/a}}\n{{/b}}",
		 "page:3: closes a, but the section opened on line 2 is another"},
		{"{{#a.b}}{{/a.c}}",
		 "page:1: closes a.c, but the section opened on line 1 is another"},
		{"{{#a.b}}{{/a}}", "page:1: closes a, but the section opened on line 1 is another"},
		{"{{#a}}{{/a.b}}",
		 "page:1: closes a.b, but the section opened on line 1 is another"},
		{"\n{{}}", "page:2: a tag without a name"},
		{"{{a b}}", "page:1: blanks inside the name a b"},
		{"{{a..b}}", "page:1: an empty part in the name a..b"},
		{"{{a.}}", "page:1: an empty part in the name a."},
		{"{{=x=}}", "page:1: not a pair of delimiters: x"},
		{"{{=a b c=}}", "page:1: not a pair of delimiters: a b c"},
		{"{{! a\nb }}\n{{=a= b=}}", "page:3: not a pair of delimiters: a= b"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mustache *template = NULL;
		struct led_error error = {0};

		cr_expect_eq(mustache_compile("page", cases[i].source, strlen(cases[i].source),
					      &template, &error),
			     LED_VALIDATION, "accepted: %s", cases[i].source);
		cr_expect_str_eq(error.message, cases[i].message);
		cr_expect_null(template);
	}
}

Test(view_mustache, sections_have_a_limit)
{
	struct mustache *template = NULL;
	struct led_error error = {0};
	struct buf source;

	buf_init(&source, OUTPUT_MAX);
	for (int i = 0; i <= MUSTACHE_SECTION_MAX; i++)
		buf_add_str(&source, "{{#a}}");
	cr_expect_eq(mustache_compile("page", source.data, source.len, &template, &error),
		     LED_VALIDATION);
	buf_release(&source);
}

Test(view_mustache, lists_its_partials)
{
	struct mustache *template = compile("{{>head}}\n{{#a}}\n{{> row }}\n{{/a}}");
	size_t at = 0;
	int line = 0;

	cr_expect_str_eq(mustache_next_partial(template, &at, &line), "head");
	cr_expect_str_eq(mustache_next_partial(template, &at, &line), "row");
	cr_expect_eq(line, 3);
	cr_expect_null(mustache_next_partial(template, &at, &line));
	mustache_free(template);
}
