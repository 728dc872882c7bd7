#include "sage/addresses.h"

#include "sage/js.h"
#include "sage/reference.h"

#include <stdio.h>
#include <string.h>

static const char *const text_fields[] = {"address_line_1", "address_line_2", "city", "region",
					  "postal_code"};
enum { TEXT_FIELDS = sizeof(text_fields) / sizeof(text_fields[0]) };

void address_text(struct json_object *input, char out[ADDRESS_TEXT])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < TEXT_FIELDS; i++) {
		const char *text = js_str(input, text_fields[i]);

		if (text != NULL && *text != '\0' && used < ADDRESS_TEXT)
			used += (size_t)snprintf(out + used, ADDRESS_TEXT - used, "%s%s",
						 used > 0 ? "\n" : "", text);
	}
}

struct json_object *address_json(const struct business *business, struct json_object *input,
				 const char *id)
{
	const char *country = js_str(input, "country_id");
	const char *group = js_str(input, "country_group_id");
	struct json_object *out;
	char text[ADDRESS_TEXT];

	if (input == NULL)
		return NULL;
	address_text(input, text);
	out = js_base("addresses", id, text);
	for (size_t i = 0; i < TEXT_FIELDS; i++)
		js_share(out, input, text_fields[i]);
	if (group == NULL && country != NULL)
		group = seed_country_group(country);
	js_put(out, "country", reference_base(business, "countries", country));
	js_put(out, "country_group", reference_base(business, "country_groups", group));
	js_put(out, "address_type",
	       reference_base(business, "address_types", js_str(input, "address_type_id")));
	if (js_get(input, "name") != NULL) /* a contact's address, not a document's */
		js_share(out, input, "name");
	if (js_get(input, "is_main_address") != NULL)
		js_share(out, input, "is_main_address");
	return out;
}
