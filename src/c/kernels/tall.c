#include "kernels/tall.h"
#include "core/error.h"
#include "kernels/check.h"

int32_t hearth_tall_parts(int32_t dtype) {
  if (dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128) return 2;
  return dtype == HEARTH_FLOAT32 || dtype == HEARTH_FLOAT64;
}

int64_t hearth_tall_width(const hearth_view *view) {
  return view->extent[1] * hearth_tall_parts(view->dtype);
}

int64_t hearth_tall_first(const hearth_tall_pass *pass) {
  int64_t columns = 0;
  for (int i = 0; i < pass->nsources; ++i) columns += hearth_tall_width(pass->source[i]);
  return columns;
}

int64_t hearth_tall_last(const hearth_tall_pass *pass) {
  return pass->nsteps > 0 ? pass->step[pass->nsteps - 1].columns : hearth_tall_first(pass);
}

int64_t hearth_tall_widest(const hearth_tall_pass *pass) {
  int64_t most = hearth_tall_first(pass);
  for (int i = 0; i < pass->nsteps; ++i)
    if (pass->step[i].columns > most) most = pass->step[i].columns;
  return most;
}

static hearth_status check_matrix(const hearth_context *ctx, int32_t space, const hearth_view *view, int64_t rows) {
  if (!view || view->ndim != 2 || view->space != space)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "tall pass: an operand is missing, is no matrix, or lies in another memory space");
  if (hearth_tall_parts(view->dtype) == 0) return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "tall pass on %s", hearth_dtype_name((hearth_dtype)view->dtype));
  if (view->extent[0] != rows || view->extent[1] < 0)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "tall pass: operands of %lld and %lld rows", (long long)view->extent[0], (long long)rows);
  return HEARTH_OK;
}

hearth_status hearth_check_tall(const hearth_context *ctx, int32_t space, const hearth_tall_pass *pass) {
  if (pass->nsources < 1 || pass->nsources > HEARTH_TALL_SOURCES || pass->nsteps < 0 || pass->nsteps > HEARTH_TALL_STEPS)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "tall pass: %d sources, %d steps", (int)pass->nsources, (int)pass->nsteps);
  for (int i = 0; i < pass->nsources; ++i) HEARTH_TRY(check_matrix(ctx, space, pass->source[i], pass->source[0] ? pass->source[0]->extent[0] : 0));
  int64_t width = hearth_tall_first(pass);
  for (int i = 0; i < pass->nsteps; ++i) {
    const hearth_tall_step *step = &pass->step[i];
    if (step->columns < 0 || (step->columns > 0 && width > 0 && !step->at) || (step->solve && step->columns != width))
      return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "tall pass: step %d has a matrix of %lld columns for %lld", i, (long long)step->columns, (long long)width);
    width = step->columns;
  }
  if (!pass->target) return HEARTH_OK;
  HEARTH_TRY(check_matrix(ctx, space, pass->target, pass->source[0]->extent[0]));
  if (hearth_tall_width(pass->target) != width)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "tall pass: a target of width %lld for %lld", (long long)hearth_tall_width(pass->target), (long long)width);
  return HEARTH_OK;
}
