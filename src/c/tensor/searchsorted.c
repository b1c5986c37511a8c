#include <hearth/sort.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/sort_impl.h"

static hearth_status check(const hearth_array *sorted, const hearth_array *values, hearth_array **indices) {
  const hearth_context *ctx = sorted->ctx;
  HEARTH_REQUIRE(ctx, values && indices, "no %s (NULL)", values ? "place for the indices" : "values");
  HEARTH_TRY(hearth_array_pending(sorted));
  HEARTH_TRY(hearth_sort_check(values, 0));
  if (values->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the arrays belong to different contexts");
  HEARTH_REQUIRE(ctx, sorted->layout->ndim == 1, "the sorted array has %d dimensions, not 1", sorted->layout->ndim);
  if (sorted->dtype == values->dtype) return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the sorted array is of type %s, the values of type %s", hearth_dtype_name((hearth_dtype)sorted->dtype),
                     hearth_dtype_name((hearth_dtype)values->dtype));
}

static hearth_status search(const hearth_array *sorted, const hearth_array *values, int32_t right, hearth_array *indices) {
  const hearth_context *ctx = sorted->ctx;
  for (int32_t p = 0; p < values->npieces; p++)
    HEARTH_TRY(ctx->backend->order->search(ctx->queue, &indices->piece[p].view, &sorted->piece[0].view, &values->piece[p].view, right));
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_searchsorted(const hearth_array *sorted, const hearth_array *values, int32_t right, hearth_array **indices) {
  HEARTH_REQUIRE(NULL, sorted, "the sorted array is NULL");
  hearth_context *ctx = sorted->ctx;
  HEARTH_GUARD_FP(ctx);
  if (indices) *indices = NULL;
  HEARTH_TRY(hearth_agree_same(ctx, check(sorted, values, indices), "right", (const int64_t[]){right != 0}, 1));
  hearth_layout *everywhere = NULL;
  const hearth_array *keys, *x;
  hearth_array *gathered = NULL, *made = NULL, *result = NULL;
  hearth_status status = hearth_agree(ctx, hearth_layout_make_split(ctx, 1, sorted->layout->shape, -1, &everywhere));
  if (status == HEARTH_OK) status = hearth_array_align(sorted, everywhere, &keys, &gathered);
  if (status == HEARTH_OK) status = hearth_array_align(values, values->layout, &x, &made);
  if (status == HEARTH_OK) {
    status = hearth_array_create_local(values->layout, HEARTH_INT64, values->order, &result);
    if (status == HEARTH_OK) status = search(keys, x, right, result);
    status = hearth_agree(ctx, status);
  }
  hearth_array_destroy(&gathered);
  hearth_array_destroy(&made);
  hearth_layout_destroy(&everywhere);
  if (status != HEARTH_OK)
    hearth_array_destroy(&result);
  else
    *indices = result;
  return status;
}
