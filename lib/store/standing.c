#include "store/standing.h"

#include <stddef.h>
#include <string.h>

static const struct standing standings[] = {
	{"invoice", "invoice.created", "invoice.paid"},
	{"creditmemo", "creditmemo.created", NULL},
	{"customer", "customer.upserted", NULL},
	{"product", "product.upserted", NULL},
};

const struct standing *standing_of(const char *entity_type)
{
	for (size_t i = 0; entity_type && i < sizeof standings / sizeof *standings; i++)
		if (strcmp(entity_type, standings[i].entity_type) == 0)
			return &standings[i];
	return NULL;
}

bool standing_is_overlaid(const char *own, const char *overlay)
{
	if (!overlay || !own)
		return overlay != NULL;
	return strcmp(overlay, "failed") == 0 && strcmp(own, "failed") != 0;
}
