#include "magento/provider.h"
#include "base/text.h"
#include "http/form.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_SHOWN 32 /* bytes of a foreign connector's name that are repeated */

bool magento_wrong_provider(struct http_request *request, struct http_response *response)
{
	struct http_form query;
	char message[128];
	enum led_err err = http_form_parse(request->query, strlen(request->query), request->arena,
					   &query, NULL);
	if (err == LED_VALIDATION)
		http_response_error(response, 400, "bad_request", "The query is malformed.");
	else if (err)
		http_response_error(response, 503, "unavailable",
				    "Temporarily unavailable. Please try again later.");
	if (err)
		return true;
	const char *provider = http_form_get(&query, "provider");
	if (!provider || strcmp(provider, MAGENTO_PROVIDER) == 0)
		return false;
	int len = (int)text_utf8_cut(provider, strlen(provider), NAME_MAX_SHOWN);
	snprintf(message, sizeof message, "tenant has no active %.*s binding", len, provider);
	http_response_error(response, 400, "unknown_provider", message);
	return true;
}
