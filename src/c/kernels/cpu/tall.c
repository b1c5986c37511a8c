/* Threads share the rows. A tile of them is brought into the second cache as float64 columns, goes through all steps there, and is counted or written: every
 * pass reads its operand once, whatever the steps. Few columns go through the kernels of tiles.h, many through BLAS, tile by tile as well. */
#include "kernels/cpu/tall.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/blas.h"
#include "kernels/cpu/queue.h"
#include "kernels/cpu/tiles.h"
#include "kernels/tall.h"
#include <string.h>

/* A tile of many columns: long enough that adding to the sums costs little beside the products. */
enum { NARROW = 160, WIDE_BYTES = 8 << 20, WIDE_FEWEST = 384, WIDE_MOST = 4096 };

typedef struct tall_task {
  const hearth_queue *queue;
  const hearth_tall_pass *pass;
  int64_t rows, first, last, widest; /* of the operands; columns of x at the beginning, at the end, at most */
  int64_t tile, leading;             /* rows of a tile; from one column of it to the next */
  int64_t own;                       /* numbers of scratch per thread: two tiles, and the sums of the Gram matrix */
  bool narrow;
  int parts;
  double *packed[HEARTH_TALL_STEPS];
  double *scratch;
  double **columns; /* [parts][2 widest] */
} tall_task;

static hearth_view columns_of(double *data, int64_t rows, int64_t columns, int64_t leading) {
  return (hearth_view){.data = data, .dtype = HEARTH_FLOAT64, .ndim = 2, .extent = {rows, columns}, .stride = {8, 8 * leading}};
}

/* x [rows, width] through step i; y is the other tile. Returns the width afterwards. */
static int64_t do_step(const tall_task *task, int i, int64_t rows, int64_t width, double *const *x, double *const *y) {
  const hearth_tall_step *step = &task->pass->step[i];
  const hearth_view source = columns_of(x[0], rows, width, task->leading), target = columns_of(y[0], rows, step->columns, task->leading);
  const hearth_view matrix = columns_of((double *)step->at, width, step->columns, width);
  if (task->narrow && step->solve)
    task->queue->tiles->solve(rows, width, x, task->packed[i]);
  else if (task->narrow)
    task->queue->tiles->combine(rows, width, (const double *const *)x, step->columns, task->packed[i], 0.0, y);
  else if (step->solve)
    cpu_blas_solve_upper(&source, &matrix);
  else
    cpu_blas_gemm(0, 1.0, &source, &matrix, 0.0, &target);
  return step->columns;
}

static void add_gram(const tall_task *task, int64_t rows, double *const *x, double *gram) {
  const int64_t n = task->last;
  if (task->narrow) {
    task->queue->tiles->dots(rows, n, (const double *const *)x, n, (const double *const *)x, 1, gram, n);
  } else {
    const hearth_view tile = columns_of(x[0], rows, n, task->leading), rows_of = hearth_view_transposed(&tile), sums = columns_of(gram, n, n, n);
    cpu_blas_syrk(1.0, &rows_of, 1.0, &sums);
  }
}

/* Rows past the last are zeros, so that kernels see whole blocks. */
static void do_tile(const tall_task *task, int64_t first, int64_t count, double **columns, double *gram) {
  const hearth_tall_pass *pass = task->pass;
  const int64_t rows = (count + CPU_TILES_UNIT - 1) / CPU_TILES_UNIT * CPU_TILES_UNIT;
  double **x = columns, **y = columns + task->widest;
  int64_t at = 0, width = task->first;
  for (int s = 0; s < pass->nsources; ++s) {
    cpu_tall_gather(pass->source[s], first, count, pass->scale ? pass->scale + at : NULL, x[0] + at * task->leading, task->leading);
    at += hearth_tall_width(pass->source[s]);
  }
  for (int64_t j = 0; j < width && rows > count; ++j) memset(x[j] + count, 0, (size_t)(rows - count) * sizeof(double));
  for (int i = 0; i < pass->nsteps; ++i) {
    width = do_step(task, i, rows, width, x, y);
    if (pass->step[i].solve) continue;
    double **const swap = x;
    x = y;
    y = swap;
  }
  if (pass->gram) add_gram(task, rows, x, gram);
  if (pass->target) cpu_tall_scatter(pass->target, first, count, x[0], task->leading);
}

static void do_part(void *context, int part) {
  const tall_task *task = context;
  double **columns = task->columns + part * 2 * task->widest, *scratch = task->scratch + part * task->own;
  int64_t first, count;
  cpu_share(task->rows, task->tile, task->parts, part, &first, &count);
  for (int64_t j = 0; j < 2 * task->widest; ++j) columns[j] = scratch + j * task->leading;
  for (int64_t r = first; r < first + count; r += task->tile)
    do_tile(task, r, first + count - r < task->tile ? first + count - r : task->tile, columns, scratch + 2 * task->widest * task->leading);
}

/* Adds the parts' lower triangles, in order, to both triangles of the result. */
static void collect(const tall_task *task) {
  const int64_t n = task->last;
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = j; i < n; ++i) {
      double sum = 0.0;
      for (int part = 0; part < task->parts; ++part) sum += task->scratch[part * task->own + 2 * task->widest * task->leading + i + j * n];
      task->pass->gram[i + j * n] += sum;
      if (i != j) task->pass->gram[j + i * n] += sum;
    }
}

/* The matrices as the kernels want them. */
static hearth_status pack(tall_task *task) {
  const cpu_tiles *tiles = task->queue->tiles;
  int64_t width = task->first;
  for (int i = 0; task->narrow && i < task->pass->nsteps; ++i) {
    const hearth_tall_step *step = &task->pass->step[i];
    const int64_t size = step->solve ? cpu_tiles_triangle_size(tiles, width) : cpu_tiles_packed_size(tiles, width, step->columns);
    HEARTH_TRY(hearth_allocate(task->queue->ctx, size * (int64_t)sizeof(double), &task->packed[i]));
    if (step->solve)
      cpu_tiles_pack_triangle(tiles, width, step->at, task->packed[i]);
    else
      cpu_tiles_pack(tiles, width, step->columns, 1.0, (const char *)step->at, sizeof(double), width * (int64_t)sizeof(double), task->packed[i]);
    width = step->columns;
  }
  return HEARTH_OK;
}

static hearth_status prepare(tall_task *task) {
  const hearth_tall_pass *pass = task->pass;
  int64_t most = WIDE_BYTES / (8 * task->widest) / CPU_TILES_UNIT * CPU_TILES_UNIT;
  most = most < WIDE_FEWEST ? WIDE_FEWEST : most > WIDE_MOST ? WIDE_MOST : most;
  if (task->narrow) most = cpu_tiles_rows(task->widest);
  const int64_t whole = (task->rows + CPU_TILES_UNIT - 1) / CPU_TILES_UNIT * CPU_TILES_UNIT;
  task->tile = whole < most ? whole : most;
  task->leading = task->tile + (task->tile / 8 % 2 == 0 ? 8 : 16); /* an odd number of lines, so that columns do not share sets of a cache */
  task->parts = cpu_threads_for(task->queue, task->rows * (task->first + task->last) * (int64_t)sizeof(double));
  task->own = 2 * task->widest * task->leading + (pass->gram ? task->last * task->last : 0);
  task->own = (task->own + 7) / 8 * 8;
  HEARTH_TRY(pack(task));
  HEARTH_TRY(hearth_allocate_zero(task->queue->ctx, task->parts * task->own * (int64_t)sizeof(double), &task->scratch));
  return hearth_allocate(task->queue->ctx, task->parts * 2 * task->widest * (int64_t)sizeof(double *), &task->columns);
}

static hearth_status pass(hearth_queue *queue, const hearth_tall_pass *pass) {
  HEARTH_TRY(hearth_check_tall(queue->ctx, HEARTH_SPACE_HOST, pass));
  tall_task task = {.queue = queue, .pass = pass, .rows = pass->source[0]->extent[0]};
  task.first = hearth_tall_first(pass);
  task.last = hearth_tall_last(pass);
  task.widest = hearth_tall_widest(pass);
  task.narrow = task.widest <= NARROW;
  if (task.rows == 0 || task.widest == 0) return HEARTH_OK;
  const hearth_status status = prepare(&task);
  if (status == HEARTH_OK) {
    const int before = cpu_blas_enter(queue);
    cpu_parallel(queue, task.parts, do_part, &task);
    cpu_blas_leave(before);
    if (pass->gram) collect(&task);
  }
  for (int i = 0; i < HEARTH_TALL_STEPS; ++i) hearth_deallocate(queue->ctx, task.packed[i]);
  hearth_deallocate(queue->ctx, task.scratch);
  hearth_deallocate(queue->ctx, task.columns);
  return status;
}

const hearth_tall_kernels cpu_tall_kernels = {.pass = pass};
