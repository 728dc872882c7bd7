#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 16384 /* bytes; a larger request gets a block of its own */

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *current; /* newest first; the oldest is kept by arena_reset */
	size_t cap;
	size_t handed_out;
};

static struct block *block_new(size_t size)
{
	struct block *block = malloc(sizeof *block + size);
	if (!block)
		return NULL;
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

struct arena *arena_new(size_t cap)
{
	struct arena *arena = calloc(1, sizeof *arena);
	if (!arena)
		return NULL;
	arena->cap = cap;
	arena->current = block_new(BLOCK_SIZE);
	if (!arena->current) {
		free(arena);
		return NULL;
	}
	return arena;
}

void arena_reset(struct arena *arena)
{
	while (arena->current->next) {
		struct block *block = arena->current;
		arena->current = block->next;
		free(block);
	}
	arena->current->used = 0;
	arena->handed_out = 0;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	free(arena->current);
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > arena->cap - arena->handed_out)
		return NULL;
	size_t rounded = (size + align - 1) & ~(align - 1);
	struct block *block = arena->current;
	if (block->size - block->used < rounded) {
		block = block_new(rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
		if (!block)
			return NULL;
		block->next = arena->current;
		arena->current = block;
	}
	void *memory = block->data + block->used;
	block->used += rounded;
	arena->handed_out += size;
	return memset(memory, 0, rounded);
}
