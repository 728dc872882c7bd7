/*
 * ledgerctl: the operator's command line. main.c holds the table of commands; each is
 * one file with its options and one function. Exit status: 0 done, 1 refused or failed,
 * 2 the command line is wrong.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/config.h"
#include "base/error.h"
#include "base/secret.h"
#include "db/db.h"

#include <stdbool.h>

#define CTL_OPTIONS_MAX 12
#define CTL_USER        "ledgerctl" /* the MariaDB user */

struct ctl_option {
	const char *name;     /* "--account"; "CODE": a word without a name of its own */
	const char *argument; /* "NAME" as help shows it; NULL: a flag */
	bool required;
	const char *help;
};

struct ctl;

struct ctl_command {
	const char *name; /* one or two words: "keys init" */
	const char *summary;
	struct ctl_option options[CTL_OPTIONS_MAX]; /* ends with a zeroed one */
	enum led_err (*run)(struct ctl *ctl, struct led_error *error);
	bool no_config; /* reads neither configuration nor database */
};

/* One invocation. */
struct ctl {
	const struct ctl_command *command;
	const char *config_path;
	struct config config;
	bool json;
	const char *values[CTL_OPTIONS_MAX]; /* of the command's options; "" for a flag given */
	struct json_object *result; /* printed by main under --json; if empty, only of success */
};

/* By topic, in the order of the help. */
extern const struct ctl_command ctl_migrate, ctl_status, ctl_explain;
extern const struct ctl_command ctl_keys_init, ctl_keys_rotate, ctl_keys_rewrap, ctl_keys_retire,
	ctl_keys_status;
extern const struct ctl_command ctl_account_add, ctl_account_list;
extern const struct ctl_command ctl_user_add, ctl_user_list, ctl_user_remove, ctl_user_password,
	ctl_user_reset_second_factor;
extern const struct ctl_command ctl_binding_add, ctl_binding_list, ctl_binding_show,
	ctl_binding_pause, ctl_binding_resume, ctl_binding_revoke;
extern const struct ctl_command ctl_policy_get, ctl_policy_set, ctl_policy_validate;
extern const struct ctl_command ctl_plan_list, ctl_plan_put, ctl_plan_set;
extern const struct ctl_command ctl_preview, ctl_xref_link, ctl_push_state, ctl_backfill,
	ctl_reconcile;
extern const struct ctl_command ctl_audit_verify;

/* The value given for an option, NULL when it was not. */
const char *ctl_value(const struct ctl *ctl, const char *option);

/* Fails with exit status 2: `option` (as "--region") was given something it cannot be. */
enum led_err ctl_bad_value(struct led_error *error, const char *option, const char *expected);

/* A sentence on standard output; nothing under --json, whose answer is ctl->result. */
void ctl_say(const struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Advice on standard error. */
void ctl_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A member of ctl->result; memory that is short fails the command in main. */
void ctl_result(struct ctl *ctl, const char *key, struct json_object *value);

/* Connects as ledgerctl with the statements of `sets`; when the schema is not there or is
 * older than this program, the error says to migrate. */
enum led_err ctl_open(const struct ctl *ctl, unsigned sets, struct db **db, struct led_error *error)
	__attribute__((warn_unused_result));

/* Reads a secret from the file that `option` names ("-": standard input), without the
 * white space around it. The caller releases it. */
enum led_err ctl_read_secret(const struct ctl *ctl, const char *option, struct secret *secret,
			     struct led_error *error) __attribute__((warn_unused_result));

/* Warns about files with secrets that every user of this machine can read. */
void ctl_check_modes(const struct ctl *ctl);

#endif
