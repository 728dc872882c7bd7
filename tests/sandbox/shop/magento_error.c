#include "shop/magento_error.h"

#include "shop/magento_json.h"
#include "shop/mem.h"

#include <stdlib.h>

void magento_error(struct sb_reply *reply, int status, const char *message,
		   struct json_object *parameters, struct json_object *errors)
{
	struct json_object *body = json_object_new_object();
	char *text;

	magento_json_add_text(body, "message", message);
	magento_json_add(body, "errors", errors);
	magento_json_add(body, "parameters", parameters);
	text = magento_json(body, MAGENTO_JSON_PLAIN);
	sb_reply_text(reply, status, "application/json; charset=utf-8", text);
	free(text);
	json_object_put(body);
}

void magento_error_unauthorized(struct sb_reply *reply)
{
	struct json_object *parameters = json_object_new_object();

	magento_json_add_text(parameters, "resources", "Byte8_Client::byte8_webapi");
	magento_error(reply, 401, "The consumer isn't authorized to access %resources.", parameters,
		      NULL);
}

void magento_error_route(struct sb_reply *reply)
{
	magento_error(reply, 404, "Request does not match any route.", NULL, NULL);
}

void magento_error_internal(struct sb_reply *reply)
{
	char id[14];
	char *message;

	/* PHP's uniqid(): 13 hex digits. */
	sb_random_hex(id, 6);
	id[12] = '0';
	id[13] = '\0';
	message = mem_format("Internal Error. Details are available in Magento log file. "
			     "Report ID: webapi-%s",
			     id);
	magento_error(reply, 500, message, NULL, NULL);
	free(message);
}

void magento_error_required(struct sb_reply *reply, const char *const *names, size_t n)
{
	static const char sentence[] = "\"%fieldName\" is required. Enter and try again.";
	struct json_object *errors = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_new_object();
		struct json_object *parameters = json_object_new_object();

		magento_json_add_text(parameters, "fieldName", names[i]);
		magento_json_add_text(one, "message", sentence);
		magento_json_add(one, "parameters", json_object_get(parameters));
		json_object_array_add(errors, one);
		if (n == 1)
			magento_error(reply, 400, sentence, json_object_get(parameters), NULL);
		json_object_put(parameters);
	}
	if (n > 1)
		magento_error(reply, 400, "One or more input exceptions have occurred.", NULL,
			      json_object_get(errors));
	json_object_put(errors);
}

void magento_error_type(struct sb_reply *reply, const char *value, const char *type)
{
	char *message = mem_format("The \"%s\" value's type is invalid. The \"%s\" type was "
				   "expected. Verify and try again.",
				   value, type);

	magento_error(reply, 400, message, NULL, NULL);
	free(message);
}
