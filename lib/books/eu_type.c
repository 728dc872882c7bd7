#include "books/eu_type.h"

#include <string.h>

const char *eu_type_of_line(const struct books_context *context, const struct magento_line *line)
{
	const struct policy_pairs *map = &context->policy->product_type_eu_goods_map;
	for (size_t i = 0; line->product_type && i < map->count; i++)
		if (map->item[i].to && strcmp(map->item[i].from, line->product_type) == 0)
			return map->item[i].to;
	for (size_t i = 0; !line->product_type && i < context->service_sku_count; i++)
		if (strcmp(context->service_skus[i], line->sku) == 0)
			return "SERVICES";
	return context->policy->default_eu_goods_services_type;
}

const char *eu_type_of_draft(const struct books_context *context, const struct draft *draft,
			     struct books_warnings *warnings)
{
	const char *fallback = context->policy->default_eu_goods_services_type;
	const char *common = draft->line_count > 0 ? draft->lines[0].eu_type : fallback;
	for (size_t i = 1; i < draft->line_count; i++) {
		if (strcmp(draft->lines[i].eu_type, common) == 0)
			continue;
		books_warn(warnings, "mixed_eu_goods_services_coerced_to_default", "%s", fallback);
		return fallback;
	}
	return common;
}
