/* Counts of what is not 0: all, any, count_nonzero. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_impl.h"

static hearth_status count(const hearth_reducing *r, int64_t **acc) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_NONZERO, HEARTH_INT64, false};
  void *counts = NULL;
  const hearth_status status = hearth_reduction_agree(r, hearth_reduction_local(r, &rule, 1, &counts), false);
  *acc = counts;
  return status == HEARTH_OK ? hearth_reduction_combine(r, &rule, r->n, counts) : status;
}

/* least: so many make a result true; 0: the counts themselves. */
static hearth_status compare(const hearth_reducing *r, bool counts, int64_t least, hearth_array **result) {
  int64_t *acc = NULL;
  hearth_status status = count(r, &acc);
  for (int64_t i = 0; i < r->n && status == HEARTH_OK && !counts; i++) acc[i] = acc[i] >= least;
  if (status == HEARTH_OK) status = hearth_reduction_finish(r, status, counts ? HEARTH_INT64 : HEARTH_BOOL, acc, HEARTH_INT64, result);
  hearth_deallocate(r->ctx, acc);
  return status;
}

static hearth_status all(const hearth_reducing *r, hearth_array **result) {
  return compare(r, false, r->volume, result);
}

static hearth_status any(const hearth_reducing *r, hearth_array **result) {
  return compare(r, false, 1, result);
}

static hearth_status count_nonzero(const hearth_reducing *r, hearth_array **result) {
  return compare(r, true, 0, result);
}

hearth_status hearth_all(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("all", all, array, naxes, axes, options, result);
}

hearth_status hearth_any(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("any", any, array, naxes, axes, options, result);
}

hearth_status hearth_count_nonzero(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("count_nonzero", count_nonzero, array, naxes, axes, options, result);
}
