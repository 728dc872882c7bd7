/* How a run is shown, in the list and on its own page. */
#ifndef DASHBOARD_RUN_VIEW_H
#define DASHBOARD_RUN_VIEW_H

#include "pages/page.h"
#include "store/history.h"

/* Fills `item` with what both pages show of a run. */
void run_view_add(struct page *page, struct json_object *item, const struct history_run *run);

/* Adds {class, code, sentence, to_do} as `key`, unless there is none of the three. Without
 * a message of its own the sentence is what the code means, else what the class means. */
void run_view_problem(struct page *page, struct json_object *parent, const char *key,
		      const char *class, const char *code, const char *message);

#endif
