/* Ranges, index arrays, identity. */
#include <hearth/creation.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/generate.h"
#include <math.h>

static hearth_status make_ramp(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task) {
  return ctx->backend->generate->ramp(ctx->queue, view, numbers, task);
}

static hearth_status make_diagonal(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task) {
  return ctx->backend->generate->diagonal(ctx->queue, view, numbers, *(const int64_t *)task);
}

static bool is_integer(int32_t dtype) {
  return dtype >= HEARTH_INT8 && dtype <= HEARTH_INT64;
}

static hearth_status check_ndim(const hearth_layout *layout, int32_t ndim) {
  HEARTH_REQUIRE(layout->ctx, layout->ndim == ndim, "the layout has %d dimensions, not %d", layout->ndim, ndim);
  return HEARTH_OK;
}

/* Whole numbers start, start + step, ... of which the last is still held by the type; all arithmetic is exact. */
static hearth_status whole_range(const hearth_layout *layout, double start, double step, int32_t dtype, hearth_ramp *ramp) {
  const hearth_context *ctx = layout->ctx;
  const int64_t n = layout->shape[0];
  HEARTH_REQUIRE(ctx, rint(start) == start && fabs(start) < 0x1p63, "start is %.17g; a range of type %s begins with a whole number", start,
                 hearth_dtype_name((hearth_dtype)dtype));
  HEARTH_REQUIRE(ctx, rint(step) == step && fabs(step) < 0x1p63, "step is %.17g; a range of type %s has whole steps", step,
                 hearth_dtype_name((hearth_dtype)dtype));
  *ramp = (hearth_ramp){.whole = true, .base = (int64_t)start, .stride = (int64_t)step};
  if (n == 0) return HEARTH_OK;
  int64_t way, last;
  HEARTH_REQUIRE(ctx, !__builtin_mul_overflow(n - 1, ramp->stride, &way) && !__builtin_add_overflow(ramp->base, way, &last),
                 "element %lld of the range from %.17g in steps of %.17g does not fit int64", (long long)(n - 1), start, step);
  return hearth_integers_fit(ctx, dtype, ramp->base < last ? ramp->base : last, ramp->base < last ? last : ramp->base);
}

static hearth_status check_arange(const hearth_layout *layout, double start, double step, int32_t dtype, hearth_ramp *ramp) {
  HEARTH_TRY(check_ndim(layout, 1));
  if (is_integer(dtype)) return whole_range(layout, start, step, dtype, ramp);
  if (dtype == HEARTH_BOOL) return hearth_fail(layout->ctx, HEARTH_ERR_UNSUPPORTED, "there are no ranges of type bool");
  *ramp = (hearth_ramp){.last = -1, .divide = 1.0, .step = step, .start = start};
  return HEARTH_OK;
}

hearth_status hearth_arange(const hearth_layout *layout, double start, double step, int32_t dtype, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  hearth_ramp ramp;
  const hearth_recipe recipe = {.mine = check_arange(layout, start, step, dtype, &ramp),
                                .what = "start (bits)|step (bits)",
                                .number = {hearth_real_bits(start), hearth_real_bits(step)},
                                .n = 2,
                                .weight = {1},
                                .generator = make_ramp,
                                .task = &ramp};
  return hearth_create_from(layout, dtype, HEARTH_ROW_MAJOR, &recipe, array);
}

/* NumPy's operations in NumPy's order (numpy/core/function_base.py). */
static hearth_ramp even_steps(int64_t n, double start, double stop, bool endpoint, int32_t dtype) {
  const double parts = (double)(endpoint ? n - 1 : n), delta = stop - start, step = delta / parts;
  hearth_ramp ramp = {.last = endpoint && n > 1 ? n - 1 : -1, .divide = 1.0, .step = step, .start = start, .last_value = stop, .down = is_integer(dtype)};
  if (parts > 0 && step == 0.0) ramp.divide = parts;
  if (parts <= 0 || step == 0.0) ramp.step = delta;
  return ramp;
}

hearth_status hearth_linspace(const hearth_layout *layout, double start, double stop, int32_t endpoint, int32_t dtype, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  const hearth_ramp ramp = even_steps(layout->shape[0], start, stop, endpoint != 0, dtype);
  const hearth_recipe recipe = {.mine = check_ndim(layout, 1),
                                .what = "start (bits)|stop (bits)|endpoint",
                                .number = {hearth_real_bits(start), hearth_real_bits(stop), endpoint != 0},
                                .n = 3,
                                .weight = {1},
                                .generator = make_ramp,
                                .task = &ramp};
  return hearth_create_from(layout, dtype, HEARTH_ROW_MAJOR, &recipe, array);
}

hearth_status hearth_eye(const hearth_layout *layout, int64_t k, int32_t dtype, int32_t order, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  const hearth_recipe recipe = {
      .mine = check_ndim(layout, 2), .what = "the diagonal|", .number = {k}, .n = 1, .weight = {-1, 1}, .generator = make_diagonal, .task = &k};
  return hearth_create_from(layout, dtype, order, &recipe, array);
}

static hearth_status check_indices(const hearth_layout *layout, int32_t axis, int32_t dtype) {
  HEARTH_REQUIRE(layout->ctx, axis >= 0 && axis < layout->ndim, "axis %d of %d dimensions", axis, layout->ndim);
  if (is_integer(dtype)) return hearth_integers_fit(layout->ctx, dtype, 0, layout->shape[axis] - 1);
  if (dtype == HEARTH_BOOL) return hearth_fail(layout->ctx, HEARTH_ERR_UNSUPPORTED, "there are no indices of type bool");
  return HEARTH_OK;
}

hearth_status hearth_indices(const hearth_layout *layout, int32_t axis, int32_t dtype, int32_t order, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  const hearth_ramp ramp = {.whole = true, .stride = 1};
  hearth_recipe recipe = {.mine = check_indices(layout, axis, dtype), .what = "the axis|", .number = {axis}, .n = 1, .generator = make_ramp, .task = &ramp};
  if (recipe.mine == HEARTH_OK) recipe.weight[axis] = 1;
  return hearth_create_from(layout, dtype, order, &recipe, array);
}
