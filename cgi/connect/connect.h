/*
 * ledger-connect: the pages that need keys: the second step of signing in, pairing, Sage's
 * sign-in, letting go.
 */
#ifndef CONNECT_H
#define CONNECT_H

#include "crypto/seal.h"
#include "pages/page.h"
#include "pages/site.h"

struct connect {
	struct site site; /* first: the shared hooks are given the same pointer */
	struct seal_keys *keys;
};

/* One file a page or a few that belong together. */
http_handler code_form, code_submit;
http_handler second_factor_page, second_factor_start, second_factor_finish, second_factor_codes,
	second_factor_off;

#endif
