/* How a binding is shown: in the overview, in the list, on its own page. */
#ifndef DASHBOARD_CONNECTION_VIEW_H
#define DASHBOARD_CONNECTION_VIEW_H

#include "pages/page.h"
#include "store/connection.h"
#include "store/health.h"

/* Fills `item` with names, and with how it is: {id, shop, shop_url, business_name, region, mood,
 * symbol, shape, state}. */
void connection_view_add(struct page *page, struct json_object *item,
			 const struct connection *connection);

/* Adds to item's "notices" what stands in the way, with what to do for those who may. */
void connection_view_notice(struct page *page, struct json_object *item,
			    const struct connection *connection);

/* The shop's address without its scheme. */
const char *connection_view_host(const struct connection *connection);

/* What is said, as item's "refreshing", while reference data are to be read. While they are
 * being read the page looks again by itself. */
void connection_view_refreshing(struct page *page, struct json_object *item,
				const struct connection *connection);

/* The settings that invoices are posted with, as item's "settings"; nothing while there are
 * none. */
void connection_view_settings(struct page *page, struct json_object *item,
			      const struct health_settings *settings);

#endif
