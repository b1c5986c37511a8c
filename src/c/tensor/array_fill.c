#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/array_impl.h"

/* Backends fill their own memory only; borrowed host memory beside a device is reached by a copy that broadcasts one number. */
static hearth_status fill_view(const hearth_context *ctx, const hearth_view *view, double value) {
  for (int32_t d = 0; d < view->ndim; d++)
    if (view->extent[d] == 0) return HEARTH_OK;
  if (view->space != ctx->backend->space) {
    hearth_view number = *view;
    number.data = &value;
    number.dtype = HEARTH_FLOAT64;
    for (int32_t d = 0; d < view->ndim; d++) number.stride[d] = 0;
    return hearth_view_copy(ctx, view, &number);
  }
  HEARTH_TRY(ctx->backend->fill(ctx->queue, view, value));
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_array_fill(hearth_array *array, double value) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  HEARTH_TRY(hearth_agree(array->ctx, hearth_array_pending(array)));
  hearth_status mine = HEARTH_OK;
  for (int32_t p = 0; mine == HEARTH_OK && p < array->npieces; p++) mine = fill_view(array->ctx, &array->piece[p].view, value);
  return hearth_agree(array->ctx, mine);
}
