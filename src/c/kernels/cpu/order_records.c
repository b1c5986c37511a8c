/* Values into records and back: chunk by chunk through keys in the first cache. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/order.h"
#include <stdlib.h>

enum { RECORDS, VALUES, PLACE, OPERANDS };

typedef struct records_task {
  cpu_keys keys;
  int32_t kind;
  int64_t size, first;
  const char *places; /* operand PLACE counts from here in bytes */
} records_task;

typedef struct records_buffers {
  uint64_t keys[ORDER_CHUNK];
  double values[ORDER_CHUNK];
} records_buffers;

/* The records of a as an array of a's extents, row-major, and the place along the last dimension as a made-up operand. */
static void shape_records(const hearth_view *records, int64_t size, const hearth_view *a, hearth_view *shaped, hearth_view *place) {
  *shaped = *records;
  shaped->ndim = a->ndim;
  *place = *a;
  place->data = records->data; /* any address: only differences count */
  for (int d = a->ndim - 1; d >= 0; --d) {
    shaped->extent[d] = a->extent[d];
    shaped->stride[d] = size;
    size *= a->extent[d];
    place->stride[d] = d == a->ndim - 1;
  }
}

static void write_records(const records_task *task, int64_t n, char *to, int64_t stride, const uint64_t *keys, int64_t index, int64_t step) {
  const uint32_t *short_keys = (const uint32_t *)keys;
  switch (task->kind) {
  case HEARTH_RECORD_KEY32:
    for (int64_t i = 0; i < n; ++i) *(uint32_t *)(to + i * stride) = short_keys[i];
    break;
  case HEARTH_RECORD_KEY64:
    for (int64_t i = 0; i < n; ++i) *(uint64_t *)(to + i * stride) = keys[i];
    break;
  case HEARTH_RECORD_PACKED:
    for (int64_t i = 0; i < n; ++i) *(uint64_t *)(to + i * stride) = (uint64_t)short_keys[i] << 32 | (uint64_t)(index + i * step);
    break;
  default:
    for (int64_t i = 0; i < n; ++i)
      *(cpu_pair *)(to + i * stride) = (cpu_pair){hearth_record_of(task->keys.dtype) == HEARTH_RECORD_KEY32 ? short_keys[i] : keys[i], index + i * step};
  }
}

static void read_keys(const records_task *task, int64_t n, const char *from, int64_t stride, uint64_t *keys) {
  uint32_t *short_keys = (uint32_t *)keys;
  const bool narrow = hearth_record_of(task->keys.dtype) == HEARTH_RECORD_KEY32;
  if (task->kind == HEARTH_RECORD_KEY32 || task->kind == HEARTH_RECORD_KEY64) {
    cpu_convert_row(narrow ? HEARTH_INT32 : HEARTH_INT64, narrow ? HEARTH_INT32 : HEARTH_INT64)(n, (char *)keys, narrow ? 4 : 8, from, stride);
    return;
  }
  const int down = task->kind == HEARTH_RECORD_PACKED ? 32 : 0;
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t key = *(const uint64_t *)(from + i * stride) >> down;
    if (narrow)
      short_keys[i] = (uint32_t)key;
    else
      keys[i] = key;
  }
}

static int64_t chunk_of(const hearth_plane *plane) {
  const bool across = plane->rows > 1 && llabs(plane->row_stride[1]) < llabs(plane->stride[1]);
  return across ? ORDER_CHUNK_ACROSS : ORDER_CHUNK;
}

static void records_plane(void *context, const hearth_plane *plane) {
  const records_task *task = context;
  const int64_t step = chunk_of(plane);
  records_buffers buffers;
  for (int64_t j = 0; j < plane->n; j += step)
    for (int64_t i = 0; i < plane->rows; ++i) {
      const int64_t n = plane->n - j < step ? plane->n - j : step;
      char *data[OPERANDS];
      for (int k = 0; k < OPERANDS; ++k) data[k] = plane->data[k] + i * plane->row_stride[k] + j * plane->stride[k];
      char *const to = data[RECORDS];
      const int64_t index = task->first + (data[PLACE] - task->places), stride = plane->stride[RECORDS];
      const bool direct = task->kind <= HEARTH_RECORD_KEY64 && stride == task->size;
      cpu_keys_load(&task->keys, n, direct ? (void *)to : buffers.keys, data[VALUES], plane->stride[VALUES], buffers.values);
      if (!direct) write_records(task, n, to, stride, buffers.keys, index, plane->stride[PLACE]);
    }
}

static void values_plane(void *context, const hearth_plane *plane) {
  const records_task *task = context;
  const int64_t step = chunk_of(plane);
  records_buffers buffers;
  for (int64_t j = 0; j < plane->n; j += step)
    for (int64_t i = 0; i < plane->rows; ++i) {
      const int64_t n = plane->n - j < step ? plane->n - j : step;
      char *const to = plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0];
      const char *from = plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1];
      const bool direct = task->kind <= HEARTH_RECORD_KEY64 && plane->stride[1] == task->size;
      if (!direct) read_keys(task, n, from, plane->stride[1], buffers.keys);
      cpu_keys_store(&task->keys, n, to, plane->stride[0], direct ? (const void *)from : buffers.keys, buffers.values);
    }
}

static void indices_plane(void *context, const hearth_plane *plane) {
  const records_task *task = context;
  const bool packed = task->kind == HEARTH_RECORD_PACKED;
  for (int64_t i = 0; i < plane->rows; ++i) {
    char *to = plane->data[0] + i * plane->row_stride[0];
    const char *from = plane->data[1] + i * plane->row_stride[1];
    for (int64_t j = 0; j < plane->n; ++j, to += plane->stride[0], from += plane->stride[1])
      *(int64_t *)to = packed ? (int64_t) * (const uint32_t *)(const void *)from : ((const cpu_pair *)(const void *)from)->index;
  }
}

hearth_status cpu_records(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "records", records, kind, a));
  const int64_t elements = hearth_view_elements(a);
  if (elements == 0) return HEARTH_OK;
  records_task task = {cpu_keys_of(a->dtype, mode), kind, hearth_record_size(kind), first, records->data};
  hearth_view shaped, place;
  shape_records(records, task.size, a, &shaped, &place);
  hearth_loops loops;
  hearth_loops_plan(&loops, OPERANDS, (const hearth_view *[]){&shaped, a, &place});
  cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, elements * task.size), records_plane, &task);
  return HEARTH_OK;
}

static hearth_status unpack(hearth_queue *queue, const hearth_view *a, const hearth_view *records, records_task *task, hearth_plane_function function) {
  const int64_t elements = hearth_view_elements(a);
  if (elements == 0) return HEARTH_OK;
  hearth_view shaped, place;
  shape_records(records, task->size, a, &shaped, &place);
  hearth_loops loops;
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){a, &shaped});
  cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, elements * task->size), function, task);
  return HEARTH_OK;
}

hearth_status cpu_values(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind, int32_t mode) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "values", records, kind, a));
  records_task task = {cpu_keys_of(a->dtype, mode), kind, hearth_record_size(kind), 0, NULL};
  return unpack(queue, a, records, &task, values_plane);
}

hearth_status cpu_indices(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "indices", records, kind, NULL));
  HEARTH_TRY(hearth_check_indices(queue->ctx, HEARTH_SPACE_HOST, "indices", a));
  records_task task = {.kind = kind, .size = hearth_record_size(kind)};
  return unpack(queue, a, records, &task, indices_plane);
}

typedef struct below_task {
  const cpu_radix *radix;
  const char *records;
  int64_t size, n;
  const int64_t *bound;
  const int32_t *segment;
  const uint64_t *key;
  int64_t *below;
  int parts;
} below_task;

static void below_part(void *context, int part) {
  const below_task *task = context;
  int64_t first, count;
  cpu_share(task->n, 8, task->parts, part, &first, &count);
  for (int64_t i = first; i < first + count; ++i) {
    const int64_t *bound = task->bound + task->segment[i];
    task->below[i] = task->radix->below(task->records + bound[0] * task->size, bound[1] - bound[0], task->key[i]);
  }
}

hearth_status cpu_below(hearth_queue *queue, const hearth_view *records, int32_t kind, const int64_t *bound, int64_t n, const int32_t *segment,
                        const uint64_t *key, int64_t *below) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "below", records, kind, NULL));
  below_task task = {cpu_radix_of(kind), records->data, hearth_record_size(kind), n, bound, segment, key, below, cpu_threads_for(queue, n * 256)};
  cpu_parallel(queue, task.parts, below_part, &task);
  return HEARTH_OK;
}

hearth_status cpu_pick(hearth_queue *queue, const hearth_view *records, int32_t kind, int64_t n, const int64_t *at, uint64_t *key) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "pick", records, kind, NULL));
  const cpu_radix *radix = cpu_radix_of(kind);
  for (int64_t i = 0; i < n; ++i) key[i] = cpu_record_key(radix, hearth_record_size(kind), records->data, at[i]);
  return HEARTH_OK;
}

#define DISTINCT(type, prepare, equal, join)                                                                                                                   \
  do {                                                                                                                                                         \
    type *x = records->data;                                                                                                                                   \
    const int64_t n = records->extent[0] / (int64_t)sizeof *x;                                                                                                 \
    for (int64_t i = 0; i < n; ++i) {                                                                                                                          \
      prepare;                                                                                                                                                 \
      if (held > 0 && (equal))                                                                                                                                 \
        join;                                                                                                                                                  \
      else                                                                                                                                                     \
        x[held++] = x[i];                                                                                                                                      \
    }                                                                                                                                                          \
  } while (0)

hearth_status cpu_distinct(hearth_queue *queue, const hearth_view *records, int32_t kind, bool count, int64_t *kept) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "distinct", records, kind, NULL));
  int64_t held = 0;
  switch (kind) {
  case HEARTH_RECORD_KEY32:
    DISTINCT(uint32_t, (void)0, x[i] == x[held - 1], (void)0);
    break;
  case HEARTH_RECORD_KEY64:
    DISTINCT(uint64_t, (void)0, x[i] == x[held - 1], (void)0);
    break;
  case HEARTH_RECORD_PACKED:
    DISTINCT(uint64_t, (void)0, x[i] >> 32 == x[held - 1] >> 32, (void)0);
    break;
  default:
    DISTINCT(cpu_pair, x[i].index = count ? 1 : x[i].index, x[i].key == x[held - 1].key, x[held - 1].index += x[i].index);
  }
  *kept = held;
  return HEARTH_OK;
}
