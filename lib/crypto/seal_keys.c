/* The keys as a program holds them: read from their files, and read again when those change. */
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/seal_internal.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct ring {
	uint32_t newest; /* 0: the ring is not loaded */
	bool has[SEAL_VERSIONS_MAX + 1];
	unsigned char keys[SEAL_VERSIONS_MAX + 1][SEAL_KEY_SIZE];
};

/* What the directory looked like when it was read. */
struct stamp {
	struct timespec changed;
	ino_t inode;
};

struct state {
	pthread_rwlock_t lock; /* over what follows */
	struct stamp stamp;
	struct ring rings[SEAL_RINGS];
};

struct seal_keys {
	char key_dir[SEAL_PATH_MAX - 64];
	unsigned wanted; /* rings, bits 1 << SEAL_… */
	struct state *state;
};

static const char *const ring_names[] = {[SEAL_INTAKE] = "intake", [SEAL_VAULT] = "vault"};

const char *seal_ring_name(enum seal_ring ring)
{
	return ring_names[ring];
}

void seal_file_path(const char *key_dir, enum seal_ring ring, uint32_t version, const char *suffix,
		    char out[SEAL_PATH_MAX])
{
	snprintf(out, SEAL_PATH_MAX, "%s/%s.%u.%s", key_dir, ring_names[ring], version, suffix);
}

/* systemd hands credentials over read-only and to the service alone, by an access list that
 * shows as the group's permission. */
static mode_t forbidden_mode(const char *path)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	const char *at = credentials && *credentials ? strstr(path, credentials) : NULL;
	return at == path ? 007 : 077;
}

static enum led_err load_key(const char *path, unsigned char *key, struct led_error *error)
{
	struct buf text;
	struct stat status;
	buf_init(&text, 128);
	enum led_err err = file_read(path, &text, error);
	if (err && error)
		snprintf(error->code, sizeof error->code, "key_unreadable");
	while (!err && text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (!err && !text_unhex(buf_str(&text), key, SEAL_KEY_SIZE))
		err = led_fail(error, LED_INTERNAL, "key_unreadable", "%s is not 64 hex digits.",
			       path);
	else if (!err && (stat(path, &status) || (status.st_mode & forbidden_mode(path))))
		err = led_fail(error, LED_INTERNAL, "key_unreadable",
			       "%s can be read by others: chmod 0400 it.", path);
	if (text.data)
		explicit_bzero(text.data, text.len);
	buf_release(&text);
	return err;
}

/* A staged file becomes the active one by a second name and the loss of the first: whoever
 * looks for both and then for the second again finds one. */
static enum led_err load_version(const char *key_dir, enum seal_ring index, uint32_t version,
				 struct ring *ring, struct led_error *error)
{
	enum { STAGED = 1 };
	static const char *const suffixes[] = {SEAL_ACTIVE, [STAGED] = SEAL_STAGED, SEAL_ACTIVE};
	char path[SEAL_PATH_MAX];
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		seal_file_path(key_dir, index, version, suffixes[i], path);
		if (access(path, F_OK) != 0)
			continue;
		enum led_err err = load_key(path, ring->keys[version], error);
		if (err && access(path, F_OK) != 0)
			continue;
		if (err)
			return err;
		ring->has[version] = true;
		if (i != STAGED)
			ring->newest = version;
		return LED_OK;
	}
	return LED_OK;
}

/* Versions that were retired leave gaps. */
static enum led_err load_ring(const char *key_dir, enum seal_ring index, struct ring *ring,
			      struct led_error *error)
{
	char path[SEAL_PATH_MAX];
	enum led_err err = LED_OK;
	for (uint32_t version = 1; !err && version <= SEAL_VERSIONS_MAX; version++)
		err = load_version(key_dir, index, version, ring, error);
	if (err || ring->newest)
		return err;
	seal_file_path(key_dir, index, 1, SEAL_ACTIVE, path);
	return led_fail(error, LED_INTERNAL, "key_unreadable",
			"There is no %s, nor a later version: `ledgerctl keys init` makes the "
			"keys of a new installation; an old one's must be restored.",
			path);
}

static bool take_stamp(const char *key_dir, struct stamp *stamp)
{
	struct stat status;
	if (stat(key_dir, &status))
		return false;
	*stamp = (struct stamp){.changed = status.st_mtim, .inode = status.st_ino};
	return true;
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->inode == b->inode && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

/* All or nothing: what was loaded stays when the files cannot be read. The stamp is taken
 * first, so that a change meanwhile is seen the next time. */
static enum led_err reload(const struct seal_keys *keys, struct led_error *error)
{
	struct stamp stamp = {0};
	struct ring *rings = calloc(SEAL_RINGS, sizeof *rings);
	enum led_err err = LED_OK;
	if (!rings)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for keys.");
	bool stamped = take_stamp(keys->key_dir, &stamp);
	for (size_t i = 0; !err && i < SEAL_RINGS; i++)
		if (keys->wanted & 1U << i)
			err = load_ring(keys->key_dir, (enum seal_ring)i, &rings[i], error);
	if (!err) {
		pthread_rwlock_wrlock(&keys->state->lock);
		memcpy(keys->state->rings, rings, sizeof keys->state->rings);
		if (stamped)
			keys->state->stamp = stamp;
		pthread_rwlock_unlock(&keys->state->lock);
	}
	explicit_bzero(rings, SEAL_RINGS * sizeof *rings);
	free(rings);
	return err;
}

enum led_err seal_keys_load(const char *key_dir, unsigned rings, struct seal_keys **out,
			    struct led_error *error)
{
	struct seal_keys *keys = calloc(1, sizeof *keys);
	struct state *state = calloc(1, sizeof *state);
	enum led_err err = LED_OK;
	if (!keys || !state || pthread_rwlock_init(&state->lock, NULL)) {
		free(state);
		free(keys);
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for keys.");
	}
	keys->state = state;
	keys->wanted = rings;
	if (strlen(key_dir) >= sizeof keys->key_dir)
		err = led_fail(error, LED_INTERNAL, "key_unreadable", "key_dir is too long.");
	snprintf(keys->key_dir, sizeof keys->key_dir, "%s", key_dir);
	if (!err)
		err = reload(keys, error);
	if (err)
		seal_keys_free(keys);
	else
		*out = keys;
	return err;
}

void seal_keys_free(struct seal_keys *keys)
{
	if (!keys)
		return;
	pthread_rwlock_destroy(&keys->state->lock);
	explicit_bzero(keys->state, sizeof *keys->state);
	free(keys->state);
	free(keys);
}

/* Copies a key; version 0 asks for the newest. *version is 0 when there is none. */
static void copy_key(const struct seal_keys *keys, enum seal_ring index, uint32_t *version,
		     unsigned char *key)
{
	pthread_rwlock_rdlock(&keys->state->lock);
	const struct ring *ring = &keys->state->rings[index];
	if (!*version)
		*version = ring->newest;
	if (*version > SEAL_VERSIONS_MAX || !ring->has[*version])
		*version = 0;
	else if (key)
		memcpy(key, ring->keys[*version], SEAL_KEY_SIZE);
	pthread_rwlock_unlock(&keys->state->lock);
}

uint32_t seal_keys_newest(const struct seal_keys *keys, enum seal_ring ring)
{
	uint32_t version = 0;
	copy_key(keys, ring, &version, NULL);
	return version;
}

bool seal_keys_has(const struct seal_keys *keys, enum seal_ring ring, uint32_t version)
{
	if (version)
		copy_key(keys, ring, &version, NULL);
	return version != 0;
}

static bool directory_changed(const struct seal_keys *keys)
{
	struct stamp now;
	if (!take_stamp(keys->key_dir, &now))
		return true;
	pthread_rwlock_rdlock(&keys->state->lock);
	bool changed = !same_stamp(&now, &keys->state->stamp);
	pthread_rwlock_unlock(&keys->state->lock);
	return changed;
}

enum led_err seal_keys_sealing(const struct seal_keys *keys, enum seal_ring ring, uint32_t *version,
			       unsigned char key[SEAL_KEY_SIZE], struct led_error *error)
{
	if (directory_changed(keys)) {
		enum led_err err = reload(keys, error);
		if (err)
			return err;
		log_write(LOG_INFO, "keys_read_again", LOG_S("ring", seal_ring_name(ring)),
			  LOG_N("newest", seal_keys_newest(keys, ring)));
	}
	*version = 0;
	copy_key(keys, ring, version, key);
	if (!*version)
		return led_fail(error, LED_INTERNAL, "seal_failed",
				"This program holds no key of the ring %s.", seal_ring_name(ring));
	return LED_OK;
}

enum led_err seal_keys_opening(const struct seal_keys *keys, enum seal_ring ring, uint32_t version,
			       unsigned char key[SEAL_KEY_SIZE], struct led_error *error)
{
	uint32_t found = version;
	copy_key(keys, ring, &found, key);
	if (!found && keys->wanted & 1U << ring) {
		enum led_err err = reload(keys, error);
		if (err)
			return err;
		found = version;
		copy_key(keys, ring, &found, key);
	}
	if (!found)
		return led_fail(error, LED_INTERNAL, "key_missing",
				"A value is sealed under %s.%u.key, which is not in key_dir.",
				seal_ring_name(ring), version);
	return LED_OK;
}
