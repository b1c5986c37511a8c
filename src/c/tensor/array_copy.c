#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

hearth_status hearth_view_copy(const hearth_context *ctx, const hearth_view *dst, const hearth_view *src) {
  for (int32_t d = 0; d < dst->ndim; d++)
    if (dst->extent[d] == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->copy(ctx->queue, dst, src));
  return ctx->backend->wait(ctx->queue);
}

static hearth_status check_copy(const hearth_array *source, const hearth_array *target) {
  HEARTH_REQUIRE(target ? target->ctx : NULL, source, "the source is NULL");
  HEARTH_REQUIRE(source->ctx, target, "the target is NULL");
  HEARTH_TRY(hearth_array_pending(source));
  return hearth_array_pending(target);
}

/* Same layout: every rank has what it needs. */
static hearth_status copy_pieces(const hearth_array *source, const hearth_array *target) {
  for (int32_t p = 0; p < source->npieces; p++) HEARTH_TRY(hearth_view_copy(source->ctx, &target->piece[p].view, &source->piece[p].view));
  return HEARTH_OK;
}

hearth_status hearth_array_copy(const hearth_array *source, hearth_array *target) {
  hearth_context *ctx = source ? source->ctx : target ? target->ctx : NULL;
  HEARTH_REQUIRE(NULL, ctx, "both arrays are NULL");
  HEARTH_GUARD_FP(ctx);
  HEARTH_TRY(hearth_agree(ctx, check_copy(source, target)));
  if (source == target) return HEARTH_OK;
  int32_t equal = 0;
  HEARTH_TRY(hearth_layout_equal(source->layout, target->layout, &equal));
  if (equal) return hearth_agree(ctx, copy_pieces(source, target));
  hearth_plan *plan = NULL;
  HEARTH_TRY(hearth_plan_create(source->layout, target->layout, &plan));
  const hearth_status status = hearth_plan_execute(plan, source, target);
  hearth_plan_destroy(&plan);
  return status;
}

hearth_status hearth_array_clone(const hearth_array *array, hearth_array **copy) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_context *ctx = array->ctx;
  hearth_array *made = NULL;
  if (copy) *copy = NULL;
  hearth_status status = copy ? hearth_array_pending(array) : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the copy (NULL)");
  if (status == HEARTH_OK) status = hearth_array_create_local(array->layout, array->dtype, array->order, &made);
  if (status == HEARTH_OK) status = copy_pieces(array, made);
  status = hearth_agree(ctx, status);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *copy = made;
  return status;
}
