#include <hearth/reproducible.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "tensor/exact.h"

static hearth_status check_sum(hearth_context *ctx, int64_t n, int64_t nfields, const double *values, const double *sums) {
  HEARTH_REQUIRE(ctx, n >= 0 && nfields >= 0, "%lld fields of %lld values", (long long)nfields, (long long)n);
  HEARTH_REQUIRE(ctx, nfields == 0 || n <= INT64_MAX / (int64_t)sizeof(hearth_exact) / nfields, "%lld fields of %lld values are more than 64 bits can count",
                 (long long)nfields, (long long)n);
  HEARTH_REQUIRE(ctx, values || n * nfields == 0, "the values are NULL");
  HEARTH_REQUIRE(ctx, sums || nfields == 0, "no place for the sums (NULL)");
  return HEARTH_OK;
}

/* The host program's memory: [nfields, n]; weights, if any, are the same for all fields. */
static hearth_status sum_fields(hearth_context *ctx, int64_t n, int64_t nfields, const double *values, const double *weights, hearth_exact *sums) {
  const int64_t size = sizeof(double);
  const hearth_view x = {
      .data = (void *)(uintptr_t)values, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {nfields, n}, .stride = {n * size, size}};
  hearth_view y = x, target = x;
  y.data = (void *)(uintptr_t)weights;
  y.stride[0] = 0;
  target.data = sums;
  target.dtype = HEARTH_INT64;
  target.stride[0] = sizeof(hearth_exact);
  target.stride[1] = 0;
  const hearth_exact_terms terms = {weights ? HEARTH_EXACT_PRODUCT : HEARTH_EXACT_VALUE, 0, 1.0, &x, weights ? &y : NULL};
  if (n * nfields == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->exact->sum(ctx->queue, &terms, &target));
  return ctx->backend->wait(ctx->queue);
}

static hearth_status sum_all(hearth_context *ctx, hearth_status mine, int64_t n, int64_t nfields, const double *values, const double *weights, double *sums) {
  HEARTH_GUARD_FP(ctx);
  hearth_exact *exact = NULL;
  if (mine == HEARTH_OK) mine = check_sum(ctx, n, nfields, values, sums);
  if (mine == HEARTH_OK) mine = hearth_allocate_zero(ctx, nfields * (int64_t)sizeof *exact, &exact);
  if (mine == HEARTH_OK) mine = sum_fields(ctx, n, nfields, values, weights, exact);
  const hearth_status status = hearth_exact_combine(ctx, mine, "number of fields", nfields, exact);
  for (int64_t k = 0; status == HEARTH_OK && k < nfields; k++) sums[k] = hearth_exact_round(&exact[k]);
  hearth_deallocate(ctx, exact);
  return status;
}

hearth_status hearth_reproducible_sum(hearth_context *ctx, int64_t n, int64_t nfields, const double *values, double *sums) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  return sum_all(ctx, HEARTH_OK, n, nfields, values, NULL, sums);
}

hearth_status hearth_reproducible_weighted_sum(hearth_context *ctx, int64_t n, int64_t nfields, const double *values, const double *weights, double *sums) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  const hearth_status mine = weights || n <= 0 ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "the weights are NULL");
  static const double none = 0.0;
  return sum_all(ctx, mine, n, nfields, values, weights ? weights : &none, sums);
}
