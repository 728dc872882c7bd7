#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

bool secret_set(struct secret *secret, const void *bytes, size_t len)
{
	secret_release(secret);
	if (len > SECRET_MAX)
		return false;
	secret->bytes = malloc(len ? len : 1);
	if (!secret->bytes)
		return false;
	if (len)
		memcpy(secret->bytes, bytes, len);
	secret->len = len;
	return true;
}

void secret_release(struct secret *secret)
{
	if (secret->bytes)
		explicit_bzero(secret->bytes, secret->len);
	free(secret->bytes);
	*secret = (struct secret){0};
}
