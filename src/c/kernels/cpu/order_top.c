/* The smallest records of rows: those below the largest that is kept go to a buffer, which is sorted and cut when it is full. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/order.h"
#include <string.h>

typedef struct top_task {
  const hearth_view *a;
  cpu_keys keys;
  int32_t kind, narrow;
  int64_t size, first, k, rows, n, stride, room; /* records that a buffer holds */
  char *records, *buffers;                       /* two of `room` records per part */
  int parts;
} top_task;

/* The address of row r of a view without its last dimension. */
static const char *row_address(const hearth_view *a, int64_t r) {
  const char *address = a->data;
  for (int d = a->ndim - 2; d >= 0; --d) {
    address += r % a->extent[d] * a->stride[d];
    r /= a->extent[d];
  }
  return address;
}

static uint64_t key_of(const top_task *task, const uint64_t *keys, int64_t i) {
  return task->narrow ? ((const uint32_t *)keys)[i] : keys[i];
}

static uint64_t record_key(const top_task *task, const char *record) {
  return task->kind == HEARTH_RECORD_PACKED ? *(const uint64_t *)(const void *)record >> 32 : ((const cpu_pair *)(const void *)record)->key;
}

static void put_record(const top_task *task, char *record, uint64_t key, int64_t index) {
  if (task->kind == HEARTH_RECORD_PACKED)
    *(uint64_t *)(void *)record = key << 32 | (uint64_t)index;
  else
    *(cpu_pair *)(void *)record = (cpu_pair){key, index};
}

/* Which of n keys are below `limit`; returns how many. */
CPU_CLONES static int64_t find_below(int64_t n, const uint64_t *keys, int narrow, uint64_t limit) {
  int64_t count = 0;
  const uint32_t *short_keys = (const uint32_t *)keys;
  if (narrow) {
    const uint32_t short_limit = (uint32_t)limit;
#pragma omp simd reduction(+ : count)
    for (int64_t i = 0; i < n; ++i) count += short_keys[i] < short_limit;
  } else {
#pragma omp simd reduction(+ : count)
    for (int64_t i = 0; i < n; ++i) count += keys[i] < limit;
  }
  return count;
}

static void top_row(const top_task *task, int64_t row, char *buffer) {
  uint64_t keys[ORDER_CHUNK], values[ORDER_CHUNK];
  const char *from = row_address(task->a, row);
  char *const scratch = buffer + task->room * task->size;
  const cpu_radix *radix = cpu_radix_of(task->kind);
  uint64_t limit = 0;
  int64_t held = 0;
  bool limited = false; /* k are held, and the last of them has the key `limit` */
  for (int64_t j = 0; j < task->n; j += ORDER_CHUNK) {
    const int64_t n = task->n - j < ORDER_CHUNK ? task->n - j : ORDER_CHUNK;
    cpu_keys_load(&task->keys, n, keys, from + j * task->stride, task->stride, values);
    if (limited && find_below(n, keys, task->narrow, limit) == 0) continue;
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t key = key_of(task, keys, i);
      if (!limited || key < limit) put_record(task, buffer + held++ * task->size, key, task->first + j + i);
    }
    if (held + ORDER_CHUNK > task->room) {
      radix->sort(buffer, scratch, held);
      held = held < task->k ? held : task->k;
      limited = held == task->k;
      if (limited) limit = record_key(task, buffer + (held - 1) * task->size);
    }
  }
  radix->sort(buffer, scratch, held);
  memcpy(task->records + row * task->k * task->size, buffer, (size_t)(task->k * task->size));
}

static void top_part(void *context, int part) {
  const top_task *task = context;
  int64_t first, count;
  cpu_share(task->rows, 1, task->parts, part, &first, &count);
  for (int64_t row = first; row < first + count; ++row) top_row(task, row, task->buffers + part * 2 * task->room * task->size);
}

hearth_status cpu_smallest(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first, int64_t k) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "smallest", records, kind, a));
  if (kind < HEARTH_RECORD_PACKED) return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "smallest: records of kind %d have no index", (int)kind);
  const int64_t elements = hearth_view_elements(a), n = a->extent[a->ndim - 1];
  if (elements == 0 || k == 0) return HEARTH_OK;
  top_task task = {
      .a = a, .keys = cpu_keys_of(a->dtype, mode), .kind = kind, .size = hearth_record_size(kind), .first = first, .k = k, .rows = elements / n, .n = n};
  task.narrow = hearth_record_of(a->dtype) == HEARTH_RECORD_KEY32;
  task.stride = a->stride[a->ndim - 1];
  task.room = 2 * k + 4 * ORDER_CHUNK;
  task.records = records->data;
  task.parts = cpu_threads_for(queue, elements * task.size);
  HEARTH_TRY(hearth_allocate(queue->ctx, task.parts * 2 * task.room * task.size, &task.buffers));
  cpu_parallel(queue, task.parts, top_part, &task);
  hearth_deallocate(queue->ctx, task.buffers);
  return HEARTH_OK;
}
