#include "store/common_password.h"

#include "base/file.h"
#include "crypto/password.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (4 * 1024 * 1024)
#define PATH_SIZE      600
#define TEXT_SIZE      (PASSWORD_BYTES + 1)
#define PIECE_MAX      4 /* bytes of what "over and over" means */
#define OWN_MIN        4 /* bytes of an address's part that must not be the password */

struct common_passwords {
	struct buf text;
	const char **words; /* sorted; they point into the text */
	size_t count;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Cuts the text into words in place; comment lines are blanked first. With `words` NULL it
 * only counts, and changes nothing. */
static size_t split(char *text, const char **words)
{
	size_t count = 0;
	bool in_word = false, in_comment = false, line_start = true;

	for (char *c = text; *c; c++) {
		bool space = isspace((unsigned char)*c);

		if (line_start && *c == '#')
			in_comment = true;
		line_start = *c == '\n';
		if (line_start)
			in_comment = false;
		if (!space && !in_comment && !in_word) {
			if (words)
				words[count] = c;
			count++;
		}
		in_word = !space && !in_comment;
		if (words && space)
			*c = '\0';
	}
	return count;
}

static enum led_err read_list(const char *path, struct common_passwords *list,
			      struct led_error *error)
{
	enum led_err err = file_read(path, &list->text, error);

	if (err)
		return err;
	if (list->text.len)
		list->count = split(list->text.data, NULL);
	if (!list->count)
		return led_fail(error, LED_INTERNAL, "list_empty", "%s holds no word.", path);
	list->words = calloc(list->count, sizeof(*list->words));
	if (!list->words)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "The common passwords.");
	split(list->text.data, list->words);
	qsort(list->words, list->count, sizeof(*list->words), by_text);
	return LED_OK;
}

enum led_err common_passwords_load(const char *share_dir, struct common_passwords **out,
				   struct led_error *error)
{
	struct common_passwords *list = calloc(1, sizeof(*list));
	char path[PATH_SIZE];
	enum led_err err;

	*out = NULL;
	if (!list)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "The common passwords.");
	snprintf(path, sizeof(path), "%s/data/common-passwords.txt", share_dir);
	buf_init(&list->text, FILE_MAX_BYTES);
	err = read_list(path, list, error);
	if (err)
		common_passwords_free(list);
	else
		*out = list;
	return err;
}

void common_passwords_free(struct common_passwords *list)
{
	if (!list)
		return;
	buf_release(&list->text);
	free(list->words);
	free(list);
}

static bool listed(const struct common_passwords *list, const char *word)
{
	return bsearch(&word, list->words, list->count, sizeof(*list->words), by_text) != NULL;
}

/* The characters that people put for letters. */
static void undo_look_alikes(char *text)
{
	static const char from[] = "@4301!5$7", to[] = "aaeoiisst";

	for (; *text; text++) {
		const char *at = strchr(from, *text);

		if (at)
			*text = to[at - from];
	}
}

/* Whether `text` is one piece of at most PIECE_MAX bytes over and over. */
static bool repeats(const char *text, size_t len)
{
	for (size_t piece = 1; piece <= PIECE_MAX && 2 * piece <= len; piece++)
		if (strncmp(text, text + piece, len - piece) == 0)
			return true;
	return false;
}

/* `word` is `own` or the part of it before the '@', or between that and the last dot. */
static bool is_own(const char *word, const char *own)
{
	const char *at = strchr(own, '@'), *dot = strrchr(own, '.');
	size_t len = strlen(word), local = at ? (size_t)(at - own) : strlen(own);

	if (len < OWN_MIN)
		return false;
	if (strcmp(word, own) == 0 || (len == local && strncmp(word, own, len) == 0))
		return true;
	return at && strncmp(word, at + 1, len) == 0 &&
	       (at[1 + len] == '\0' || at + 1 + len == dot);
}

static bool is_letter(char c)
{
	return !isascii(c) || isalpha((unsigned char)c);
}

bool common_passwords_has(const struct common_passwords *list, const char *password,
			  const char *email)
{
	char text[TEXT_SIZE] = "", *word = text;
	size_t len = strlen(password);
	bool found;

	if (len >= sizeof(text))
		return false; /* longer than any password may be */
	for (size_t i = 0; i <= len; i++)
		text[i] = (char)(isascii(password[i]) ? tolower((unsigned char)password[i])
						      : password[i]);
	found = repeats(text, len) || listed(list, text) || is_own(text, email);
	while (len && !is_letter(text[len - 1]))
		text[--len] = '\0';
	while (*word && !is_letter(*word))
		word++;
	found = found || listed(list, word) || is_own(word, email);
	undo_look_alikes(word);
	found = found || listed(list, word);
	explicit_bzero(text, sizeof(text));
	return found;
}
