/* Terms of exact sums, a chunk at a time: operands are brought to contiguous float64, then one loop per kind. */
#include "kernels/cpu/exact.h"
#include <stddef.h>

cpu_exact_maker cpu_exact_maker_of(const hearth_exact_terms *terms) {
  const int32_t x = terms->x->dtype, y = terms->y ? terms->y->dtype : HEARTH_FLOAT64;
  const int plain = terms->kind == HEARTH_EXACT_VALUE && !terms->omit;
  return (cpu_exact_maker){.kind = terms->kind,
                           .omit = terms->omit,
                           .direct = !plain                ? 0
                                     : x == HEARTH_FLOAT32 ? 1
                                     : x == HEARTH_FLOAT64 ? 2
                                                           : 0,
                           .scale = terms->scale,
                           .x_size = hearth_dtype_size(x),
                           .x_dtype = x,
                           .y_dtype = y,
                           .load_x = cpu_convert_row(HEARTH_FLOAT64, x),
                           .load_y = cpu_convert_row(HEARTH_FLOAT64, y)};
}

static const double *load(cpu_convert_function convert, int32_t dtype, int64_t n, const char *from, int64_t stride, double *buffer) {
  if (dtype == HEARTH_FLOAT64 && stride == (int64_t)sizeof(double)) return (const double *)from;
  convert(n, (char *)buffer, sizeof(double), from, stride);
  return buffer;
}

CPU_CLONES static void products(int64_t n, const double *x, const double *y, double *restrict terms) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) terms[i] = x[i] * y[i];
}

CPU_CLONES static void squares(int64_t n, const double *x, double scale, double *restrict terms) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const double d = x[i] * scale;
    terms[i] = d * d;
  }
}

CPU_CLONES static void deviations(int64_t n, const double *x, const double *y, double scale, double *restrict terms) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const double d = (x[i] - y[i]) * scale;
    terms[i] = d * d;
  }
}

CPU_CLONES static void omit_nan(int64_t n, const double *x, const double *from, double *terms) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) terms[i] = x[i] == x[i] ? from[i] : 0.0;
}

const double *cpu_exact_terms(const cpu_exact_maker *maker, int64_t n, const char *x, int64_t x_stride, const char *y, int64_t y_stride,
                              cpu_exact_buffers *buffers) {
  const double *left = load(maker->load_x, maker->x_dtype, n, x, x_stride, buffers->x), *terms = buffers->terms;
  const double *right = y ? load(maker->load_y, maker->y_dtype, n, y, y_stride, buffers->y) : NULL;
  if (maker->kind == HEARTH_EXACT_VALUE)
    terms = left;
  else if (maker->kind == HEARTH_EXACT_OTHER)
    terms = right;
  else if (maker->kind == HEARTH_EXACT_PRODUCT)
    products(n, left, right, buffers->terms);
  else if (right)
    deviations(n, left, right, maker->scale, buffers->terms);
  else
    squares(n, left, maker->scale, buffers->terms);
  if (!maker->omit) return terms;
  omit_nan(n, left, terms, buffers->terms);
  return buffers->terms;
}
