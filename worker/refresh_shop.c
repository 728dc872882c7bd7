/* refresh_shop: reads the shop's payment methods into the cache, for the settings to map. */
#include "breaker.h"
#include "context.h"
#include "settle.h"
#include "store/reference.h"
#include "worker.h"

struct reading {
	struct task *task;
	struct reference_item *items;
	size_t count;
};

static enum led_err write_methods(struct db *db, void *context, struct led_error *error)
{
	const struct reading *reading = context;
	struct task *task = reading->task;
	return reference_replace_shop(db, task->job_arena, task->binding.id, reading->items,
				      reading->count, error);
}

enum led_err refresh_shop(struct task *task, const struct job *job, const struct run *run,
			  struct run_end *end, struct led_error *error)
{
	struct magento_payment_method *methods;
	struct magento_shop shop;
	struct reading reading = {.task = task};
	(void)job;
	(void)run;
	enum led_err err = context_shop(task, &shop, error);
	if (!err)
		err = breaker_saw(task, LANE_MAGENTO,
				  magento_payment_methods(&shop, task->job_arena, &methods,
							  &reading.count, error));
	if (err)
		return err;
	reading.items = arena_alloc(task->job_arena, (reading.count + 1) * sizeof *reading.items);
	if (!reading.items)
		return led_fail(error, LED_INTERNAL, "out_of_memory",
				"No memory for payment methods.");
	for (size_t i = 0; i < reading.count; i++)
		reading.items[i] = (struct reference_item){
			.kind = REFERENCE_SHOP_METHOD,
			.id = methods[i].code,
			.name = methods[i].label ? methods[i].label : methods[i].code,
			.body = methods[i].active ? "{\"active\":true}" : "{\"active\":false}",
		};
	end->status = RUN_SUCCEEDED;
	return settle_guarded(task, write_methods, &reading, error);
}
