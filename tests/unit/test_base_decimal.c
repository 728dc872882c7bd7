/* Decimals: by tables, then against schoolbook arithmetic on arrays of digits. */
#include "base/decimal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static enum led_err parse(const char *text, int scale, struct decimal *out)
{
	return decimal_parse(text, strlen(text), scale, out);
}

Test(base_decimal, parse)
{
	static const struct {
		const char *text;
		int scale;
		const char *expected; /* NULL: refused */
	} cases[] = {
		{"0", 2, "0.00"},
		{"-0", 2, "0.00"},
		{"-0.0", 2, "0.00"},
		{"50", 2, "50.00"},
		{"50.5", 2, "50.50"},
		{"19.99", 4, "19.9900"},
		{"1.0e-5", 10, "0.0000100000"}, /* as PHP prints 0.00001 */
		{"1.0E+2", 2, "100.00"},
		{"1e2", 0, "100"},
		{"123456e-3", 2, "123.46"},
		/* ties go away from zero */
		{"0.005", 2, "0.01"},
		{"-0.005", 2, "-0.01"},
		{"2.345", 2, "2.35"},
		{"-2.345", 2, "-2.35"},
		{"2.3449999999999999999999999999999999999999", 2, "2.34"},
		{"2.345000000000000000000000000000000000001", 2, "2.35"},
		{"0.5", 0, "1"},
		{"0.49", 0, "0"},
		/* the ends of the range */
		{"92233720368547758.07", 2, "92233720368547758.07"},
		{"-92233720368547758.07", 2, "-92233720368547758.07"},
		{"92233720368547758.08", 2, NULL},
		{"-92233720368547758.08", 2, NULL},
		{"92233720368547758.074", 2, "92233720368547758.07"},
		{"92233720368547758.075", 2, NULL},
		{"9223372036854775807", 0, "9223372036854775807"},
		{"9223372036854775808", 0, NULL},
		{"1e19", 0, NULL},
		{"1e18", 0, "1000000000000000000"},
		{"1e99999999999999", 0, NULL},
		{"1e-99999999999999", 2, "0.00"},
		{"0e99999999999999", 2, "0.00"},
		{"99999999999999999999999999999999", 0, NULL},
		{"99999999999999999999999999999999e-30", 2, NULL}, /* beyond 30 digits: refused */
		{"999999999999999999999999999999e-28", 2, "100.00"},
		/* JSON's grammar and nothing else */
		{"", 2, NULL},
		{"-", 2, NULL},
		{"+1", 2, NULL},
		{".5", 2, NULL},
		{"5.", 2, NULL},
		{"01", 2, NULL},
		{"00", 2, NULL},
		{"-01", 2, NULL},
		{"1e", 2, NULL},
		{"1e+", 2, NULL},
		{"1.e1", 2, NULL},
		{"1 ", 2, NULL},
		{" 1", 2, NULL},
		{"1,5", 2, NULL},
		{"0x10", 2, NULL},
		{"NaN", 2, NULL},
		{"1e1.5", 2, NULL},
		{"--1", 2, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decimal value;
		char text[DECIMAL_TEXT_MAX];
		enum led_err err = parse(cases[i].text, cases[i].scale, &value);
		cr_expect_eq(err, cases[i].expected ? LED_OK : LED_VALIDATION, "%s", cases[i].text);
		if (!err && cases[i].expected)
			cr_expect_str_eq(decimal_print(value, text), cases[i].expected, "%s",
					 cases[i].text);
	}
}

/* A number may say the same in a roundabout way, but not at any length. */
Test(base_decimal, parse_long_numbers)
{
	char text[1200];
	struct decimal value;
	int n = snprintf(text, sizeof text, "0.%0*d1e%d", 900, 0, 901);
	cr_assert_eq(decimal_parse(text, (size_t)n, 2, &value), LED_OK);
	cr_assert_eq(value.units, 100);
	n = snprintf(text, sizeof text, "0.%0*d1e%d", 990, 0, 10000);
	cr_assert_eq(decimal_parse(text, (size_t)n, 2, &value), LED_VALIDATION,
		     "10^9009, whatever a clamped exponent makes of it");
	n = snprintf(text, sizeof text, "0.%0*d1", 1100, 0);
	cr_assert_eq(decimal_parse(text, (size_t)n, 2, &value), LED_VALIDATION);
}

Test(base_decimal, print)
{
	static const struct {
		int64_t units;
		int scale;
		const char *full, *brief;
	} cases[] = {
		{0, 0, "0", "0"},
		{0, 2, "0.00", "0"},
		{-50, 2, "-0.50", "-0.5"},
		{5, 2, "0.05", "0.05"},
		{300, 2, "3.00", "3"},
		{1000, 0, "1000", "1000"},
		{-1, 12, "-0.000000000001", "-0.000000000001"},
		{INT64_MAX, 12, "9223372.036854775807", "9223372.036854775807"},
		{-INT64_MAX, 0, "-9223372036854775807", "-9223372036854775807"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[DECIMAL_TEXT_MAX];
		struct decimal value = decimal_of(cases[i].units, cases[i].scale);
		cr_expect_str_eq(decimal_print(value, text), cases[i].full);
		cr_expect_str_eq(decimal_print_short(value, text), cases[i].brief);
	}
}

Test(base_decimal, rescale_add_compare)
{
	struct decimal out;
	cr_assert_eq(decimal_rescale(decimal_of(12345, 4), 2, &out), LED_OK);
	cr_assert_eq(out.units, 123);
	cr_assert_eq(decimal_rescale(decimal_of(-12350, 4), 2, &out), LED_OK);
	cr_assert_eq(out.units, -124);
	cr_assert_eq(decimal_rescale(decimal_of(7, 0), 12, &out), LED_OK);
	cr_assert_eq(out.units, 7000000000000);
	cr_assert_eq(decimal_rescale(decimal_of(9223373, 0), 12, &out), LED_VALIDATION);
	cr_assert_eq(decimal_add(decimal_of(1, 0), decimal_of(1, 4), &out), LED_OK);
	cr_assert_eq(out.units, 10001);
	cr_assert_eq(out.scale, 4);
	cr_assert_eq(decimal_sub(money_of(1), money_of(2), &out), LED_OK);
	cr_assert_eq(out.units, -1);
	cr_assert_eq(decimal_add(money_of(INT64_MAX), money_of(1), &out), LED_VALIDATION);
	cr_assert_eq(decimal_sub(money_of(-INT64_MAX), money_of(1), &out), LED_VALIDATION);
	cr_assert_eq(decimal_compare(decimal_of(10, 1), decimal_of(1, 0)), 0);
	cr_assert_eq(decimal_compare(decimal_of(INT64_MAX, 0), decimal_of(INT64_MAX, 12)), 1);
	cr_assert_eq(decimal_compare(decimal_of(-1, 2), decimal_of(0, 0)), -1);
}

Test(base_decimal, mul_div)
{
	struct decimal out;
	cr_assert_eq(decimal_mul(money_of(1999), decimal_of(20, 2), 2, &out), LED_OK);
	cr_assert_eq(out.units, 400); /* 3.998 */
	cr_assert_eq(decimal_mul(money_of(-5), decimal_of(1, 1), 2, &out), LED_OK);
	cr_assert_eq(out.units, -1); /* -0.005: the tie goes away from zero */
	cr_assert_eq(decimal_mul(decimal_of(2, 0), decimal_of(3, 0), 12, &out), LED_OK);
	cr_assert_eq(out.units, 6000000000000);
	cr_assert_eq(decimal_mul(money_of(INT64_MAX), money_of(101), 2, &out), LED_VALIDATION);
	cr_assert_eq(decimal_div(money_of(100), money_of(300), 2, &out), LED_OK);
	cr_assert_eq(out.units, 33);
	cr_assert_eq(decimal_div(money_of(-100), money_of(800), 2, &out), LED_OK);
	cr_assert_eq(out.units, -13);
	cr_assert_eq(decimal_div(money_of(1), money_of(0), 2, &out), LED_VALIDATION);
	cr_assert_eq(decimal_div(money_of(0), money_of(0), 2, &out), LED_VALIDATION);
	cr_assert_eq(decimal_div(decimal_of(INT64_MAX, 0), decimal_of(1, 1), 0, &out),
		     LED_VALIDATION);
}

/* Sage's exchange rate is one over the shop's, both of scale 10. */
Test(base_decimal, div_inverts_a_rate)
{
	struct decimal rate, out;
	char text[DECIMAL_TEXT_MAX];
	cr_assert_eq(parse("1.17", RATE_SCALE, &rate), LED_OK);
	cr_assert_eq(decimal_div(decimal_of(1, 0), rate, RATE_SCALE, &out), LED_OK);
	cr_assert_str_eq(decimal_print(out, text), "0.8547008547");
	cr_assert_eq(decimal_div(decimal_of(1, 0), decimal_of(1000000000000, 12), 12, &out),
		     LED_OK);
	cr_assert_str_eq(decimal_print_short(out, text), "1");
	cr_assert_eq(decimal_div(decimal_of(1, 0), decimal_of(1, 12), 12, &out), LED_VALIDATION);
}

/* --- Schoolbook arithmetic: numbers as arrays of decimal digits, the lowest first. --- */

#define DIGITS 96
struct big {
	unsigned char d[DIGITS];
};

static struct big big_of(uint64_t n)
{
	struct big big = {{0}};
	for (int i = 0; n; n /= 10)
		big.d[i++] = (unsigned char)(n % 10);
	return big;
}

static struct big big_mul(const struct big *a, const struct big *b)
{
	struct big out = {{0}};
	for (int i = 0; i < DIGITS; i++) {
		unsigned carry = 0;
		for (int j = 0; i + j < DIGITS; j++) {
			unsigned digit = (unsigned)(out.d[i + j] + a->d[i] * b->d[j]) + carry;
			out.d[i + j] = (unsigned char)(digit % 10);
			carry = digit / 10;
		}
		cr_assert_eq(carry, 0U);
	}
	return out;
}

static struct big big_add(const struct big *a, const struct big *b)
{
	struct big out = {{0}};
	unsigned carry = 0;
	for (int i = 0; i < DIGITS; i++) {
		unsigned digit = (unsigned)(a->d[i] + b->d[i]) + carry;
		out.d[i] = (unsigned char)(digit % 10);
		carry = digit / 10;
	}
	return out;
}

/* a * 10^places; of negative places the cut-off digits round half-up. */
static struct big big_shift(const struct big *a, int places)
{
	struct big out = {{0}}, one = big_of(1);
	for (int i = 0; i < DIGITS; i++)
		if (i - places >= 0 && i - places < DIGITS)
			out.d[i] = a->d[i - places];
	if (places < 0 && a->d[-places - 1] >= 5)
		out = big_add(&out, &one);
	return out;
}

static int big_compare(const struct big *a, const struct big *b)
{
	for (int i = DIGITS - 1; i >= 0; i--)
		if (a->d[i] != b->d[i])
			return a->d[i] < b->d[i] ? -1 : 1;
	return 0;
}

static uint64_t random_state = 88172645463325252U;
static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Of every magnitude alike, so that small numbers and ties come up too. */
static struct decimal random_decimal(void)
{
	int64_t units = (int64_t)(next_random() >> (1 + next_random() % 63));
	if (next_random() % 8 == 0)
		units = units / 1000 * 1000 + 500;
	if (units < 0 || units == INT64_MAX)
		units = 5;
	return decimal_of(next_random() & 1 ? -units : units,
			  (int)(next_random() % (DECIMAL_SCALE_MAX + 1)));
}

static uint64_t magnitude(struct decimal value)
{
	return (uint64_t)(value.units < 0 ? -value.units : value.units);
}

static void expect(enum led_err err, struct decimal got, const struct big *units, bool negative,
		   const char *what)
{
	struct big max = big_of(INT64_MAX), zero = big_of(0);
	if (big_compare(units, &max) > 0) {
		cr_assert_eq(err, LED_VALIDATION, "%s should overflow", what);
		return;
	}
	struct big mine = big_of(magnitude(got));
	cr_assert_eq(err, LED_OK, "%s refused", what);
	cr_assert_eq(big_compare(&mine, units), 0, "%s: %lld", what, (long long)got.units);
	cr_assert_eq(got.units < 0, negative && big_compare(units, &zero) != 0, "%s", what);
}

Test(base_decimal, property_mul)
{
	for (int i = 0; i < 20000; i++) {
		struct decimal a = random_decimal(), b = random_decimal(), out = {0};
		int scale = (int)(next_random() % (DECIMAL_SCALE_MAX + 1));
		struct big x = big_of(magnitude(a)), y = big_of(magnitude(b));
		struct big product = big_mul(&x, &y);
		struct big units = big_shift(&product, scale - a.scale - b.scale);
		enum led_err err = decimal_mul(a, b, scale, &out);
		expect(err, out, &units, (a.units < 0) != (b.units < 0), "mul");
	}
}

/* q is |a| / |b| rounded half-up exactly when 2bq <= 2a + b < 2b(q + 1). */
Test(base_decimal, property_div)
{
	int fitted = 0;
	for (int i = 0; i < 20000; i++) {
		struct decimal a = random_decimal(), b = random_decimal(), out = {0};
		int scale = (int)(next_random() % (DECIMAL_SCALE_MAX + 1));
		enum led_err err = decimal_div(a, b, scale, &out);
		if (b.units == 0) {
			cr_assert_eq(err, LED_VALIDATION);
			continue;
		}
		int shift = scale + b.scale - a.scale;
		struct big two = big_of(2), x = big_of(magnitude(a)), y = big_of(magnitude(b));
		struct big top = big_shift(&x, shift > 0 ? shift : 0);
		struct big bottom = big_shift(&y, shift < 0 ? -shift : 0);
		top = big_mul(&top, &two);
		top = big_add(&top, &bottom);
		bottom = big_mul(&bottom, &two);
		struct big q = big_of(err ? (uint64_t)INT64_MAX + 1 : magnitude(out));
		struct big low = big_mul(&bottom, &q);
		struct big high = big_add(&low, &bottom);
		cr_assert(big_compare(&low, &top) <= 0, "%lld/%d by %lld/%d at %d",
			  (long long)a.units, a.scale, (long long)b.units, b.scale, scale);
		if (err)
			continue;
		cr_assert(big_compare(&top, &high) < 0);
		cr_assert(out.units == 0 || (out.units < 0) == ((a.units < 0) != (b.units < 0)));
		fitted++;
	}
	cr_assert_gt(fitted, 5000);
}

Test(base_decimal, property_rescale_and_text)
{
	for (int i = 0; i < 20000; i++) {
		struct decimal a = random_decimal(), out = {0}, back = {0};
		char text[DECIMAL_TEXT_MAX];
		int scale = (int)(next_random() % (DECIMAL_SCALE_MAX + 1));
		struct big x = big_of(magnitude(a));
		struct big units = big_shift(&x, scale - a.scale);
		expect(decimal_rescale(a, scale, &out), out, &units, a.units < 0, "rescale");
		decimal_print(a, text);
		cr_assert_lt(strlen(text), DECIMAL_TEXT_MAX);
		cr_assert_eq(parse(text, a.scale, &back), LED_OK, "%s", text);
		cr_assert_eq(back.units, a.units, "%s", text);
		enum led_err err = parse(text, scale, &back);
		expect(err, back, &units, a.units < 0, text);
		cr_assert_eq(parse(decimal_print_short(a, text), a.scale, &back), LED_OK);
		cr_assert_eq(decimal_compare(a, back), 0);
	}
}
