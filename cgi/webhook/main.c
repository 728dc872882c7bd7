#include "base/log.h"
#include "base/process.h"
#include "gate.h"
#include "intake.h"
#include "webhook.h"

#define PROGRAM    "ledger-webhook"
#define ARENA_CAP  (2 * 1024 * 1024) /* bytes for one request */
#define ANSWER_CAP 65536

static const struct http_route routes[] = {
	{HTTP_METHOD_POST, "/webhooks/magento/{tenant}/{event}", webhook_event, 0,
	 WEBHOOK_BODY_MAX},
	{HTTP_METHOD_POST, "/v1/tenant/disconnect", webhook_disconnect, 0, WEBHOOK_BODY_MAX},
	{HTTP_METHOD_GET, "/v1/tile/health", webhook_health, 0, 0},
	{HTTP_METHOD_GET, "/v1/status", webhook_status, 0, 0},
	{HTTP_METHOD_GET, "/healthz", webhook_healthz, 0, 0},
	{HTTP_METHOD_GET, "/readyz", webhook_readyz, 0, 0},
	{HTTP_METHOD_GET, "/metrics", webhook_metrics, 0, 0},
};

/* The same bytes for an unknown tenant, a wrong signature and a used token. */
enum led_err webhook_unauthorized(struct http_response *response)
{
	http_response_error(response, 401, "unauthorized", "The token was not accepted.");
	return LED_OK;
}

enum led_err webhook_bad_request(struct http_response *response, const char *message)
{
	http_response_error(response, 400, "bad_request", message);
	return LED_OK;
}

static enum led_err settle(void *program, struct led_error *error)
{
	struct webhook *webhook = program;
	return intake_settle(webhook->intake, error);
}

int main(int argc, char **argv)
{
	static struct webhook webhook;
	struct led_error error;
	char prefix[CONFIG_TEXT_MAX];
	int status = 1;
	log_open(PROGRAM, LOG_INFO);
	process_guard_memory();
	if (config_load(config_path(argc, argv), &webhook.config, &error) ||
	    db_new(&webhook.config, PROGRAM, DB_SET_INTAKE | DB_SET_MONITOR, &webhook.db, &error)) {
		log_error("start_failed", &error);
		return 1;
	}
	log_open(PROGRAM, webhook.config.log_level);
	webhook.gate = gate_new(&webhook.config);
	webhook.intake = intake_new(&webhook.config, webhook.db, webhook.gate);
	if (webhook.gate && webhook.intake &&
	    http_public_prefix(webhook.config.public_url, prefix, sizeof prefix)) {
		const struct http_program program = {
			.routes = routes,
			.route_count = sizeof routes / sizeof *routes,
			.state = &webhook,
			.prefix = prefix,
			.arena_cap = ARENA_CAP,
			.body_cap = ANSWER_CAP,
			.failure_status = 503,
			.fail = http_fail_json,
			.settle = settle,
			.together_max = INTAKE_TOGETHER,
		};
		status = http_serve(&program);
	}
	intake_free(webhook.intake);
	gate_free(webhook.gate);
	db_close(webhook.db);
	return status;
}
