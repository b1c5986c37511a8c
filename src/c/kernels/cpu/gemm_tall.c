/* Products with one long dimension: threads share it. Where the columns are contiguous each works on tiles of rows that stay in the second cache; float32 and
 * other strides go through one BLAS call per thread, which packs faster than tiles could be gathered. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/blas.h"
#include "kernels/cpu/gemm.h"
#include "kernels/cpu/tiles.h"

enum { NARROW = 256, LONG_ENOUGH = 1024, RATIO = 16 };

static bool is_long(int64_t length, int64_t m, int64_t n) {
  const int64_t wide = m > n ? m : n;
  return wide > 0 && wide <= NARROW && length >= LONG_ENOUGH && length >= RATIO * wide;
}

bool cpu_gemm_is_deep(const hearth_view *a, const hearth_view *c) {
  return is_long(a->extent[1], c->extent[0], c->extent[1]);
}

static bool has_columns(const hearth_view *matrix) {
  return matrix->stride[0] == (int64_t)sizeof(double);
}

bool cpu_gemm_is_tall(const hearth_view *a, const hearth_view *c) {
  return c->dtype == HEARTH_FLOAT64 && has_columns(a) && has_columns(c) && is_long(c->extent[0], a->extent[1], c->extent[1]);
}

typedef struct tall_task {
  const hearth_queue *queue;
  const hearth_view *a, *b, *c; /* deep: a and b [length, .]; tall: a and c [length, .] */
  int32_t conjugate;
  double alpha, beta;
  const double *packed; /* tall: b */
  void *sums;           /* deep: per part c's shape, dense, of its dtype */
  const double **columns;
  int parts;
} tall_task;

/* The addresses of the columns at row r. */
static void point(const hearth_view *matrix, int64_t r, const double **columns) {
  for (int64_t j = 0; j < matrix->extent[1]; ++j) columns[j] = (const double *)((char *)matrix->data + j * matrix->stride[1]) + r;
}

static void deep_tiles(const tall_task *task, int part, int64_t first, int64_t count, double *sums) {
  const int64_t m = task->a->extent[1], n = task->b->extent[1], most = cpu_tiles_rows(m + n);
  const double **columns = task->columns + part * (m + n);
  for (int64_t r = first; r < first + count; r += most) {
    point(task->a, r, columns);
    point(task->b, r, columns + m);
    task->queue->tiles->dots(first + count - r < most ? first + count - r : most, m, columns, n, columns + m, 0, sums, m);
  }
}

static void deep_part(void *context, int part) {
  const tall_task *task = context;
  const int64_t m = task->a->extent[1], n = task->b->extent[1];
  int64_t first, count;
  cpu_share(task->a->extent[0], 24, task->parts, part, &first, &count);
  char *sums = (char *)task->sums + part * m * n * hearth_dtype_size(task->c->dtype);
  if (task->c->dtype == HEARTH_FLOAT64 && has_columns(task->a) && has_columns(task->b)) {
    deep_tiles(task, part, first, count, (double *)sums);
  } else {
    const hearth_view a = hearth_view_part(task->a, 0, first, count), b = hearth_view_part(task->b, 0, first, count), at = hearth_view_transposed(&a);
    const hearth_view own = hearth_view_columns(task->c, sums, m, n);
    cpu_blas_gemm(task->conjugate, 1.0, &at, &b, 0.0, &own);
  }
}

/* c := alpha (sum of the parts, in order) + beta c; the numbers of the sums that belong to c are `step` apart. */
static void collect_numbers(const tall_task *task, const hearth_view *c, int64_t offset, int64_t step) {
  const int64_t m = c->extent[0], n = c->extent[1];
  const int wide = c->dtype == HEARTH_FLOAT64;
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = 0; i < m; ++i) {
      char *at = (char *)c->data + i * c->stride[0] + j * c->stride[1];
      double sum = 0.0, old = 0.0;
      for (int part = 0; part < task->parts; ++part) {
        const int64_t index = (part * m * n + i + j * m) * step + offset;
        sum += wide ? ((double *)task->sums)[index] : (double)((float *)task->sums)[index];
      }
      if (task->beta != 0.0) old = task->beta * (wide ? *(double *)at : (double)*(float *)at);
      if (wide)
        *(double *)at = task->alpha * sum + old;
      else
        *(float *)at = (float)(task->alpha * sum + old);
    }
}

static void collect(const tall_task *task) {
  if (!hearth_dtype_is_complex(task->c->dtype)) {
    collect_numbers(task, task->c, 0, 1);
    return;
  }
  for (int which = 0; which < 2; ++which) {
    const hearth_view numbers = hearth_view_component(task->c, which);
    collect_numbers(task, &numbers, which, 2);
  }
}

static hearth_status prepare(tall_task *task, int64_t columns) {
  return hearth_allocate(task->queue->ctx, task->parts * columns * (int64_t)sizeof(double *), &task->columns);
}

static void finish(const tall_task *task) {
  hearth_deallocate(task->queue->ctx, task->columns);
  hearth_deallocate(task->queue->ctx, task->sums);
  hearth_deallocate(task->queue->ctx, (void *)task->packed);
}

/* What BLAS takes: the matrix itself or a copy. */
static hearth_status arrange(hearth_queue *queue, const hearth_view *matrix, hearth_view *arranged, void **scratch) {
  *arranged = *matrix;
  if (cpu_blas_takes(matrix)) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(queue->ctx, hearth_view_elements(matrix) * hearth_dtype_size(matrix->dtype), scratch));
  *arranged = hearth_view_columns(matrix, *scratch, matrix->extent[0], matrix->extent[1]);
  return cpu_copy(queue, arranged, matrix);
}

hearth_status cpu_gemm_deep(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                            const hearth_view *c) {
  const int64_t m = c->extent[0], n = c->extent[1], size = hearth_dtype_size(c->dtype);
  const hearth_view at = hearth_view_transposed(a);
  hearth_view left, right;
  void *scratch[2] = {NULL, NULL};
  tall_task task = {.queue = queue, .a = &left, .b = &right, .c = c, .conjugate = conjugate, .alpha = alpha, .beta = beta};
  task.parts = cpu_threads_for(queue, a->extent[1] * (m + n) * size);
  hearth_status status = arrange(queue, &at, &left, &scratch[0]);
  if (status == HEARTH_OK) status = arrange(queue, b, &right, &scratch[1]);
  if (status == HEARTH_OK) status = prepare(&task, m + n);
  if (status == HEARTH_OK) status = hearth_allocate_zero(queue->ctx, task.parts * m * n * size, &task.sums);
  if (status == HEARTH_OK) {
    const int before = cpu_blas_enter(queue);
    cpu_parallel(queue, task.parts, deep_part, &task);
    cpu_blas_leave(before);
    collect(&task);
  }
  finish(&task);
  hearth_deallocate(queue->ctx, scratch[0]);
  hearth_deallocate(queue->ctx, scratch[1]);
  return status;
}

static void tall_part(void *context, int part) {
  const tall_task *task = context;
  const int64_t k = task->a->extent[1], n = task->c->extent[1], most = cpu_tiles_rows(k + n);
  const double **columns = task->columns + part * (k + n), **targets = columns + k;
  int64_t first, count;
  cpu_share(task->a->extent[0], 24, task->parts, part, &first, &count);
  for (int64_t r = first; r < first + count; r += most) {
    point(task->a, r, columns);
    point(task->c, r, targets);
    const int64_t rows = first + count - r < most ? first + count - r : most;
    task->queue->tiles->combine(rows, k, columns, n, task->packed, task->beta, (double *const *)targets);
  }
}

hearth_status cpu_gemm_tall(hearth_queue *queue, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  const int64_t k = a->extent[1], n = c->extent[1], packed = cpu_tiles_packed_size(queue->tiles, k, n);
  double *coefficients = NULL;
  tall_task task = {.queue = queue, .a = a, .b = b, .c = c, .alpha = alpha, .beta = beta};
  task.parts = cpu_threads_for(queue, c->extent[0] * (k + n) * (int64_t)sizeof(double));
  hearth_status status = hearth_allocate(queue->ctx, packed * (int64_t)sizeof(double), &coefficients);
  task.packed = coefficients;
  if (status == HEARTH_OK) status = prepare(&task, k + n);
  if (status == HEARTH_OK) {
    cpu_tiles_pack(queue->tiles, k, n, alpha, b->data, b->stride[0], b->stride[1], coefficients);
    cpu_parallel(queue, task.parts, tall_part, &task);
  }
  finish(&task);
  return status;
}
