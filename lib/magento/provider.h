/*
 * Which connector a shop speaks for. Its newer modules say `?provider=…`; this server has one.
 * Source: the wire contract, 1.1 and ruling 2.
 */
#ifndef MAGENTO_PROVIDER_H
#define MAGENTO_PROVIDER_H

#include "http/request.h"
#include "http/response.h"

#define MAGENTO_PROVIDER "sage_accounting"

/* True when the query is malformed or names another connector: then the answer, 400, is made
 * (503 when memory is short). */
bool magento_wrong_provider(struct http_request *request, struct http_response *response);

#endif
