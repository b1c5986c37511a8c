/* Sorting and merging of records. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/cpu/order.h"
#include <string.h>

enum { RADIX_INSERTION = 48, RADIX_LONG = 6000, RADIX_WIDTH = 11, RADIX_DIGITS = 1 << RADIX_WIDTH };
/* Shorter segments are sorted by one thread each. */
#define RADIX_PARALLEL ((int64_t)1 << 16)

#define RECORD uint32_t
#define KEY(record) ((uint64_t)(record))
#define KEY_BITS 32
#define RADIX(name) key32_##name
#include "kernels/cpu/radix.h"
#define RECORD uint64_t
#define KEY(record) (record)
#define KEY_BITS 64
#define RADIX(name) key64_##name
#include "kernels/cpu/radix.h"
#define RECORD uint64_t
#define KEY(record) ((record) >> 32)
#define KEY_BITS 32
#define RADIX(name) packed_##name
#include "kernels/cpu/radix.h"
#define RECORD cpu_pair
#define KEY(record) ((record).key)
#define KEY_BITS 64
#define RADIX(name) pair_##name
#include "kernels/cpu/radix.h"

const cpu_radix *cpu_radix_of(int32_t kind) {
  static const cpu_radix radix[HEARTH_RECORD_KINDS] = {
      {32, key32_sort, key32_count, key32_scatter, key32_merge, key32_below},
      {64, key64_sort, key64_count, key64_scatter, key64_merge, key64_below},
      {32, packed_sort, packed_count, packed_scatter, packed_merge, packed_below},
      {64, pair_sort, pair_count, pair_scatter, pair_merge, pair_below},
  };
  return &radix[kind];
}

typedef struct sort_task {
  const cpu_radix *radix;
  char *records, *scratch;
  int64_t size, segments;
  const int64_t *bound;
  int parts;
  /* one long segment */
  char *from, *to;
  int64_t n, *counts; /* [part][digit] */
  int shift;
} sort_task;

static void share_of(const sort_task *task, int part, int64_t *first, int64_t *count) {
  cpu_share(task->n, 64, task->parts, part, first, count);
}

static void count_part(void *context, int part) {
  const sort_task *task = context;
  int64_t first, count, *counts = task->counts + (int64_t)part * RADIX_DIGITS;
  share_of(task, part, &first, &count);
  memset(counts, 0, RADIX_DIGITS * sizeof *counts);
  task->radix->count(task->from + first * task->size, count, task->shift, counts);
}

static void scatter_part(void *context, int part) {
  const sort_task *task = context;
  int64_t first, count;
  share_of(task, part, &first, &count);
  task->radix->scatter(task->from + first * task->size, count, task->shift, task->counts + (int64_t)part * RADIX_DIGITS, task->to);
}

static void copy_part(void *context, int part) {
  const sort_task *task = context;
  int64_t first, count;
  share_of(task, part, &first, &count);
  if (count > 0) memcpy(task->to + first * task->size, task->from + first * task->size, (size_t)(count * task->size));
}

/* Counts become places: digit by digit, and within a digit part by part, which keeps the order of equal keys. False if all keys have the same digit. */
static bool find_places(const sort_task *task) {
  int64_t sum = 0;
  bool several = true;
  for (int64_t d = 0; d < RADIX_DIGITS; ++d) {
    const int64_t before = sum;
    for (int part = 0; part < task->parts; ++part) {
      int64_t *place = task->counts + (int64_t)part * RADIX_DIGITS + d;
      const int64_t count = *place;
      *place = sum;
      sum += count;
    }
    several = several && sum - before != task->n;
  }
  return several;
}

/* All threads on one segment. */
static hearth_status sort_long(hearth_queue *queue, sort_task *task, int64_t first, int64_t n) {
  task->n = n;
  task->from = task->records + first * task->size;
  task->to = task->scratch + first * task->size;
  HEARTH_TRY(hearth_allocate(queue->ctx, task->parts * (int64_t)RADIX_DIGITS * (int64_t)sizeof *task->counts, &task->counts));
  for (task->shift = 0; task->shift < task->radix->key_bits; task->shift += RADIX_WIDTH) {
    cpu_parallel(queue, task->parts, count_part, task);
    if (!find_places(task)) continue;
    cpu_parallel(queue, task->parts, scatter_part, task);
    char *const swap = task->from;
    task->from = task->to;
    task->to = swap;
  }
  if (task->from != task->records + first * task->size) cpu_parallel(queue, task->parts, copy_part, task);
  hearth_deallocate(queue->ctx, task->counts);
  return HEARTH_OK;
}

static bool is_long(const sort_task *task, int64_t s) {
  const int64_t n = task->bound[s + 1] - task->bound[s];
  return (task->parts > 1 && n >= RADIX_PARALLEL && n > (task->bound[task->segments] - task->bound[0]) / (4 * task->parts)) || n >= INT32_MAX;
}

/* The short segments that begin in this part's share of all records. */
static void sort_short(void *context, int part) {
  const sort_task *task = context;
  const int64_t begin = task->bound[0], all = task->bound[task->segments] - begin;
  const int64_t from = begin + all / task->parts * part, to = part + 1 < task->parts ? begin + all / task->parts * (part + 1) : begin + all + 1;
  for (int64_t s = 0; s < task->segments; ++s) {
    const int64_t at = task->bound[s] * task->size;
    if (task->bound[s] >= from && task->bound[s] < to && !is_long(task, s))
      task->radix->sort(task->records + at, task->scratch + at, task->bound[s + 1] - task->bound[s]);
  }
}

static hearth_status check_segments(const hearth_queue *queue, const char *operation, const hearth_view *records, const hearth_view *scratch, int32_t kind,
                                    int64_t segments, const int64_t *bound) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, operation, records, kind, NULL));
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, operation, scratch, kind, NULL));
  if (segments < 0 || (segments > 0 && (bound[0] < 0 || bound[segments] * hearth_record_size(kind) > records->extent[0])) ||
      scratch->extent[0] < records->extent[0])
    return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "%s: segments or scratch do not fit the records", operation);
  return HEARTH_OK;
}

hearth_status cpu_sort(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t segments, const int64_t *bound) {
  HEARTH_TRY(check_segments(queue, "sort", records, scratch, kind, segments, bound));
  if (segments == 0 || bound[segments] == bound[0]) return HEARTH_OK;
  const int64_t size = hearth_record_size(kind);
  sort_task task = {.radix = cpu_radix_of(kind), .records = records->data, .scratch = scratch->data, .size = size, .segments = segments, .bound = bound};
  task.parts = cpu_threads_for(queue, (bound[segments] - bound[0]) * size);
  for (int64_t s = 0; s < segments; ++s)
    if (is_long(&task, s)) HEARTH_TRY(sort_long(queue, &task, bound[s], bound[s + 1] - bound[s]));
  cpu_parallel(queue, task.parts, sort_short, &task);
  return HEARTH_OK;
}

typedef struct merge_task {
  const cpu_radix *radix;
  const char *first, *second;
  char *to;
  int64_t size, n, m;
  int parts;
} merge_task;

uint64_t cpu_record_key(const cpu_radix *radix, int64_t size, const char *records, int64_t i) {
  const char *address = records + i * size;
  if (size == 4) return *(const uint32_t *)address;
  const uint64_t key = *(const uint64_t *)address;
  return size == 8 && radix->key_bits == 32 ? key >> 32 : key;
}

/* How many of the first `place` merged records come from the first run. */
static int64_t split_at(const merge_task *task, int64_t place) {
  int64_t low = place > task->m ? place - task->m : 0, high = place < task->n ? place : task->n;
  while (low < high) { /* the smallest i with second[place - i - 1] < first[i] */
    const int64_t i = low + (high - low) / 2;
    if (cpu_record_key(task->radix, task->size, task->second, place - i - 1) < cpu_record_key(task->radix, task->size, task->first, i))
      high = i;
    else
      low = i + 1;
  }
  return low;
}

static void merge_part(void *context, int part) {
  const merge_task *task = context;
  int64_t begin, count;
  cpu_share(task->n + task->m, 16, task->parts, part, &begin, &count);
  const int64_t i = split_at(task, begin), j = begin - i, i_end = split_at(task, begin + count), j_end = begin + count - i_end;
  task->radix->merge(task->first + i * task->size, i_end - i, task->second + j * task->size, j_end - j, task->to + begin * task->size);
}

/* More runs than this are sorted again: fewer passes. */
enum { MERGE_RUNS = 8 };

/* Neighbouring runs in pairs, until one is left. */
hearth_status cpu_merge(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t runs, const int64_t *bound) {
  HEARTH_TRY(check_segments(queue, "merge", records, scratch, kind, runs, bound));
  if (runs == 0 || bound[runs] == bound[0]) return HEARTH_OK;
  if (runs > MERGE_RUNS) return cpu_sort(queue, records, scratch, kind, 1, (int64_t[]){bound[0], bound[runs]});
  const int64_t size = hearth_record_size(kind), all = bound[runs] - bound[0];
  int64_t at[MERGE_RUNS + 1];
  memcpy(at, bound, (size_t)(runs + 1) * sizeof *at);
  char *from = records->data, *to = scratch->data;
  const int parts = cpu_threads_for(queue, all * size);
  for (; runs > 1; runs = (runs + 1) / 2) {
    for (int64_t r = 0; r < runs; r += 2) {
      const int64_t middle = at[r + 1], end = r + 2 <= runs ? at[r + 2] : middle;
      merge_task task = {cpu_radix_of(kind), from + at[r] * size, from + middle * size, to + at[r] * size, size, middle - at[r], end - middle, parts};
      cpu_parallel(queue, parts, merge_part, &task);
      at[r / 2] = at[r];
    }
    at[(runs + 1) / 2] = bound[0] + all;
    char *const swap = from;
    from = to;
    to = swap;
  }
  if (from != (char *)records->data) {
    sort_task task = {.size = size, .n = all, .parts = parts, .from = from + bound[0] * size, .to = to + bound[0] * size};
    cpu_parallel(queue, parts, copy_part, &task);
  }
  return HEARTH_OK;
}
