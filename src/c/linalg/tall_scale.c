/* What entries far from 1, or none at all, ask for. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/tall.h"
#include "tensor/layout_impl.h"
#include <hearth/elementwise.h>
#include <hearth/reduce.h>
#include <math.h>

hearth_status hearth_require_finite(const hearth_array *a, const char *name) {
  hearth_array *finite = NULL, *least = NULL, *where = NULL;
  double all = 1.0, place = 0.0;
  const int64_t n = a->layout->shape[a->layout->ndim - 1];
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (a->layout->shape[d] == 0) return HEARTH_OK;
  hearth_status status = hearth_isfinite(a, &finite);
  if (status == HEARTH_OK) status = hearth_min(finite, 0, NULL, NULL, &least);
  if (status == HEARTH_OK) status = hearth_small_read(least, 1, &all);
  if (status == HEARTH_OK && all == 0.0) {
    status = hearth_argmin(finite, 0, NULL, NULL, &where);
    if (status == HEARTH_OK) status = hearth_small_read(where, 1, &place);
    if (status == HEARTH_OK) {
      const int64_t at = (int64_t)place;
      status = hearth_agree(
          a->ctx, hearth_fail(a->ctx, HEARTH_ERR_NOT_FINITE, "%s: element (%lld, %lld) is not finite", name, (long long)(at / n), (long long)(at % n)));
    }
  }
  hearth_array_destroy(&finite);
  hearth_array_destroy(&least);
  hearth_array_destroy(&where);
  return status;
}

/* The largest entry of every column. */
static hearth_status column_maxima(const hearth_tall *t, double *largest) {
  hearth_array *sizes = NULL, *maxima = NULL;
  const int32_t axis = 0;
  hearth_status status = hearth_absolute(t->array, &sizes);
  if (status == HEARTH_OK) status = hearth_max(sizes, 1, &axis, NULL, &maxima);
  if (status == HEARTH_OK) status = hearth_small_read(maxima, 1, largest);
  hearth_array_destroy(&sizes);
  hearth_array_destroy(&maxima);
  return status;
}

hearth_status hearth_tall_rescale(hearth_tall *t) {
  HEARTH_TRY(hearth_require_finite(t->array, "the matrix"));
  hearth_status mine = hearth_allocate(t->ctx, t->n * (int64_t)sizeof(double), &t->scale);
  if (mine == HEARTH_OK) mine = hearth_allocate(t->ctx, t->n * t->parts * (int64_t)sizeof(double), &t->wide);
  HEARTH_TRY(hearth_agree(t->ctx, mine));
  HEARTH_TRY(column_maxima(t, t->scale));
  for (int64_t j = 0; j < t->n; j++) {
    int exponent = 0;
    if (t->scale[j] > 0.0) frexp(t->scale[j], &exponent);
    t->scale[j] = ldexp(1.0, exponent < -1000 ? 1000 : -exponent); /* of denormal numbers as far as it goes */
    for (int32_t part = 0; part < t->parts; part++) t->wide[t->parts * j + part] = t->scale[j];
  }
  return HEARTH_OK;
}
