/* Loading a folder of templates, and a rule over our own. */
#include "view/templates.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void make_share(void)
{
	char path[128];

	snprintf(root, sizeof(root), "/tmp/ledger-templates-XXXXXX");
	cr_assert_not_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/templates", root);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/templates/partials", root);
	cr_assert_eq(mkdir(path, 0700), 0);
}

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/templates/%s", root, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	cr_assert_geq(fputs(text, file), 0);
	cr_assert_eq(fclose(file), 0);
}

static void remove_share(void)
{
	static const char *const folders[] = {"templates/partials", "templates", ""};

	for (size_t i = 0; i < 3; i++) {
		char path[512];
		struct dirent *entry;
		DIR *folder;

		snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
		folder = opendir(path);
		while (folder && (entry = readdir(folder))) {
			char file[1024];

			snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
			unlink(file);
		}
		if (folder)
			closedir(folder);
		rmdir(path);
	}
}

Test(view_templates, renders_with_partials, .init = make_share, .fini = remove_share)
{
	struct templates *templates = NULL;
	struct led_error error = {0};
	struct json_object *data = json_tokener_parse("{\"who\":\"<world>\"}");
	struct buf out;

	put("page.mustache", "{{>head}}Hello, {{who}}\n");
	put("partials/head.mustache", "[{{who}}] ");
	put("notes.txt", "{{#not a template");
	buf_init(&out, 1024);
	cr_assert_eq(templates_load(root, &templates, &error), LED_OK, "%s", error.message);
	cr_expect_eq(templates_render(templates, "page", data, &out, &error), LED_OK);
	cr_expect_str_eq(buf_str(&out), "[&lt;world&gt;] Hello, &lt;world&gt;\n");
	cr_expect_eq(templates_render(templates, "head", data, &out, &error), LED_INTERNAL);
	cr_expect_str_eq(error.code, "template_unknown");
	templates_free(templates);
	buf_release(&out);
	json_object_put(data);
}

Test(view_templates, a_missing_partial_is_an_error, .init = make_share, .fini = remove_share)
{
	struct templates *templates = NULL;
	struct led_error error = {0};

	put("page.mustache", "one\n{{>gone}}\n");
	cr_expect_eq(templates_load(root, &templates, &error), LED_VALIDATION);
	cr_expect_str_eq(error.message, "page.mustache:2: there is no partials/gone.mustache");
	cr_expect_null(templates);
}

Test(view_templates, a_malformed_template_is_an_error, .init = make_share, .fini = remove_share)
{
	struct templates *templates = NULL;
	struct led_error error = {0};

	put("partials/bad.mustache", "x\n{{#open}}");
	cr_expect_eq(templates_load(root, &templates, &error), LED_VALIDATION);
	cr_expect_str_eq(error.message, "partials/bad.mustache:2: a section is never closed: open");
}

Test(view_templates, a_missing_folder_is_an_error)
{
	struct templates *templates = NULL;
	struct led_error error = {0};

	cr_expect_eq(templates_load("/nonexistent", &templates, &error), LED_INTERNAL);
	cr_expect_str_eq(error.code, "file_unreadable");
}

/* Where our pages may put text out unescaped: nowhere so far. */
static const char *const RAW_PLACES[] = {NULL};

static bool raw_is_allowed(const char *path)
{
	for (size_t i = 0; RAW_PLACES[i]; i++)
		if (strcmp(RAW_PLACES[i], path) == 0)
			return true;
	return false;
}

static void check_folder(const char *path, int *checked)
{
	struct dirent *entry;
	DIR *folder = opendir(path);

	cr_assert_not_null(folder, "%s: run from the project's root", path);
	while ((entry = readdir(folder))) {
		char name[512];
		struct led_error error = {0};
		struct buf text;

		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR) {
			check_folder(name, checked);
			continue;
		}
		buf_init(&text, 1024 * 1024);
		cr_assert_eq(file_read(name, &text, &error), LED_OK);
		(*checked)++;
		if (!raw_is_allowed(name))
			cr_expect(!strstr(text.data, "{{{") && !strstr(text.data, "{{&") &&
					  !strstr(text.data, "{{="),
				  "%s puts text out unescaped", name);
		cr_expect(!strstr(text.data, "style=\"") && !strstr(text.data, "<style") &&
				  !strstr(text.data, " onclick="),
			  "%s has inline style or script", name);
		buf_release(&text);
	}
	closedir(folder);
}

Test(view_templates, our_own_pages_load_and_escape_everything)
{
	struct templates *templates = NULL;
	struct led_error error = {0};
	int checked = 0;

	cr_assert_eq(templates_load(".", &templates, &error), LED_OK, "%s", error.message);
	templates_free(templates);
	check_folder("templates", &checked);
	cr_expect_gt(checked, 0);
}
