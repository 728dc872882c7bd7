/* Runners of the cases about invoices, their payments and credit memos. */
#include "base/json.h"
#include "books/contact.h"
#include "books/credit_note.h"
#include "books/invoice.h"
#include "books/payment.h"
#include "golden.h"

#include <criterion/criterion.h>
#include <string.h>

/* The contact that the case expects, when it speaks of one. */
static enum led_err check_contact(struct golden *golden, const struct magento_invoice *invoice)
{
	struct json_object *expected = json_member(golden->expect, "contact");
	const char *choice_name = json_string(golden->expect, "choice");
	struct books_contact contact;
	struct books_contact_input input = {
		.buyer = &invoice->customer,
		.billing = invoice->billing,
		.currency = invoice->currency,
	};
	input.taken = golden_texts(golden, "taken", &input.taken_count);
	input.choice =
		books_contact_choose(&golden->setting.policy, input.buyer,
				     golden_flag(golden, "has_own_contact"), invoice->grand_total);
	if (choice_name)
		cr_expect_eq(input.choice == BOOKS_CONTACT_OWN, strcmp(choice_name, "own") == 0,
			     "%s: the other contact was chosen", golden->path);
	if (!expected)
		return LED_OK;
	enum led_err err =
		books_contact_body(&golden->setting.context, &input, &contact, &golden->error);
	if (!err)
		golden_expect_body(golden, expected, contact.body, false);
	return err;
}

enum led_err golden_invoice_created(struct golden *golden)
{
	struct magento_invoice invoice;
	struct books_document document;
	struct books_filter_input filter = {.event = BOOKS_INVOICE_CREATED, .invoice = &invoice};
	enum led_err err =
		magento_parse_invoice(golden->canonical, golden->arena, &invoice, &golden->error);
	if (err || golden_skips(golden, &filter))
		return err;
	err = check_contact(golden, &invoice);
	if (err || (!json_member(golden->expect, "body") && !json_member(golden->expect, "error")))
		return err;
	err = books_invoice(&golden->setting.context, &invoice, CONTACT_ID, &document,
			    &golden->error);
	if (!err)
		golden_expect_document(golden, &document, invoice.grand_total);
	return err;
}

/* The method as the shop's payment names it, else the invoice. */
static const char *payment_method(struct golden *golden, const struct magento_invoice *invoice,
				  enum led_err *err)
{
	struct json_object *json = json_member(golden->json, "payment");
	struct magento_payment payment;
	if (!json)
		return invoice->payment_method;
	*err = magento_parse_payment(json, golden->arena, &payment, &golden->error);
	return *err ? NULL : payment.method;
}

static enum led_err pay(struct golden *golden, const struct magento_invoice *invoice,
			const char *method)
{
	struct books_document document;
	struct books_payment_input input = {
		.invoice = invoice,
		.method = method,
		.contact_id = CONTACT_ID,
		.invoice_id = INVOICE_ID,
		.occurred_at = golden->occurred_at,
	};
	input.has_outstanding = golden_amount(golden, "outstanding", &input.outstanding);
	enum led_err err =
		books_payment(&golden->setting.context, &input, &document, &golden->error);
	if (!err)
		golden_expect_document(golden, &document, invoice->grand_total);
	return err;
}

/* What is left of a payment that is on account already goes to the invoice. */
static enum led_err allocate(struct golden *golden, const struct magento_invoice *invoice,
			     int64_t on_account)
{
	struct books_document document;
	struct books_allocation_input input = {
		.contact_id = CONTACT_ID,
		.invoice_id = INVOICE_ID,
		.payment_on_account_id = ON_ACCOUNT_ID,
		.currency = invoice->currency,
		.on_account = on_account,
		.outstanding = invoice->grand_total,
		.occurred_at = golden->occurred_at,
	};
	golden_amount(golden, "outstanding", &input.outstanding);
	enum led_err err =
		books_allocation(&golden->setting.context, &input, &document, &golden->error);
	if (!err)
		golden_expect_document(golden, &document, document.total);
	return err;
}

enum led_err golden_invoice_paid(struct golden *golden)
{
	struct magento_invoice invoice;
	int64_t on_account;
	struct books_filter_input filter = {
		.event = BOOKS_INVOICE_PAID,
		.invoice = &invoice,
		.invoice_skip_reason = json_string(golden->json, "invoice_skip_reason"),
	};
	enum led_err err =
		magento_parse_invoice(golden->canonical, golden->arena, &invoice, &golden->error);
	if (!err)
		filter.payment_method = payment_method(golden, &invoice, &err);
	if (err || golden_skips(golden, &filter))
		return err;
	if (golden_amount(golden, "on_account", &on_account))
		return allocate(golden, &invoice, on_account);
	return pay(golden, &invoice, filter.payment_method);
}

/* The memo as the shop serves it, and its original invoice when the case has one. */
static enum led_err read_memo(struct golden *golden, struct magento_creditmemo *memo,
			      struct magento_invoice *invoice, bool *has_invoice)
{
	struct json_object *json = json_member(golden->json, "original_invoice");
	enum led_err err =
		magento_parse_creditmemo(golden->canonical, golden->arena, memo, &golden->error);
	*has_invoice = json != NULL;
	if (!err && json)
		err = magento_parse_invoice(json, golden->arena, invoice, &golden->error);
	return err;
}

enum led_err golden_creditmemo_created(struct golden *golden)
{
	bool has_invoice;
	struct magento_creditmemo memo;
	struct magento_invoice invoice;
	struct books_document document;
	struct books_filter_input filter = {.event = BOOKS_CREDITMEMO_CREATED, .creditmemo = &memo};
	enum led_err err = read_memo(golden, &memo, &invoice, &has_invoice);
	if (err || golden_skips(golden, &filter))
		return err;
	struct books_credit_note_input input = {
		.memo = &memo,
		.contact_id = CONTACT_ID,
		.invoice = has_invoice ? &invoice : NULL,
		.invoice_not_synced = golden_flag(golden, "invoice_not_synced"),
	};
	err = books_credit_note(&golden->setting.context, &input, &document, &golden->error);
	if (!err)
		golden_expect_document(golden, &document, memo.grand_total);
	return err;
}
