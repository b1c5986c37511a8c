#include "core/memory.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory_system.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define RECYCLED_MAX 64

struct hearth_memory {
  int64_t cap;
  int64_t in_use, peak; /* bytes as asked for, host and backend */
  int64_t live;         /* capacity of the host blocks in use */
  int64_t most_live;    /* its maximum since the last trim: in use and recycled together stay below, so recycling never raises the peak */
  int64_t recycled;     /* capacity of the recycled blocks */
  int64_t recycled_count;
  hearth_block recycled_block[RECYCLED_MAX]; /* oldest first */
  hearth_block_table blocks;
};

hearth_status hearth_memory_create(int64_t cap, hearth_memory **memory) {
  *memory = calloc(1, sizeof **memory);
  if (!*memory) return hearth_fail(NULL, HEARTH_ERR_MEMORY, "no memory for the memory account of a context");
  (*memory)->cap = cap;
  return HEARTH_OK;
}

int64_t hearth_memory_destroy(hearth_memory **memory) {
  if (!*memory) return 0;
  hearth_memory_trim(*memory);
  const int64_t alive = (*memory)->blocks.count;
  hearth_block_table_free(&(*memory)->blocks);
  free(*memory);
  *memory = NULL;
  return alive;
}

static hearth_block remove_recycled(hearth_memory *memory, int64_t index) {
  const hearth_block block = memory->recycled_block[index];
  memory->recycled_count--;
  memory->recycled -= block.capacity;
  memmove(&memory->recycled_block[index], &memory->recycled_block[index + 1], (size_t)(memory->recycled_count - index) * sizeof block);
  return block;
}

/* Gives recycled blocks back, the oldest first, until at most `keep` bytes are left. */
static void trim_to(hearth_memory *memory, int64_t keep) {
  while (memory->recycled_count > 0 && memory->recycled > keep) {
    const hearth_block block = remove_recycled(memory, 0);
    hearth_system_give(block.data, block.capacity);
  }
}

void hearth_memory_trim(hearth_memory *memory) {
  trim_to(memory, 0);
  memory->most_live = memory->live;
}

void hearth_memory_reset_peak(hearth_memory *memory) {
  memory->peak = memory->in_use;
}

void hearth_memory_usage(const hearth_memory *memory, int64_t *in_use, int64_t *peak, int64_t *cap) {
  if (in_use) *in_use = memory->in_use;
  if (peak) *peak = memory->peak;
  if (cap) *cap = memory->cap;
}

static hearth_status charge(const hearth_context *ctx, int64_t bytes) {
  hearth_memory *memory = ctx->memory;
  if (bytes > 0 && memory->cap > 0 && bytes > memory->cap - memory->in_use)
    return hearth_fail(ctx, HEARTH_ERR_MEMORY,
                       "needs %" PRId64 " bytes, holds %" PRId64 ", cap %" PRId64 "; raise the context's memory_cap or give the library less at a time", bytes,
                       memory->in_use, memory->cap);
  memory->in_use += bytes;
  return HEARTH_OK;
}

static void note_peak(hearth_memory *memory) {
  if (memory->in_use > memory->peak) memory->peak = memory->in_use;
  if (memory->live > memory->most_live) memory->most_live = memory->live;
}

/* Makes room for `capacity` fresh bytes that are charged already. */
static void trim_for(hearth_memory *memory, int64_t capacity) {
  int64_t keep = memory->most_live - memory->live - capacity;
  if (memory->cap > 0 && keep > memory->cap - memory->in_use) keep = memory->cap - memory->in_use;
  trim_to(memory, keep > 0 ? keep : 0);
}

hearth_status hearth_memory_account(const hearth_context *ctx, int64_t bytes) {
  HEARTH_TRY(charge(ctx, bytes));
  if (bytes > 0) trim_for(ctx->memory, 0);
  note_peak(ctx->memory);
  return HEARTH_OK;
}

/* The smallest recycled block that fits and wastes at most a quarter; -1 if there is none. */
static int64_t best_fit(const hearth_memory *memory, int64_t capacity) {
  int64_t best = -1;
  for (int64_t i = 0; i < memory->recycled_count; i++) {
    const int64_t offered = memory->recycled_block[i].capacity;
    if (offered < capacity || offered - capacity > capacity / 4) continue;
    if (memory->cap > 0 && offered > capacity && memory->live + offered > memory->cap) continue;
    if (best < 0 || offered < memory->recycled_block[best].capacity) best = i;
  }
  return best;
}

static hearth_block take_block(hearth_memory *memory, int64_t bytes) {
  hearth_block block = {.capacity = hearth_system_capacity(bytes)};
  const int64_t fit = bytes < HEARTH_LARGE_BLOCK ? -1 : best_fit(memory, block.capacity);
  if (fit >= 0) {
    block = remove_recycled(memory, fit);
  } else {
    trim_for(memory, block.capacity);
    block.data = hearth_system_take(block.capacity);
    if (!block.data) {
      trim_to(memory, 0);
      block.data = hearth_system_take(block.capacity);
    }
  }
  block.bytes = bytes;
  return block;
}

static void give_block(hearth_memory *memory, hearth_block block) {
  if (block.capacity < HEARTH_LARGE_BLOCK) {
    hearth_system_give(block.data, block.capacity);
    return;
  }
  if (memory->recycled_count == RECYCLED_MAX) trim_to(memory, memory->recycled - 1);
  hearth_system_mark(block.data, 0, block.capacity);
  memory->recycled_block[memory->recycled_count++] = block;
  memory->recycled += block.capacity;
}

hearth_status hearth_allocate(const hearth_context *ctx, int64_t bytes, void *pointer_to_pointer) {
  void *data = NULL;
  memcpy(pointer_to_pointer, &data, sizeof data);
  if (bytes == 0) return HEARTH_OK;
  hearth_memory *memory = ctx->memory;
  if (bytes < 0 || bytes > INT64_MAX - 2 * HEARTH_LARGE_BLOCK) /* a product of extents that overflowed */
    return hearth_fail(ctx, HEARTH_ERR_MEMORY, "needs %" PRId64 " bytes, which no memory holds; holds %" PRId64 ", cap %" PRId64, bytes, memory->in_use,
                       memory->cap);
  HEARTH_TRY(charge(ctx, bytes));
  const hearth_block block = take_block(memory, bytes);
  if (!block.data || !hearth_block_table_add(&memory->blocks, block)) {
    memory->in_use -= bytes;
    if (block.data) hearth_system_give(block.data, block.capacity);
    return hearth_fail(ctx, HEARTH_ERR_MEMORY, "needs %" PRId64 " bytes, which the system refuses; holds %" PRId64 ", cap %" PRId64, bytes, memory->in_use,
                       memory->cap);
  }
  hearth_system_mark(block.data, bytes, block.capacity);
  memory->live += block.capacity;
  note_peak(memory);
  memcpy(pointer_to_pointer, &block.data, sizeof data);
  return HEARTH_OK;
}

hearth_status hearth_allocate_zero(const hearth_context *ctx, int64_t bytes, void *pointer_to_pointer) {
  HEARTH_TRY(hearth_allocate(ctx, bytes, pointer_to_pointer));
  void *data;
  memcpy(&data, pointer_to_pointer, sizeof data);
  if (bytes > 0) memset(data, 0, (size_t)bytes);
  return HEARTH_OK;
}

void hearth_deallocate(const hearth_context *ctx, void *pointer) {
  hearth_block block;
  if (!pointer) return;
  if (!hearth_block_table_take(&ctx->memory->blocks, pointer, &block)) {
    hearth_log_write(ctx, HEARTH_LOG_ERROR, "internal error: a block at %p is given back that this context did not allocate; it is left alone", pointer);
    return;
  }
  ctx->memory->in_use -= block.bytes;
  ctx->memory->live -= block.capacity;
  give_block(ctx->memory, block);
}
