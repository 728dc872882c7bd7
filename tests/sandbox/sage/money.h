/*
 * Exact decimals for the sandbox. Money is a count of hundredths in int64_t
 * ("pennies" whatever the currency); quantities, percentages and exchange rates
 * are a count of 1e-10 in a 128-bit integer. Nothing is ever a binary fraction.
 *
 * Rounding is half-up on the magnitude, as 41.625 + 8.325 booked as 49.96 shows.
 */
#ifndef SAGE_MONEY_H
#define SAGE_MONEY_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

typedef __int128 dec10;

#define DEC10_ONE ((dec10)10000000000)

enum { DEC10_TEXT = 48 };

/* A JSON number or numeric string: sign, digits, point, exponent. Digits past
 * the tenth decimal are dropped, which no rounding to two decimals can notice.
 * False when it is not a number or reaches 1e12. */
bool dec10_parse(const char *text, dec10 *out);
/* The same for a JSON value, from the number's own text. */
bool dec10_of(struct json_object *value, dec10 *out);

int64_t dec10_pennies(dec10 value);
dec10 dec10_of_pennies(int64_t pennies);
/* 1 / value with ten decimals; value must not be 0. */
dec10 dec10_inverse(dec10 value);

int64_t pennies_times(int64_t pennies, dec10 factor);
int64_t pennies_percent(int64_t pennies, dec10 percent);

/* The wire's form: at least one decimal, no padding ("30.0", "8.333"). */
void dec10_text(dec10 value, char out[DEC10_TEXT]);
struct json_object *dec10_json(dec10 value);
struct json_object *pennies_json(int64_t pennies);

#endif
