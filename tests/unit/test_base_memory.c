/* The arena, the buffer and the secret: their caps, and what is left after a failure. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

Test(base_arena, memory_is_zeroed_and_aligned)
{
	struct arena *arena = arena_new(1 << 20);
	for (size_t size = 1; size < 40000; size = size * 3 + 1) {
		unsigned char *memory = arena_alloc(arena, size);
		cr_assert_not_null(memory);
		cr_assert_eq((uintptr_t)memory % alignof(max_align_t), 0, "%zu bytes", size);
		for (size_t i = 0; i < size; i++)
			cr_assert_eq(memory[i], 0);
		memset(memory, 0xff, size);
	}
	arena_reset(arena);
	unsigned char *again = arena_alloc(arena, 16000);
	for (size_t i = 0; i < 16000; i++)
		cr_assert_eq(again[i], 0, "old content after a reset, byte %zu", i);
	arena_free(arena);
}

Test(base_arena, pieces_do_not_overlap)
{
	struct arena *arena = arena_new(1 << 20);
	char *pieces[400];
	for (size_t i = 0; i < 400; i++) {
		pieces[i] = arena_alloc(arena, i + 1);
		memset(pieces[i], (int)(i % 251), i + 1);
	}
	for (size_t i = 0; i < 400; i++)
		for (size_t j = 0; j <= i; j++)
			cr_assert_eq((unsigned char)pieces[i][j], i % 251);
	arena_free(arena);
}

Test(base_arena, cap_is_exact_and_reset_gives_it_back)
{
	struct arena *arena = arena_new(1000);
	cr_assert_null(arena_alloc(arena, 1001));
	cr_assert_not_null(arena_alloc(arena, 600));
	cr_assert_null(arena_alloc(arena, 401));
	cr_assert_not_null(arena_alloc(arena, 400));
	cr_assert_null(arena_alloc(arena, 1));
	cr_assert_null(arena_alloc(arena, SIZE_MAX));
	arena_reset(arena);
	cr_assert_not_null(arena_alloc(arena, 1000));
	arena_free(arena);
	arena_free(NULL);
}

Test(base_arena, strings)
{
	struct arena *arena = arena_new(64);
	cr_assert_str_eq(arena_strdup(arena, "abc"), "abc");
	cr_assert_str_eq(arena_strndup(arena, "abcdef", 2), "ab");
	cr_assert_str_eq(arena_strndup(arena, NULL, 0), "");
	cr_assert_str_eq(arena_printf(arena, "%d-%s", 42, "x"), "42-x");
	cr_assert_null(arena_printf(arena, "%100d", 1));
	arena_free(arena);
}

Test(base_buf, grows_and_terminates)
{
	struct buf buf;
	buf_init(&buf, 10000);
	cr_assert_str_eq(buf_str(&buf), "");
	for (int i = 0; i < 1000; i++)
		buf_add(&buf, "abc", 3);
	buf_add_char(&buf, 'd');
	buf_addf(&buf, "%04d", 7);
	buf_add_str(&buf, "");
	cr_assert_eq(buf.len, 3005);
	cr_assert_eq(strlen(buf_str(&buf)), 3005);
	cr_assert_str_eq(buf_str(&buf) + 3000, "d0007");
	cr_assert_not(buf.failed);
	buf_release(&buf);
	cr_assert_str_eq(buf_str(&buf), "");
}

Test(base_buf, cap_is_exact_and_failure_stays)
{
	struct buf buf;
	buf_init(&buf, 5);
	buf_add_str(&buf, "12345");
	cr_assert_not(buf.failed);
	buf_add_char(&buf, '6');
	cr_assert(buf.failed);
	cr_assert_str_eq(buf_str(&buf), "12345");
	buf_add(&buf, "", 0);
	cr_assert(buf.failed);
	buf_clear(&buf);
	cr_assert_not(buf.failed);
	cr_assert_str_eq(buf_str(&buf), "");
	buf_addf(&buf, "%s", "123456");
	cr_assert(buf.failed, "printf over the cap");
	cr_assert_eq(buf.len, 0, "nothing of what does not fit");
	buf_release(&buf);
	buf_init(&buf, 0);
	buf_add_char(&buf, 'x');
	cr_assert(buf.failed);
	buf_release(&buf);
}

Test(base_buf, keeps_nul_bytes)
{
	struct buf buf;
	buf_init(&buf, 100);
	buf_add(&buf, "a\0b", 3);
	cr_assert_eq(buf.len, 3);
	cr_assert_arr_eq(buf.data, "a\0b", 4);
	buf_release(&buf);
}

Test(base_secret, copies_and_releases)
{
	struct secret secret = {0};
	char long_one[SECRET_MAX + 1] = {0};
	cr_assert(secret_set(&secret, "k\0y", 3));
	cr_assert_eq(secret.len, 3);
	cr_assert_arr_eq(secret.bytes, "k\0y", 3);
	cr_assert(secret_set(&secret, long_one, SECRET_MAX));
	cr_assert_eq(secret.len, SECRET_MAX);
	cr_assert_not(secret_set(&secret, long_one, SECRET_MAX + 1));
	cr_assert_null(secret.bytes, "a refused secret leaves nothing behind");
	cr_assert(secret_set(&secret, "", 0));
	secret_release(&secret);
	secret_release(&secret);
	cr_assert_eq(secret.len, 0);
}
