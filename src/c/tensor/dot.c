#include <hearth/reproducible.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/exact.h"
#include "tensor/align.h"
#include "tensor/exact.h"
#include "tensor/reduce_impl.h"
#include <string.h>

static hearth_status check_dot(hearth_context *ctx, const hearth_array *a, const hearth_array *b, hearth_array *const *value) {
  HEARTH_REQUIRE(ctx, a && b, "array %s is NULL", a ? "b" : "a");
  HEARTH_REQUIRE(ctx, value, "no place for the result (NULL)");
  if (a->ctx != b->ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the arrays are of different contexts");
  HEARTH_TRY(hearth_array_pending(a));
  HEARTH_TRY(hearth_array_pending(b));
  if (a->layout->ndim != b->layout->ndim)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "an array of %d dimensions with one of %d", a->layout->ndim, b->layout->ndim);
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (a->layout->shape[d] != b->layout->shape[d])
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "extent %d of the arrays is %lld and %lld", d, (long long)a->layout->shape[d],
                         (long long)b->layout->shape[d]);
  return HEARTH_OK;
}

static hearth_view component(const hearth_view *view, int which) {
  return hearth_dtype_is_complex(view->dtype) ? hearth_view_component(view, which) : *view;
}

/* sums[2 i + j] += part i of a times part j of b (0: real, 1: imaginary). */
static hearth_status add_products(hearth_context *ctx, const hearth_view *a, const hearth_view *b, hearth_exact sums[4]) {
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) {
      if ((i && !hearth_dtype_is_complex(a->dtype)) || (j && !hearth_dtype_is_complex(b->dtype))) continue;
      const hearth_view x = component(a, i), y = component(b, j);
      hearth_view target = x;
      target.data = &sums[2 * i + j];
      target.dtype = HEARTH_INT64;
      target.space = HEARTH_SPACE_HOST;
      memset(target.stride, 0, sizeof target.stride);
      HEARTH_TRY(ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_PRODUCT, 0, 1.0, &x, &y}, &target));
    }
  return ctx->backend->wait(ctx->queue);
}

static hearth_status sum_products(hearth_context *ctx, const hearth_array *a, const hearth_array *b, const hearth_layout *layout, hearth_exact sums[4]) {
  hearth_operand operand[2];
  const hearth_array *const arrays[2] = {a, b};
  HEARTH_TRY(hearth_operands_align(2, arrays, layout, operand));
  hearth_status mine = HEARTH_OK;
  for (int32_t p = 0; mine == HEARTH_OK && p < operand[0].npieces && hearth_layout_is_primary(layout, ctx->rank); p++)
    mine = add_products(ctx, &operand[0].view[p], &operand[1].view[p], sums);
  mine = hearth_exact_combine(ctx, mine, "the products", 4, sums);
  hearth_operands_release(2, operand);
  return mine;
}

static hearth_status product(const hearth_array *a, const hearth_array *b, int conjugate, hearth_array **value) {
  hearth_context *ctx = a ? a->ctx : b ? b->ctx : NULL;
  HEARTH_REQUIRE(NULL, ctx, "both arrays are NULL");
  HEARTH_GUARD_FP(ctx);
  if (value) *value = NULL;
  HEARTH_TRY(hearth_agree(ctx, check_dot(ctx, a, b, value)));
  hearth_exact sums[4]; /* real x real, real x imaginary, imaginary x real, imaginary x imaginary */
  memset(sums, 0, sizeof sums);
  HEARTH_TRY(sum_products(ctx, a, b, hearth_layout_is_replicated(a->layout) ? b->layout : a->layout, sums));
  hearth_exact_negate(&sums[conjugate ? 2 : 3]);
  hearth_exact_merge(&sums[0], &sums[3]);
  hearth_exact_merge(&sums[1], &sums[2]);
  const bool complex = hearth_dtype_is_complex(a->dtype) || hearth_dtype_is_complex(b->dtype);
  hearth_array *made = NULL;
  const int32_t dtype = complex ? HEARTH_COMPLEX128 : HEARTH_FLOAT64;
  const hearth_status status = hearth_agree(ctx, hearth_array_of_value(ctx, dtype, hearth_exact_round(&sums[0]), hearth_exact_round(&sums[1]), &made));
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *value = made;
  return status;
}

hearth_status hearth_dot(const hearth_array *a, const hearth_array *b, hearth_array **value) {
  return product(a, b, 0, value);
}

hearth_status hearth_vdot(const hearth_array *a, const hearth_array *b, hearth_array **value) {
  return product(a, b, 1, value);
}
