#include "books/zone.h"
#include "base/buf.h"
#include "base/file.h"
#include "books/zone_rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ZONE_DIR      "/usr/share/zoneinfo/"
#define ZONE_FILE_MAX (256 * 1024) /* bytes; the largest there is has 4 KB */
#define HEADER_SIZE   44
#define NAME_MAX_LEN  64

struct zone {
	const int64_t *transitions; /* ascending */
	const int64_t *offsets;     /* offsets[i] holds from transitions[i] on */
	size_t count;
	int64_t first_offset;  /* before the first transition */
	struct zone_rule rule; /* from the last transition on */
};

/* The counts in a header, RFC 8536 section 3.1. */
struct header {
	size_t ut_flags, std_flags, leaps, times, types, characters;
};

static bool is_zone_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+-/";
	size_t len = strlen(name);
	/* No '.' among them: a name cannot climb out of the directory. */
	return len > 0 && len <= NAME_MAX_LEN && name[0] != '/' && strspn(name, allowed) == len;
}

static int64_t big_endian(const unsigned char *bytes, size_t size)
{
	uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0; /* sign */
	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return (int64_t)value;
}

static bool read_header(const unsigned char *bytes, size_t len, struct header *out)
{
	size_t *counts[] = {&out->ut_flags, &out->std_flags, &out->leaps,
			    &out->times,    &out->types,     &out->characters};
	if (len < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2')
		return false;
	for (size_t i = 0; i < 6; i++) {
		int64_t count = big_endian(bytes + 20 + 4 * i, 4);
		if (count < 0 || count > ZONE_FILE_MAX)
			return false;
		*counts[i] = (size_t)count;
	}
	return out->types > 0;
}

/* The bytes of a data block whose instants take `time_size` bytes. */
static size_t block_size(const struct header *header, size_t time_size)
{
	return header->times * (time_size + 1) + header->types * 6 + header->characters +
	       header->leaps * (time_size + 4) + header->std_flags + header->ut_flags;
}

/* The 64-bit block at `bytes`, which holds all that the header counts. */
static bool read_block(struct arena *arena, const unsigned char *bytes, const struct header *header,
		       struct zone *zone)
{
	const unsigned char *index = bytes + header->times * 8;
	const unsigned char *types = index + header->times;
	int64_t *transitions = arena_alloc(arena, header->times * sizeof *transitions + 1);
	int64_t *offsets = arena_alloc(arena, header->times * sizeof *offsets + 1);
	if (!transitions || !offsets)
		return false;
	for (size_t i = 0; i < header->times; i++) {
		if (index[i] >= header->types)
			return false;
		transitions[i] = big_endian(bytes + i * 8, 8);
		offsets[i] = big_endian(types + index[i] * 6, 4);
		if (i > 0 && transitions[i] <= transitions[i - 1])
			return false;
	}
	zone->transitions = transitions;
	zone->offsets = offsets;
	zone->count = header->times;
	zone->first_offset = big_endian(types, 4);
	return true;
}

/* The footer: a newline, the rule, a newline. Without a rule the last offset stays. */
static bool read_footer(const char *footer, size_t len, struct zone *zone)
{
	char rule[128];
	if (len < 2 || footer[0] != '\n' || footer[len - 1] != '\n' || len - 2 >= sizeof rule)
		return false;
	memcpy(rule, footer + 1, len - 2);
	rule[len - 2] = '\0';
	if (*rule)
		return zone_rule_parse(rule, &zone->rule);
	zone->rule.standard = zone->count ? zone->offsets[zone->count - 1] : zone->first_offset;
	return true;
}

static bool read_zone(struct arena *arena, const unsigned char *bytes, size_t len,
		      struct zone *zone)
{
	struct header header;
	if (!read_header(bytes, len, &header))
		return false;
	/* The first block has 32-bit instants, for readers of 1985; the second is ours. */
	size_t skip = HEADER_SIZE + block_size(&header, 4);
	if (skip > len || !read_header(bytes + skip, len - skip, &header))
		return false;
	skip += HEADER_SIZE;
	size_t size = block_size(&header, 8);
	if (size > len - skip || !read_block(arena, bytes + skip, &header, zone))
		return false;
	return read_footer((const char *)bytes + skip + size, len - skip - size, zone);
}

/* Whether there is certainly no such file; one that cannot be read just now is another matter. */
static bool is_missing(const char *path)
{
	struct stat file;
	return stat(path, &file) ? errno == ENOENT || errno == ENOTDIR : !S_ISREG(file.st_mode);
}

enum led_err zone_load(struct arena *arena, const char *name, const struct zone **out,
		       struct led_error *error)
{
	char path[sizeof ZONE_DIR + NAME_MAX_LEN];
	struct buf file;
	buf_init(&file, ZONE_FILE_MAX);
	struct zone *zone = arena_alloc(arena, sizeof *zone);
	enum led_err err = LED_OK;
	if (is_zone_name(name))
		snprintf(path, sizeof path, ZONE_DIR "%s", name);
	if (!zone)
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a time zone.");
	else if (!is_zone_name(name) || is_missing(path))
		err = led_fail(error, LED_VALIDATION, "unknown_time_zone",
			       "'%.64s' is no time zone that this machine knows.", name);
	else if (file_read(path, &file, NULL) ||
		 !read_zone(arena, (const unsigned char *)file.data, file.len, zone))
		err = led_fail(error, LED_INTERNAL, "zone_file_invalid",
			       "%s cannot be read as a zone file of version 2 or later.", path);
	*out = zone;
	buf_release(&file);
	return err;
}

int64_t zone_offset(const struct zone *zone, int64_t instant)
{
	if (zone->count == 0 || instant >= zone->transitions[zone->count - 1])
		return zone_rule_offset(&zone->rule, instant);
	if (instant < zone->transitions[0])
		return zone->first_offset;
	size_t low = 0, high = zone->count - 1; /* transitions[low] <= instant < [high] */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (zone->transitions[middle] <= instant)
			low = middle;
		else
			high = middle;
	}
	return zone->offsets[low];
}

const char *zone_date(const struct zone *zone, int64_t instant, char *out)
{
	int64_t local = instant + zone_offset(zone, instant), year;
	int month, day;
	zone_civil(local / 86400 - (local % 86400 < 0), &year, &month, &day);
	/* Instants come from "YYYY-…Z", so the year has four digits. */
	snprintf(out, ZONE_DATE_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000u,
		 (unsigned)month % 100u, (unsigned)day % 100u);
	return out;
}
