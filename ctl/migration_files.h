/* The SQL files that `ledgerctl migrate` runs, as they lie in share_dir. */
#ifndef CTL_MIGRATION_FILES_H
#define CTL_MIGRATION_FILES_H

#include "base/arena.h"
#include "base/error.h"
#include "crypto/digest.h"

#include <stddef.h>

#define MIGRATION_NAME_MAX 100 /* bytes with the NUL */

/* In order: files[i] of migrations is version i + 1. All memory is the arena's. */
struct migration_file {
	int version; /* 0 of a procedure */
	char name[MIGRATION_NAME_MAX];
	const char *sql;
	unsigned char checksum[DIGEST_SIZE]; /* SHA-256 of the file's bytes */
};

struct migration_files {
	struct migration_file *files;
	size_t count;
};

/* share_dir/sql/migrations/NNNN_name.sql. LED_VALIDATION, code "migration_files", when a
 * name is of another form, a number stands twice or one is missing. */
enum led_err migration_files_read(const char *share_dir, struct arena *arena,
				  struct migration_files *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* share_dir/sql/procedures/name.sql, by name; each is one statement. */
enum led_err procedure_files_read(const char *share_dir, struct arena *arena,
				  struct migration_files *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* One file of share_dir/sql, as text. */
enum led_err sql_file_read(const char *share_dir, const char *name, struct arena *arena,
			   const char **sql, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
