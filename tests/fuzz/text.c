/* What operators and we ourselves write: templates, configuration; and numbers. */
#include "base/config.h"
#include "base/decimal.h"
#include "base/json.h"
#include "targets.h"
#include "view/mustache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_MAX (256 * 1024)

static const char DATA[] =
	"{\"name\":\"<b>&\\\"'\",\"zero\":0,\"no\":false,\"none\":null,\"empty\":[],"
	"\"list\":[{\"name\":\"one\",\"list\":[1,2]},\"two\",3.50],\"a\":{\"b\":{\"c\":\"deep\"}}}";

static const struct mustache *itself(const void *context, const char *name)
{
	return strcmp(name, "self") == 0 ? context : NULL;
}

/* {{>self}} includes the template itself: it ends at the depth limit, not in the stack. */
void fuzz_template(const uint8_t *data, size_t size)
{
	struct mustache *template = NULL;
	struct json_object *json = NULL;
	struct led_error error = {0};
	struct buf page;
	size_t at = 0;
	int line;
	if (mustache_compile("fuzz", (const char *)data, size, &template, &error)) {
		fuzz_promise(error.class == LED_VALIDATION && strstr(error.message, "fuzz:"),
			     "a malformed template is named with its line");
		return;
	}
	while (mustache_next_partial(template, &at, &line))
		fuzz_promise(line > 0, "a partial has its line");
	fuzz_promise(!json_parse(DATA, sizeof DATA - 1, &json, NULL), "the data are good");
	buf_init(&page, PAGE_MAX);
	const struct mustache_partials partials = {.find = itself, .context = template};
	enum led_err err = mustache_render(template, json, &partials, &page, &error);
	fuzz_promise(!err || err == LED_INTERNAL, "a page is made or is too much");
	buf_release(&page);
	json_object_put(json);
	mustache_free(template);
}

static void check_printed(struct decimal value)
{
	char text[DECIMAL_TEXT_MAX];
	struct decimal again;
	decimal_print(value, text);
	fuzz_promise(!decimal_parse(text, strlen(text), value.scale, &again) &&
			     again.units == value.units,
		     "what is printed is read again");
	decimal_print_short(value, text);
	fuzz_promise(!decimal_parse(text, strlen(text), value.scale, &again) &&
			     again.units == value.units,
		     "what is printed short is read again");
}

static void check_pair(struct decimal a, struct decimal b, int scale)
{
	struct decimal sum, back, product, swapped, quotient;
	if (!decimal_add(a, b, &sum)) {
		check_printed(sum);
		if (!decimal_sub(sum, b, &back))
			fuzz_promise(decimal_compare(back, a) == 0, "a + b - b is a");
	}
	enum led_err err = decimal_mul(a, b, scale, &product);
	fuzz_promise(err == decimal_mul(b, a, scale, &swapped), "a * b fits when b * a does");
	if (!err)
		fuzz_promise(product.units == swapped.units, "a * b is b * a");
	err = decimal_div(a, b, scale, &quotient);
	fuzz_promise(err == LED_OK || err == LED_VALIDATION, "a quotient or none");
	fuzz_promise(b.units != 0 || err == LED_VALIDATION, "nothing is divided by zero");
	fuzz_promise(decimal_compare(a, b) == -decimal_compare(b, a), "an order is one");
}

/* The first byte chooses scales; then two numbers with a line break between. */
void fuzz_decimal(const uint8_t *data, size_t size)
{
	struct decimal a, b;
	if (size < 3)
		return;
	const char *text = (const char *)data + 1;
	const char *line = memchr(text, '\n', size - 1);
	size_t first = line ? (size_t)(line - text) : size - 1;
	int scale = data[0] % (DECIMAL_SCALE_MAX + 1);
	int other = (data[0] >> 4) % (DECIMAL_SCALE_MAX + 1);
	if (decimal_parse(text, first, scale, &a))
		return;
	check_printed(a);
	if (line && !decimal_parse(line + 1, size - 2 - first, other, &b))
		check_pair(a, b, other);
}

void fuzz_config(const uint8_t *data, size_t size)
{
	static struct config config;
	struct led_error error = {0};
	char path[64];
	int file = memfd_create("config", MFD_CLOEXEC);
	fuzz_promise(file >= 0 && write(file, data, size) == (ssize_t)size, "a file in memory");
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	enum led_err err = config_load(path, &config, &error);
	close(file);
	if (err) {
		fuzz_promise(err == LED_VALIDATION && strcmp(error.code, "bad_config") == 0 &&
				     *error.message,
			     "a bad configuration is explained");
		return;
	}
	fuzz_promise(config.worker_threads >= 1 && config.worker_threads <= 64 &&
			     config.token_skew >= 0 && config.token_skew <= 600,
		     "numbers are within their bounds");
	fuzz_promise(strncmp(config.public_url, "http", 4) == 0, "a public URL is one");
}
