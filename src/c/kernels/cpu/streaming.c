/* The blocked incremental SVD's passes over [u b]: threads share the rows, tiles of rows stay in the second cache. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/queue.h"
#include "kernels/cpu/tiles.h"
#include <string.h>

typedef struct stream_task {
  const hearth_queue *queue;
  const hearth_view *u, *b;
  const double *coefficients; /* packed */
  double *scratch;            /* per part: columns of the tile, and `own` doubles */
  double **columns;           /* [parts][2 (k + m)] */
  int64_t k, m, own;
  int parts;
} stream_task;

static hearth_status check_columns(const hearth_queue *queue, const char *operation, const hearth_view *a) {
  if (a->extent[0] <= 1 || a->extent[1] == 0 || a->stride[0] == (int64_t)sizeof(double)) return HEARTH_OK;
  return hearth_fail(queue->ctx, HEARTH_ERR_UNSUPPORTED, "%s wants column-major bases; the rows are %lld bytes apart", operation, (long long)a->stride[0]);
}

/* The addresses of the columns of [u b] at row r. */
static void point(const stream_task *task, int64_t r, double **columns) {
  for (int64_t j = 0; j < task->k; ++j) columns[j] = (double *)((char *)task->u->data + j * task->u->stride[1]) + r;
  for (int64_t j = 0; j < task->m; ++j) columns[task->k + j] = (double *)((char *)task->b->data + j * task->b->stride[1]) + r;
}

/* What one thread needs; released by finish. */
static hearth_status prepare(stream_task *task, int64_t packed, const hearth_view *z, double alpha) {
  const hearth_context *ctx = task->queue->ctx;
  double *coefficients = NULL;
  HEARTH_TRY(hearth_allocate(ctx, packed * (int64_t)sizeof(double), &coefficients));
  task->coefficients = coefficients;
  cpu_tiles_pack(task->queue->tiles, z->extent[0], z->extent[1], alpha, z->data, z->stride[0], z->stride[1], coefficients);
  HEARTH_TRY(hearth_allocate_zero(ctx, task->parts * task->own * (int64_t)sizeof(double), &task->scratch));
  return hearth_allocate(ctx, task->parts * 2 * (task->k + task->m) * (int64_t)sizeof(double *), &task->columns);
}

static void finish(const stream_task *task) {
  hearth_deallocate(task->queue->ctx, (void *)task->coefficients);
  hearth_deallocate(task->queue->ctx, task->scratch);
  hearth_deallocate(task->queue->ctx, task->columns);
}

static void residual_part(void *context, int part) {
  const stream_task *task = context;
  const cpu_tiles *tiles = task->queue->tiles;
  const int64_t k = task->k, m = task->m, most = cpu_tiles_rows(k + m);
  double **columns = task->columns + part * 2 * (k + m), *gram = task->scratch + part * task->own;
  const double *const *basis = (const double *const *)columns;
  int64_t first, count;
  cpu_share(task->u->extent[0], 24, task->parts, part, &first, &count);
  for (int64_t r = first; r < first + count; r += most) {
    const int64_t rows = first + count - r < most ? first + count - r : most;
    point(task, r, columns);
    if (k > 0) tiles->combine(rows, k, basis, m, task->coefficients, 1.0, columns + k);
    tiles->dots(rows, k + m, basis, k + m, basis, 1, gram, k + m);
  }
}

/* Adds the parts' lower triangles in order and mirrors them. */
static void collect_gram(const stream_task *task, const hearth_view *gram) {
  const int64_t n = task->k + task->m;
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = j; i < n; ++i) {
      double sum = 0.0;
      for (int part = 0; part < task->parts; ++part) sum += task->scratch[part * task->own + i + j * n];
      *(double *)((char *)gram->data + i * gram->stride[0] + j * gram->stride[1]) = sum;
      *(double *)((char *)gram->data + j * gram->stride[0] + i * gram->stride[1]) = sum;
    }
}

static stream_task describe(const hearth_queue *queue, const hearth_view *u, const hearth_view *b) {
  const int64_t k = u->extent[1], m = b->extent[1], bytes = u->extent[0] * (k + m) * (int64_t)sizeof(double);
  return (stream_task){.queue = queue, .u = u, .b = b, .k = k, .m = m, .parts = cpu_threads_for(queue, bytes)};
}

hearth_status cpu_residual_gram(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *c, const hearth_view *gram) {
  HEARTH_TRY(hearth_check_residual_gram(queue->ctx, HEARTH_SPACE_HOST, u, b, c, gram));
  HEARTH_TRY(check_columns(queue, "residual_gram", u));
  HEARTH_TRY(check_columns(queue, "residual_gram", b));
  stream_task task = describe(queue, u, b);
  task.own = (task.k + task.m) * (task.k + task.m);
  if (task.own == 0) return HEARTH_OK;
  const hearth_status status = prepare(&task, cpu_tiles_packed_size(queue->tiles, task.k, task.m), c, -1.0);
  if (status == HEARTH_OK) {
    cpu_parallel(queue, task.parts, residual_part, &task);
    collect_gram(&task, gram);
  }
  finish(&task);
  return status;
}

static void rotate_part(void *context, int part) {
  const stream_task *task = context;
  const int64_t k = task->k, all = task->k + task->m, most = cpu_tiles_rows(2 * k + task->m);
  double **columns = task->columns + part * 2 * all, **rotated = columns + all, *tile = task->scratch + part * task->own;
  int64_t first, count;
  cpu_share(task->u->extent[0], 24, task->parts, part, &first, &count);
  for (int64_t j = 0; j < k; ++j) rotated[j] = tile + j * most;
  for (int64_t r = first; r < first + count; r += most) {
    const int64_t rows = first + count - r < most ? first + count - r : most;
    point(task, r, columns);
    task->queue->tiles->combine(rows, all, (const double *const *)columns, k, task->coefficients, 0.0, rotated);
    for (int64_t j = 0; j < k; ++j) memcpy(columns[j], rotated[j], (size_t)rows * sizeof(double));
  }
}

hearth_status cpu_rotate(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *z) {
  HEARTH_TRY(hearth_check_rotate(queue->ctx, HEARTH_SPACE_HOST, u, b, z));
  HEARTH_TRY(check_columns(queue, "rotate", u));
  HEARTH_TRY(check_columns(queue, "rotate", b));
  stream_task task = describe(queue, u, b);
  if (task.k == 0 || u->extent[0] == 0) return HEARTH_OK;
  task.own = cpu_tiles_rows(2 * task.k + task.m) * task.k;
  const hearth_status status = prepare(&task, cpu_tiles_packed_size(queue->tiles, task.k + task.m, task.k), z, 1.0);
  if (status == HEARTH_OK) cpu_parallel(queue, task.parts, rotate_part, &task);
  finish(&task);
  return status;
}
