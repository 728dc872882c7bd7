/* A day's budget split into what may come at once and what flows in. */
#include "store/rate.h"

#include <criterion/criterion.h>

Test(store_rate, no_day_holds_more_than_its_budget)
{
	static const int64_t budgets[] = {1, 2, 11, 12, 13, 1000, 1296000, 100000000};
	for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
		struct rate rate = rate_of_day(RATE_APP, budgets[i]);
		cr_expect_geq(rate.burst, 1);
		cr_expect_eq(rate.burst + rate.a_day, budgets[i], "%lld", (long long)budgets[i]);
	}
}

Test(store_rate, sage_published_figure)
{
	struct rate rate = rate_of_day(RATE_APP, 1296000);
	cr_expect_eq(rate.burst, 108000);
	cr_expect_eq(rate.a_day, 1188000); /* 13.75 a second */
}

Test(store_rate, a_minute_may_come_at_once)
{
	struct rate rate = rate_of_minute("business", 30, true);
	cr_expect_eq(rate.burst - rate.keep, 30);
	cr_expect_eq(rate.a_day, 43200);
}

Test(store_rate, a_job_begins_when_there_is_what_it_may_need)
{
	struct rate begins = rate_of_minute("business", 1, true);
	struct rate goes_on = rate_of_minute("business", 1, false);
	cr_expect_eq(begins.keep + 1, RATE_JOB);
	cr_expect_geq(begins.burst, begins.keep + 1, "a job can begin at any pace");
	cr_expect_eq(goes_on.keep, 0);
	cr_expect_eq(goes_on.burst, begins.burst, "of one bucket");
}
