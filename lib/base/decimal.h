/*
 * Exact decimal numbers: an int64 scaled by a power of ten. Money is a decimal of
 * scale 2, Magento's unit prices scale 4, exchange rates scale 10. Nothing here or
 * above it ever computes with a float. Rounding is half-up, away from zero
 * (-2.345 at scale 2 is -2.35), and happens only where a function says so.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_SCALE_MAX 12
#define DECIMAL_TEXT_MAX  24 /* bytes with the NUL: sign, 19 digits, point, "0." */
#define MONEY_SCALE       2
#define RATE_SCALE        10 /* exchange rates, as Sage is sent them */

struct decimal {
	int64_t units; /* the value is units / 10^scale */
	int scale;     /* 0 … DECIMAL_SCALE_MAX */
};

static inline struct decimal decimal_of(int64_t units, int scale)
{
	return (struct decimal){.units = units, .scale = scale};
}

/* Pennies (cents …) as a decimal. */
static inline struct decimal money_of(int64_t minor)
{
	return decimal_of(minor, MONEY_SCALE);
}

/* Reads JSON's number grammar, exponent included (PHP prints 0.00001 as 1.0e-5), and
 * rounds to `scale`. LED_VALIDATION when it is not a number or does not fit. */
enum led_err decimal_parse(const char *text, size_t len, int scale, struct decimal *out)
	__attribute__((warn_unused_result));

/* Prints with exactly `scale` digits behind the point: "-0.50". `out` has
 * DECIMAL_TEXT_MAX bytes. Returns `out`. */
const char *decimal_print(struct decimal value, char *out);

/* The same without trailing zeros: "0.5", "3". */
const char *decimal_print_short(struct decimal value, char *out);

/* The value at another scale, rounded. LED_VALIDATION on overflow, as all below. */
enum led_err decimal_rescale(struct decimal value, int scale, struct decimal *out)
	__attribute__((warn_unused_result));

/* a + b and a - b at the larger scale, exact. */
enum led_err decimal_add(struct decimal a, struct decimal b, struct decimal *out)
	__attribute__((warn_unused_result));
enum led_err decimal_sub(struct decimal a, struct decimal b, struct decimal *out)
	__attribute__((warn_unused_result));

/* a * b and a / b, rounded once, to `scale`. Division by zero is LED_VALIDATION. */
enum led_err decimal_mul(struct decimal a, struct decimal b, int scale, struct decimal *out)
	__attribute__((warn_unused_result));
enum led_err decimal_div(struct decimal a, struct decimal b, int scale, struct decimal *out)
	__attribute__((warn_unused_result));

/* -1, 0 or 1, whatever the scales. */
int decimal_compare(struct decimal a, struct decimal b);

#endif
