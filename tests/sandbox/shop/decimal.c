#include "shop/decimal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool decimal_read(struct json_object *value, long long *out)
{
	const char *at = value != NULL ? json_object_get_string(value) : NULL;
	bool negative, digits = false;
	long long n = 0;
	int decimals = -1;

	if (at == NULL || json_object_is_type(value, json_type_boolean))
		return false;
	negative = *at == '-';
	for (at += negative; *at != '\0'; at++) {
		if (*at == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (!isdigit((unsigned char)*at) || n >= 1000000000000LL * DECIMAL_ONE / 10)
			return false;
		if (decimals >= 4) {
			if (*at != '0')
				return false;
			continue;
		}
		digits = true;
		n = n * 10 + (*at - '0');
		decimals += decimals >= 0;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 4; decimals++)
		n *= 10;
	*out = negative ? -n : n;
	return digits;
}

struct json_object *decimal_json(long long value)
{
	long long whole = (value < 0 ? -value : value) / DECIMAL_ONE;
	long long rest = (value < 0 ? -value : value) % DECIMAL_ONE;
	char text[40];
	size_t len;

	if (rest == 0)
		return json_object_new_int64(value / DECIMAL_ONE);
	snprintf(text, sizeof(text), "%s%lld.%04lld", value < 0 ? "-" : "", whole, rest);
	for (len = strlen(text); text[len - 1] == '0'; len--)
		text[len - 1] = '\0';
	/* The double is never read: only its text is printed. */
	return json_object_new_double_s(0.0, text);
}

long long decimal_scale(long long a, long long b, long long divisor, long long unit)
{
	__int128 product = (__int128)a * b;
	__int128 step = (__int128)divisor * unit;
	bool negative = product < 0;

	if (negative)
		product = -product;
	product = (2 * product + step) / (2 * step) * unit;
	return (long long)(negative ? -product : product);
}
