/*
 * The engine's memory. A command allocates some ten thousand small blocks, gives few of them back and ends, so small blocks are
 * cut from the system's pages one after the other, close together: the fewer pages a command touches, the sooner it is done.
 * A block that is given back goes to a list of free blocks of its size. Large blocks come from malloc(3).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "native.h"

/* A block with its header consists of grains of this many bytes. */
#define GRAIN ((size_t)16)
/* The largest block that is cut from a page, in grains. */
#define MOST_GRAINS ((size_t)64)
/* Bytes of address space that are taken from the system at once; it gives a page when the page is first written. */
#define REGION ((size_t)1 << 20)

/* The largest size of a block, to which a header can be added. */
#define MOST_BYTES ((size_t)PTRDIFF_MAX)

/* What stands before each block. `size` is the number of bytes that the caller may use. */
struct header {
  size_t size;
};

/* A small block that nobody uses; `next` stands where the caller's bytes were. */
struct free_block {
  struct header header;
  struct free_block *next;
};

static struct free_block *free_blocks[MOST_GRAINS + 1];
/* The rest of the region from which blocks are cut. */
static char *rest;
static size_t rest_size;

static struct header *header_of(const void *block)
{
  return (struct header *)(uintptr_t)block - 1;
}

static size_t usable_size(const void *block)
{
  return block == NULL ? 0 : header_of(block)->size;
}

/* The number of grains of a block with room for `size` bytes. */
static size_t grains_for(size_t size)
{
  return (size + sizeof(struct header) + GRAIN - 1) / GRAIN;
}

/* Gives a block of so many grains, which holds what it held before; NULL without memory. */
static struct header *small_block(size_t grains)
{
  struct free_block *block = free_blocks[grains];
  if (block != NULL) {
    free_blocks[grains] = block->next;
    return &block->header;
  }
  size_t bytes = grains * GRAIN;
  if (rest_size < bytes) {
    char *region = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (region == MAP_FAILED) return NULL;
    rest = region;
    rest_size = REGION;
  }
  struct header *header = (struct header *)(void *)rest;
  rest += bytes;
  rest_size -= bytes;
  header->size = bytes - sizeof(struct header);
  return header;
}

static void *allocate(JSMallocState *state, size_t size)
{
  if (size > MOST_BYTES || size > state->malloc_limit - state->malloc_size) return NULL;
  size_t grains = grains_for(size);
  struct header *header;
  if (grains <= MOST_GRAINS) {
    header = small_block(grains);
    if (header == NULL) return NULL;
  } else {
    header = malloc(sizeof(struct header) + size);
    if (header == NULL) return NULL;
    header->size = size;
  }
  state->malloc_count++;
  state->malloc_size += header->size + sizeof(struct header);
  return header + 1;
}

static void give_back(JSMallocState *state, void *block)
{
  if (block == NULL) return;
  struct header *header = header_of(block);
  state->malloc_count--;
  state->malloc_size -= header->size + sizeof(struct header);
  size_t grains = grains_for(header->size);
  if (grains > MOST_GRAINS) {
    free(header);
    return;
  }
  struct free_block *first = (struct free_block *)(void *)header;
  first->next = free_blocks[grains];
  free_blocks[grains] = first;
}

static void *resize(JSMallocState *state, void *block, size_t size)
{
  if (block == NULL) return size == 0 ? NULL : allocate(state, size);
  size_t old = usable_size(block);
  if (size == 0) {
    give_back(state, block);
    return NULL;
  }
  if (size > MOST_BYTES) return NULL;
  if (grains_for(old) > MOST_GRAINS && grains_for(size) > MOST_GRAINS) {
    if (size > old && size - old > state->malloc_limit - state->malloc_size) return NULL;
    struct header *header = realloc(header_of(block), sizeof(struct header) + size);
    if (header == NULL) return NULL;
    header->size = size;
    state->malloc_size += size - old;
    return header + 1;
  }
  if (size <= old && grains_for(size) == grains_for(old)) return block;
  void *moved = allocate(state, size);
  if (moved == NULL) return NULL;
  memcpy(moved, block, size < old ? size : old);
  give_back(state, block);
  return moved;
}

const JSMallocFunctions heap_functions = {allocate, give_back, resize, usable_size};
