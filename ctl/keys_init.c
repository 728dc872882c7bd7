/* ledgerctl keys init */
#include "base/json.h"
#include "crypto/seal_files.h"
#include "ctl.h"

#include <errno.h>
#include <sys/stat.h>

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	const char *dir = ctl->config.key_dir;
	int created = 0;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return led_fail(error, LED_VALIDATION, "key_dir",
				"Cannot make key_dir %s: %m. Make the folder above it first.", dir);
	enum led_err err = seal_files_init(dir, &created, error);
	if (err)
		return err;
	if (created)
		ctl_say(ctl,
			"%d new key-encryption key%s in %s. Back the folder up apart from the "
			"database: without it no sealed secret opens again.",
			created, created == 1 ? "" : "s", dir);
	else
		ctl_say(ctl, "%s has its keys already; nothing was changed.", dir);
	ctl_result(ctl, "created", json_object_new_int(created));
	ctl_result(ctl, "key_dir", json_object_new_string(dir));
	return LED_OK;
}

const struct ctl_command ctl_keys_init = {
	.name = "keys init",
	.summary = "Makes the key-encryption keys that key_dir lacks; never replaces one.",
	.run = run,
};
