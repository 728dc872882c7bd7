/* Clock, errors, files and the log. */
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Test(base_clock, iso_both_ways)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-11-20T20:30:37Z", 1795206637},
		{"2024-02-29T23:59:59Z", 1709251199},
		{"2000-02-29T00:00:00Z", 951782400},
		{"2038-01-19T03:14:08Z", 2147483648},
		{"1969-12-31T23:59:59Z", -1},
		{"9999-12-31T23:59:59Z", 253402300799},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[CLOCK_ISO_SIZE];
		int64_t seconds = 0;
		cr_expect(clock_parse_iso(cases[i].text, &seconds), "%s", cases[i].text);
		cr_expect_eq(seconds, cases[i].seconds, "%s", cases[i].text);
		cr_expect_str_eq(clock_iso(cases[i].seconds, out), cases[i].text);
	}
}

Test(base_clock, iso_refused)
{
	static const char *const wrong[] = {
		"",
		"2026-11-20",
		"2026-11-20T20:30:37",
		"2026-11-20 20:30:37Z",
		"2026-11-20T20:30:37z",
		"2026-11-20T20:30:37+00:00",
		"2026-11-20T20:30:37.5Z",
		"2026-11-20T20:30:37Z ",
		" 2026-11-20T20:30:37Z",
		"2026-11-20T20:30: 7Z",
		"2026-13-20T20:30:37Z",
		"2026-00-20T20:30:37Z",
		"2026-11-00T20:30:37Z",
		"2026-11-31T20:30:37Z",
		"2026-02-29T20:30:37Z",
		"2100-02-29T20:30:37Z",
		"2026-11-20T24:00:00Z",
		"2026-11-20T20:60:00Z",
		"2026-11-20T20:30:60Z",
		"2026-11-20T20:30:61Z",
		"+026-11-20T20:30:37Z",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		int64_t seconds;
		cr_expect_not(clock_parse_iso(wrong[i], &seconds), "%s", wrong[i]);
	}
}

Test(base_clock, local_zone_does_not_matter)
{
	int64_t seconds;
	char out[CLOCK_ISO_SIZE];
	setenv("TZ", "America/New_York", 1);
	tzset();
	cr_assert(clock_parse_iso("2026-07-01T12:00:00Z", &seconds));
	cr_assert_eq(seconds, 1782907200);
	cr_assert_str_eq(clock_iso(seconds, out), "2026-07-01T12:00:00Z");
}

Test(base_clock, now)
{
	int64_t before = clock_now(), us = clock_now_us(), ms = clock_monotonic_ms();
	cr_assert_gt(before, 1700000000);
	cr_assert(us / 1000000 - before <= 1 && us / 1000000 >= before);
	cr_assert_geq(clock_monotonic_ms(), ms);
}

Test(base_error, fills_and_returns)
{
	struct led_error error = {.retry_after = 7};
	cr_assert_eq(led_fail(&error, LED_SERDE, "not_json", "byte %d", 5), LED_SERDE);
	cr_assert_eq(error.class, LED_SERDE);
	cr_assert_str_eq(error.code, "not_json");
	cr_assert_str_eq(error.message, "byte 5");
	cr_assert_eq(error.retry_after, 0, "nothing of an earlier error stays");
	cr_assert_eq(led_fail(NULL, LED_AUTH, "x", "y"), LED_AUTH);
}

/* A euro sign on every offset around the cut. */
Test(base_error, message_is_cut_on_a_character)
{
	for (int lead = LED_MESSAGE_MAX - 8; lead < LED_MESSAGE_MAX + 2; lead++) {
		struct led_error error;
		led_fail(&error, LED_HTTP, "x", "%*s\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", lead,
			 "");
		size_t len = strlen(error.message);
		cr_assert_leq(len, LED_MESSAGE_MAX - 1);
		cr_assert_gt(len, LED_MESSAGE_MAX - 4, "cut no further than needed");
		cr_assert(text_utf8_valid(error.message, len), "%d before", lead);
	}
}

/* A message may quote the one before it. */
Test(base_error, message_may_contain_itself)
{
	struct led_error error;
	led_fail(&error, LED_HTTP, "x", "inner");
	led_fail(&error, LED_HTTP, "x", "outer: %s", error.message);
	cr_assert_str_eq(error.message, "outer: inner");
}

Test(base_error, names)
{
	for (int i = LED_OK; i <= LED_INTERNAL; i++) {
		cr_assert_not_null(led_err_name((enum led_err)i));
		cr_assert_eq(led_err_of_name(led_err_name((enum led_err)i)), (enum led_err)i);
	}
	cr_assert_str_eq(led_err_name(LED_RATE_LIMITED), "rate_limited");
	cr_assert_eq(led_err_of_name("nonsense"), LED_INTERNAL);
}

static void write_file(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(data, 1, len, file), len);
	cr_assert_eq(fclose(file), 0);
}

Test(base_file, read)
{
	char path[] = "/tmp/ledger-unit-XXXXXX", data[10000];
	struct led_error error;
	struct buf out;
	int fd = mkstemp(path);
	close(fd);
	memset(data, 'x', sizeof data);
	data[5000] = '\0';
	write_file(path, data, sizeof data);
	buf_init(&out, sizeof data);
	cr_assert_eq(file_read(path, &out, &error), LED_OK);
	cr_assert_eq(out.len, sizeof data);
	cr_assert_arr_eq(out.data, data, sizeof data);
	buf_release(&out);
	buf_init(&out, sizeof data - 1);
	cr_assert_eq(file_read(path, &out, &error), LED_INTERNAL);
	cr_assert_not_null(strstr(error.message, path));
	buf_release(&out);
	unlink(path);
	buf_init(&out, 100);
	cr_assert_eq(file_read(path, &out, &error), LED_INTERNAL);
	cr_assert_str_eq(error.code, "file_unreadable");
	cr_assert_not_null(strstr(error.message, path));
	cr_assert_eq(file_read("/tmp", &out, &error), LED_INTERNAL, "a directory");
	buf_release(&out);
}

/* Reading stops at the cap, even when the file does not end. */
Test(base_file, endless, .timeout = 10)
{
	struct buf out;
	buf_init(&out, 100000);
	cr_assert_eq(file_read("/dev/zero", &out, NULL), LED_INTERNAL);
	buf_release(&out);
}

/* What the calls in `work` write to stderr. */
static void capture(void (*work)(void), char *text, size_t size)
{
	int pipe_fds[2], saved = dup(STDERR_FILENO);
	cr_assert_eq(pipe(pipe_fds), 0);
	fflush(stderr);
	dup2(pipe_fds[1], STDERR_FILENO);
	work();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pipe_fds[1]);
	ssize_t n = read(pipe_fds[0], text, size - 1);
	close(pipe_fds[0]);
	text[n > 0 ? n : 0] = '\0';
}

static void write_lines(void)
{
	log_open("unit", LOG_INFO);
	log_write(LOG_DEBUG, "below_the_threshold");
	log_context("run 7\"");
	log_write(LOG_WARNING, "an_event", LOG_S("text", "a \"b\"\n\x01"), LOG_N("n", -5),
		  LOG_S("null", NULL));
}

static void write_too_long(void)
{
	char text[20000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_write(LOG_ERROR, "big", LOG_S("text", text));
}

Test(base_log, one_json_object_a_line)
{
	char text[4096];
	capture(write_lines, text, sizeof text);
	size_t len = strlen(text);
	cr_assert_gt(len, 0);
	cr_assert_eq(strchr(text, '\n'), text + len - 1, "one line: %s", text);
	struct json_object *line;
	cr_assert_eq(json_parse(text, len, &line, NULL), LED_OK, "%s", text);
	int64_t n, at;
	cr_expect_str_eq(json_string(line, "event"), "an_event");
	cr_expect_str_eq(json_string(line, "level"), "warning");
	cr_expect_str_eq(json_string(line, "program"), "unit");
	cr_expect_str_eq(json_string(line, "id"), "run 7\"");
	cr_expect_str_eq(json_string(line, "text"), "a \"b\"\n\x01");
	cr_expect_str_eq(json_string(line, "null"), "");
	cr_expect(json_int(line, "n", -5, -5, &n));
	cr_expect(clock_parse_iso(json_string(line, "at"), &at));
	json_object_put(line);
}

Test(base_log, too_long_is_said)
{
	char text[4096];
	capture(write_too_long, text, sizeof text);
	cr_assert_not_null(strstr(text, "log_line_too_long"));
}

static void *log_in_thread(void *unused)
{
	(void)unused;
	log_write(LOG_INFO, "elsewhere");
	return NULL;
}

static void write_in_thread(void)
{
	pthread_t thread;
	log_open("unit", LOG_INFO);
	log_context("mine");
	pthread_create(&thread, NULL, log_in_thread, NULL);
	pthread_join(thread, NULL);
}

Test(base_log, context_is_the_threads_own)
{
	char text[4096];
	capture(write_in_thread, text, sizeof text);
	cr_assert_not_null(strstr(text, "elsewhere"));
	cr_assert_null(strstr(text, "mine"));
}

Test(base_log, levels)
{
	enum log_level level = LOG_DEBUG;
	cr_assert(log_level_parse("Warning", &level));
	cr_assert_eq(level, LOG_WARNING);
	cr_assert_not(log_level_parse("warn", &level));
	cr_assert_not(log_level_parse("", &level));
}
