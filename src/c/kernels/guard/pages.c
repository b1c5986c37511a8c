#define _DEFAULT_SOURCE
#include "kernels/guard/pages.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static hearth_status reserve_entry(hearth_queue *queue) {
  if (queue->count < queue->capacity) return HEARTH_OK;
  const int64_t capacity = 2 * queue->capacity + 16;
  guard_block *blocks;
  HEARTH_TRY(hearth_allocate(queue->ctx, capacity * (int64_t)sizeof *blocks, &blocks));
  if (queue->count > 0) memcpy(blocks, queue->blocks, (size_t)queue->count * sizeof *blocks);
  hearth_deallocate(queue->ctx, queue->blocks);
  queue->blocks = blocks;
  queue->capacity = capacity;
  return HEARTH_OK;
}

hearth_status guard_allocate(hearth_queue *queue, int64_t bytes, void **data) {
  *data = NULL;
  if (bytes <= 0) return HEARTH_OK;
  HEARTH_TRY(reserve_entry(queue));
  const int64_t page = sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
  HEARTH_TRY(hearth_memory_account(queue->ctx, whole));
  void *start = mmap(NULL, (size_t)whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    hearth_memory_account(queue->ctx, -whole);
    return hearth_fail(queue->ctx, HEARTH_ERR_MEMORY, "the system gave no %lld bytes for the guard backend", (long long)whole);
  }
  queue->blocks[queue->count++] = (guard_block){start, whole, bytes, 0};
  *data = start;
  return HEARTH_OK;
}

void guard_release(hearth_queue *queue, void *data) {
  for (int64_t i = 0; data && i < queue->count; ++i)
    if (queue->blocks[i].start == data) {
      munmap(data, (size_t)queue->blocks[i].bytes);
      hearth_memory_account(queue->ctx, -queue->blocks[i].bytes);
      queue->blocks[i] = queue->blocks[--queue->count];
      return;
    }
}

/* The allocation that holds all of the view, -1 if there is none. */
static int64_t find_block(const hearth_queue *queue, const hearth_view *view) {
  int64_t low = 0, high = hearth_dtype_size(view->dtype);
  for (int d = 0; d < view->ndim; ++d) {
    const int64_t reach = (view->extent[d] - 1) * view->stride[d];
    *(reach < 0 ? &low : &high) += reach;
  }
  for (int64_t i = 0; i < queue->count; ++i) {
    const int64_t offset = (const char *)view->data - queue->blocks[i].start;
    if (offset >= 0 && offset < queue->blocks[i].bytes) return offset + low >= 0 && offset + high <= queue->blocks[i].asked ? i : -1;
  }
  return -1;
}

static hearth_status open_block(hearth_queue *queue, guard_block *block) {
  if (block->open++ == 0 && mprotect(block->start, (size_t)block->bytes, PROT_READ | PROT_WRITE) != 0) {
    --block->open;
    return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "the guard backend could not open %lld bytes", (long long)block->bytes);
  }
  return HEARTH_OK;
}

static hearth_status open_operand(hearth_queue *queue, const char *operation, const hearth_view *view, int host_allowed, int64_t *block) {
  if (view->space == HEARTH_SPACE_HOST && host_allowed) return HEARTH_OK;
  if (view->space != HEARTH_SPACE_GUARD)
    return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "%s: an operand of the guard backend is in memory space %d", operation, (int)view->space);
  if (view->ndim < 0 || view->ndim > HEARTH_MAX_NDIM || hearth_view_elements(view) == 0) return HEARTH_OK;
  const int64_t found = find_block(queue, view);
  if (found < 0)
    return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "%s: an operand at %p reaches outside the guard backend's allocations", operation, view->data);
  HEARTH_TRY(open_block(queue, &queue->blocks[found]));
  *block = found;
  return HEARTH_OK;
}

hearth_status guard_open(hearth_queue *queue, const char *operation, int count, const hearth_view *const *views, uint32_t host_allowed,
                         guard_operands *operands) {
  memset(operands, 0, sizeof *operands);
  for (int i = 0; i < count; ++i) {
    operands->block[i] = -1;
    operands->count = i + 1;
    if (!views[i]) continue;
    const hearth_status status = open_operand(queue, operation, views[i], host_allowed >> i & 1, &operands->block[i]);
    if (status != HEARTH_OK) return guard_close(queue, operands, status);
    operands->view[i] = *views[i];
    operands->view[i].space = HEARTH_SPACE_HOST;
    operands->at[i] = &operands->view[i];
  }
  return HEARTH_OK;
}

hearth_status guard_close(hearth_queue *queue, guard_operands *operands, hearth_status status) {
  for (int i = 0; i < operands->count; ++i) {
    if (operands->block[i] < 0) continue;
    guard_block *block = &queue->blocks[operands->block[i]];
    if (--block->open == 0 && mprotect(block->start, (size_t)block->bytes, PROT_NONE) != 0 && status == HEARTH_OK)
      status = hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "the guard backend could not close %lld bytes", (long long)block->bytes);
  }
  return status;
}
