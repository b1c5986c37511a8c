/* Products. All sums in float64, also where contract and other backends use float32 products: this is the oracle. Eight rows are gathered at a time, so that
 * tests on real data end. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <complex.h>

enum { ROWS = 8 };

/* rows[l][r] := a(first + r, l), 0 past the last row. */
static void gather_rows(const hearth_view *a, int64_t first, double (*rows)[ROWS]) {
  for (int64_t l = 0; l < a->extent[1]; ++l)
    for (int64_t r = 0; r < ROWS; ++r) rows[l][r] = first + r < a->extent[0] ? reference_get(a, first + r, l) : 0.0;
}

static void multiply_rows(double (*rows)[ROWS], const hearth_view *b, int64_t j, double sums[ROWS]) {
  for (int r = 0; r < ROWS; ++r) sums[r] = 0.0;
  for (int64_t l = 0; l < b->extent[0]; ++l) {
    const double x = reference_get(b, l, j);
    for (int r = 0; r < ROWS; ++r) sums[r] += rows[l][r] * x;
  }
}

static void product_rows(double alpha, double (*rows)[ROWS], const hearth_view *b, double beta, const hearth_view *c, int64_t first) {
  for (int64_t j = 0; j < c->extent[1]; ++j) {
    double sums[ROWS];
    multiply_rows(rows, b, j, sums);
    for (int64_t i = first; i < c->extent[0] && i < first + ROWS; ++i)
      reference_set(c, i, j, alpha * sums[i - first] + (beta == 0.0 ? 0.0 : beta * reference_get(c, i, j)));
  }
}

static hearth_status product(hearth_queue *queue, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  double(*rows)[ROWS];
  HEARTH_TRY(hearth_allocate(queue->ctx, a->extent[1] * (int64_t)sizeof *rows, &rows));
  for (int64_t first = 0; first < c->extent[0]; first += ROWS) {
    gather_rows(a, first, rows);
    product_rows(alpha, rows, b, beta, c, first);
  }
  hearth_deallocate(queue->ctx, rows);
  return HEARTH_OK;
}

static double _Complex element(const hearth_view *matrix, bool conjugate, int64_t i, int64_t j) {
  reference_value value;
  reference_load(matrix->dtype, reference_at(matrix, (int64_t[]){i, j}), &value);
  return CMPLX(value.re, conjugate ? -value.im : value.im);
}

static void complex_product(int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  for (int64_t i = 0; i < c->extent[0]; ++i)
    for (int64_t j = 0; j < c->extent[1]; ++j) {
      double re = 0.0, im = 0.0;
      for (int64_t l = 0; l < a->extent[1]; ++l) {
        const double _Complex x = element(a, conjugate & HEARTH_CONJUGATE_A, i, l), y = element(b, conjugate & HEARTH_CONJUGATE_B, l, j);
        re += creal(x) * creal(y) - cimag(x) * cimag(y);
        im += creal(x) * cimag(y) + cimag(x) * creal(y);
      }
      const double _Complex old = beta == 0.0 ? 0.0 : element(c, false, i, j);
      const reference_value value = {0, 0, alpha * re + beta * creal(old), alpha * im + beta * cimag(old)};
      reference_store(c->dtype, reference_at(c, (int64_t[]){i, j}), &value);
    }
}

hearth_status reference_gemm(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                             const hearth_view *c) {
  HEARTH_TRY(hearth_check_gemm(queue->ctx, HEARTH_SPACE_HOST, a, b, c));
  if (!hearth_dtype_is_complex(c->dtype)) return product(queue, alpha, a, b, beta, c);
  complex_product(conjugate, alpha, a, b, beta, c);
  return HEARTH_OK;
}

hearth_status reference_syrk(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c) {
  HEARTH_TRY(hearth_check_syrk(queue->ctx, HEARTH_SPACE_HOST, a, c));
  const hearth_view transposed = hearth_view_transposed(a);
  if (!hearth_dtype_is_complex(c->dtype)) return product(queue, alpha, a, &transposed, beta, c);
  complex_product(HEARTH_CONJUGATE_B, alpha, a, &transposed, beta, c);
  return HEARTH_OK;
}
