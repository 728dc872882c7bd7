/* What becomes of each class of failure, and how long a job waits. */
#include "../../worker/retry.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct retry_rule *rule(enum led_err class, const char *code)
{
	struct led_error error = {.class = class};
	snprintf(error.code, sizeof error.code, "%s", code);
	return retry_rule_for(&error);
}

Test(worker_retry, every_class_has_its_action)
{
	static const struct {
		enum led_err class;
		enum retry_action action;
	} rows[] = {
		{LED_AUTH, RETRY_PARK},      {LED_RATE_LIMITED, RETRY_PARK},
		{LED_HTTP, RETRY_LATER},     {LED_DATABASE, RETRY_LATER},
		{LED_NOT_FOUND, RETRY_FAIL}, {LED_VALIDATION, RETRY_FAIL},
		{LED_PROVIDER, RETRY_FAIL},  {LED_SERDE, RETRY_FAIL},
		{LED_INTERNAL, RETRY_FAIL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(rule(rows[i].class, "any")->action, rows[i].action, "%s",
			     led_err_name(rows[i].class));
}

Test(worker_retry, codes_that_have_a_rule_of_their_own)
{
	static const struct {
		enum led_err class;
		const char *code;
		enum retry_action action;
		const char *sage_status, *magento_status;
	} rows[] = {
		{LED_AUTH, "binding_revoked", RETRY_FAIL, NULL, NULL},
		{LED_AUTH, "no_subscription", RETRY_PARK, "no_subscription", NULL},
		{LED_AUTH, "sage_access_denied", RETRY_PARK, "access_denied", NULL},
		{LED_AUTH, "invalid_grant", RETRY_PARK, "reconnect_needed", NULL},
		{LED_AUTH, "shop_not_paired", RETRY_PARK, NULL, "token_revoked"},
		{LED_AUTH, "shop_refused_token", RETRY_PARK, NULL, "token_revoked"},
		{LED_VALIDATION, "settings_incomplete", RETRY_PARK, NULL, NULL},
		{LED_NOT_FOUND, "waits_behind", RETRY_BEHIND, NULL, NULL},
		{LED_NOT_FOUND, "invoice_not_synced", RETRY_FAIL, NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct retry_rule *found = rule(rows[i].class, rows[i].code);
		cr_expect_eq(found->action, rows[i].action, "%s", rows[i].code);
		cr_expect_str_eq(found->sage_status ? found->sage_status : "",
				 rows[i].sage_status ? rows[i].sage_status : "", "%s",
				 rows[i].code);
		cr_expect_str_eq(found->magento_status ? found->magento_status : "",
				 rows[i].magento_status ? rows[i].magento_status : "", "%s",
				 rows[i].code);
	}
	cr_expect_eq(rule(LED_RATE_LIMITED, "sage_rate_limited")->park_seconds, 5);
}

/* attempt to the fourth and 15 s, ten per cent either way, never more than six hours. */
Test(worker_retry, delays)
{
	static const struct {
		int64_t attempt, least, middle, most;
	} rows[] = {
		{1, 15, 16, 18},           {2, 28, 31, 34},
		{3, 87, 96, 106},          {5, 576, 640, 704},
		{12, 18676, 20751, 21600}, {13, 21600, 21600, 21600},
		{20, 21600, 21600, 21600}, {INT64_MAX, 21600, 21600, 21600},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_expect_eq(retry_delay(rows[i].attempt, 0), rows[i].least);
		cr_expect_eq(retry_delay(rows[i].attempt, 32768), rows[i].middle);
		cr_expect_eq(retry_delay(rows[i].attempt, 65535), rows[i].most);
	}
}
