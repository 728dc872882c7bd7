#include "alert.h"
#include "base/log.h"
#include "store/mail.h"

#include <string.h>

static const struct {
	const char *status; /* of either side of a binding */
	enum letter letter;
} ALERTS[] = {
	{"reconnect_needed", LETTER_SAGE_RECONNECT},
	{"no_subscription", LETTER_SAGE_NO_SUBSCRIPTION},
	{"access_denied", LETTER_SAGE_ACCESS_DENIED},
	{"token_revoked", LETTER_SHOP_REVOKED},
};

static enum led_err write_alert(struct db *db, const struct task *task, enum letter letter,
				struct led_error *error)
{
	const struct binding *binding = &task->binding;
	struct letter_facts facts = {.shop = binding->shop_url};
	struct db_rows rows;
	enum led_err err = db_query(db, task->job_arena, SQL_POST_ACCOUNT,
				    DB_ARGS(DB_I(binding->account)), &rows, error);

	if (!err && rows.count)
		facts.account = db_at_text(&rows, 0, 0);
	facts.link = arena_printf(task->job_arena, "%s/dashboard/bindings/%s",
				  task->worker->config.public_url, binding->id);
	if (!err && !facts.link)
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "An alert.");
	return err ? err : mail_add_alert(db, binding->account, letter, &facts, error);
}

enum led_err alert_status(struct db *db, const struct task *task, const char *status,
			  struct led_error *error)
{
	if (db_affected(db) != 1)
		return LED_OK; /* it was so before, and people know */
	for (size_t i = 0; i < sizeof(ALERTS) / sizeof(ALERTS[0]); i++) {
		if (strcmp(ALERTS[i].status, status) != 0)
			continue;
		log_write(LOG_WARNING, "binding_stopped", LOG_S("binding", task->binding.id),
			  LOG_S("status", status));
		return write_alert(db, task, ALERTS[i].letter, error);
	}
	return LED_OK;
}
