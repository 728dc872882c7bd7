/* ledger-dashboard: every page but the connecting ones (FastCGI on descriptor 0). */
#include "dashboard.h"
#include "page.h"

#include "base/log.h"

#include <string.h>

#define PROGRAM    "ledger-dashboard"
#define FORM_MAX   16384             /* bytes of a posted form */
#define ARENA_CAP  (8 * 1024 * 1024) /* bytes for one request: a page's rows, mostly */
#define ANSWER_CAP (4 * 1024 * 1024)

static const struct http_route ROUTES[] = {
	{HTTP_METHOD_GET, "/login", login_form, 0, 0},
	{HTTP_METHOD_POST, "/login", login_submit, 0, FORM_MAX},
	{HTTP_METHOD_POST, "/logout", logout_submit, PAGE_SIGNED_IN, FORM_MAX},
	{HTTP_METHOD_GET, "/dashboard", home_page, PAGE_SIGNED_IN, 0},
	{HTTP_METHOD_GET, "/dashboard/sync", sync_page, PAGE_SIGNED_IN, 0},
	{HTTP_METHOD_GET, "/dashboard/sync/{run}", sync_run_page, PAGE_SIGNED_IN, 0},
};

static const struct {
	int status;
	const char *title, *message;
} FAILURES[] = {
	{400, "Not understood", "The address or the request is malformed."},
	{404, "Not found", "There is nothing at this address."},
	{405, "Not allowed", "This address does not answer that method."},
	{413, "Too large", "What was sent is too large."},
	{500, "Something went wrong", "The fault is on Ledger's side and has been logged."},
	{503, "Not available", "Ledger's database cannot be reached. Please try again shortly."},
};

static void fail(void *program, struct http_request *request, struct http_response *response,
		 int status, const struct led_error *error)
{
	size_t i = 0, count = sizeof(FAILURES) / sizeof(FAILURES[0]);
	struct led_error second;

	if (status == 500 && error->class == LED_DATABASE)
		status = 503;
	while (i + 1 < count && FAILURES[i].status != status)
		i++;
	if (page_message(program, request, response, status, FAILURES[i].title, FAILURES[i].message,
			 &second)) {
		log_error("error_page_failed", &second);
		http_response_reset(response, request->arena);
		http_fail_json(program, request, response, status, error);
	}
}

static enum led_err set_up(struct dashboard *dashboard, struct led_error *error)
{
	const char *url = dashboard->config->public_url, *host = strstr(url, "://");
	size_t origin = host ? strcspn(host + 3, "/") + (size_t)(host + 3 - url) : 0;
	enum led_err err;

	if (!origin || !http_public_prefix(url, dashboard->prefix, sizeof(dashboard->prefix)))
		return led_fail(error, LED_VALIDATION, "bad_config", "public_url is not a URL.");
	memcpy(dashboard->origin, url, origin);
	err = templates_load(dashboard->config->share_dir, &dashboard->templates, error);
	if (!err)
		err = db_new(dashboard->config, PROGRAM,
			     DB_SET_SESSION | DB_SET_MEMBER | DB_SET_THROTTLE | DB_SET_HISTORY |
				     DB_SET_AUDIT,
			     &dashboard->db, error);
	return err;
}

int main(int argc, char **argv)
{
	static struct config config;
	static struct dashboard dashboard = {
		.config = &config,
		.routes = ROUTES,
		.route_count = sizeof(ROUTES) / sizeof(ROUTES[0]),
	};
	struct led_error error;
	int status = 1;

	log_open(PROGRAM, LOG_INFO);
	if (config_load(config_path(argc, argv), &config, &error) || set_up(&dashboard, &error)) {
		log_error("start_failed", &error);
		goto out;
	}
	log_open(PROGRAM, config.log_level);
	const struct http_program program = {
		.routes = ROUTES,
		.route_count = dashboard.route_count,
		.state = &dashboard,
		.prefix = dashboard.prefix,
		.arena_cap = ARENA_CAP,
		.body_cap = ANSWER_CAP,
		.failure_status = 500,
		.fail = fail,
		.before = gate_before,
		.after = headers_after,
	};
	status = http_serve(&program);
out:
	db_close(dashboard.db);
	templates_free(dashboard.templates);
	return status;
}
