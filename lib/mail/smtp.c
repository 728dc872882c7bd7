#include "mail/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_SECONDS 10L
#define TOTAL_SECONDS   60L
#define ADDRESS_SIZE    (CONFIG_TEXT_MAX + 2) /* an address in its brackets */

struct upload {
	const struct buf *message;
	size_t sent;
};

static size_t read_message(char *out, size_t size, size_t count, void *context)
{
	struct upload *upload = context;
	size_t left = upload->message->len - upload->sent;
	size_t part = left < size * count ? left : size * count;

	memcpy(out, upload->message->data + upload->sent, part);
	upload->sent += part;
	return part;
}

static bool is_loopback(const char *url)
{
	static const char *const hosts[] = {"smtp://127.0.0.1", "smtp://localhost", "smtp://[::1]"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t len = strlen(hosts[i]);

		if (strncmp(url, hosts[i], len) == 0 &&
		    (url[len] == '\0' || url[len] == ':' || url[len] == '/'))
			return true;
	}
	return false;
}

static enum led_err judge(CURL *curl, CURLcode code, struct led_error *error)
{
	long status = 0;

	if (code == CURLE_OK)
		return LED_OK;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_LOGIN_DENIED)
		return led_fail(error, LED_AUTH, "relay_sign_in",
				"The mail relay refuses smtp_user and smtp_password.");
	if (status >= 500 && status < 600 &&
	    (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
	     code == CURLE_WEIRD_SERVER_REPLY))
		return led_fail(error, LED_PROVIDER, "mail_refused",
				"The mail relay refused the message (%ld).", status);
	return led_fail(error, LED_HTTP, "relay_unreachable", "The mail relay: %s (%ld).",
			curl_easy_strerror(code), status);
}

static bool set_options(CURL *curl, const struct config *config, struct upload *upload)
{
	bool set = true;
#define SET(option, value) (set = set && curl_easy_setopt(curl, option, value) == CURLE_OK)
	SET(CURLOPT_URL, config->smtp_url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	SET(CURLOPT_TIMEOUT, TOTAL_SECONDS);
	SET(CURLOPT_USE_SSL,
	    (long)(is_loopback(config->smtp_url) ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, read_message);
	SET(CURLOPT_READDATA, upload);
	if (config->smtp_user[0]) {
		SET(CURLOPT_USERNAME, config->smtp_user);
		SET(CURLOPT_PASSWORD, config->smtp_password);
	}
#undef SET
	return set;
}

enum led_err smtp_send(const struct config *config, const char *to, const struct buf *message,
		       struct led_error *error)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *recipients = NULL;
	struct upload upload = {.message = message};
	char from_path[ADDRESS_SIZE], to_path[ADDRESS_SIZE];
	enum led_err err = LED_OK;

	snprintf(from_path, sizeof(from_path), "<%s>", config->mail_from);
	snprintf(to_path, sizeof(to_path), "<%s>", to);
	recipients = curl_slist_append(NULL, to_path);
	if (!curl || !recipients || !set_options(curl, config, &upload) ||
	    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from_path) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients) != CURLE_OK)
		err = led_fail(error, LED_INTERNAL, "curl_failed", "libcurl takes no mail.");
	else
		err = judge(curl, curl_easy_perform(curl), error);
	curl_slist_free_all(recipients);
	curl_easy_cleanup(curl);
	return err;
}
