/*
 * Handing a message to the relay (libcurl's SMTP). To anything but this machine only over
 * TLS: smtps://, or smtp:// with STARTTLS, which is then demanded.
 */
#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

#include "base/buf.h"
#include "base/config.h"

/* Sends `message` (mail_message_write) from config's mail_from to `to` through its
 * smtp_url. LED_HTTP: worth another try. LED_PROVIDER, "mail_refused": the relay said 5xx,
 * and will again. LED_AUTH, "relay_sign_in": it does not know us. The relay's own words stay
 * out of the message, for they may quote the address. http_client_global_init comes first. */
enum led_err smtp_send(const struct config *config, const char *to, const struct buf *message,
		       struct led_error *error) __attribute__((warn_unused_result));

#endif
