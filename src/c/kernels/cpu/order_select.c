/* Selection: extremes, histograms and collection of keys per output. Blocks of keys are made in the first caches; the keys of one output lie there in a row, or
 * interleaved with those of its neighbours. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/order.h"
#include "kernels/keys.h"
#include <string.h>

#define KEY uint32_t
#define SELECT(name) narrow_##name
#include "kernels/cpu/select_body.h"
#define KEY uint64_t
#define SELECT(name) wide_##name
#include "kernels/cpu/select_body.h"

/* Keys of a block, and how many of them belong to neighbouring outputs at most. */
enum { BLOCK = 4096, BLOCK_OUTPUTS = 256 };
/* Counts that share no cache line. */
enum { LINE = 8 };
/* Tables of a thread's own are worth it up to this many numbers. */
#define PRIVATE_MOST ((int64_t)1 << 18)

typedef struct select_task {
  const hearth_queue *queue;
  cpu_keys keys;
  int narrow, has_nan;
  int64_t size; /* of a key */
  const char *origin;
  const int64_t *first;
  const hearth_key_range *range;
  hearth_key_extremes *extremes; /* of part p: from p * own on */
  int64_t *counts;               /* the same; the last is for keys outside all ranges */
  int64_t own, nowhere;
  char *records;
  int64_t *cursor; /* per range, shared by the threads */
  void (*block)(const struct select_task *task, int part, int64_t output, int64_t step, int64_t outputs, int64_t rows, const uint64_t *keys);
} select_task;

typedef struct select_buffers {
  uint64_t keys[BLOCK], values[BLOCK];
} select_buffers;

static const void *key_at(const select_task *task, const uint64_t *keys, int64_t i) {
  return (const char *)keys + i * task->size;
}

/* `rows` x `outputs` keys; output number output + j * step. */
static void extremes_block(const select_task *task, int part, int64_t output, int64_t step, int64_t outputs, int64_t rows, const uint64_t *keys) {
  uint64_t low[BLOCK_OUTPUTS * 2], high[BLOCK_OUTPUTS * 2], nans[BLOCK_OUTPUTS * 2];
  int64_t group = BLOCK_OUTPUTS / outputs < rows ? BLOCK_OUTPUTS / outputs : rows;
  for (int64_t done = 0; done < rows; group = 1) {
    const int64_t period = group * outputs, whole = (rows - done) / group * group;
    memset(low, 0xff, (size_t)(period * task->size));
    memset(high, 0, (size_t)(period * task->size));
    memset(nans, 0, (size_t)(period * task->size));
    (task->narrow ? narrow_extremes : wide_extremes)(whole * outputs, key_at(task, keys, done * outputs), period, task->has_nan, low, high, nans);
    for (int64_t j = 0; j < outputs; ++j) {
      hearth_key_extremes *sum = task->extremes + part * task->own + output + j * step;
      (task->narrow ? narrow_fold : wide_fold)(period, outputs, j, low, high, nans, sum);
      sum->count += whole;
    }
    done += whole;
  }
}

static void bins_block(const select_task *task, int part, int64_t output, int64_t step, int64_t outputs, int64_t rows, const uint64_t *keys) {
  int64_t *counts = task->counts + part * task->own;
  const int64_t nowhere = task->nowhere + (task->own ? 0 : part * LINE);
  for (int64_t j = 0; j < outputs; ++j) {
    const int64_t *first = task->first + output + j * step;
    (task->narrow ? narrow_bins : wide_bins)(rows, key_at(task, keys, j), outputs, task->range + first[0], first[1] - first[0], counts, nowhere);
  }
}

static void collect_block(const select_task *task, int part, int64_t output, int64_t step, int64_t outputs, int64_t rows, const uint64_t *keys) {
  uint64_t found[BLOCK];
  (void)part;
  for (int64_t j = 0; j < outputs; ++j) {
    const int64_t *first = task->first + output + j * step;
    for (int64_t r = first[0]; r < first[1]; ++r) {
      const int64_t count = (task->narrow ? narrow_collect : wide_collect)(rows, key_at(task, keys, j), outputs, &task->range[r], found);
      if (count == 0) continue;
      const int64_t at = task->range[r].at + __atomic_fetch_add(&task->cursor[r], count, __ATOMIC_RELAXED);
      memcpy(task->records + at * task->size, found, (size_t)(count * task->size));
    }
  }
}

/* Both dimensions of the plane are of outputs, or only the rows, or none: one row after the other. */
static void along_rows(const select_task *task, const hearth_plane *plane, select_buffers *buffers) {
  const bool same = plane->stride[1] == 0;
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; j += same ? BLOCK : BLOCK_OUTPUTS) {
      const int64_t most = same ? BLOCK : BLOCK_OUTPUTS, n = plane->n - j < most ? plane->n - j : most;
      const int64_t output = plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1] - task->origin;
      cpu_keys_load(&task->keys, n, buffers->keys, plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0], plane->stride[0], buffers->values);
      task->block(task, plane->part, output, plane->stride[1], same ? 1 : n, same ? n : 1, buffers->keys);
    }
}

/* The rows are looked at together, their elements belong to neighbouring outputs. */
static void across_rows(const select_task *task, const hearth_plane *plane, select_buffers *buffers) {
  for (int64_t j = 0; j < plane->n; j += BLOCK_OUTPUTS) {
    const int64_t n = plane->n - j < BLOCK_OUTPUTS ? plane->n - j : BLOCK_OUTPUTS, most = BLOCK / n;
    const bool dense = plane->row_stride[0] == n * plane->stride[0];
    for (int64_t i = 0; i < plane->rows; i += most) {
      const int64_t rows = plane->rows - i < most ? plane->rows - i : most;
      const char *from = plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0];
      if (dense) cpu_keys_load(&task->keys, rows * n, buffers->keys, from, plane->stride[0], buffers->values);
      for (int64_t k = 0; k < rows && !dense; ++k)
        cpu_keys_load(&task->keys, n, (char *)buffers->keys + k * n * task->size, from + k * plane->row_stride[0], plane->stride[0], buffers->values);
      task->block(task, plane->part, plane->data[1] + j * plane->stride[1] - task->origin, plane->stride[1], n, rows, buffers->keys);
    }
  }
}

static void select_plane(void *context, const hearth_plane *plane) {
  const select_task *task = context;
  select_buffers buffers;
  if (plane->stride[1] != 0 && plane->row_stride[1] == 0)
    across_rows(task, plane, &buffers);
  else
    along_rows(task, plane, &buffers);
}

/* A loop nest of a and the outputs' numbers as a made-up operand, whose rows are looked at together if the elements of a row are not. */
static void plan(const hearth_view *a, int32_t kept, select_task *task, hearth_loops *loops) {
  hearth_view number = *a;
  int64_t stride = 1;
  for (int d = a->ndim - 1; d >= 0; --d) {
    number.stride[d] = d < kept ? stride : 0;
    if (d < kept) stride *= a->extent[d];
  }
  hearth_loops_plan(loops, 2, (const hearth_view *[]){a, &number});
  task->origin = number.data;
  const int inner = loops->ndim - 1;
  int best = inner - 1;
  if (loops->stride[inner][1] == 0 || loops->stride[best][1] == 0) return;
  for (int d = 0; d < inner - 1; ++d)
    if (loops->stride[d][1] == 0 && (loops->stride[best][1] != 0 || loops->extent[d] > loops->extent[best])) best = d;
  const hearth_loops old = *loops;
  loops->extent[best] = old.extent[inner - 1];
  memcpy(loops->stride[best], old.stride[inner - 1], sizeof old.stride[best]);
  loops->extent[inner - 1] = old.extent[best];
  memcpy(loops->stride[inner - 1], old.stride[best], sizeof old.stride[best]);
}

/* The longest dimension of outputs: threads that share it share no output. -1: there is none. */
static int output_dim(const hearth_loops *loops) {
  int longest = -1;
  for (int d = 0; d < loops->ndim; ++d)
    if (loops->stride[d][1] != 0 && (longest < 0 || loops->extent[d] > loops->extent[longest])) longest = d;
  return longest;
}

static select_task make_task(const hearth_queue *queue, const hearth_view *a) {
  select_task task = {.queue = queue, .keys = cpu_keys_of(a->dtype, 0), .narrow = hearth_record_of(a->dtype) == HEARTH_RECORD_KEY32};
  task.has_nan = hearth_key_dtype_is_float(a->dtype);
  task.size = task.narrow ? 4 : 8;
  return task;
}

static int64_t outputs_of(const hearth_view *a, int32_t kept) {
  int64_t outputs = 1;
  for (int d = 0; d < kept; ++d) outputs *= a->extent[d];
  return outputs;
}

/* How many parts, and along which dimension: threads have tables of their own if those are small, else outputs of their own. */
static int divide(const hearth_queue *queue, const hearth_loops *loops, int64_t elements, int64_t table, int *dim) {
  const int parts = cpu_threads_for(queue, elements * 8);
  *dim = -1;
  if (parts == 1 || parts * table <= PRIVATE_MOST) return parts;
  *dim = output_dim(loops);
  return *dim < 0 || loops->extent[*dim] < parts ? 1 : parts;
}

hearth_status cpu_extremes(hearth_queue *queue, const hearth_view *a, int32_t kept, hearth_key_extremes *extremes) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "extremes", NULL, 0, a));
  const int64_t outputs = outputs_of(a, kept), elements = hearth_view_elements(a);
  select_task task = make_task(queue, a);
  hearth_loops loops;
  int dim;
  plan(a, kept, &task, &loops);
  const int parts = divide(queue, &loops, elements, 4 * outputs, &dim);
  const bool own = parts > 1 && dim < 0;
  task.own = own ? outputs : 0;
  task.block = extremes_block;
  task.extremes = extremes;
  if (own) HEARTH_TRY(hearth_allocate(queue->ctx, parts * outputs * (int64_t)sizeof *extremes, &task.extremes));
  for (int64_t i = 0; i < (own ? parts * outputs : outputs); ++i) task.extremes[i] = (hearth_key_extremes){UINT64_MAX, 0, 0, 0};
  if (elements > 0) cpu_run_loops(queue, &loops, dim, parts, select_plane, &task);
  for (int64_t o = 0; own && o < outputs; ++o) {
    extremes[o] = task.extremes[o];
    for (int part = 1; part < parts; ++part) {
      const hearth_key_extremes *more = &task.extremes[part * outputs + o];
      if (more->lowest < extremes[o].lowest) extremes[o].lowest = more->lowest;
      if (more->highest > extremes[o].highest) extremes[o].highest = more->highest;
      extremes[o].count += more->count;
      extremes[o].nans += more->nans;
    }
  }
  if (own) hearth_deallocate(queue->ctx, task.extremes);
  return HEARTH_OK;
}

hearth_status cpu_bins(hearth_queue *queue, const hearth_view *a, int32_t kept, const int64_t *first, const hearth_key_range *range, int64_t counts_n,
                       int64_t *counts) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "bins", NULL, 0, a));
  const int64_t elements = hearth_view_elements(a);
  if (elements == 0 || counts_n == 0) return HEARTH_OK;
  select_task task = make_task(queue, a);
  hearth_loops loops;
  int dim;
  plan(a, kept, &task, &loops);
  const int parts = divide(queue, &loops, elements, counts_n, &dim);
  const int copies = dim < 0 ? parts : 1;
  task.first = first;
  task.range = range;
  task.block = bins_block;
  task.nowhere = counts_n;
  task.own = copies > 1 ? counts_n + LINE : 0;
  HEARTH_TRY(hearth_allocate_zero(queue->ctx, (copies * (counts_n + LINE) + parts * LINE) * (int64_t)sizeof *counts, &task.counts));
  cpu_run_loops(queue, &loops, dim, parts, select_plane, &task);
  for (int copy = 0; copy < copies; ++copy)
    for (int64_t i = 0; i < counts_n; ++i) counts[i] += task.counts[copy * task.own + i];
  hearth_deallocate(queue->ctx, task.counts);
  return HEARTH_OK;
}

hearth_status cpu_collect(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t kept, const int64_t *first,
                          const hearth_key_range *range, int64_t *moved) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "collect", records, kind, a));
  if (kind != hearth_record_of(a->dtype)) return hearth_fail(queue->ctx, HEARTH_ERR_INTERNAL, "collect: records of kind %d", (int)kind);
  const int64_t elements = hearth_view_elements(a), ranges = first[outputs_of(a, kept)];
  if (elements == 0 || ranges == 0) return HEARTH_OK;
  select_task task = make_task(queue, a);
  hearth_loops loops;
  plan(a, kept, &task, &loops);
  task.first = first;
  task.range = range;
  task.block = collect_block;
  task.records = records->data;
  task.cursor = moved;
  cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, elements * 8), select_plane, &task);
  return HEARTH_OK;
}
