#include "slot.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "store/rate_slot.h"

#include <stdio.h>
#include <unistd.h>

#define CALL_MS  45000 /* a lease must last longer than a call (30 s), by far */
#define HOST_MAX 24

enum led_err slots_init(struct slots *slots, int64_t at_once)
{
	char host[HOST_MAX + 1] = "", nonce[17];
	if (gethostname(host, HOST_MAX) || random_hex(nonce, 8))
		return LED_INTERNAL;
	*slots = (struct slots){.at_once = at_once};
	snprintf(slots->owner, sizeof slots->owner, "%.24s:%d:%s", host, (int)getpid(), nonce);
	return LED_OK;
}

struct slot *slots_ready(struct slots *slots)
{
	int64_t least = clock_monotonic_ms() + CALL_MS;
	for (size_t i = 0; i < slots->count; i++)
		if (!slots->slot[i].busy && slots->slot[i].leased_until_ms > least)
			return &slots->slot[i];
	return NULL;
}

static struct slot *idle_slot(struct slots *slots)
{
	for (size_t i = 0; i < slots->count; i++)
		if (!slots->slot[i].busy)
			return &slots->slot[i];
	return NULL;
}

static void forget(struct slots *slots, struct slot *slot)
{
	*slot = slots->slot[--slots->count];
}

static int64_t lease_end(int64_t before_ms)
{
	return before_ms + RATE_SLOT_LEASE_SECONDS * 1000;
}

/* *slot becomes NULL when its lease was lost. */
static enum led_err renew(struct slots *slots, struct db *db, struct slot **slot,
			  struct led_error *error)
{
	int64_t now = clock_monotonic_ms();
	bool held;
	enum led_err err = rate_slot_renew(db, (*slot)->number, slots->owner, &held, error);
	if (!err && held)
		(*slot)->leased_until_ms = lease_end(now);
	if (!err && !held) {
		forget(slots, *slot);
		*slot = NULL;
	}
	return err;
}

static enum led_err claim(struct slots *slots, struct db *db, struct arena *arena,
			  struct slot **slot, struct led_error *error)
{
	int64_t now = clock_monotonic_ms(), number = 0;
	enum led_err err = LED_OK;
	if (slots->count == SLOTS_MAX)
		return LED_OK;
	if (!slots->exist)
		err = rate_slots_ensure(db, arena, slots->at_once, error);
	slots->exist = !err;
	if (!err)
		err = rate_slot_claim(db, arena, slots->owner, slots->at_once, &number, error);
	if (err || number == 0)
		return err;
	*slot = &slots->slot[slots->count++];
	**slot = (struct slot){.number = number, .leased_until_ms = lease_end(now)};
	return LED_OK;
}

enum led_err slots_lease(struct slots *slots, struct db *db, struct arena *arena,
			 struct slot **slot, struct led_error *error)
{
	enum led_err err = LED_OK;
	*slot = idle_slot(slots);
	if (*slot)
		err = renew(slots, db, slot, error);
	return err || *slot ? err : claim(slots, db, arena, slot, error);
}

void slots_leave(struct slots *slots, int64_t number)
{
	for (size_t i = 0; i < slots->count; i++)
		if (slots->slot[i].number == number) {
			slots->slot[i].busy = false;
			slots->slot[i].used_ms = clock_monotonic_ms();
		}
}

static bool is_idle(const struct slot *slot, int64_t idle_ms)
{
	return !slot->busy && slot->used_ms <= clock_monotonic_ms() - idle_ms;
}

bool slots_idle(const struct slots *slots, int64_t idle_ms)
{
	for (size_t i = 0; i < slots->count; i++)
		if (is_idle(&slots->slot[i], idle_ms))
			return true;
	return false;
}

void slots_release(struct slots *slots, struct db *db, int64_t idle_ms)
{
	struct led_error error;
	for (size_t i = slots->count; i-- > 0;) {
		struct slot *slot = &slots->slot[i];
		if (!is_idle(slot, idle_ms))
			continue;
		if (rate_slot_release(db, slot->number, slots->owner, &error))
			log_error("slot_not_released", &error); /* its lease ends by itself */
		forget(slots, slot);
	}
}
