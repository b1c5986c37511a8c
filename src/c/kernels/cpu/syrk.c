/* Symmetric and Hermitian products: BLAS makes the lower triangle, which is mirrored in blocks. Single precision with double sums goes through blocks. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/blas.h"
#include "kernels/cpu/gemm.h"

enum { BLOCK = 4096, TILE = 32 };

typedef struct triangle_task {
  double *c;
  int64_t n, leading; /* elements */
  int64_t width;      /* numbers of an element: 2 if complex */
  bool flipped;       /* complex: what BLAS made is the conjugate of c */
  const float *added; /* dense [n, n], lower triangle */
  double beta;
  int parts;
} triangle_task;

/* Columns of a lower triangle in parts of equal area. */
static int64_t triangle_share(int64_t n, int parts, int part) {
  int64_t column = 0;
  for (const int64_t want = n * (n + 1) / 2 / parts * part; part > 0 && column < n && column * n - column * (column - 1) / 2 < want; ++column) {
  }
  return part == parts ? n : column;
}

/* Tiles, so that the far strides of one side meet in the first cache. */
static void mirror_part(void *context, int part) {
  const triangle_task *task = context;
  const int64_t last = triangle_share(task->n, task->parts, part + 1), leading = task->leading;
  double *c = task->c;
  for (int64_t j0 = triangle_share(task->n, task->parts, part); j0 < last; j0 += TILE)
    for (int64_t i0 = j0; i0 < task->n; i0 += TILE) {
      const int64_t j1 = j0 + TILE < last ? j0 + TILE : last, i1 = i0 + TILE < task->n ? i0 + TILE : task->n;
      for (int64_t j = j0; j < j1; ++j)
        for (int64_t i = i0 > j ? i0 : j + 1; i < i1; ++i) c[j + i * leading] = c[i + j * leading];
    }
}

static void mirror_complex_part(void *context, int part) {
  const triangle_task *task = context;
  const int64_t last = triangle_share(task->n, task->parts, part + 1), leading = task->leading;
  const double below = task->flipped ? -1.0 : 1.0;
  for (int64_t j = triangle_share(task->n, task->parts, part); j < last; ++j)
    for (int64_t i = j + 1; i < task->n; ++i) {
      double *lower = task->c + 2 * (i + j * leading), *upper = task->c + 2 * (j + i * leading);
      upper[0] = lower[0];
      upper[1] = -below * lower[1];
      lower[1] *= below;
    }
}

/* c := beta c + added, below and on the diagonal. */
static void add_part(void *context, int part) {
  const triangle_task *task = context;
  const int64_t last = triangle_share(task->n, task->parts, part + 1);
  for (int64_t j = triangle_share(task->n, task->parts, part); j < last; ++j) {
    const int64_t width = task->width, end = task->n * width;
    double *restrict c = task->c + j * task->leading * width;
    const float *restrict added = task->added + j * end;
    if (task->beta == 0.0)
      for (int64_t i = j * width; i < end; ++i) c[i] = (double)added[i];
    else
      for (int64_t i = j * width; i < end; ++i) c[i] = task->beta * c[i] + (double)added[i];
  }
}

/* The columns of c are contiguous. */
static triangle_task triangle_of(const hearth_queue *queue, const hearth_view *c) {
  const int64_t n = c->extent[0], size = hearth_dtype_size(c->dtype);
  return (triangle_task){
      .c = c->data, .n = n, .leading = n > 1 ? c->stride[1] / size : 1, .width = size / (int64_t)sizeof(double), .parts = cpu_threads_for(queue, size * n * n)};
}

/* One block of columns of a into the lower triangle of c. */
static void add_block(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c, float *products) {
  const int before = cpu_blas_enter(queue);
  if (a->dtype == c->dtype) {
    cpu_blas_syrk(alpha, a, beta, c);
  } else {
    const int64_t n = c->extent[0];
    const hearth_view block = hearth_view_columns(a, products, n, n);
    triangle_task task = triangle_of(queue, c);
    task.added = products;
    task.beta = beta;
    cpu_blas_syrk(alpha, a, 0.0, &block);
    cpu_parallel(queue, task.parts, add_part, &task);
  }
  cpu_blas_leave(before);
}

/* The columns of c are contiguous. */
static hearth_status add_all(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c) {
  const int64_t n = a->extent[0], k = a->extent[1], size = hearth_dtype_size(a->dtype);
  const bool narrow = a->dtype != c->dtype, direct = cpu_blas_takes(a);
  const int64_t most = narrow || !direct ? BLOCK : CPU_BLAS_EXTENT_MAX;
  float *products = NULL;
  void *copy = NULL;
  hearth_status status = narrow ? hearth_allocate(queue->ctx, n * n * size, &products) : HEARTH_OK;
  if (status == HEARTH_OK && !direct) status = hearth_allocate(queue->ctx, n * (k < most ? k : most) * size, &copy);
  for (int64_t l = 0; status == HEARTH_OK && l < k; l += most) {
    const hearth_view part = hearth_view_part(a, 1, l, k - l < most ? k - l : most);
    hearth_view block = part;
    if (!direct) {
      block = hearth_view_columns(a, copy, n, part.extent[1]);
      status = cpu_copy(queue, &block, &part);
    }
    if (status == HEARTH_OK) add_block(queue, alpha, &block, l == 0 ? beta : 1.0, c, products);
  }
  hearth_deallocate(queue->ctx, products);
  hearth_deallocate(queue->ctx, copy);
  return status;
}

/* c is symmetric: of its two orders the one with contiguous columns is as good as the other; a Hermitian one is its own conjugate there (`conjugate`). */
static hearth_status multiply(hearth_queue *queue, bool conjugate, double alpha, const hearth_view *a, double beta, const hearth_view *c) {
  triangle_task task = triangle_of(queue, c);
  task.flipped = task.width == 2 && cpu_blas_conjugates(a) != conjugate;
  if (task.flipped && beta != 0.0) HEARTH_TRY(cpu_conjugate(queue, c));
  HEARTH_TRY(add_all(queue, alpha, a, beta, c));
  cpu_parallel(queue, task.parts, task.width == 2 ? mirror_complex_part : mirror_part, &task);
  return HEARTH_OK;
}

hearth_status cpu_syrk(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c) {
  HEARTH_TRY(hearth_check_syrk(queue->ctx, HEARTH_SPACE_HOST, a, c));
  const int64_t n = c->extent[0];
  if (n == 0) return HEARTH_OK;
  if (a->extent[1] == 0 || alpha == 0.0) return cpu_scale(queue, beta, c);
  if (n > CPU_BLAS_EXTENT_MAX) return hearth_fail(queue->ctx, HEARTH_ERR_UNSUPPORTED, "syrk: %lld rows are more than BLAS can count", (long long)n);
  const hearth_view transposed = hearth_view_transposed(c);
  if (cpu_blas_columns(c)) return multiply(queue, false, alpha, a, beta, c);
  if (cpu_blas_columns(&transposed)) return multiply(queue, true, alpha, a, beta, &transposed);
  void *scratch = NULL;
  HEARTH_TRY(hearth_allocate(queue->ctx, n * n * hearth_dtype_size(c->dtype), &scratch));
  const hearth_view dense = hearth_view_columns(c, scratch, n, n);
  hearth_status status = beta != 0.0 ? cpu_copy(queue, &dense, c) : HEARTH_OK;
  if (status == HEARTH_OK) status = multiply(queue, false, alpha, a, beta, &dense);
  if (status == HEARTH_OK) status = cpu_copy(queue, c, &dense);
  hearth_deallocate(queue->ctx, scratch);
  return status;
}
