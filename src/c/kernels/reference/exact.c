/* Exact sums, term by term, and exact products, integer by integer. */
#include "kernels/exact.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <math.h>

/* The element at `index` as float64. */
static double number(const hearth_view *view, const int64_t *index) {
  reference_value value;
  reference_load(view->dtype, reference_at(view, index), &value);
  return value.is_integer ? (double)value.integer : value.re;
}

static double term(const hearth_exact_terms *terms, const int64_t *index) {
  const double x = number(terms->x, index), y = terms->y ? number(terms->y, index) : 0.0;
  if (terms->omit && isnan(x)) return 0.0;
  if (terms->kind == HEARTH_EXACT_VALUE) return x;
  if (terms->kind == HEARTH_EXACT_OTHER) return y;
  if (terms->kind == HEARTH_EXACT_PRODUCT) return x * y;
  const double difference = (terms->y ? x - y : x) * terms->scale;
  return difference * difference;
}

static hearth_status sum(hearth_queue *queue, const hearth_exact_terms *terms, const hearth_view *sums) {
  HEARTH_TRY(hearth_check_exact_sum(queue->ctx, HEARTH_SPACE_HOST, terms, sums));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(terms->x) == 0) return HEARTH_OK;
  do hearth_exact_add(reference_at(sums, index), term(terms, index));
  while (reference_next(terms->x, index));
  return HEARTH_OK;
}

static hearth_status gram_range(hearth_queue *queue, const hearth_view *a, double *largest) {
  HEARTH_TRY(hearth_check_exact_gram(queue->ctx, HEARTH_SPACE_HOST, "range of rows", a, largest, largest));
  for (int64_t i = 0; i < a->extent[0]; ++i) {
    largest[i] = 0.0;
    for (int64_t j = 0; j < a->extent[1]; ++j) {
      const double size = fabs(number(a, (int64_t[]){i, j}));
      if (!isfinite(size) || isnan(largest[i]))
        largest[i] = NAN;
      else if (size > largest[i])
        largest[i] = size;
    }
  }
  return HEARTH_OK;
}

static void slices(const hearth_view *a, int64_t i, int64_t j, int32_t exponent, int64_t slice[3]) {
  double rest = ldexp(number(a, (int64_t[]){i, j}), HEARTH_EXACT_SLICE_BITS - 1 - exponent);
  for (int s = 0; s < 3; ++s) {
    slice[s] = a->dtype == HEARTH_FLOAT32 && s == 2 ? 0 : (int64_t)rint(rest);
    rest = ldexp(rest - rint(rest), HEARTH_EXACT_SLICE_BITS);
  }
}

static hearth_status gram(hearth_queue *queue, const hearth_view *a, const int32_t *exponent, int64_t *levels) {
  HEARTH_TRY(hearth_check_exact_gram(queue->ctx, HEARTH_SPACE_HOST, "exact gram", a, exponent, levels));
  const int64_t n = a->extent[0];
  for (int64_t k = 0; k < a->extent[1]; ++k)
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = i; j < n; ++j) {
        int64_t x[3], y[3];
        slices(a, i, k, exponent[i], x);
        slices(a, j, k, exponent[j], y);
        levels[i * n + j] += x[0] * y[0];
        levels[(n + i) * n + j] += x[0] * y[1] + x[1] * y[0];
        levels[(2 * n + i) * n + j] += x[1] * y[1] + x[0] * y[2] + x[2] * y[0];
      }
  return HEARTH_OK;
}

static hearth_status product(hearth_queue *queue, const hearth_view *a, const hearth_view *b, const hearth_view *c) {
  HEARTH_TRY(hearth_check_exact_product(queue->ctx, HEARTH_SPACE_HOST, a, b, c));
  for (int64_t i = 0; i < c->extent[0]; ++i)
    for (int64_t j = 0; j < c->extent[1]; ++j) {
      double sum = 0.0;
      for (int64_t l = 0; l < a->extent[1]; ++l) sum += reference_get(a, i, l) * reference_get(b, l, j);
      reference_set(c, i, j, sum);
    }
  return HEARTH_OK;
}

const hearth_exact_kernels reference_exact_kernels = {.sum = sum, .gram_range = gram_range, .gram = gram, .product = product};
