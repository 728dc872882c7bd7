#include "crypto/seal_files.h"
#include "base/clock.h"
#include "crypto/random.h"
#include "crypto/seal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum led_err not_written(const char *path, struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "key_not_written", "Cannot write %s: %m.", path);
}

static bool sync_directory(const char *key_dir)
{
	int fd = open(key_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return synced;
}

/* A new key in a file of its own name, which nobody reads. */
static bool write_new(const char *path, const char *text, size_t len)
{
	unlink(path); /* left by a run that was killed */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	bool whole = fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		whole = false;
	return whole;
}

/* Written beside and linked: the name is taken only by a whole file, and only when it was
 * free (*made is false when it was not). */
static enum led_err create_key(const char *key_dir, const char *path, bool *made,
			       struct led_error *error)
{
	char text[2 * SEAL_KEY_SIZE + 2], fresh[SEAL_PATH_MAX + 64];
	snprintf(fresh, sizeof fresh, "%s.%d.new", path, (int)getpid());
	if (random_hex(text, SEAL_KEY_SIZE))
		return led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes for a key.");
	text[2 * SEAL_KEY_SIZE] = '\n';
	bool ok = write_new(fresh, text, 2 * SEAL_KEY_SIZE + 1);
	explicit_bzero(text, sizeof text);
	*made = ok && link(fresh, path) == 0;
	enum led_err err = *made || (ok && errno == EEXIST) ? LED_OK : not_written(path, error);
	unlink(fresh);
	if (!err && *made && !sync_directory(key_dir))
		err = not_written(key_dir, error);
	return err;
}

static bool exists(const char *key_dir, enum seal_ring ring, uint32_t version, const char *suffix)
{
	char path[SEAL_PATH_MAX];
	seal_file_path(key_dir, ring, version, suffix, path);
	return access(path, F_OK) == 0;
}

static uint32_t highest(const char *key_dir, enum seal_ring ring, const char *suffix)
{
	uint32_t version = SEAL_VERSIONS_MAX;
	while (version && !exists(key_dir, ring, version, suffix))
		version--;
	return version;
}

enum led_err seal_files_init(const char *key_dir, int *created, struct led_error *error)
{
	char path[SEAL_PATH_MAX];
	*created = 0;
	for (enum seal_ring ring = 0; ring < SEAL_RINGS; ring++) {
		bool made = false;
		if (highest(key_dir, ring, SEAL_ACTIVE))
			continue;
		seal_file_path(key_dir, ring, 1, SEAL_ACTIVE, path);
		if (create_key(key_dir, path, &made, error))
			return LED_INTERNAL;
		*created += made;
	}
	return LED_OK;
}

/* The second name before the first goes: a reader always finds one (seal_keys.c). */
static enum led_err activate(const char *key_dir, enum seal_ring ring, uint32_t version,
			     struct led_error *error)
{
	char staged[SEAL_PATH_MAX], active[SEAL_PATH_MAX];
	seal_file_path(key_dir, ring, version, SEAL_STAGED, staged);
	seal_file_path(key_dir, ring, version, SEAL_ACTIVE, active);
	/* The time of the file says since when it seals. */
	if (link(staged, active) || utimensat(AT_FDCWD, active, NULL, 0) || unlink(staged) ||
	    !sync_directory(key_dir))
		return not_written(active, error);
	return LED_OK;
}

enum led_err seal_files_rotate(const char *key_dir, enum seal_ring ring, bool staged,
			       uint32_t *version, struct led_error *error)
{
	char path[SEAL_PATH_MAX];
	bool made = false;
	uint32_t waiting = highest(key_dir, ring, SEAL_STAGED);
	uint32_t active = highest(key_dir, ring, SEAL_ACTIVE);
	if (!active)
		return led_fail(error, LED_NOT_FOUND, "no_keys",
				"%s has no key of the ring %s; `ledgerctl keys init` makes the "
				"first.",
				key_dir, seal_ring_name(ring));
	if (waiting > active) {
		*version = waiting;
		return staged ? LED_OK : activate(key_dir, ring, waiting, error);
	}
	if (waiting) { /* its second name, left by a run that was killed */
		seal_file_path(key_dir, ring, waiting, SEAL_STAGED, path);
		unlink(path);
	}
	if (active == SEAL_VERSIONS_MAX)
		return led_fail(error, LED_VALIDATION, "too_many_versions",
				"The ring %s has reached version %d, the highest there is.",
				seal_ring_name(ring), SEAL_VERSIONS_MAX);
	*version = active + 1;
	seal_file_path(key_dir, ring, *version, staged ? SEAL_STAGED : SEAL_ACTIVE, path);
	enum led_err err = create_key(key_dir, path, &made, error);
	if (!err && !made)
		return led_fail(error, LED_VALIDATION, "key_taken",
				"%s was made by somebody else at the same moment; nothing was "
				"done here.",
				path);
	return err;
}

enum seal_file_state seal_files_state(const char *key_dir, enum seal_ring ring, uint32_t version,
				      int64_t *age)
{
	static const struct {
		const char *suffix;
		enum seal_file_state state;
	} kinds[] = {{SEAL_ACTIVE, SEAL_FILE_ACTIVE}, {SEAL_STAGED, SEAL_FILE_STAGED}};
	struct stat status;
	char path[SEAL_PATH_MAX];
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		seal_file_path(key_dir, ring, version, kinds[i].suffix, path);
		if (stat(path, &status) == 0) {
			*age = clock_now() - status.st_mtime;
			return kinds[i].state;
		}
	}
	return SEAL_FILE_NONE;
}

/* What the disk underneath keeps of it is beyond a program's reach. */
static bool overwrite(const char *path)
{
	static const char zeros[2 * SEAL_KEY_SIZE + 1];
	if (chmod(path, 0600))
		return false;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros &&
		    fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return done;
}

/* Out of the way first, so that no program reads the zeros as a key. */
enum led_err seal_files_remove(const char *key_dir, enum seal_ring ring, uint32_t version,
			       struct led_error *error)
{
	char path[SEAL_PATH_MAX], gone[SEAL_PATH_MAX + 16];
	seal_file_path(key_dir, ring, version, SEAL_ACTIVE, path);
	snprintf(gone, sizeof gone, "%s.retired", path);
	if (rename(path, gone) || !overwrite(gone) || unlink(gone) || !sync_directory(key_dir))
		return led_fail(error, LED_INTERNAL, "key_not_removed", "Cannot remove %s: %m.",
				path);
	return LED_OK;
}
