/*
 * ledger-dashboard: every page but the connecting ones. The program holds no key and reads
 * no sealed value. Its state is a struct site and nothing more.
 */
#ifndef DASHBOARD_H
#define DASHBOARD_H

#include "pages/page.h"
#include "pages/site.h"

/* One file a page. */
http_handler login_form, login_submit, logout_submit;
http_handler home_page;
http_handler bindings_page, binding_page, binding_pause, binding_resume, binding_refresh;
http_handler sync_page;
http_handler sync_run_page;

#endif
