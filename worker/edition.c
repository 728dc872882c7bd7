#include "edition.h"

#include <string.h>

/* What an earlier attempt may have made all the same is found again: an item by its code, a
 * movement by the level. */
enum led_err edition_judge(struct task *task, const struct post *post, enum led_err err,
			   struct led_error *error)
{
	if (err != LED_AUTH || strcmp(error->code, "no_subscription") != 0)
		return err;
	err = post_forget(task, post, error);
	if (err)
		return err;
	return led_fail(error, LED_PROVIDER, "edition_lacks_products",
			"Sage says for products that there is no active subscription: this edition "
			"of Sage has none. Switch products off in the settings, or choose an "
			"edition that has them; then retry.");
}
