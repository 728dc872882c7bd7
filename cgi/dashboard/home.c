/* /dashboard: the overview is not built yet; the sync history is what there is to see. */
#include "dashboard.h"

enum led_err home_page(void *program, struct http_request *request, struct http_response *response,
		       struct led_error *error)
{
	(void)error;
	page_redirect(program, request, response, "/dashboard/sync");
	return LED_OK;
}
