/*
 * Errors. A function that can fail returns an enum led_err and, when it is
 * given one, fills a struct led_error with the details. The class is decided
 * where the fact is known (an HTTP status, an errno, a MariaDB code) and never
 * guessed again further up.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define LED_CODE_MAX    64  /* bytes with the NUL: what a shop stores as error_code */
#define LED_MESSAGE_MAX 512 /* bytes with the NUL */

/* The classes, as merchants and the retry rules know them. */
enum led_err {
	LED_OK = 0,
	LED_AUTH,         /* the other side no longer accepts us */
	LED_RATE_LIMITED, /* told to wait */
	LED_HTTP,         /* network, time-out, 5xx: worth another try */
	LED_DATABASE,     /* our own database: worth another try */
	LED_NOT_FOUND,    /* what was asked for does not exist */
	LED_VALIDATION,   /* refused by our own rules */
	LED_PROVIDER,     /* refused by Sage's */
	LED_SERDE,        /* an answer that is not what its contract says */
	LED_INTERNAL,     /* a bug, or a machine out of memory */
};

struct led_error {
	enum led_err class;
	int retry_after; /* seconds the other side asked us to wait; 0 = it did not say */
	char code[LED_CODE_MAX];
	char message[LED_MESSAGE_MAX];
};

/* Fills `error` (which may be NULL) and returns `class`, so that failing is one
 * line: return led_fail(error, LED_SERDE, "not_json", "byte %zu", at);
 * A message longer than LED_MESSAGE_MAX is cut on a character boundary, and so is a text
 * that the format cuts ("%.60s"): a database takes nothing but whole characters. */
enum led_err led_fail(struct led_error *error, enum led_err class, const char *code,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The class's name on the wire and in the database: "rate_limited". */
const char *led_err_name(enum led_err class);

/* The class of such a name; LED_INTERNAL for text that is none. */
enum led_err led_err_of_name(const char *name);

#endif
