#include "base/decimal.h"

#include <string.h>

__extension__ typedef __int128 wide; /* holds any product of two int64 exactly */

static wide power_of_ten(int exponent)
{
	wide power = 1;
	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* numerator / denominator, half-up away from zero; denominator > 0. */
static wide divide_half_up(wide numerator, wide denominator)
{
	wide magnitude = numerator < 0 ? -numerator : numerator;
	wide quotient = magnitude / denominator;
	if (magnitude % denominator * 2 >= denominator)
		quotient++;
	return numerator < 0 ? -quotient : quotient;
}

static enum led_err narrow(wide units, int scale, struct decimal *out)
{
	/* INT64_MIN is left out, so that negating a decimal is always safe. */
	if (units > INT64_MAX || units < -INT64_MAX)
		return LED_VALIDATION;
	*out = decimal_of((int64_t)units, scale);
	return LED_OK;
}

#define INPUT_MAX    1000 /* bytes of a number; PHP and Sage print 25 at most */
#define EXPONENT_MAX 9999 /* with at most INPUT_MAX digits, beyond it all is zero or too large */

/* The exponent behind 'e', clamped to ±EXPONENT_MAX. */
static bool parse_exponent(const char **at, const char *end, int *exponent)
{
	bool negative = false;
	const char *s = *at;
	if (s < end && (*s == '+' || *s == '-'))
		negative = *s++ == '-';
	if (s == end || *s < '0' || *s > '9')
		return false;
	int value = 0;
	for (; s < end && *s >= '0' && *s <= '9'; s++)
		value = value < 1000 ? value * 10 + (*s - '0') : EXPONENT_MAX;
	*exponent = negative ? -value : value;
	*at = s;
	return true;
}

struct digits {
	wide value;       /* all digits read, the first 30 of them */
	int point;        /* how many of them stand behind the point */
	bool any, excess; /* excess: more than 30 significant digits before the point */
};

/* 10^29: below it one more digit fits. */
static const wide ROOM_FOR_A_DIGIT = (wide)INT64_C(100000000000000) * INT64_C(1000000000000000);

static void take_digit(struct digits *d, char c, bool fraction)
{
	d->any = true;
	if (d->value < ROOM_FOR_A_DIGIT) {
		d->value = d->value * 10 + (c - '0');
		d->point += fraction;
	} else if (!fraction) {
		d->excess = true;
	}
}

static bool parse_digits(const char **at, const char *end, struct digits *d)
{
	const char *s = *at;
	for (; s < end && *s >= '0' && *s <= '9'; s++)
		take_digit(d, *s, false);
	if (!d->any || (*at[0] == '0' && s - *at > 1))
		return false; /* JSON: no ".5", no "007" */
	if (s < end && *s == '.') {
		const char *fraction = ++s;
		for (; s < end && *s >= '0' && *s <= '9'; s++)
			take_digit(d, *s, true);
		if (s == fraction)
			return false;
	}
	*at = s;
	return true;
}

enum led_err decimal_parse(const char *text, size_t len, int scale, struct decimal *out)
{
	const char *at = text, *end = text + len;
	bool negative = at < end && *at == '-';
	struct digits d = {0};
	int exponent = 0;
	if (negative)
		at++;
	if (len > INPUT_MAX || !parse_digits(&at, end, &d))
		return LED_VALIDATION;
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		if (!parse_exponent(&at, end, &exponent))
			return LED_VALIDATION;
	}
	if (at != end || d.excess)
		return LED_VALIDATION;
	wide value = negative ? -d.value : d.value;
	int shift = scale + exponent - d.point;
	if (d.value == 0 || shift < -36)
		return narrow(0, scale, out);
	if (shift < 0)
		return narrow(divide_half_up(value, power_of_ten(-shift)), scale, out);
	if (shift > 19 || d.value > INT64_MAX)
		return LED_VALIDATION;
	return narrow(value * power_of_ten(shift), scale, out);
}

const char *decimal_print(struct decimal value, char *out)
{
	uint64_t magnitude = value.units < 0 ? 0 - (uint64_t)value.units : (uint64_t)value.units;
	char reversed[DECIMAL_TEXT_MAX];
	size_t count = 0, len = 0;
	for (int digit = 0; digit <= value.scale || magnitude > 0; digit++) {
		if (digit > 0 && digit == value.scale)
			reversed[count++] = '.';
		reversed[count++] = (char)('0' + magnitude % 10);
		magnitude /= 10;
	}
	if (value.units < 0)
		out[len++] = '-';
	while (count > 0)
		out[len++] = reversed[--count];
	out[len] = '\0';
	return out;
}

const char *decimal_print_short(struct decimal value, char *out)
{
	while (value.scale > 0 && value.units % 10 == 0) {
		value.units /= 10;
		value.scale--;
	}
	return decimal_print(value, out);
}

enum led_err decimal_rescale(struct decimal value, int scale, struct decimal *out)
{
	if (scale >= value.scale)
		return narrow(value.units * power_of_ten(scale - value.scale), scale, out);
	return narrow(divide_half_up(value.units, power_of_ten(value.scale - scale)), scale, out);
}

static enum led_err sum(struct decimal a, struct decimal b, int sign, struct decimal *out)
{
	int scale = a.scale > b.scale ? a.scale : b.scale;
	wide x = a.units * power_of_ten(scale - a.scale);
	wide y = b.units * power_of_ten(scale - b.scale);
	return narrow(x + sign * y, scale, out);
}

enum led_err decimal_add(struct decimal a, struct decimal b, struct decimal *out)
{
	return sum(a, b, 1, out);
}

enum led_err decimal_sub(struct decimal a, struct decimal b, struct decimal *out)
{
	return sum(a, b, -1, out);
}

enum led_err decimal_mul(struct decimal a, struct decimal b, int scale, struct decimal *out)
{
	wide product = (wide)a.units * b.units;
	int excess = a.scale + b.scale - scale;
	if (excess >= 0)
		return narrow(divide_half_up(product, power_of_ten(excess)), scale, out);
	if (product > INT64_MAX || product < -INT64_MAX)
		return LED_VALIDATION;
	return narrow(product * power_of_ten(-excess), scale, out);
}

enum led_err decimal_div(struct decimal a, struct decimal b, int scale, struct decimal *out)
{
	if (b.units == 0)
		return LED_VALIDATION;
	wide numerator = b.units < 0 ? -(wide)a.units : a.units;
	wide denominator = b.units < 0 ? -(wide)b.units : b.units;
	/* a/b at `scale` is numerator * 10^(scale + b.scale - a.scale) / denominator. */
	int shift = scale + b.scale - a.scale;
	if (shift < 0)
		denominator *= power_of_ten(-shift);
	/* The shift's digits one by one, as on paper: multiplied out, 1 / rate at scale 10
	 * would not fit. */
	wide magnitude = numerator < 0 ? -numerator : numerator;
	wide quotient = magnitude / denominator, rest = magnitude % denominator;
	for (; shift > 0; shift--) {
		if (quotient > INT64_MAX)
			return LED_VALIDATION;
		rest *= 10;
		quotient = quotient * 10 + rest / denominator;
		rest %= denominator;
	}
	if (rest * 2 >= denominator)
		quotient++;
	return narrow(numerator < 0 ? -quotient : quotient, scale, out);
}

int decimal_compare(struct decimal a, struct decimal b)
{
	int scale = a.scale > b.scale ? a.scale : b.scale;
	wide x = a.units * power_of_ten(scale - a.scale);
	wide y = b.units * power_of_ten(scale - b.scale);
	return (x > y) - (x < y);
}
