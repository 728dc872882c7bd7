/* ledgerctl preview: what an event would post, with the reason for each choice. */
#include "../worker/preview.h"
#include "../worker/context.h"
#include "base/json.h"
#include "desk.h"
#include "preview_print.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *event, *entity_type;
} events[] = {
	{"invoice.created", "invoice"},       {"invoice.paid", "invoice"},
	{"creditmemo.created", "creditmemo"}, {"customer.upserted", "customer"},
	{"product.upserted", "product"},
};

static const char *entity_of(const char *event)
{
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (strcmp(events[i].event, event) == 0)
			return events[i].entity_type;
	return NULL;
}

static enum led_err take_event(const struct ctl *ctl, struct run *run, struct job *job,
			       struct led_error *error)
{
	char *end;
	const char *id = ctl_value(ctl, "ID");
	run->event = ctl_value(ctl, "EVENT");
	run->entity_type = entity_of(run->event);
	run->magento_id = strtoll(id, &end, 10);
	if (!run->entity_type)
		return ctl_bad_value(error, "EVENT",
				     "invoice.created, invoice.paid, creditmemo.created, "
				     "customer.upserted or product.upserted");
	if (*end || run->magento_id <= 0)
		return ctl_bad_value(error, "ID", "the shop's own id of the entity");
	*job = (struct job){
		.kind = run->event, .entity_type = run->entity_type, .magento_id = run->magento_id};
	return LED_OK;
}

static enum led_err run_preview(struct ctl *ctl, struct led_error *error)
{
	struct desk desk = {0};
	struct preview preview = {0};
	struct books_context books;
	struct run run = {0};
	struct job job;
	struct run_end end = {0};
	enum led_err err = take_event(ctl, &run, &job, error);
	if (!err)
		err = desk_open(ctl, ctl_value(ctl, "--binding"), &desk, error);
	if (!err)
		err = desk_books(&desk, &run, &books, error);
	if (!err) {
		desk.task.preview = &preview;
		err = job_kind_find(run.event)->function(&desk.task, &job, &run, &end, error);
		desk.task.preview = NULL;
	}
	if (!err)
		err = preview_print(ctl, &desk, &run, &preview, &end, error);
	preview_release(&preview);
	desk_close(&desk);
	return err;
}

const struct ctl_command ctl_preview = {
	.name = "preview",
	.summary = "Prints what an event would post to Sage, and why; posts nothing.",
	.options =
		{
			{"EVENT", NULL, true,
			 "invoice.created, invoice.paid, creditmemo.created, ..."},
			{"ID", NULL, true, "the shop's own id of the entity"},
			{"--binding", "B", true, "the binding's id"},
		},
	.run = run_preview,
};
