/*
 * Faults on demand in the shop's REST answers. The list wants the shop's lock;
 * faults_before and faults_after do not (they may sleep).
 */
#ifndef SHOP_FAULTS_H
#define SHOP_FAULTS_H

#include "common/server.h"

#include <json-c/json.h>
#include <stdbool.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_500,       /* Magento's "Internal Error" body */
	FAULT_503,       /* the maintenance page, HTML */
	FAULT_401,       /* as for a bad token */
	FAULT_ROUTE,     /* 404: module not installed */
	FAULT_CUT,       /* the connection is closed without an answer */
	FAULT_SLOW,      /* the right answer, `ms` late */
	FAULT_TRUNCATED, /* the first half of the right answer */
	FAULT_HTML,      /* 200 with a page of HTML */
	FAULT_HUGE,      /* 200 with `bytes` of JSON that would never end */
	FAULT_REDIRECT,  /* 302 to `location` */
};

struct fault {
	enum fault_kind kind;
	char *match; /* part of "METHOD /path"; NULL = every call */
	char *location;
	long count; /* calls left; -1 = for ever */
	long ms;    /* waits so long in any case */
	long bytes;
	bool after; /* do the work first, then spoil the answer */
};

struct fault_list {
	struct fault *items; /* owned */
	size_t count;
};

void faults_clear(struct fault_list *list);
/* Adds from {"fault","match","count","ms","bytes","location","after"}; false: unknown. */
bool faults_add(struct fault_list *list, struct json_object *in);
struct json_object *faults_json(const struct fault_list *list);
const char *fault_name(enum fault_kind kind);

/* Takes the first fault that matches and counts it down. The copy owns `location`. */
bool faults_take(struct fault_list *list, const char *method, const char *path, struct fault *out);

/* Sleeps; true when the fault is the whole answer and the work is not to be done. */
bool faults_before(const struct fault *fault, struct sb_reply *reply);
/* Spoils an answer that is there. */
void faults_after(const struct fault *fault, struct sb_reply *reply);
void fault_release(struct fault *fault);

void faults_sleep(long ms);

#endif
