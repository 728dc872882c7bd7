/* What the crypto tests share: the wire's vectors, and keys from text. */
#ifndef CRYPTO_SUPPORT_H
#define CRYPTO_SUPPORT_H

#include "base/file.h"
#include "base/json.h"
#include "base/secret.h"

#include <criterion/criterion.h>
#include <string.h>

/* tests/vectors/wire.json: keys and tokens as the shops' own module makes them. The
 * caller puts it. */
static inline struct json_object *wire_vectors(void)
{
	struct buf text;
	struct led_error error = {0};
	struct json_object *vectors = NULL;
	buf_init(&text, 1 << 20);
	cr_assert_eq(file_read("tests/vectors/wire.json", &text, &error), LED_OK, "%s",
		     error.message);
	cr_assert_eq(json_parse(buf_str(&text), text.len, &vectors, &error), LED_OK, "%s",
		     error.message);
	buf_release(&text);
	return vectors;
}

static inline struct secret secret_of(const char *text)
{
	struct secret secret = {0};
	cr_assert(secret_set(&secret, text, strlen(text)));
	return secret;
}

#endif
