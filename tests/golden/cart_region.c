/* The businesses that random carts are sold by: one in each region that Sage serves. */
#include "cart.h"

static const struct cart_region REGIONS[] = {
	{"GB",
	 "GBP",
	 "gb",
	 {{200000, "GB_STANDARD"}, {50000, "GB_LOWER"}},
	 2,
	 "GB_ZERO",
	 "GB_NO_TAX"},
	{"IE",
	 "EUR",
	 "ie",
	 {{230000, "IE_STANDARD"}, {135000, "IE_REDUCED"}},
	 2,
	 "IE_ZERO",
	 "IE_NO_TAX"},
	{"US",
	 "USD",
	 "us",
	 {{88750, "US_NY_CITY"}, {62500, "US_TX_STATE"}},
	 2,
	 "US_NO_TAX",
	 "US_NO_TAX"},
	{"CA", "CAD", "ca", {{149750, "CA_QC"}, {130000, "CA_ON"}}, 2, "CA_ZERO", "CA_ZERO"},
	{"FR",
	 "EUR",
	 "fr",
	 {{200000, "FR_STANDARD"}, {100000, "FR_INTERMEDIATE"}, {55000, "FR_REDUCED"}},
	 3,
	 "FR_EXEMPT",
	 "FR_EXEMPT"},
	{"ES",
	 "EUR",
	 "es",
	 {{210000, "ES_STANDARD"}, {100000, "ES_REDUCED"}},
	 2,
	 "ES_NO_TAX",
	 "ES_NO_TAX"},
	{"DE",
	 "EUR",
	 "de",
	 {{190000, "DE_STANDARD"}, {70000, "DE_REDUCED"}},
	 2,
	 "DE_ZERO",
	 "DE_ZERO"},
};

const struct cart_region *cart_region(void)
{
	return &REGIONS[cart_random(sizeof REGIONS / sizeof REGIONS[0])];
}
