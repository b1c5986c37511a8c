#include "linalg/operand.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "comm/comm.h"
#include "kernels/check.h"
#include "kernels/map.h"

int32_t hearth_linalg_dtype(int32_t a, int32_t b) {
  int32_t dtype = HEARTH_FLOAT64;
  hearth_promote((hearth_dtype)a, (hearth_dtype)b, &dtype);
  if (dtype <= HEARTH_INT64) return HEARTH_FLOAT64;
  return dtype == HEARTH_FLOAT16 ? HEARTH_FLOAT32 : dtype;
}

hearth_status hearth_linalg_check_pair(hearth_context *ctx, const char *name, const hearth_array *a, const hearth_array *b) {
  HEARTH_REQUIRE(ctx, a && b, "%s: array %s is NULL", name, a ? "b" : "a");
  if (a->ctx != b->ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "%s: the arrays are of different contexts", name);
  HEARTH_TRY(hearth_array_pending(a));
  return hearth_array_pending(b);
}

hearth_status hearth_linalg_refuse_reproducible(const hearth_context *ctx, const char *name) {
  if (ctx->options.reduction != HEARTH_REDUCTION_REPRODUCIBLE) return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "%s has no reproducible form", name);
}

hearth_status hearth_linalg_number(const hearth_array *array, double *number) {
  const hearth_view to = {.data = number, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 1, .extent = {1}, .stride = {sizeof *number}};
  hearth_view from = *hearth_array_view(array);
  from.ndim = 1;
  return hearth_view_copy(array->ctx, &to, &from);
}

static hearth_status conjugate_pieces(const hearth_array *array) {
  const hearth_context *ctx = array->ctx;
  for (int32_t p = 0; p < array->npieces; p++) {
    const hearth_view part = hearth_view_component(&array->piece[p].view, 1), *source = &part;
    if (hearth_view_elements(&part) > 0)
      HEARTH_TRY(ctx->backend->map->map(ctx->queue, part.dtype, 1, &(const hearth_map_step){HEARTH_OP_NEGATIVE, {0, 0}}, &part, 1, &source));
  }
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_linalg_conjugate(const hearth_array *a, hearth_array **conjugate) {
  hearth_array *made = NULL;
  *conjugate = NULL;
  if (!hearth_dtype_is_complex(a->dtype)) return HEARTH_OK;
  HEARTH_TRY(hearth_agree(a->ctx, hearth_array_create_local(a->layout, a->dtype, a->order, &made)));
  hearth_status status = hearth_array_copy(a, made);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, conjugate_pieces(made));
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *conjugate = made;
  return status;
}
