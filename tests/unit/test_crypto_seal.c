/* Sealing: what was sealed opens in its place, under its key, unaltered, and not else. */
#include "crypto/seal_files.h"
#include "crypto_support.h"
#include "store/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOTH (1U << SEAL_INTAKE | 1U << SEAL_VAULT)

static char dir[64];
static struct led_error error;
static const struct seal_place here = {"binding", "inbound_key", "1", "0d9c"};

static void key_file(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", dir, name);
}

static void make_dir(void)
{
	int created = 0;
	snprintf(dir, sizeof dir, "/tmp/ledger-unit-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(seal_files_init(dir, &created, &error), LED_OK, "%s", error.message);
	cr_assert_eq(created, 2);
}

static void remove_dir(void)
{
	static const char *const names[] = {"intake.1.key",  "intake.2.key", "vault.1.key",
					    "intake.2.next", "vault.2.key",  "vault.3.key",
					    "vault.2.next"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[128];
		key_file(path, sizeof path, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

TestSuite(crypto_seal, .init = make_dir, .fini = remove_dir);

static void write_key(const char *name, const char *text, mode_t mode)
{
	char path[128];
	key_file(path, sizeof path, name);
	unlink(path);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
	cr_assert_eq(chmod(path, mode), 0);
}

static struct seal_keys *load(unsigned rings)
{
	struct seal_keys *keys = NULL;
	cr_assert_eq(seal_keys_load(dir, rings, &keys, &error), LED_OK, "%s", error.message);
	return keys;
}

static size_t close_text(const struct seal_keys *keys, enum seal_ring ring,
			 const struct seal_place *place, const char *text, unsigned char *out)
{
	struct secret secret = secret_of(text);
	size_t len = 0;
	cr_assert_eq(seal_close(keys, ring, place, &secret, out, SECRET_MAX + SEAL_OVERHEAD, &len,
				&error),
		     LED_OK, "%s", error.message);
	cr_assert_eq(len, strlen(text) + SEAL_OVERHEAD);
	secret_release(&secret);
	return len;
}

static bool opens(const struct seal_keys *keys, enum seal_ring ring, const struct seal_place *place,
		  const unsigned char *sealed, size_t len, const char *text)
{
	struct secret out = {0};
	error = (struct led_error){0};
	enum led_err err = seal_open(keys, ring, place, sealed, len, &out, &error);
	if (err) {
		cr_assert_eq(err, LED_INTERNAL);
		cr_assert(strcmp(error.code, "seal_broken") == 0 ||
				  strcmp(error.code, "key_missing") == 0 ||
				  strcmp(error.code, "seal_failed") == 0,
			  "%s", error.code);
		cr_assert_null(out.bytes);
		return false;
	}
	bool same = out.len == strlen(text) && memcmp(out.bytes, text, out.len) == 0;
	secret_release(&out);
	cr_assert(same);
	return true;
}

Test(crypto_seal, round_trip)
{
	struct seal_keys *keys = load(BOTH);
	unsigned char one[SECRET_MAX + SEAL_OVERHEAD], other[SECRET_MAX + SEAL_OVERHEAD];
	size_t len = close_text(keys, SEAL_VAULT, &here, "a secret", one);
	cr_assert(opens(keys, SEAL_VAULT, &here, one, len, "a secret"));
	close_text(keys, SEAL_VAULT, &here, "a secret", other);
	cr_assert_arr_neq(one, other, len, "a fresh nonce each time");
	cr_assert_arr_eq(one, "\x01\x00\x00\x00\x01", 5);
	cr_assert_null(memmem(one, len, "a secret", 8));
	len = close_text(keys, SEAL_VAULT, &here, "", one);
	cr_assert(opens(keys, SEAL_VAULT, &here, one, len, ""));
	char longest[SECRET_MAX + 1];
	memset(longest, 'x', SECRET_MAX);
	longest[SECRET_MAX] = '\0';
	len = close_text(keys, SEAL_VAULT, &here, longest, one);
	cr_assert(opens(keys, SEAL_VAULT, &here, one, len, longest));
	seal_keys_free(keys);
}

Test(crypto_seal, room)
{
	struct seal_keys *keys = load(BOTH);
	struct secret secret = secret_of("12345678");
	unsigned char out[8 + SEAL_OVERHEAD];
	size_t len;
	cr_assert_eq(seal_close(keys, SEAL_VAULT, &here, &secret, out, sizeof out, &len, &error),
		     LED_OK);
	cr_assert_eq(
		seal_close(keys, SEAL_VAULT, &here, &secret, out, sizeof out - 1, &len, &error),
		LED_INTERNAL);
	secret_release(&secret);
	seal_keys_free(keys);
}

Test(crypto_seal, another_place_does_not_open)
{
	struct seal_keys *keys = load(BOTH);
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	static const struct seal_place others[] = {
		{"bindin", "inbound_key", "1", "0d9c"},
		{"oauth_token", "inbound_key", "1", "0d9c"},
		{"binding", "outbound_key", "1", "0d9c"},
		{"binding", "inbound_key", "2", "0d9c"},
		{"binding", "inbound_key", "1", "0d9d"},
		{"binding", "inbound_key", "1", "0D9C"},
		{"binding", "inbound_key", "10", "d9c"},
		{"bindingi", "nbound_key", "1", "0d9c"},
		{"binding", "inbound_key", "", "10d9c"},
		{"binding", "inbound_key", "1", ""},
	};
	size_t len = close_text(keys, SEAL_VAULT, &here, "a secret", sealed);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_expect_not(opens(keys, SEAL_VAULT, &others[i], sealed, len, ""), "place %zu", i);
	cr_expect_not(opens(keys, SEAL_INTAKE, &here, sealed, len, ""), "the other ring");
	cr_expect(opens(keys, SEAL_VAULT, &here, sealed, len, "a secret"));
	seal_keys_free(keys);
}

/* Two bindings' tokens exchanged, as a thief with write access to the table would. */
Test(crypto_seal, rows_swapped)
{
	struct seal_keys *keys = load(BOTH);
	struct place mine = place_of(1, "0D9C0B1E-5B1A-4A6E-9C43-8F6F2F7F3A10");
	struct place same = place_of(1, "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10");
	struct place theirs = place_of(1, "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a11");
	struct seal_place a = place_refresh_token(&mine), b = place_refresh_token(&theirs);
	struct seal_place c = place_access_token(&mine), d = place_refresh_token(&same);
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	size_t len = close_text(keys, SEAL_VAULT, &a, "token", sealed);
	cr_expect_not(opens(keys, SEAL_VAULT, &b, sealed, len, ""));
	cr_expect_not(opens(keys, SEAL_VAULT, &c, sealed, len, ""));
	cr_expect(opens(keys, SEAL_VAULT, &d, sealed, len, "token"),
		  "a UUID is the same in either case");
	seal_keys_free(keys);
}

Test(crypto_seal, any_flipped_bit_is_noticed)
{
	struct seal_keys *keys = load(BOTH);
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	size_t len = close_text(keys, SEAL_VAULT, &here, "a secret", sealed);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		sealed[bit / 8] ^= (unsigned char)(1 << bit % 8);
		cr_assert_not(opens(keys, SEAL_VAULT, &here, sealed, len, ""), "bit %zu", bit);
		sealed[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		cr_assert_not(opens(keys, SEAL_VAULT, &here, sealed, cut, ""), "cut to %zu", cut);
	cr_assert_not(opens(keys, SEAL_VAULT, &here, sealed, sizeof sealed, ""), "longer");
	seal_keys_free(keys);
}

Test(crypto_seal, rotation)
{
	unsigned char old[SECRET_MAX + SEAL_OVERHEAD], new[SECRET_MAX + SEAL_OVERHEAD];
	struct seal_keys *before = load(BOTH);
	cr_assert_eq(seal_keys_newest(before, SEAL_VAULT), 1U);
	size_t len = close_text(before, SEAL_VAULT, &here, "a secret", old);
	write_key("vault.2.key",
		  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", 0400);
	struct seal_keys *after = load(BOTH);
	cr_assert_eq(seal_keys_newest(after, SEAL_VAULT), 2U);
	cr_assert_eq(seal_keys_newest(after, SEAL_INTAKE), 1U);
	cr_assert(opens(after, SEAL_VAULT, &here, old, len, "a secret"));
	close_text(after, SEAL_VAULT, &here, "a secret", new);
	cr_assert_arr_eq(new, "\x01\x00\x00\x00\x02", 5);
	cr_assert(opens(after, SEAL_VAULT, &here, new, len, "a secret"));
	cr_assert(opens(before, SEAL_VAULT, &here, new, len, "a secret"),
		  "a running program reads the new file when it meets its version");
	/* The version is bound too: an old value does not pass for a new one. */
	old[4] = 2;
	cr_assert_not(opens(after, SEAL_VAULT, &here, old, len, ""));
	seal_keys_free(before);
	seal_keys_free(after);
}

Test(crypto_seal, a_ring_that_was_not_loaded)
{
	struct seal_keys *both = load(BOTH), *intake = load(1U << SEAL_INTAKE);
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	struct secret secret = secret_of("x");
	size_t len = close_text(both, SEAL_VAULT, &here, "a secret", sealed), ignored;
	cr_assert_eq(seal_keys_newest(intake, SEAL_VAULT), 0U);
	cr_assert_not(opens(intake, SEAL_VAULT, &here, sealed, len, ""));
	cr_assert_eq(seal_close(intake, SEAL_VAULT, &here, &secret, sealed, sizeof sealed, &ignored,
				&error),
		     LED_INTERNAL);
	secret_release(&secret);
	seal_keys_free(both);
	seal_keys_free(intake);
}

Test(crypto_seal, init_makes_private_files_and_never_overwrites)
{
	char path[128];
	struct stat status;
	struct buf before, after;
	int created = -1;
	key_file(path, sizeof path, "vault.1.key");
	cr_assert_eq(stat(path, &status), 0);
	cr_assert_eq(status.st_mode & 0777, 0400);
	cr_assert_eq(status.st_size, 65);
	buf_init(&before, 100);
	buf_init(&after, 100);
	cr_assert_eq(file_read(path, &before, &error), LED_OK);
	cr_assert_eq(seal_files_init(dir, &created, &error), LED_OK);
	cr_assert_eq(created, 0);
	cr_assert_eq(file_read(path, &after, &error), LED_OK);
	cr_assert_str_eq(before.data, after.data);
	unlink(path);
	cr_assert_eq(seal_files_init(dir, &created, &error), LED_OK);
	cr_assert_eq(created, 1);
	buf_clear(&after);
	cr_assert_eq(file_read(path, &after, &error), LED_OK);
	cr_assert_str_neq(before.data, after.data);
	buf_release(&before);
	buf_release(&after);
	cr_assert_eq(seal_files_init("/nonexistent", &created, &error), LED_INTERNAL);
	cr_assert_not_null(strstr(error.message, "/nonexistent"));
}

Test(crypto_seal, bad_key_files_are_named)
{
	static const char good[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	static const struct {
		const char *text;
		mode_t mode;
		bool fine;
	} cases[] = {
		{good, 0400, true},
		{good, 0600, true},
		{good, 0440, false},
		{good, 0404, false},
		{good, 0644, false},
		{"", 0400, false},
		{"00", 0400, false},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g", 0400, false},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00", 0400, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seal_keys *keys = NULL;
		write_key("vault.2.key", cases[i].text, cases[i].mode);
		enum led_err err = seal_keys_load(dir, BOTH, &keys, &error);
		cr_expect_eq(err, cases[i].fine ? LED_OK : LED_INTERNAL, "case %zu", i);
		if (err) {
			cr_expect_str_eq(error.code, "key_unreadable");
			cr_expect_not_null(strstr(error.message, "vault.2.key"), "%s",
					   error.message);
		}
		seal_keys_free(keys);
	}
}

Test(crypto_seal, a_missing_first_key_is_named)
{
	char path[128];
	struct seal_keys *keys = NULL;
	key_file(path, sizeof path, "intake.1.key");
	unlink(path);
	cr_assert_eq(seal_keys_load(dir, BOTH, &keys, &error), LED_INTERNAL);
	cr_assert_str_eq(error.code, "key_unreadable");
	cr_assert_not_null(strstr(error.message, "intake.1.key"));
	cr_assert_eq(seal_keys_load(dir, 1U << SEAL_VAULT, &keys, &error), LED_OK,
		     "a program that does not use a ring does not need it");
	seal_keys_free(keys);
}

static bool seals_under(const struct seal_keys *keys, enum seal_ring ring, uint32_t version)
{
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	size_t len = close_text(keys, ring, &here, "x", sealed);
	return seal_version(sealed, len) == version;
}

static uint32_t rotate(enum seal_ring ring, bool staged)
{
	uint32_t version = 0;
	cr_assert_eq(seal_files_rotate(dir, ring, staged, &version, &error), LED_OK, "%s",
		     error.message);
	return version;
}

Test(crypto_seal, a_rotation_reaches_a_running_program)
{
	struct seal_keys *keys = load(BOTH);
	unsigned char old[SECRET_MAX + SEAL_OVERHEAD];
	size_t len = close_text(keys, SEAL_VAULT, &here, "a secret", old);
	cr_assert_eq(rotate(SEAL_VAULT, false), 2U);
	cr_assert(seals_under(keys, SEAL_VAULT, 2));
	cr_assert(seals_under(keys, SEAL_INTAKE, 1));
	cr_assert(opens(keys, SEAL_VAULT, &here, old, len, "a secret"));
	seal_keys_free(keys);
}

Test(crypto_seal, a_staged_version_opens_and_does_not_seal)
{
	struct seal_keys *here_first = load(BOTH), *elsewhere;
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	int64_t age;
	cr_assert_eq(rotate(SEAL_VAULT, true), 2U);
	cr_assert_eq(rotate(SEAL_VAULT, true), 2U, "staged once");
	cr_assert_eq(seal_files_state(dir, SEAL_VAULT, 2, &age), SEAL_FILE_STAGED);
	elsewhere = load(BOTH);
	cr_assert(seals_under(here_first, SEAL_VAULT, 1));
	cr_assert(seals_under(elsewhere, SEAL_VAULT, 1));
	cr_assert_eq(rotate(SEAL_VAULT, false), 2U, "put to use, not a third");
	cr_assert_eq(seal_files_state(dir, SEAL_VAULT, 2, &age), SEAL_FILE_ACTIVE);
	size_t len = close_text(here_first, SEAL_VAULT, &here, "a secret", sealed);
	cr_assert_eq(seal_version(sealed, len), 2U);
	cr_assert(opens(elsewhere, SEAL_VAULT, &here, sealed, len, "a secret"));
	seal_keys_free(here_first);
	seal_keys_free(elsewhere);
}

Test(crypto_seal, a_retired_version_leaves_a_gap)
{
	struct seal_keys *keys = load(BOTH);
	unsigned char old[SECRET_MAX + SEAL_OVERHEAD], new[SECRET_MAX + SEAL_OVERHEAD];
	struct secret out = {0};
	size_t len = close_text(keys, SEAL_VAULT, &here, "a secret", old);
	rotate(SEAL_VAULT, false);
	close_text(keys, SEAL_VAULT, &here, "a secret", new);
	cr_assert_eq(seal_files_remove(dir, SEAL_VAULT, 1, &error), LED_OK, "%s", error.message);
	struct seal_keys *after = load(BOTH);
	cr_assert_not(seal_keys_has(after, SEAL_VAULT, 1));
	cr_assert(opens(after, SEAL_VAULT, &here, new, len, "a secret"));
	cr_assert_eq(seal_open(after, SEAL_VAULT, &here, old, len, &out, &error), LED_INTERNAL);
	cr_assert_str_eq(error.code, "key_missing");
	cr_assert_eq(rotate(SEAL_VAULT, false), 3U, "a number is never used again");
	seal_keys_free(keys);
	seal_keys_free(after);
}

Test(crypto_seal, a_wrong_file_does_not_replace_what_was_loaded)
{
	struct seal_keys *keys = load(BOTH);
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	struct secret secret = secret_of("x");
	size_t len = close_text(keys, SEAL_VAULT, &here, "a secret", sealed), ignored;
	write_key("vault.2.key", "not a key", 0400);
	cr_assert_eq(
		seal_close(keys, SEAL_VAULT, &here, &secret, sealed + len, 100, &ignored, &error),
		LED_INTERNAL, "nothing is sealed while the newest key is unknown");
	cr_assert_str_eq(error.code, "key_unreadable");
	cr_assert(opens(keys, SEAL_VAULT, &here, sealed, len, "a secret"));
	secret_release(&secret);
	seal_keys_free(keys);
}

Test(crypto_seal, uses_are_counted)
{
	struct seal_keys *keys = load(BOTH);
	seal_uses_take(SEAL_VAULT, 1);
	for (int i = 0; i < 3; i++)
		cr_assert(seals_under(keys, SEAL_VAULT, 1));
	cr_assert_eq(seal_uses_take(SEAL_INTAKE, 1), 0);
	cr_assert_eq(seal_uses_take(SEAL_VAULT, 1), 3);
	cr_assert_eq(seal_uses_take(SEAL_VAULT, 1), 0);
	seal_keys_free(keys);
}
