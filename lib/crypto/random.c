#include "crypto/random.h"
#include "base/text.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum led_err random_bytes(void *out, size_t len)
{
	return RAND_bytes(out, (int)len) == 1 ? LED_OK : LED_INTERNAL;
}

enum led_err random_hex(char *out, size_t len)
{
	unsigned char bytes[64];
	if (len > sizeof bytes || random_bytes(bytes, len))
		return LED_INTERNAL;
	text_hex(bytes, len, out);
	explicit_bzero(bytes, sizeof bytes);
	return LED_OK;
}

enum led_err random_uuid(char *out)
{
	unsigned char b[16];
	char hex[33];
	if (random_bytes(b, sizeof b))
		return LED_INTERNAL;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	text_hex(b, sizeof b, hex);
	snprintf(out, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		 hex + 20);
	return LED_OK;
}
