#include "books/reference.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct reference_tax_rate *books_reference_tax_rate(const struct reference *reference,
							  const char *id)
{
	for (size_t i = 0; id && i < reference->tax_rate_count; i++)
		if (strcmp(reference->tax_rates[i].id, id) == 0)
			return &reference->tax_rates[i];
	return NULL;
}

const char *books_reference_zone(const char *country)
{
	static const struct {
		const char *country;
		const char *zone;
	} zones[] = {
		{"GB", "Europe/London"},   {"IE", "Europe/Dublin"}, {"FR", "Europe/Paris"},
		{"ES", "Europe/Madrid"},   {"DE", "Europe/Berlin"}, {"US", "America/New_York"},
		{"CA", "America/Toronto"},
	};
	for (size_t i = 0; i < COUNT(zones); i++)
		if (strcmp(zones[i].country, country) == 0)
			return zones[i].zone;
	return zones[0].zone;
}
