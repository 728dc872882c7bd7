/* The overview's chart: what ended on each of the last 30 days, as bars and as a table. */
#ifndef DASHBOARD_CHART_H
#define DASHBOARD_CHART_H

#include "pages/page.h"

/* Adds "chart" to the page, of the visitor's account; nothing while nothing has ended. */
enum led_err chart_add(struct page *page, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
