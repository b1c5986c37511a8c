/* Places of extremes. Along a line that is reduced, a chunk's extreme is found first; only if it can win is its place looked for. Across the lines every column
 * keeps the best value and its number. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/reduce.h"
#include "kernels/cpu/reduce_joins.h"
#include <stdlib.h>
#include <string.h>

#define IS_LESS(a, b) ((a) < (b))
#define IS_GREATER(a, b) ((a) > (b))

#define ACC double
#define T float
#include "kernels/cpu/arg_types.h"
#define T double
#include "kernels/cpu/arg_types.h"
#undef ACC
#define ACC int64_t
#define T int64_t
#define NAME min
#define JOIN LESS
#define BEFORE IS_LESS
#define NAN_FIRST 1
#include "kernels/cpu/arg_line.h"
#define NAME max
#define JOIN GREATER
#define BEFORE IS_GREATER
#define NAN_FIRST 1
#include "kernels/cpu/arg_line.h"
#undef T
#undef ACC

enum { CHUNK = 2048 };

typedef struct arg_loops {
  void (*extreme)(int64_t n, const void *line, void *result);
  void (*columns)(int64_t n, const void *row, int64_t number, void *values, int64_t *numbers);
  int64_t (*find)(int64_t n, const void *line, int64_t ld, const void *value, const hearth_index_numbers *numbers, bool ascending, int64_t none);
} arg_loops;

#define LOOPS(op, type)                                                                                                                                        \
  { extreme_##op##_##type, columns_##op##_##type, find_##op##_##type }
/* [max][omit] */
static const arg_loops float_loops[2][2] = {{LOOPS(min, float), LOOPS(min_omit, float)}, {LOOPS(max, float), LOOPS(max_omit, float)}};
static const arg_loops double_loops[2][2] = {{LOOPS(min, double), LOOPS(min_omit, double)}, {LOOPS(max, double), LOOPS(max_omit, double)}};
static const arg_loops integer_loops[2] = {LOOPS(min, int64_t), LOOPS(max, int64_t)};

typedef struct arg_task {
  const hearth_reduce_rule *rule;
  arg_loops loops;
  cpu_reducer reducer; /* the extremes alone */
  cpu_convert_function load;
  int32_t taken;
  int inner; /* dimension whose lines are taken whole */
  int rows;  /* reduced dimension along which many lines are taken together; -1: none */
  hearth_view src, value, number;
  hearth_index_numbers numbers[HEARTH_MAX_NDIM];
  bool ascending[HEARTH_MAX_NDIM]; /* the numbers along a dimension */
} arg_task;

static bool before(const arg_task *task, const void *value, int64_t number, const void *other, int64_t other_number) {
  return task->rule->dtype == HEARTH_INT64 ? hearth_arg_before_i64(task->rule, *(const int64_t *)value, number, *(const int64_t *)other, other_number)
                                           : hearth_arg_before_f64(task->rule, *(const double *)value, number, *(const double *)other, other_number);
}

static bool equal(const arg_task *task, const void *value, const void *other) {
  return !before(task, value, 0, other, 0) && !before(task, other, 0, value, 0);
}

static void improve(const arg_task *task, const void *value, int64_t number, char *best, int64_t *best_number) {
  if (!before(task, value, number, best, *best_number)) return;
  memcpy(best, value, 8);
  *best_number = number;
}

/* Numbers from index i on. */
static hearth_index_numbers numbers_from(const hearth_index_numbers *numbers, int64_t i) {
  return numbers->table ? (hearth_index_numbers){numbers->table + i, 0, 0} : (hearth_index_numbers){NULL, numbers->first + i * numbers->step, numbers->step};
}

/* `extreme` is that of n elements, `ld` apart, of indices i, i + 1, ... along `dim`: their place is looked for only if it can win. */
static void compete(const arg_task *task, const void *extreme, int64_t n, const void *x, int64_t ld, int dim, int64_t i, int64_t base, char *best,
                    int64_t *best_number) {
  const bool tie = equal(task, extreme, best);
  if (!tie && !before(task, extreme, 0, best, 0)) return;
  const hearth_index_numbers numbers = numbers_from(&task->numbers[dim], i);
  if (tie && task->ascending[dim] && base + hearth_number_of(&numbers, 0) >= *best_number) return;
  const int64_t found = task->loops.find(n, x, ld, extreme, &numbers, task->ascending[dim], INT64_MAX);
  if (found < INT64_MAX) improve(task, extreme, base + found, best, best_number);
}

/* A chunk of a line across accumulators. */
static void take_columns(const arg_task *task, int64_t n, const void *x, int64_t base, char *values, char *numbers) {
  const int64_t stride = task->value.stride[task->inner], number_stride = task->number.stride[task->inner];
  if (stride == 8 && number_stride == 8) {
    task->loops.columns(n, x, base, values, (int64_t *)numbers);
    return;
  }
  for (int64_t j = 0; j < n; ++j)
    task->loops.columns(1, (const char *)x + j * hearth_dtype_size((hearth_dtype)task->taken), base, values + j * stride,
                        (int64_t *)(numbers + j * number_stride));
}

static void take_line(const arg_task *task, const char *src, char *value, char *number, int64_t base) {
  double buffer[CHUNK];
  const int64_t extent = task->src.extent[task->inner], stride = task->src.stride[task->inner], size = hearth_dtype_size((hearth_dtype)task->taken);
  const bool reduced = task->value.stride[task->inner] == 0, direct = task->taken == task->src.dtype && stride == size;
  for (int64_t i = 0; i < extent; i += CHUNK) {
    const int64_t n = extent - i < CHUNK ? extent - i : CHUNK;
    const void *x = src + i * stride;
    int64_t extreme;
    if (!direct) {
      task->load(n, (char *)buffer, size, x, stride);
      x = buffer;
    }
    if (reduced) {
      task->loops.extreme(n, x, &extreme);
      compete(task, &extreme, n, x, 1, task->inner, i, base, value, (int64_t *)number);
    } else {
      take_columns(task, n, x, base, value + i * task->value.stride[task->inner], number + i * task->number.stride[task->inner]);
    }
  }
}

/* Lines across accumulators, CPU_REDUCE_ROWS of them at a time: the columns' extremes first. */
static void take_rows(const arg_task *task, const char *src, char *value, char *number, int64_t base) {
  cpu_reduce_state state;
  double extreme[CPU_REDUCE_COLUMNS]; /* or int64 */
  const hearth_view *view = &task->src;
  const int inner = task->inner, rows = task->rows;
  const int64_t size = hearth_dtype_size((hearth_dtype)task->taken), ld = view->stride[rows] / size;
  for (int64_t j = 0; j < view->extent[inner]; j += CPU_REDUCE_COLUMNS) {
    const int64_t n = view->extent[inner] - j < CPU_REDUCE_COLUMNS ? view->extent[inner] - j : CPU_REDUCE_COLUMNS;
    for (int64_t i = 0; i < view->extent[rows]; i += CPU_REDUCE_ROWS) {
      const int64_t m = view->extent[rows] - i < CPU_REDUCE_ROWS ? view->extent[rows] - i : CPU_REDUCE_ROWS;
      const char *x = src + j * size + i * view->stride[rows];
      cpu_reduce_begin(&task->reducer, n, &state);
      cpu_reduce_rows(&task->reducer, m, n, x, ld, &state);
      cpu_reduce_take(&task->reducer, n, &state, extreme);
      for (int64_t k = 0; k < n; ++k)
        compete(task, &extreme[k], m, x + k * size, ld, rows, i, base, value + (j + k) * task->value.stride[inner],
                (int64_t *)(number + (j + k) * task->number.stride[inner]));
    }
  }
}

static void take_lines(const arg_task *task) {
  const hearth_view *src = &task->src;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  for (int d = 0; d >= 0;) {
    int64_t base = 0, from = 0, value = 0, number = 0;
    for (int k = 0; k < src->ndim; ++k) {
      if (k == task->inner || k == task->rows) continue;
      base += hearth_number_of(&task->numbers[k], index[k]);
      from += index[k] * src->stride[k];
      value += index[k] * task->value.stride[k];
      number += index[k] * task->number.stride[k];
    }
    (task->rows >= 0 ? take_rows : take_line)(task, (const char *)src->data + from, (char *)task->value.data + value, (char *)task->number.data + number, base);
    for (d = src->ndim - 1; d >= 0 && (d == task->inner || d == task->rows || ++index[d] == src->extent[d]); --d) index[d] = 0;
  }
}

/* The part of the work that is cut along `dim`; parts of a reduced dimension keep bests of their own. */
typedef struct arg_parts {
  const arg_task *task;
  int dim, parts;
  char *own; /* [parts] of (values, numbers), dense; NULL: straight into the result */
  int64_t elements;
} arg_parts;

static void run_part(void *context, int part) {
  const arg_parts *parts = context;
  arg_task task = *parts->task;
  int64_t first, count;
  cpu_share(task.src.extent[parts->dim], 8, parts->parts, part, &first, &count);
  if (count == 0) return;
  task.src = hearth_view_part(&task.src, parts->dim, first, count);
  task.value = hearth_view_part(&task.value, parts->dim, first, count);
  task.number = hearth_view_part(&task.number, parts->dim, first, count);
  task.numbers[parts->dim] = numbers_from(&task.numbers[parts->dim], first);
  if (parts->own) {
    task.value.data = parts->own + 16 * part * parts->elements;
    task.number.data = (char *)task.value.data + 8 * parts->elements;
  }
  take_lines(&task);
}

typedef struct join_task {
  const arg_task *task;
} join_task;

static void join_plane(void *context, const hearth_plane *plane) {
  const arg_task *task = ((const join_task *)context)->task;
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; ++j) {
      char *at[4];
      for (int k = 0; k < 4; ++k) at[k] = plane->data[k] + i * plane->row_stride[k] + j * plane->stride[k];
      improve(task, at[2], *(int64_t *)at[3], at[0], (int64_t *)at[1]);
    }
}

static hearth_status run_private(hearth_queue *queue, arg_task *task, int dim, int parts) {
  hearth_view value = task->value, number = task->number, own = value;
  int64_t elements = 1;
  for (int d = own.ndim - 1; d >= 0; --d) {
    const bool kept = own.stride[d] != 0 && own.extent[d] > 1;
    own.stride[d] = kept ? 8 * elements : 0;
    if (kept)
      elements *= own.extent[d];
    else
      own.extent[d] = value.extent[d] = number.extent[d] = 1;
  }
  arg_parts run = {task, dim, parts, NULL, elements};
  HEARTH_TRY(hearth_allocate(queue->ctx, 16 * parts * elements, &run.own));
  for (int part = 0; part < parts; ++part) {
    char *values = run.own + 16 * part * elements;
    hearth_reduce_start(task->rule, elements, values);
    for (int64_t i = 0; i < elements; ++i) ((int64_t *)(values + 8 * elements))[i] = INT64_MAX;
  }
  memcpy(task->value.stride, own.stride, sizeof own.stride);
  memcpy(task->number.stride, own.stride, sizeof own.stride);
  cpu_parallel(queue, parts, run_part, &run);
  for (int part = 0; part < parts; ++part) {
    hearth_loops loops;
    hearth_view own_number = own;
    own.data = run.own + 16 * part * elements;
    own_number.data = (char *)own.data + 8 * elements;
    hearth_loops_plan(&loops, 4, (const hearth_view *[]){&value, &number, &own, &own_number});
    hearth_loops_run(&loops, join_plane, &(join_task){task});
  }
  hearth_deallocate(queue->ctx, run.own);
  return HEARTH_OK;
}

static void choose(arg_task *task, const hearth_reduce_rule *rule, int32_t src) {
  const int max = rule->op == HEARTH_REDUCE_MAX;
  task->rule = rule;
  cpu_reduce_choose(rule, src, false, &task->reducer);
  task->taken = task->reducer.taken;
  task->loops = task->taken == HEARTH_INT64 ? integer_loops[max] : (task->taken == HEARTH_FLOAT32 ? float_loops : double_loops)[max][rule->omit];
  task->load = cpu_convert_row(task->taken, src);
}

/* The dimension of the densest lines, and the longest reduced one across them if they are kept and need no conversion. */
static void choose_dims(arg_task *task) {
  const hearth_view *src = &task->src;
  task->inner = 0;
  task->rows = -1;
  for (int d = 1; d < src->ndim; ++d)
    if (src->extent[d] > 1 && (src->extent[task->inner] <= 1 || llabs(src->stride[d]) < llabs(src->stride[task->inner]))) task->inner = d;
  const int64_t size = hearth_dtype_size((hearth_dtype)task->taken);
  if (task->value.stride[task->inner] == 0 || task->taken != src->dtype || src->stride[task->inner] != size) return;
  for (int d = 0; d < src->ndim; ++d)
    if (d != task->inner && task->value.stride[d] == 0 && src->extent[d] > 1 && (task->rows < 0 || src->extent[d] > src->extent[task->rows])) task->rows = d;
}

static bool ascends(const hearth_index_numbers *numbers, int64_t extent) {
  if (!numbers->table) return numbers->step >= 0;
  for (int64_t i = 1; i < extent; ++i)
    if (numbers->table[i] < numbers->table[i - 1]) return false;
  return true;
}

hearth_status cpu_arg(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number, const hearth_view *src,
                      const hearth_index_numbers *numbers) {
  HEARTH_TRY(hearth_check_arg(queue->ctx, HEARTH_SPACE_HOST, rule, value, number, src));
  const int64_t elements = hearth_view_elements(src);
  if (elements == 0) return HEARTH_OK;
  arg_task task = {.src = *src, .value = *value, .number = *number};
  choose(&task, rule, src->dtype);
  choose_dims(&task);
  int dim = -1, longest = 0;
  const int parts = cpu_threads_for(queue, elements * hearth_dtype_size((hearth_dtype)src->dtype));
  for (int d = 0; d < src->ndim; ++d) {
    task.numbers[d] = numbers[d];
    task.ascending[d] = ascends(&numbers[d], src->extent[d]);
    if (src->extent[d] > src->extent[longest]) longest = d;
    if (value->stride[d] != 0 && src->extent[d] >= 64 * parts && (dim < 0 || llabs(src->stride[d]) > llabs(src->stride[dim]))) dim = d;
  }
  if (parts > 1 && dim < 0) return run_private(queue, &task, longest, parts);
  cpu_parallel(queue, parts, run_part, &(arg_parts){&task, dim < 0 ? longest : dim, parts, NULL, 0});
  return HEARTH_OK;
}
