#include "run_view.h"

#include "books/codes.h"
#include "view/format.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

static void add_money(struct page *page, struct json_object *item, const char *key,
		      const struct decimal *amount, const char *currency)
{
	char text[FORMAT_TEXT_MAX];

	if (amount && currency)
		page_text(page, item, key, format_money(*amount, currency, text));
}

void run_view_problem(struct page *page, struct json_object *parent, const char *key,
		      const char *class, const char *code, const char *message)
{
	const struct books_code *known = code ? books_code_find(code, NULL) : NULL;
	struct json_object *problem;

	if (!class && !code && !message)
		return;
	if (!message)
		message = known ? known->means : words_error_class(class);
	if (!message)
		message = code && !class ? "The settings leave it out." : "No more is known.";
	problem = page_object(page, parent, key);
	page_text(page, problem, "class", class);
	page_text(page, problem, "code", code);
	page_text(page, problem, "sentence", message);
	page_text(page, problem, "to_do", known ? known->to_do : NULL);
}

static const char *host_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? host + 3 : url;
}

void run_view_add(struct page *page, struct json_object *item, const struct history_run *run)
{
	const struct words_state *state = &WORDS_STATES[run->state];
	char text[FORMAT_TEXT_MAX];

	page_number(page, item, "id", run->id);
	page_text(page, item, "state", state->name);
	page_text(page, item, "label", state->label);
	page_text(page, item, "symbol", state->symbol);
	page_text(page, item, "event", run->event);
	page_text(page, item, "event_label", words_event(run->event));
	page_number(page, item, "magento_id", run->magento_id);
	page_text(page, item, "magento_number", run->magento_number);
	page_text(page, item, "sage_number", run->sage_number);
	page_text(page, item, "shop", host_of(run->shop_url));
	add_money(page, item, "amount", run->magento_total, run->currency);
	page_number(page, item, "attempts", run->attempts);
	page_flag(page, item, "many_attempts", run->attempts > 1);
	page_time(page, item, "when", run->queued_at);
	if (run->finished_at)
		page_text(page, item, "took", format_duration(run->took_ms, text));
	if (run->state == HISTORY_SKIPPED)
		run_view_problem(page, item, "problem", NULL, run->skip_reason, NULL);
	else if (run->state != HISTORY_SYNCED)
		run_view_problem(page, item, "problem", run->error_class, run->error_code,
				 run->error_message);
}
