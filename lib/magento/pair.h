/*
 * Pairing: POST <base>/rest/V1/byte8/setup/pair with the merchant's code and the new key.
 * The shop stores the key at once and the code is used up, so what matters most is to know
 * whether it did: of three outcomes "unknown" is one, and a ping under the new key settles
 * it. Messages are for the merchant; the code and the key reach no message and no log.
 *
 * Codes of MAGENTO_NOT_PAIRED: pairing_code_refused (wrong, used, or older than 30 minutes: the
 * shop does not say which), pairing_refused_request, module_not_installed,
 * shop_not_found_page, shop_forbidden, shop_redirects, shop_rate_limited, not_resolved,
 * connect_failed, address_refused, tls_failed, shop_unexpected_status. Of
 * MAGENTO_PAIRING_UNKNOWN: timed_out, cut_off, shop_failed, shop_answer_invalid …
 */
#ifndef MAGENTO_PAIR_H
#define MAGENTO_PAIR_H

#include "magento/client.h"

enum magento_pairing { MAGENTO_PAIRED, MAGENTO_NOT_PAIRED, MAGENTO_PAIRING_UNKNOWN };

struct magento_pairing_offer {
	const struct magento_shop *shop; /* its inbound key is the new one's */
	const char *code;                /* sent verbatim but for outer white space */
	const struct secret *api_key;    /* text; the shop derives both subkeys from it */
	const char *ledger_url;          /* where the shop will call us */
};

/* Offers the key, and asks once by ping when the outcome was not learnt. Unless the shop is
 * paired `error` says why. */
enum magento_pairing magento_pair(const struct magento_pairing_offer *offer,
				  struct led_error *error) __attribute__((warn_unused_result));

/* Whether the shop took the key of an offer whose outcome is unknown. */
enum magento_pairing magento_pair_probe(const struct magento_shop *shop, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
