/* ledger-dashboard: every page but the connecting ones (FastCGI on descriptor 0). */
#include "dashboard.h"

#include "base/log.h"

#define PROGRAM  "ledger-dashboard"
#define FORM_MAX 16384 /* bytes of a posted form */
#define STATEMENTS                                                                                 \
	(DB_SET_MEMBER | DB_SET_THROTTLE | DB_SET_HISTORY | DB_SET_AUDIT | DB_SET_CONNECTION)

#define OPERATOR (PAGE_SIGNED_IN | PAGE_OPERATOR)

static const struct http_route ROUTES[] = {
	{HTTP_METHOD_GET, "/login", login_form, 0, 0},
	{HTTP_METHOD_POST, "/login", login_submit, 0, FORM_MAX},
	{HTTP_METHOD_POST, "/logout", logout_submit, PAGE_SIGNED_IN, FORM_MAX},
	{HTTP_METHOD_GET, "/dashboard", home_page, PAGE_SIGNED_IN, 0},
	{HTTP_METHOD_GET, "/dashboard/bindings", bindings_page, PAGE_SIGNED_IN, 0},
	{HTTP_METHOD_GET, "/dashboard/bindings/{binding}", binding_page, PAGE_SIGNED_IN, 0},
	{HTTP_METHOD_POST, "/dashboard/bindings/{binding}/pause", binding_pause, OPERATOR,
	 FORM_MAX},
	{HTTP_METHOD_POST, "/dashboard/bindings/{binding}/resume", binding_resume, OPERATOR,
	 FORM_MAX},
	{HTTP_METHOD_POST, "/dashboard/bindings/{binding}/refresh", binding_refresh, OPERATOR,
	 FORM_MAX},
	{HTTP_METHOD_GET, "/dashboard/sync", sync_page, PAGE_SIGNED_IN, 0},
	{HTTP_METHOD_GET, "/dashboard/sync/{run}", sync_run_page, PAGE_SIGNED_IN, 0},
};

int main(int argc, char **argv)
{
	static struct config config;
	static struct site site = {
		.config = &config,
		.routes = ROUTES,
		.route_count = sizeof(ROUTES) / sizeof(ROUTES[0]),
	};
	struct led_error error;
	int status = 1;

	log_open(PROGRAM, LOG_INFO);
	if (config_load(config_path(argc, argv), &config, &error) ||
	    site_open(&site, PROGRAM, STATEMENTS, &error)) {
		log_error("start_failed", &error);
	} else {
		log_open(PROGRAM, config.log_level);
		status = site_serve(&site, &site);
	}
	site_close(&site);
	return status;
}
