/* What the commands share: their options, answers, secrets and the connection. */
#include "base/json.h"
#include "ctl.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *ctl_value(const struct ctl *ctl, const char *option)
{
	for (int i = 0; ctl->command->options[i].name; i++)
		if (strcmp(ctl->command->options[i].name, option) == 0)
			return ctl->values[i];
	return NULL;
}

enum led_err ctl_bad_value(struct led_error *error, const char *option, const char *expected)
{
	return led_fail(error, LED_VALIDATION, "usage", "%s must be %s.", option, expected);
}

void ctl_say(const struct ctl *ctl, const char *format, ...)
{
	va_list args;
	if (ctl->json)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void ctl_warn(const char *format, ...)
{
	va_list args;
	fputs("ledgerctl: warning: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void ctl_result(struct ctl *ctl, const char *key, struct json_object *value)
{
	if (ctl->json)
		json_object_object_add(ctl->result, key, value);
	else
		json_object_put(value);
}

enum led_err ctl_open(const struct ctl *ctl, unsigned sets, struct db **db, struct led_error *error)
{
	enum led_err err = db_open(&ctl->config, CTL_USER, sets, db, error);
	if (err && strcmp(error->code, "schema_mismatch") == 0)
		return led_fail(error, err, "schema_mismatch",
				"The database %s has not the schema of this program; run "
				"`ledgerctl migrate` first.",
				ctl->config.database_name);
	return err;
}

/* Reads to the end; the bytes, or -1 with errno (EFBIG when it does not fit). */
static ssize_t read_whole(int fd, char *out, size_t size)
{
	size_t len = 0;
	for (;;) {
		ssize_t n = read(fd, out + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			return (ssize_t)len;
		len += (size_t)n;
		if (len == size) {
			errno = EFBIG;
			return -1;
		}
	}
}

enum led_err ctl_read_secret(const struct ctl *ctl, const char *option, struct secret *secret,
			     struct led_error *error)
{
	char text[SECRET_MAX + 64];
	const char *path = ctl_value(ctl, option), *start = text;
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read_whole(fd, text, sizeof text);
	enum led_err err = LED_OK;
	if (n < 0)
		err = led_fail(error, LED_VALIDATION, "secret_unreadable",
			       "%s: cannot read %s: %m.", option,
			       is_stdin ? "standard input" : path);
	size_t len = n < 0 ? 0 : (size_t)n;
	while (len && isspace((unsigned char)*start)) {
		start++;
		len--;
	}
	while (len && isspace((unsigned char)start[len - 1]))
		len--;
	if (!err && (!len || memchr(start, '\0', len)))
		err = led_fail(error, LED_VALIDATION, "secret_unreadable",
			       "%s: %s is empty or not text.", option,
			       is_stdin ? "standard input" : path);
	if (!err && !secret_set(secret, start, len))
		err = led_fail(error, LED_VALIDATION, "secret_unreadable",
			       "%s: more than %d bytes cannot be kept.", option, SECRET_MAX);
	explicit_bzero(text, sizeof text);
	if (fd >= 0 && !is_stdin)
		close(fd);
	return err;
}

static void check_mode(const char *path)
{
	struct stat status;
	if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IROTH))
		ctl_warn("%s holds a secret and every user here can read it; chmod o= %s", path,
			 path);
}

static void check_directory(const char *directory)
{
	struct dirent *entry;
	char path[CONFIG_TEXT_MAX + 256];
	DIR *dir = directory[0] ? opendir(directory) : NULL;
	if (!dir)
		return; /* whoever needs its files says what is wrong with it */
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		check_mode(path);
	}
	closedir(dir);
}

void ctl_check_modes(const struct ctl *ctl)
{
	if (ctl->config.sage_client_secret[0] || ctl->config.smtp_password[0])
		check_mode(ctl->config_path);
	check_directory(ctl->config.database_secrets);
	check_directory(ctl->config.key_dir);
}
