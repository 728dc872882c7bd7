#include "books/contact_reference.h"
#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

#define PLAIN_ID_MAX 99999999 /* eight digits */
#define GUEST_DIGITS 8
#define ID_MAX       INT64_C(2821109907455) /* 36^8 - 1: eight digits behind the N */

static const char *trim(const char *text, size_t *len)
{
	static const char white[] = " \t\r\n\v\f";
	text += strspn(text, white);
	*len = strlen(text);
	while (*len > 0 && strchr(white, text[*len - 1]))
		--*len;
	return text;
}

static enum led_err digest_email(const char *email, unsigned char out[DIGEST_SIZE],
				 struct led_error *error)
{
	size_t len;
	struct buf lower;
	email = trim(email, &len);
	if (len == 0)
		return led_fail(error, LED_VALIDATION, "email_missing",
				"A guest's order has no e-mail address.");
	buf_init(&lower, len + 1);
	for (size_t i = 0; i < len; i++) {
		bool upper = email[i] >= 'A' && email[i] <= 'Z';
		buf_add_char(&lower, (char)(upper ? email[i] - 'A' + 'a' : email[i]));
	}
	enum led_err err = lower.failed ? LED_INTERNAL : digest_sha256(lower.data, len, out);
	buf_release(&lower);
	if (err)
		return led_fail(error, LED_INTERNAL, "digest_failed",
				"The e-mail's SHA-256 could not be computed.");
	return LED_OK;
}

enum led_err contact_guest_digest(const char *email, char out[BOOKS_CONTACT_KEY_MAX],
				  struct led_error *error)
{
	unsigned char digest[DIGEST_SIZE];
	enum led_err err = digest_email(email, digest, error);
	if (!err)
		text_hex(digest, sizeof digest, out);
	return err;
}

/* `value` in base 36, lower case, at least `width` digits. */
static void base36(uint64_t value, size_t width, char *out, size_t size)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char reversed[16];
	size_t count = 0;
	for (; value > 0 || count < width; value /= 36)
		reversed[count++] = digits[value % 36];
	for (size_t i = 0; i < count && i + 1 < size; i++)
		out[i] = reversed[count - 1 - i];
	out[count < size ? count : size - 1] = '\0';
}

/* The digest, read as one number, in base 36: its last eight digits. */
static enum led_err guest_reference(const char *email, char *out, size_t size,
				    struct led_error *error)
{
	unsigned char digest[DIGEST_SIZE];
	uint64_t modulus = 1, rest = 0;
	enum led_err err = digest_email(email, digest, error);
	if (err)
		return err;
	for (int i = 0; i < GUEST_DIGITS; i++)
		modulus *= 36;
	for (size_t i = 0; i < sizeof digest; i++)
		rest = (rest * 256 + digest[i]) % modulus;
	out[0] = 'G';
	base36(rest, GUEST_DIGITS, out + 1, size - 1);
	return LED_OK;
}

static enum led_err plain_reference(const struct books_context *context,
				    const struct books_contact_input *input, char *out, size_t size,
				    struct led_error *error)
{
	int64_t id = input->buyer->magento_id;
	if (input->choice == BOOKS_CONTACT_FALLBACK) {
		snprintf(out, size, "%s",
			 context->policy->b2c_consolidation.fallback_contact_reference);
		return LED_OK;
	}
	if (id == 0)
		return guest_reference(input->buyer->email, out, size, error);
	if (id > 0 && id <= PLAIN_ID_MAX) {
		snprintf(out, size, "M%lld", (long long)id);
		return LED_OK;
	}
	if (id > ID_MAX)
		return led_fail(error, LED_VALIDATION, "reference_exhausted",
				"The customer id %lld does not fit a Sage reference.",
				(long long)id);
	out[0] = 'N';
	base36((uint64_t)id, 1, out + 1, size - 1);
	return LED_OK;
}

static bool is_taken(const struct books_contact_input *input, const char *reference)
{
	for (size_t i = 0; i < input->taken_count; i++)
		if (strcmp(input->taken[i], reference) == 0)
			return true;
	return false;
}

enum led_err contact_reference(const struct books_context *context,
			       const struct books_contact_input *input,
			       char out[BOOKS_CONTACT_REFERENCE_MAX], struct led_error *error)
{
	/* The tenth character is the currency's. */
	char plain[BOOKS_CONTACT_REFERENCE_MAX - 1];
	enum led_err err = plain_reference(context, input, plain, sizeof plain, error);
	if (err)
		return err;
	snprintf(out, BOOKS_CONTACT_REFERENCE_MAX, "%s", plain);
	if (strcmp(input->currency, context->reference->base_currency) == 0)
		return LED_OK;
	for (const char *letter = input->currency; *letter; letter++) {
		snprintf(out, BOOKS_CONTACT_REFERENCE_MAX, "%s%c", plain, *letter);
		if (!is_taken(input, out))
			return LED_OK;
	}
	return led_fail(error, LED_VALIDATION, "reference_exhausted",
			"All letters of %s are taken by the customer's other contacts.",
			input->currency);
}
