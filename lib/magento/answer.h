/* What a shop's answer means. Pure; used by magento/client.c, apart for its tests. */
#ifndef MAGENTO_ANSWER_H
#define MAGENTO_ANSWER_H

#include "base/error.h"
#include "http/client.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Judges a complete answer by the table of magento/client.h. With LED_OK the caller owns
 * *out. `of_entity`: an entity was asked for, so a 404 may be about it. */
enum led_err magento_answer_judge(const struct http_answer *answer, bool of_entity,
				  struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
