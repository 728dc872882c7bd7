/* ledger-connect: the pages that need keys (FastCGI on descriptor 0). */
#include "connect.h"

#include "base/log.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define PROGRAM  "ledger-connect"
#define FORM_MAX 16384 /* bytes of a posted form */
#define STATEMENTS                                                                                 \
	(DB_SET_MEMBER | DB_SET_THROTTLE | DB_SET_AUDIT | DB_SET_MAIL | DB_SET_SECOND_FACTOR)
#define SIGNED_IN PAGE_SIGNED_IN
#define GET       HTTP_METHOD_GET
#define POST      HTTP_METHOD_POST

static const struct http_route ROUTES[] = {
	{GET, "/login/code", code_form, 0, 0},
	{POST, "/login/code", code_submit, 0, FORM_MAX},
	{GET, "/dashboard/members/second-factor", second_factor_page, SIGNED_IN, 0},
	{POST, "/dashboard/members/second-factor", second_factor_start, SIGNED_IN, FORM_MAX},
	{POST, "/dashboard/members/second-factor/finish", second_factor_finish, SIGNED_IN,
	 FORM_MAX},
	{POST, "/dashboard/members/second-factor/codes", second_factor_codes, SIGNED_IN, FORM_MAX},
	{POST, "/dashboard/members/second-factor/off", second_factor_off, SIGNED_IN, FORM_MAX},
};

/* Keys are in this memory: no core dumps, and no tracing by other processes. */
static void guard_memory(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
	static struct config config;
	static struct connect connect = {
		.site = {.config = &config,
			 .routes = ROUTES,
			 .route_count = sizeof(ROUTES) / sizeof(ROUTES[0])},
	};
	struct led_error error;
	int status = 1;

	if (argc > 1 && strcmp(argv[1], "--routes") == 0)
		return site_print_routes(&connect.site);
	log_open(PROGRAM, LOG_INFO);
	guard_memory();
	if (config_load(config_path(argc, argv), &config, &error) ||
	    seal_keys_load(config.key_dir, 1U << SEAL_VAULT | 1U << SEAL_INTAKE, &connect.keys,
			   &error) ||
	    site_open(&connect.site, PROGRAM, STATEMENTS, &error)) {
		log_error("start_failed", &error);
	} else {
		log_open(PROGRAM, config.log_level);
		status = site_serve(&connect.site, &connect);
	}
	site_close(&connect.site);
	seal_keys_free(connect.keys);
	return status;
}
