/* A program of pages: what it opens at its start, its error pages, its accept loop. */
#include "pages/site.h"

#include "base/log.h"
#include "base/process.h"
#include "pages/page.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CAP  (8 * 1024 * 1024) /* bytes for one request: a page's rows, mostly */
#define ANSWER_CAP (4 * 1024 * 1024)

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

static bool answers_json(const struct http_request *request)
{
	return request->route && request->route->flags & PAGE_JSON;
}

static void fail(void *program, struct http_request *request, struct http_response *response,
		 int status, const struct led_error *error)
{
	size_t i = 0, count = sizeof(FAILURES) / sizeof(FAILURES[0]);
	struct led_error second;

	if (status == 500 && error->class == LED_DATABASE)
		status = 503;
	while (i + 1 < count && FAILURES[i].status != status)
		i++;
	if (answers_json(request)) {
		http_fail_json(program, request, response, status, error);
	} else if (page_message(program, request, response, status, FAILURES[i].title,
				FAILURES[i].message, &second)) {
		log_error("error_page_failed", &second);
		http_response_reset(response, request->arena);
		http_fail_json(program, request, response, status, error);
	}
}

/* A page that needs a session must be one that signing in can lead back to. */
static enum led_err check_routes(const struct site *site, struct led_error *error)
{
	for (size_t i = 0; i < site->route_count; i++) {
		const struct http_route *route = &site->routes[i];

		if (route->method == HTTP_METHOD_GET && route->flags & PAGE_SIGNED_IN &&
		    !next_has_pattern(route->pattern))
			return led_fail(error, LED_VALIDATION, "bad_routes",
					"The page %s is missing from the list in next.c.",
					route->pattern);
	}
	return LED_OK;
}

static enum led_err open_site(struct site *site, const char *program, unsigned sets,
			      struct led_error *error)
{
	const char *url = site->config->public_url, *host = strstr(url, "://");
	size_t origin = host ? strcspn(host + 3, "/") + (size_t)(host + 3 - url) : 0;
	enum led_err err = check_routes(site, error);

	if (err)
		return err;
	if (!origin || !http_public_prefix(url, site->prefix, sizeof(site->prefix)))
		return led_fail(error, LED_VALIDATION, "bad_config", "public_url is not a URL.");
	memcpy(site->origin, url, origin);
	err = templates_load(site->config->share_dir, &site->templates, error);
	if (!err)
		err = db_new(site->config, program, sets | DB_SET_SESSION, &site->db, error);
	return err;
}

static int serve(const struct site *site, void *state)
{
	const struct http_program program = {
		.routes = site->routes,
		.route_count = site->route_count,
		.state = state,
		.prefix = site->prefix,
		.arena_cap = ARENA_CAP,
		.body_cap = ANSWER_CAP,
		.failure_status = 500,
		.fail = fail,
		.before = gate_before,
		.after = headers_after,
	};

	return http_serve(&program);
}

static int print_routes(const struct site *site)
{
	for (size_t i = 0; i < site->route_count; i++) {
		const struct http_route *route = &site->routes[i];
		const char *role = route->flags & PAGE_OWNER      ? "owner"
				   : route->flags & PAGE_OPERATOR ? "operator"
								  : "viewer";

		printf("%s{\"method\":\"%s\",\"path\":\"%s\",\"signed_in\":%s,\"role\":\"%s\","
		       "\"json\":%s}%s",
		       i ? ",\n " : "[", http_method_name(route->method), route->pattern,
		       route->flags & PAGE_SIGNED_IN ? "true" : "false", role,
		       route->flags & PAGE_JSON ? "true" : "false",
		       i + 1 == site->route_count ? "]\n" : "");
	}
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}

int site_main(int argc, char **argv, const struct site_program *program)
{
	static struct config config;
	struct site *site = program->state;
	struct led_error error;
	int status = 1;

	if (argc > 1 && strcmp(argv[1], "--routes") == 0)
		return print_routes(site);
	log_open(program->name, LOG_INFO);
	process_guard_memory();
	site->config = &config;
	if (config_load(config_path(argc, argv), &config, &error) ||
	    program->open(program->state, &error) ||
	    open_site(site, program->name, program->sets, &error)) {
		log_error("start_failed", &error);
	} else {
		log_open(program->name, config.log_level);
		status = serve(site, program->state);
	}
	db_close(site->db);
	templates_free(site->templates);
	program->close(program->state);
	return status;
}
