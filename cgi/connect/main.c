/* ledger-connect: pairing, signing in to Sage, letting go (FastCGI on descriptor 0). */
#include "connect.h"

#define FORM_MAX 16384 /* bytes of a posted form */
#define STATEMENTS                                                                                 \
	(DB_SET_AUDIT | DB_SET_THROTTLE | DB_SET_CONNECTION | DB_SET_CONNECT | DB_SET_PAIRING |    \
	 DB_SET_MEMBER | DB_SET_MAIL | DB_SET_SECOND_FACTOR | DB_SET_SEAL_USE | DB_SET_PLAN)
#define RINGS    (1U << SEAL_INTAKE | 1U << SEAL_VAULT)
#define OPERATOR (PAGE_SIGNED_IN | PAGE_OPERATOR)
#define OWNER    (PAGE_SIGNED_IN | PAGE_OWNER)

#define SIGNED_IN     PAGE_SIGNED_IN
#define SECOND_FACTOR "/dashboard/members/second-factor"

static const struct http_route ROUTES[] = {
	{HTTP_METHOD_GET, "/login/code", code_form, 0, 0},
	{HTTP_METHOD_POST, "/login/code", code_submit, 0, FORM_MAX},
	{HTTP_METHOD_GET, SECOND_FACTOR, second_factor_page, SIGNED_IN, 0},
	{HTTP_METHOD_POST, SECOND_FACTOR, second_factor_start, SIGNED_IN, FORM_MAX},
	{HTTP_METHOD_POST, SECOND_FACTOR "/finish", second_factor_finish, SIGNED_IN, FORM_MAX},
	{HTTP_METHOD_POST, SECOND_FACTOR "/codes", second_factor_codes, SIGNED_IN, FORM_MAX},
	{HTTP_METHOD_POST, SECOND_FACTOR "/off", second_factor_off, SIGNED_IN, FORM_MAX},
	{HTTP_METHOD_GET, SECOND_FACTOR "/{member}", second_factor_reset_form, OWNER, 0},
	{HTTP_METHOD_POST, SECOND_FACTOR "/{member}/reset", second_factor_reset_submit, OWNER,
	 FORM_MAX},
	{HTTP_METHOD_GET, "/dashboard/connect-magento", connect_magento_form, OPERATOR, 0},
	{HTTP_METHOD_POST, "/dashboard/connect-magento", connect_magento_submit, OPERATOR,
	 FORM_MAX},
	{HTTP_METHOD_POST, "/v1/magento/connect", connect_magento_json, OPERATOR | PAGE_JSON,
	 FORM_MAX},
	{HTTP_METHOD_GET, "/dashboard/connect-sage", connect_sage_form, OPERATOR, 0},
	{HTTP_METHOD_POST, "/dashboard/connect-sage", connect_sage_submit, OPERATOR, FORM_MAX},
	{HTTP_METHOD_GET, "/dashboard/connect-sage/business", business_form, OPERATOR, 0},
	{HTTP_METHOD_POST, "/dashboard/connect-sage/business", business_submit, OPERATOR, FORM_MAX},
	/* Without a session it says so itself: going by the sign-in page would put the code
	 * of its query into another address. */
	{HTTP_METHOD_GET, "/oauth/sage/callback", sage_callback, PAGE_OPERATOR, 0},
	{HTTP_METHOD_POST, "/dashboard/bindings/{binding}/disconnect", disconnect_submit, OPERATOR,
	 FORM_MAX},
};

static enum led_err open_connect(void *state, struct led_error *error)
{
	struct connect *connect = state;
	const struct config *config = connect->site.config;
	const struct http_client_options options = {.allow_http_loopback =
							    config->allow_http_loopback};
	enum led_err err = http_client_global_init(error);

	if (!err)
		err = seal_keys_load(config->key_dir, RINGS, &connect->keys, error);
	if (!err && !(connect->http = http_client_new(&options)))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a client.");
	return err;
}

static void close_connect(void *state)
{
	struct connect *connect = state;

	http_client_free(connect->http);
	seal_keys_free(connect->keys);
}

int main(int argc, char **argv)
{
	static struct connect connect = {
		.site = {.routes = ROUTES, .route_count = sizeof(ROUTES) / sizeof(ROUTES[0])},
	};
	const struct site_program program = {
		.name = "ledger-connect",
		.sets = STATEMENTS,
		.state = &connect,
		.open = open_connect,
		.close = close_connect,
	};

	return site_main(argc, argv, &program);
}
