#include "scarce.h"
#include "base/arena.h"

static size_t requests, refused;

void *__real_arena_alloc(struct arena *arena, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void scarce_refuse(size_t nth)
{
	requests = 0;
	refused = nth;
}

size_t scarce_requests(void)
{
	return requests;
}

void *__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return ++requests == refused ? NULL : __real_arena_alloc(arena, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return ++requests == refused ? NULL : __real_realloc(memory, size);
}
