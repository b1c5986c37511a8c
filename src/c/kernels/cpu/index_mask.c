/* Masks: every part counts its own segments first where it has to know its place in a list. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/index.h"
#include "kernels/cpu/index_types.h"

typedef struct mask_task {
  cpu_walk walk; /* operand 0: the mask; operand 1: the array */
  const cpu_index_functions *of;
  cpu_convert_function truth, row; /* mask to bool; array to array */
  int plain, parts;                /* plain: the mask is bool */
  int64_t size;
  const hearth_view *list; /* the list, or the indices of nonzero */
  const int64_t *first;
  const void *value;
  int64_t found[CPU_WALK_PARTS + 1]; /* of each part; then where its list begins */
} mask_task;

static void plan(hearth_queue *queue, const hearth_view *mask, const hearth_view *all, bool merge, mask_task *task) {
  cpu_walk_plan(&task->walk, mask, all, merge);
  task->size = all ? hearth_dtype_size(all->dtype) : 0;
  task->of = cpu_index_of_size(task->size);
  task->truth = cpu_convert_row(HEARTH_BOOL, mask->dtype);
  task->plain = mask->dtype == HEARTH_BOOL;
  if (all) task->row = cpu_convert_row(all->dtype, all->dtype);
  task->parts = cpu_threads_for(queue, hearth_view_elements(mask) * (hearth_dtype_size(mask->dtype) + task->size));
  if (task->parts > CPU_WALK_PARTS) task->parts = CPU_WALK_PARTS;
}

/* The mask of a segment as dense bytes, in place or in the buffer. */
static const uint8_t *bytes_of(const mask_task *task, const cpu_segment *segment, uint8_t *buffer) {
  const int64_t stride = task->walk.stride[task->walk.ndim - 1][0];
  if (task->plain && stride == 1) return (const uint8_t *)segment->data[0];
  task->truth(segment->n, (char *)buffer, 1, segment->data[0], stride);
  return buffer;
}

CPU_CLONES
static int64_t count_bytes(int64_t n, const uint8_t *mask) {
  int32_t found = 0;
#pragma omp simd reduction(+ : found)
  for (int64_t i = 0; i < n; ++i) found += mask[i] != 0;
  return found;
}

static void count_part(void *data, int part) {
  mask_task *task = data;
  uint8_t buffer[CPU_SEGMENT];
  cpu_segment segment;
  int64_t at, end, found = 0;
  cpu_walk_share(&task->walk, task->parts, part, &at, &end);
  if (at < end) cpu_walk_seek(&task->walk, at, &segment);
  for (; at < end; ++at, cpu_walk_next(&task->walk, &segment)) found += count_bytes(segment.n, bytes_of(task, &segment, buffer));
  task->found[part] = found;
}

/* found[] := where each part's list begins; returns the length of all. */
static int64_t count_all(hearth_queue *queue, mask_task *task) {
  int64_t total = 0;
  cpu_parallel(queue, task->parts, count_part, task);
  for (int part = 0; part < task->parts; ++part) {
    const int64_t own = task->found[part];
    task->found[part] = total;
    total += own;
  }
  return total;
}

hearth_status cpu_index_count(hearth_queue *queue, const hearth_view *src, int64_t *count) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "count", src, src, NULL));
  mask_task task;
  plan(queue, src, NULL, true, &task);
  *count = count_all(queue, &task);
  return HEARTH_OK;
}

/* Calls each(task, segment, mask, place in the list), which returns the new place, for the segments of a part. */
typedef int64_t (*segment_function)(const mask_task *task, const cpu_segment *segment, const uint8_t *mask, int64_t at);

static void run_part(mask_task *task, int part, segment_function each) {
  uint8_t buffer[CPU_SEGMENT];
  cpu_segment segment;
  int64_t number, end, at = task->found[part];
  cpu_walk_share(&task->walk, task->parts, part, &number, &end);
  if (number < end) cpu_walk_seek(&task->walk, number, &segment);
  for (; number < end; ++number, cpu_walk_next(&task->walk, &segment)) at = each(task, &segment, bytes_of(task, &segment, buffer), at);
}

static int64_t stride_of(const mask_task *task) {
  return task->walk.stride[task->walk.ndim - 1][1];
}

static char *list_at(const mask_task *task, int64_t at) {
  return (char *)task->list->data + at * task->list->stride[0];
}

/* Into a buffer first: the loop writes one element more than it keeps. */
static int64_t compress_segment(const mask_task *task, const cpu_segment *segment, const uint8_t *mask, int64_t at) {
  _Alignas(64) char buffer[16 * CPU_SEGMENT];
  const int64_t n = task->of->compress(segment->n, buffer, segment->data[1], stride_of(task), mask);
  if (n > 0) task->row(n, list_at(task, at), task->list->stride[0], buffer, task->size);
  return at + n;
}

static int64_t expand_segment(const mask_task *task, const cpu_segment *segment, const uint8_t *mask, int64_t at) {
  return at + task->of->expand(segment->n, segment->data[1], stride_of(task), mask, list_at(task, at), task->list->stride[0]);
}

static int64_t fill_segment(const mask_task *task, const cpu_segment *segment, const uint8_t *mask, int64_t at) {
  task->of->fill(segment->n, segment->data[1], stride_of(task), mask, task->value);
  return at;
}

static int64_t nonzero_segment(const mask_task *task, const cpu_segment *segment, const uint8_t *mask, int64_t at) {
  const int last = task->walk.ndim - 1;
  const int64_t across = task->list->stride[1];
  for (int64_t i = 0; i < segment->n; ++i) {
    if (!mask[i]) continue;
    char *row = list_at(task, at++);
    for (int d = 0; d < last; ++d) *(int64_t *)(row + d * across) = segment->index[d] + task->first[d];
    *(int64_t *)(row + last * across) = segment->index[last] + i + task->first[last];
  }
  return at;
}

static void compress_part(void *task, int part) {
  run_part(task, part, compress_segment);
}
static void expand_part(void *task, int part) {
  run_part(task, part, expand_segment);
}
static void fill_part(void *task, int part) {
  run_part(task, part, fill_segment);
}
static void nonzero_part(void *task, int part) {
  run_part(task, part, nonzero_segment);
}

/* Counts, and checks that the list has that length. */
static hearth_status find_places(hearth_queue *queue, const char *operation, mask_task *task) {
  const int64_t found = count_all(queue, task);
  if (found == task->list->extent[0]) return HEARTH_OK;
  return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "%s: the mask is set %lld times, the list has %lld elements", operation, (long long)found,
                     (long long)task->list->extent[0]);
}

hearth_status cpu_index_compress(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *mask) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "compress", src, mask, dst));
  mask_task task = {.list = dst};
  plan(queue, mask, src, true, &task);
  HEARTH_TRY(find_places(queue, "compress", &task));
  cpu_parallel(queue, task.parts, compress_part, &task);
  return HEARTH_OK;
}

hearth_status cpu_index_expand(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, const hearth_view *src) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "expand", dst, mask, src));
  mask_task task = {.list = src};
  plan(queue, mask, dst, true, &task);
  HEARTH_TRY(find_places(queue, "expand", &task));
  cpu_parallel(queue, task.parts, expand_part, &task);
  return HEARTH_OK;
}

hearth_status cpu_index_fill(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, double value) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "fill where", dst, mask, NULL));
  double converted[2];
  cpu_convert_row(dst->dtype, HEARTH_FLOAT64)(1, (char *)converted, 0, (const char *)&value, 0);
  mask_task task = {.value = converted};
  plan(queue, mask, dst, true, &task);
  cpu_parallel(queue, task.parts, fill_part, &task);
  return HEARTH_OK;
}

hearth_status cpu_index_nonzero(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *first) {
  HEARTH_TRY(hearth_check_nonzero(queue->ctx, HEARTH_SPACE_HOST, dst, src, first));
  mask_task task = {.list = dst, .first = first};
  plan(queue, src, NULL, false, &task);
  HEARTH_TRY(find_places(queue, "nonzero", &task));
  cpu_parallel(queue, task.parts, nonzero_part, &task);
  return HEARTH_OK;
}

typedef struct outside_task {
  cpu_walk walk;
  int parts;
  uint64_t extent;
  int64_t first[CPU_WALK_PARTS];
} outside_task;

static int64_t first_outside(const outside_task *task, const cpu_segment *segment) {
  const int64_t stride = task->walk.stride[task->walk.ndim - 1][0];
  const char *at = segment->data[0];
  uint64_t bad = 0;
  for (int64_t i = 0; i < segment->n; ++i) bad |= (uint64_t) * (const int64_t *)(at + i * stride) >= task->extent;
  if (!bad) return -1;
  for (int64_t i = 0;; ++i)
    if ((uint64_t) * (const int64_t *)(at + i * stride) >= task->extent) return i;
}

static void outside_part(void *data, int part) {
  outside_task *task = data;
  cpu_segment segment;
  int64_t number, end;
  task->first[part] = -1;
  cpu_walk_share(&task->walk, task->parts, part, &number, &end);
  if (number < end) cpu_walk_seek(&task->walk, number, &segment);
  for (; number < end && task->first[part] < 0; ++number, cpu_walk_next(&task->walk, &segment)) {
    const int64_t i = first_outside(task, &segment), row = number / task->walk.per_row;
    if (i >= 0) task->first[part] = row * task->walk.extent[task->walk.ndim - 1] + segment.index[task->walk.ndim - 1] + i;
  }
}

hearth_status cpu_index_outside(hearth_queue *queue, const hearth_view *index, int64_t extent, int64_t *place) {
  HEARTH_TRY(hearth_check_index(queue->ctx, HEARTH_SPACE_HOST, "outside", index, index));
  outside_task task = {.extent = (uint64_t)extent, .parts = cpu_threads_for(queue, hearth_view_elements(index) * 8)};
  if (task.parts > CPU_WALK_PARTS) task.parts = CPU_WALK_PARTS;
  cpu_walk_plan(&task.walk, index, NULL, true);
  cpu_parallel(queue, task.parts, outside_part, &task);
  *place = -1;
  for (int part = task.parts - 1; part >= 0; --part)
    if (task.first[part] >= 0) *place = task.first[part];
  return HEARTH_OK;
}
