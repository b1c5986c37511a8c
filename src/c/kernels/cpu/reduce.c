/* Reductions: planes of the source are taken as rows that join columns of accumulators. Where the columns are few and lie close together, several rows are one
 * longer row with accumulators of its own (lanes), which join at the end: vectors are full whatever the number of columns, and one long line is the case of a
 * single column. */
#include "kernels/reduce.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/reduce.h"
#include <stdlib.h>

enum { SRC, ACC, WEIGHTS, OPERANDS };
enum { LANES = 128, SHORT_LINE = 128, BUFFER = 4096 };

typedef struct accumulate_task {
  cpu_reducer reducer;
  cpu_convert_function load, load_weights;
  int64_t size;   /* of the source's elements */
  bool converted; /* the source is of another type than the loops take */
  bool indicator; /* weights alone: elements count as 1, NaN too unless it is left out */
} accumulate_task;

/* Where a plane's rows lie: n columns of the source, their accumulators, their weights. */
typedef struct grid {
  int64_t rows, n;
  const char *src, *weights;
  int64_t row_stride, stride, weights_row_stride, weights_stride;
  char *acc;
  int64_t acc_stride;
} grid;

/* `rows` rows of n elements as a dense block of what the loops take. */
static void load_block(const accumulate_task *task, const grid *g, int64_t rows, int64_t n, const char *src, const char *weights, double *block) {
  double factor[CPU_REDUCE_COLUMNS];
  const int64_t size = hearth_dtype_size((hearth_dtype)task->reducer.taken);
  for (int64_t i = 0; i < rows; ++i) {
    char *row = (char *)block + i * n * size;
    task->load(n, row, size, src + i * g->row_stride, g->stride);
    if (!weights) continue;
    double *x = (double *)row;
    task->load_weights(n, (char *)factor, sizeof *factor, weights + i * g->weights_row_stride, g->weights_stride);
    for (int64_t j = 0; j < n; ++j) x[j] = (task->indicator && (x[j] == x[j] || !task->reducer.rule.omit) ? 1.0 : x[j]) * factor[j];
  }
}

/* All rows of n <= CPU_REDUCE_COLUMNS columns. */
static void take_rows(const accumulate_task *task, const grid *g, cpu_reduce_state *state) {
  double block[BUFFER];
  const bool direct = !task->converted && !g->weights && (g->stride == task->size || g->n == 1);
  const int64_t room = task->reducer.taken == HEARTH_COMPLEX128 ? BUFFER / 2 : BUFFER, step = direct ? CPU_REDUCE_ROWS : room / g->n;
  for (int64_t i = 0; i < g->rows;) {
    int64_t rows = g->rows - i < step ? g->rows - i : step;
    if (rows > CPU_REDUCE_ROWS) rows = CPU_REDUCE_ROWS;
    const char *src = g->src + i * g->row_stride;
    if (!direct) load_block(task, g, rows, g->n, src, g->weights ? g->weights + i * g->weights_row_stride : NULL, block);
    cpu_reduce_rows(&task->reducer, rows, g->n, direct ? (const void *)src : block, direct ? g->row_stride / task->size : g->n, state);
    i += rows;
  }
}

static grid some_columns(const grid *g, int64_t first, int64_t count) {
  grid part = *g;
  part.n = count;
  part.src += first * g->stride;
  part.acc += first * g->acc_stride;
  if (part.weights) part.weights += first * g->weights_stride;
  return part;
}

/* Every column has one accumulator. */
static void reduce_columns(const accumulate_task *task, const grid *g) {
  cpu_reduce_state state;
  for (int64_t j = 0; j < g->n; j += CPU_REDUCE_COLUMNS) {
    const grid part = some_columns(g, j, g->n - j < CPU_REDUCE_COLUMNS ? g->n - j : CPU_REDUCE_COLUMNS);
    cpu_reduce_begin(&task->reducer, part.n, &state);
    take_rows(task, &part, &state);
    cpu_reduce_finish(&task->reducer, part.n, part.n, &state, part.acc, part.acc_stride);
  }
}

/* A line of `total` elements, element k of which belongs to accumulator k % columns. The lanes are a multiple of the columns and of a vector. */
static int64_t lanes_for(int64_t columns) {
  int64_t lanes = columns;
  while (lanes % 16 != 0 || lanes < LANES) lanes *= 2;
  return lanes;
}

static void reduce_lines(const accumulate_task *task, const grid *g, int64_t lines, int64_t line_stride, int64_t weights_line_stride, int64_t columns) {
  cpu_reduce_state state;
  const int64_t lanes = lanes_for(columns), rows = g->n / lanes, rest = g->n % lanes;
  cpu_reduce_begin(&task->reducer, lanes, &state);
  for (int64_t l = 0; l < lines; ++l) {
    grid part = *g;
    part.src += l * line_stride;
    if (part.weights) part.weights += l * weights_line_stride;
    part.rows = rows, part.n = lanes;
    part.row_stride = lanes * g->stride, part.weights_row_stride = lanes * g->weights_stride;
    take_rows(task, &part, &state);
    part.rows = rest > 0, part.n = rest;
    part.src += rows * part.row_stride;
    if (part.weights) part.weights += rows * part.weights_row_stride;
    if (rest > 0) take_rows(task, &part, &state);
  }
  cpu_reduce_finish(&task->reducer, lanes, columns, &state, g->acc, g->acc_stride);
}

/* The plane's columns become rows and the other way round. */
static grid swapped(const grid *g, int64_t acc_stride) {
  grid other = *g;
  other.rows = g->n, other.n = g->rows;
  other.row_stride = g->stride, other.stride = g->row_stride;
  other.weights_row_stride = g->weights_stride, other.weights_stride = g->weights_row_stride;
  other.acc_stride = acc_stride;
  return other;
}

/* Columns are kept, rows reduced. */
static void reduce_rows(const accumulate_task *task, const grid *g) {
  const bool close = g->rows > 1 && g->row_stride == g->n * g->stride && (!g->weights || g->weights_row_stride == g->n * g->weights_stride);
  if (!close || g->n > CPU_REDUCE_COLUMNS || lanes_for(g->n) > CPU_REDUCE_COLUMNS) {
    reduce_columns(task, g);
    return;
  }
  grid line = *g;
  line.n = g->rows * g->n;
  reduce_lines(task, &line, 1, 0, 0, g->n);
}

/* Both are reduced into one accumulator. */
static void reduce_all(const accumulate_task *task, const grid *g) {
  if (g->n >= SHORT_LINE || g->n >= g->rows) {
    reduce_lines(task, g, g->rows, g->row_stride, g->weights_row_stride, 1);
    return;
  }
  cpu_reduce_state state;
  cpu_reduce_begin(&task->reducer, g->n, &state);
  take_rows(task, g, &state);
  cpu_reduce_finish(&task->reducer, g->n, 1, &state, g->acc, 0);
}

static void reduce_plane(void *context, const hearth_plane *plane) {
  const accumulate_task *task = context;
  const int64_t kept = plane->stride[ACC], kept_rows = plane->row_stride[ACC];
  grid g = {plane->rows,
            plane->n,
            plane->data[SRC],
            plane->data[WEIGHTS],
            plane->row_stride[SRC],
            plane->stride[SRC],
            plane->row_stride[WEIGHTS],
            plane->stride[WEIGHTS],
            plane->data[ACC],
            kept};
  if (kept == 0 && (kept_rows == 0 || g.rows == 1)) {
    reduce_all(task, &g);
  } else if (kept == 0 && g.n < SHORT_LINE && g.rows > 1) {
    g = swapped(&g, kept_rows);
    reduce_columns(task, &g);
  } else if (kept_rows == 0 || g.rows == 1) {
    reduce_rows(task, &g);
  } else {
    for (int64_t i = 0; i < plane->rows; ++i) {
      grid row = g;
      row.rows = 1;
      row.src += i * g.row_stride;
      row.acc += i * kept_rows;
      if (row.weights) row.weights += i * g.weights_row_stride;
      if (kept == 0)
        reduce_lines(task, &row, 1, 0, 0, 1);
      else
        reduce_columns(task, &row);
    }
  }
}

/* Accumulators of a part's own, dense; their number. */
static int64_t dense_accumulators(const hearth_view *acc, int64_t size, hearth_view *dense) {
  int64_t elements = 1;
  *dense = *acc;
  for (int d = acc->ndim - 1; d >= 0; --d) {
    const bool kept = acc->stride[d] != 0 && acc->extent[d] > 1;
    dense->stride[d] = kept ? elements * size : 0;
    if (kept) elements *= acc->extent[d];
  }
  return elements;
}

typedef struct private_task {
  const hearth_loops *loops;
  accumulate_task *task;
  int64_t bytes;
  int dim, parts;
} private_task;

static void run_private(void *context, int part) {
  const private_task *task = context;
  int64_t first, count;
  hearth_loops loops;
  cpu_share(task->loops->extent[task->dim], 1, task->parts, part, &first, &count);
  hearth_loops_cut(task->loops, task->dim, first, count, &loops);
  loops.data[ACC] += part * task->bytes;
  hearth_loops_run(&loops, reduce_plane, task->task);
}

typedef struct merge_task {
  const hearth_reduce_rule *rule;
  int64_t bytes;
  int parts;
} merge_task;

static void merge_plane(void *context, const hearth_plane *plane) {
  const merge_task *task = context;
  for (int part = 0; part < task->parts; ++part)
    for (int64_t i = 0; i < plane->rows; ++i)
      for (int64_t j = 0; j < plane->n; ++j)
        hearth_reduce_merge(task->rule, 1, plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0],
                            plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1] + part * task->bytes);
}

/* The outermost dimension that can be cut among the parts; kept: one that has accumulators of its own for every index. -1: none. */
static int find_cut(const hearth_loops *loops, int parts, bool kept) {
  for (int d = 0; d < loops->ndim; ++d) {
    const int64_t least = d == loops->ndim - 1 ? 64 * (int64_t)parts : 4 * (int64_t)parts;
    if (loops->extent[d] >= least && (!kept || loops->stride[d][ACC] != 0)) return d;
  }
  return -1;
}

static hearth_status accumulate_private(hearth_queue *queue, const hearth_view **views, int parts, accumulate_task *task) {
  const hearth_reduce_rule *rule = &task->reducer.rule;
  const int64_t size = hearth_reduce_bytes(rule);
  hearth_view own, target = *views[ACC];
  hearth_loops loops;
  const int64_t elements = dense_accumulators(views[ACC], size, &own);
  private_task private = {&loops, task, elements * size, 0, parts};
  HEARTH_TRY(hearth_allocate(queue->ctx, parts * private.bytes, &own.data));
  hearth_reduce_start(rule, parts * elements, own.data);
  hearth_loops_plan(&loops, OPERANDS, (const hearth_view *[]){views[SRC], &own, views[WEIGHTS]});
  private.dim = find_cut(&loops, parts, false);
  if (private.dim < 0) private.dim = loops.ndim - 1;
  cpu_parallel(queue, parts, run_private, &private);
  for (int d = 0; d < own.ndim; ++d)
    if (own.stride[d] == 0) own.extent[d] = target.extent[d] = 1;
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){&target, &own});
  hearth_loops_run(&loops, merge_plane, &(merge_task){rule, private.bytes, parts});
  hearth_deallocate(queue->ctx, own.data);
  return HEARTH_OK;
}

hearth_status cpu_accumulate(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src, const hearth_view *weights) {
  HEARTH_TRY(hearth_check_accumulate(queue->ctx, HEARTH_SPACE_HOST, rule, acc, src, weights));
  const hearth_view *views[] = {src, acc, weights};
  const int64_t elements = hearth_view_elements(src);
  if (elements == 0) return HEARTH_OK;
  accumulate_task task = {.size = hearth_dtype_size((hearth_dtype)src->dtype), .indicator = rule->op == HEARTH_REDUCE_WEIGHTS};
  cpu_reduce_choose(rule, src->dtype, weights != NULL, &task.reducer);
  task.converted = task.reducer.taken != src->dtype;
  task.load = cpu_convert_row(task.reducer.taken, src->dtype);
  if (weights) task.load_weights = cpu_convert_row(HEARTH_FLOAT64, weights->dtype);
  const int parts = cpu_threads_for(queue, elements * task.size);
  hearth_loops loops;
  hearth_loops_plan(&loops, OPERANDS, views);
  const int cut = find_cut(&loops, parts, true);
  if (parts > 1 && cut < 0) return accumulate_private(queue, views, parts, &task);
  cpu_run_loops(queue, &loops, cut < 0 ? 0 : cut, parts, reduce_plane, &task);
  return HEARTH_OK;
}

const hearth_reduce_kernels cpu_reduce_kernels = {.accumulate = cpu_accumulate, .arg = cpu_arg, .cumulate = cpu_cumulate};
