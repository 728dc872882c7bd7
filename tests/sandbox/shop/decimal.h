/*
 * Exact decimals: a long long counts ten-thousandths (Magento's decimal(20,4)).
 * Written on purpose without a look at the product's own money code.
 */
#ifndef SHOP_DECIMAL_H
#define SHOP_DECIMAL_H

#include <json-c/json.h>
#include <stdbool.h>

#define DECIMAL_ONE 10000LL

/* A JSON number or numeric text with at most four decimals, below 10^12. */
bool decimal_read(struct json_object *value, long long *out);
/* The number as PHP prints it: 100, 50.5, -17.55. New reference. */
struct json_object *decimal_json(long long value);
/* a * b / divisor, rounded half away from zero to `unit` (100 = two decimals). */
long long decimal_scale(long long a, long long b, long long divisor, long long unit);

#endif
