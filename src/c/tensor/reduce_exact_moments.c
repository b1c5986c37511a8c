/* Sums, means, deviations and norms made of exact sums. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_exact.h"
#include <math.h>

static bool omits(const hearth_reducing *r) {
  return r->options.nan_policy == HEARTH_NAN_OMIT;
}

static hearth_status agreed_sums(const hearth_reducing *r, const hearth_exact_sums *sums, double **values) {
  bool nan = false;
  const hearth_status status = hearth_reduction_exact(r, sums, values, &nan);
  return hearth_reduction_agree(r, status, nan && r->options.nan_policy == HEARTH_NAN_ERROR);
}

hearth_status hearth_exact_sum_values(const hearth_reducing *r, double **values) {
  return agreed_sums(r, &(hearth_exact_sums){.kind = HEARTH_EXACT_VALUE}, values);
}

/* Elements that take part; with NaN left out the moments' kernel counts them, without rounding in any order. */
static hearth_status count_elements(const hearth_reducing *r, double **counts) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_MOMENTS, HEARTH_FLOAT64, true};
  void *moments = NULL;
  *counts = NULL;
  hearth_status status = hearth_allocate(r->ctx, r->n * (int64_t)sizeof **counts, counts);
  if (status == HEARTH_OK && omits(r)) status = hearth_reduction_local(r, &rule, 1, &moments);
  status = hearth_agree(r->ctx, status);
  if (status == HEARTH_OK && omits(r)) status = hearth_reduction_combine(r, &rule, r->n, moments);
  for (int64_t i = 0; i < r->n && status == HEARTH_OK; i++) (*counts)[i] = omits(r) ? ((double *)moments)[3 * i] : (double)r->volume;
  hearth_deallocate(r->ctx, moments);
  return status;
}

hearth_status hearth_exact_means(const hearth_reducing *r, double **values, double **counts) {
  const int64_t components = hearth_dtype_is_complex(r->array->dtype) ? 2 : 1;
  *values = NULL;
  HEARTH_TRY(count_elements(r, counts));
  HEARTH_TRY(hearth_exact_sum_values(r, values));
  for (int64_t i = 0; i < components * r->n; i++) (*values)[i] /= (*counts)[i / components]; /* of nothing: 0 / 0 */
  return HEARTH_OK;
}

hearth_status hearth_exact_deviations(const hearth_reducing *r, double **values, double **counts) {
  double *means = NULL;
  *values = NULL;
  hearth_status status = hearth_exact_means(r, &means, counts);
  if (status == HEARTH_OK) status = agreed_sums(r, &(hearth_exact_sums){.kind = HEARTH_EXACT_SQUARE, .scale = 1.0, .center = means}, values);
  /* Where all is left out the sum of squares is 0, and its mean is 0 / 0. */
  hearth_deallocate(r->ctx, means);
  return status;
}

/* Whether some sum of squares is outside [low, high], the same on the ranks that have these results. */
static bool any_outside(const hearth_reducing *r, const double *squares, double low, double high) {
  bool outside = false;
  for (int64_t i = 0; i < r->n; i++) outside |= (squares[i] < low && squares[i] >= 0.0) || squares[i] > high;
  return outside;
}

hearth_status hearth_exact_norms(const hearth_reducing *r, double **values) {
  static const double low = 0x1p-900, high = 0x1p1023, scales[] = {0x1p-600, 0x1p600};
  hearth_status status = agreed_sums(r, &(hearth_exact_sums){.kind = HEARTH_EXACT_SQUARE, .scale = 1.0}, values);
  for (int which = 0; which < 2 && status == HEARTH_OK; which++) {
    int64_t wanted = which == 0 ? any_outside(r, *values, 0.0, high) : any_outside(r, *values, low, INFINITY);
    double *scaled = NULL;
    status = hearth_allreduce_i64(r->ctx, &wanted, 1, HEARTH_OP_MAX);
    if (status != HEARTH_OK || !wanted) continue;
    status = agreed_sums(r, &(hearth_exact_sums){.kind = HEARTH_EXACT_SQUARE, .scale = scales[which]}, &scaled);
    for (int64_t i = 0; i < r->n && status == HEARTH_OK; i++) {
      const double square = (*values)[i];
      /* Marked as done by their sign: norms have none. */
      if (which == 0 ? square > high : square < low && square >= 0.0) (*values)[i] = -sqrt(scaled[i]) / scales[which];
    }
    hearth_deallocate(r->ctx, scaled);
  }
  for (int64_t i = 0; i < r->n && status == HEARTH_OK; i++) (*values)[i] = signbit((*values)[i]) ? -(*values)[i] : sqrt((*values)[i]);
  return status;
}
