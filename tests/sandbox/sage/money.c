#include "sage/money.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECIMALS = 10, INTEGER_DIGITS = 12, DIGITS_MAX = 64, EXPONENT_MAX = 40 };

#define PENNY ((dec10)100000000) /* 0.01 in units of 1e-10 */

static dec10 divide_half_up(dec10 value, dec10 by)
{
	dec10 magnitude = value < 0 ? -value : value;
	dec10 rounded = (magnitude + by / 2) / by;

	return value < 0 ? -rounded : rounded;
}

/* Reads digits and at most one point; returns where it stopped. `point` is the
 * number of digits before the point. */
static const char *read_digits(const char *text, char digits[DIGITS_MAX], int *count, int *point)
{
	*count = 0;
	*point = -1;
	for (; isdigit((unsigned char)*text) || (*text == '.' && *point < 0); text++) {
		if (*text == '.')
			*point = *count;
		else if (*count < DIGITS_MAX)
			digits[(*count)++] = *text;
		else if (*point < 0)
			return NULL; /* a whole number of more than 64 digits */
	}
	if (*point < 0)
		*point = *count;
	return text;
}

bool dec10_parse(const char *text, dec10 *out)
{
	char digits[DIGITS_MAX];
	bool negative = *text == '-';
	dec10 value = 0;
	int count;
	int point;

	text = read_digits(text + (negative || *text == '+'), digits, &count, &point);
	if (text == NULL || count == 0)
		return false;
	if (*text == 'e' || *text == 'E') {
		char *end;
		long exponent = strtol(text + 1, &end, 10);

		if (end == text + 1 || exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
			return false;
		point += (int)exponent;
		text = end;
	}
	if (*text != '\0')
		return false;
	for (int i = 0; i < count && i < point; i++) {
		value = value * 10 + (digits[i] - '0');
		if (value >= (dec10)1000000000000)
			return false;
	}
	for (int i = count; i < point; i++) { /* 12e3 */
		value *= 10;
		if (value >= (dec10)1000000000000)
			return false;
	}
	for (int i = point; i < point + DECIMALS; i++)
		value = value * 10 + (i >= 0 && i < count ? digits[i] - '0' : 0);
	*out = negative ? -value : value;
	return true;
}

bool dec10_of(struct json_object *value, dec10 *out)
{
	switch (json_object_get_type(value)) {
	case json_type_int:
	case json_type_string:
	case json_type_double: /* json-c keeps the number's text as it was sent */
		return dec10_parse(json_object_get_string(value), out);
	default:
		return false;
	}
}

int64_t dec10_pennies(dec10 value)
{
	return (int64_t)divide_half_up(value, PENNY);
}

dec10 dec10_of_pennies(int64_t pennies)
{
	return (dec10)pennies * PENNY;
}

dec10 dec10_inverse(dec10 value)
{
	dec10 magnitude = value < 0 ? -value : value;
	dec10 inverse = divide_half_up(DEC10_ONE * DEC10_ONE, magnitude);

	return value < 0 ? -inverse : inverse;
}

int64_t pennies_times(int64_t pennies, dec10 factor)
{
	return (int64_t)divide_half_up((dec10)pennies * factor, DEC10_ONE);
}

int64_t pennies_percent(int64_t pennies, dec10 percent)
{
	return (int64_t)divide_half_up((dec10)pennies * percent, DEC10_ONE * 100);
}

void dec10_text(dec10 value, char out[DEC10_TEXT])
{
	bool negative = value < 0;
	dec10 magnitude = negative ? -value : value;
	size_t len;

	snprintf(out, DEC10_TEXT, "%s%lld.%010lld", negative ? "-" : "",
		 (long long)(magnitude / DEC10_ONE), (long long)(magnitude % DEC10_ONE));
	for (len = strlen(out); out[len - 1] == '0' && out[len - 2] != '.'; len--)
		out[len - 1] = '\0';
}

struct json_object *dec10_json(dec10 value)
{
	char text[DEC10_TEXT];

	dec10_text(value, text);
	return json_object_new_string(text);
}

struct json_object *pennies_json(int64_t pennies)
{
	return dec10_json(dec10_of_pennies(pennies));
}
