/*
 * Adoption: Sage refuses a new record because one holds its reference, or its item code,
 * already. Sage's search is fuzzy, so what it finds is compared to the letter.
 */
#ifndef WORKER_ADOPT_H
#define WORKER_ADOPT_H

#include "store/xref.h"
#include "worker.h"

#include <json-c/json.h>

struct adoption {
	const char *path;   /* "/contacts" */
	const char *member; /* "reference" or "item_code" */
	const char *wanted; /* its value */
	const char *email;  /* a contact's, which must agree too; NULL: any */
	/* A contact's currency, which must agree too; NULL: any. */
	const char *currency;
};

/* Fills `xref` with Sage's record; xref->found is false when there is none. Its digest is that of
 * nothing: what we would send was not sent yet, so an update follows. */
enum led_err adopt(struct task *task, const struct adoption *adoption, struct xref *xref,
		   struct led_error *error) __attribute__((warn_unused_result));

#endif
