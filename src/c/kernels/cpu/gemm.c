#include "kernels/cpu/gemm.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/blas.h"

/* The operand itself if BLAS takes it, else a column-major copy of it in *scratch. */
static hearth_status arrange(hearth_queue *queue, const hearth_view *matrix, bool filled, hearth_view *arranged, void **scratch) {
  *arranged = *matrix;
  if (cpu_blas_takes(matrix)) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(queue->ctx, hearth_view_elements(matrix) * hearth_dtype_size(matrix->dtype), scratch));
  *arranged = hearth_view_columns(matrix, *scratch, matrix->extent[0], matrix->extent[1]);
  return filled ? cpu_copy(queue, arranged, matrix) : HEARTH_OK;
}

static hearth_status multiply_by_blas(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                                      const hearth_view *c) {
  void *scratch[2] = {NULL, NULL};
  hearth_view x, y;
  hearth_status status = arrange(queue, a, true, &x, &scratch[0]);
  if (status == HEARTH_OK) status = arrange(queue, b, true, &y, &scratch[1]);
  if (status == HEARTH_OK) {
    const int before = cpu_blas_enter(queue);
    cpu_blas_gemm(conjugate, alpha, &x, &y, beta, c);
    cpu_blas_leave(before);
  }
  hearth_deallocate(queue->ctx, scratch[0]);
  hearth_deallocate(queue->ctx, scratch[1]);
  return status;
}

/* BLAS conjugates what is asked for. */
static hearth_status multiply_as_asked(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                                       const hearth_view *c) {
  if (cpu_gemm_is_deep(a, c)) return cpu_gemm_deep(queue, conjugate, alpha, a, b, beta, c);
  if (cpu_gemm_is_tall(a, c)) return cpu_gemm_tall(queue, alpha, a, b, beta, c);
  return multiply_by_blas(queue, conjugate, alpha, a, b, beta, c);
}

static hearth_status conjugate_copy(hearth_queue *queue, const hearth_view *matrix, hearth_view *copy, void **scratch) {
  HEARTH_TRY(hearth_allocate(queue->ctx, hearth_view_elements(matrix) * hearth_dtype_size(matrix->dtype), scratch));
  *copy = hearth_view_columns(matrix, *scratch, matrix->extent[0], matrix->extent[1]);
  HEARTH_TRY(cpu_copy(queue, copy, matrix));
  return cpu_conjugate(queue, copy);
}

static bool conjugates(int32_t conjugate, const hearth_view *a, const hearth_view *b) {
  return (!(conjugate & HEARTH_CONJUGATE_A) || cpu_blas_conjugates(a)) && (!(conjugate & HEARTH_CONJUGATE_B) || cpu_blas_conjugates(b));
}

/* The columns of c are contiguous. BLAS conjugates operands that it transposes only; else all of the equation is conjugated, c in place, or copies are made. */
static hearth_status multiply(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                              const hearth_view *c) {
  const int32_t both = HEARTH_CONJUGATE_A | HEARTH_CONJUGATE_B;
  if (conjugates(conjugate, a, b)) return multiply_as_asked(queue, conjugate, alpha, a, b, beta, c);
  if (conjugates(conjugate ^ both, a, b)) {
    if (beta != 0.0) HEARTH_TRY(cpu_conjugate(queue, c));
    HEARTH_TRY(multiply_as_asked(queue, conjugate ^ both, alpha, a, b, beta, c));
    return cpu_conjugate(queue, c);
  }
  void *scratch[2] = {NULL, NULL};
  hearth_view x = *a, y = *b;
  hearth_status status = HEARTH_OK;
  if (conjugate & HEARTH_CONJUGATE_A) status = conjugate_copy(queue, a, &x, &scratch[0]);
  if (status == HEARTH_OK && conjugate & HEARTH_CONJUGATE_B) status = conjugate_copy(queue, b, &y, &scratch[1]);
  if (status == HEARTH_OK) status = multiply_as_asked(queue, 0, alpha, &x, &y, beta, c);
  hearth_deallocate(queue->ctx, scratch[0]);
  hearth_deallocate(queue->ctx, scratch[1]);
  return status;
}

/* What is said of a and b, of b and a. */
static int32_t swapped(int32_t conjugate) {
  return (conjugate & HEARTH_CONJUGATE_A ? HEARTH_CONJUGATE_B : 0) | (conjugate & HEARTH_CONJUGATE_B ? HEARTH_CONJUGATE_A : 0);
}

/* Any c: BLAS sees it, or its transpose, or a copy, with contiguous columns. */
static hearth_status multiply_any(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                                  const hearth_view *c) {
  if (cpu_blas_columns(c)) return multiply(queue, conjugate, alpha, a, b, beta, c);
  const hearth_view at = hearth_view_transposed(a), bt = hearth_view_transposed(b), ct = hearth_view_transposed(c);
  if (cpu_blas_columns(&ct)) return multiply(queue, swapped(conjugate), alpha, &bt, &at, beta, &ct);
  void *scratch = NULL;
  hearth_view arranged;
  hearth_status status = arrange(queue, c, beta != 0.0, &arranged, &scratch);
  if (status == HEARTH_OK) status = multiply(queue, conjugate, alpha, a, b, beta, &arranged);
  if (status == HEARTH_OK) status = cpu_copy(queue, c, &arranged);
  hearth_deallocate(queue->ctx, scratch);
  return status;
}

static hearth_status scale_numbers(hearth_queue *queue, double beta, const hearth_view *c) {
  const float narrow = (float)beta;
  hearth_view factor = *c;
  factor.data = c->dtype == HEARTH_FLOAT32 ? (void *)&narrow : (void *)&beta;
  factor.stride[0] = factor.stride[1] = 0;
  return cpu_multiply(queue, c, c, &factor);
}

hearth_status cpu_conjugate(hearth_queue *queue, const hearth_view *c) {
  const hearth_view numbers = hearth_view_component(c, 1);
  return scale_numbers(queue, -1.0, &numbers);
}

hearth_status cpu_scale(hearth_queue *queue, double beta, const hearth_view *c) {
  if (beta == 0.0) return cpu_fill(queue, c, 0.0);
  if (!hearth_dtype_is_complex(c->dtype)) return scale_numbers(queue, beta, c);
  for (int which = 0; which < 2; ++which) {
    const hearth_view numbers = hearth_view_component(c, which);
    HEARTH_TRY(scale_numbers(queue, beta, &numbers));
  }
  return HEARTH_OK;
}

/* Cuts what BLAS's integers cannot count. */
static hearth_status multiply_cut(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                                  const hearth_view *c) {
  const int64_t m = c->extent[0], n = c->extent[1], k = a->extent[1], most = CPU_BLAS_EXTENT_MAX;
  for (int64_t i = 0; i < m; i += most)
    for (int64_t j = 0; j < n; j += most) {
      const hearth_view rows = hearth_view_part(c, 0, i, m - i < most ? m - i : most);
      const hearth_view block = hearth_view_part(&rows, 1, j, n - j < most ? n - j : most);
      const hearth_view left = hearth_view_part(a, 0, i, rows.extent[0]), right = hearth_view_part(b, 1, j, block.extent[1]);
      for (int64_t l = 0; l < k; l += most) {
        const int64_t depth = k - l < most ? k - l : most;
        const hearth_view x = hearth_view_part(&left, 1, l, depth), y = hearth_view_part(&right, 0, l, depth);
        HEARTH_TRY(multiply_any(queue, conjugate, alpha, &x, &y, l == 0 ? beta : 1.0, &block));
      }
    }
  return HEARTH_OK;
}

hearth_status cpu_gemm(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  HEARTH_TRY(hearth_check_gemm(queue->ctx, HEARTH_SPACE_HOST, a, b, c));
  if (a->extent[1] == 0 || alpha == 0.0) return cpu_scale(queue, beta, c);
  return multiply_cut(queue, hearth_dtype_is_complex(c->dtype) ? conjugate : 0, alpha, a, b, beta, c);
}
