#include "migration_files.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_CAP  (1 << 20) /* bytes of one SQL file */
#define FILES_MAX 1000
#define DIGITS    4

/* Names as they are listed: scandir's, freed by list_free. */
struct list {
	struct dirent **entries;
	int count;
};

static int is_sql(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return entry->d_name[0] != '.' && len > 4 && strcmp(entry->d_name + len - 4, ".sql") == 0;
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void list_free(struct list *list)
{
	for (int i = 0; i < list->count; i++)
		free(list->entries[i]);
	free(list->entries);
}

static enum led_err list_read(const char *directory, struct list *list, struct led_error *error)
{
	*list = (struct list){0};
	int count = scandir(directory, &list->entries, is_sql, by_name);
	if (count < 0)
		return led_fail(error, LED_VALIDATION, "migration_files",
				"Cannot list %s: %m. share_dir must be where Ledger is installed.",
				directory);
	list->count = count;
	if (count > 0 && count <= FILES_MAX)
		return LED_OK;
	return led_fail(error, LED_VALIDATION, "migration_files", "%s holds %d SQL files.",
			directory, count);
}

static enum led_err read_sql(const char *path, struct arena *arena, struct migration_file *file,
			     struct led_error *error)
{
	struct buf text;
	buf_init(&text, FILE_CAP);
	enum led_err err = file_read(path, &text, error);
	if (!err && memchr(buf_str(&text), '\0', text.len))
		err = led_fail(error, LED_VALIDATION, "migration_files", "%s has a NUL byte.",
			       path);
	if (!err && (!(file->sql = arena_strndup(arena, buf_str(&text), text.len)) ||
		     digest_sha256(buf_str(&text), text.len, file->checksum)))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for %s.", path);
	buf_release(&text);
	return err;
}

/* All files of a folder of share_dir/sql, in the order of their names. */
static enum led_err read_folder(const char *share_dir, const char *folder, struct arena *arena,
				struct migration_files *out, struct led_error *error)
{
	char directory[CONFIG_TEXT_MAX + 64], path[CONFIG_TEXT_MAX + 64 + 256];
	struct list list;
	snprintf(directory, sizeof directory, "%s/sql/%s", share_dir, folder);
	enum led_err err = list_read(directory, &list, error);
	size_t count = (size_t)list.count;
	out->files = arena_alloc(arena, count * sizeof *out->files);
	out->count = 0;
	if (!err && !out->files)
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	for (; out->files && !err && out->count < count; out->count++) {
		struct migration_file *file = &out->files[out->count];
		const char *name = list.entries[out->count]->d_name;
		if (strlen(name) - 4 >= sizeof file->name) {
			err = led_fail(error, LED_VALIDATION, "migration_files",
				       "%s/%s: the name is too long.", directory, name);
			break;
		}
		memcpy(file->name, name, strlen(name) - 4);
		snprintf(path, sizeof path, "%s/%s", directory, name);
		err = read_sql(path, arena, file, error);
	}
	list_free(&list);
	return err;
}

/* "0001_spine" is 1; 0 for any other form. */
static int version_of(const char *name)
{
	if (strspn(name, "0123456789") != DIGITS || name[DIGITS] != '_' || !name[DIGITS + 1])
		return 0;
	if (name[DIGITS + 1 + strspn(name + DIGITS + 1, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return 0;
	int version = 0;
	for (int i = 0; i < DIGITS; i++)
		version = version * 10 + (name[i] - '0');
	return version;
}

enum led_err migration_files_read(const char *share_dir, struct arena *arena,
				  struct migration_files *out, struct led_error *error)
{
	enum led_err err = read_folder(share_dir, "migrations", arena, out, error);
	for (size_t i = 0; !err && i < out->count; i++) {
		struct migration_file *file = &out->files[i];
		int expected = (int)i + 1;
		file->version = version_of(file->name);
		if (!file->version)
			err = led_fail(error, LED_VALIDATION, "migration_files",
				       "%s.sql is not named NNNN_words_in_lower_case.sql, counted "
				       "from 0001.",
				       file->name);
		else if (file->version < expected)
			err = led_fail(error, LED_VALIDATION, "migration_files",
				       "Two migrations have the number %04d: %s.sql and %s.sql.",
				       file->version, file[-1].name, file->name);
		else if (file->version > expected)
			err = led_fail(error, LED_VALIDATION, "migration_files",
				       "Migration %04d is missing: %s.sql comes next.", expected,
				       file->name);
	}
	return err;
}

enum led_err procedure_files_read(const char *share_dir, struct arena *arena,
				  struct migration_files *out, struct led_error *error)
{
	return read_folder(share_dir, "procedures", arena, out, error);
}

enum led_err sql_file_read(const char *share_dir, const char *name, struct arena *arena,
			   const char **sql, struct led_error *error)
{
	char path[CONFIG_TEXT_MAX + 64];
	struct migration_file file = {0};
	snprintf(path, sizeof path, "%s/sql/%s", share_dir, name);
	enum led_err err = read_sql(path, arena, &file, error);
	*sql = file.sql;
	return err;
}
