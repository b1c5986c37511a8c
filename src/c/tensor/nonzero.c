#include <hearth/index.h>
#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/index.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/rows.h"
#include "tensor/views.h"

/* Global index of the first local element; a layout by rows has one run at most in every dimension. */
static hearth_status origin(const hearth_layout *layout, int64_t *first) {
  for (int32_t d = 0; d < layout->ndim; d++) {
    hearth_runs runs = {0, NULL};
    const hearth_status status = hearth_layout_piece_runs(layout, 0, d, &runs);
    first[d] = runs.n > 0 ? runs.run[0].global : 0;
    hearth_runs_free(layout->ctx, &runs);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

static hearth_status find(const hearth_array *a, const hearth_layout *list, hearth_array **made) {
  const hearth_context *ctx = a->ctx;
  int64_t first[HEARTH_MAX_NDIM];
  HEARTH_TRY(origin(a->layout, first));
  HEARTH_TRY(hearth_array_create_local(list, HEARTH_INT64, HEARTH_ROW_MAJOR, made));
  return ctx->backend->index->nonzero(ctx->queue, &(*made)->piece[0].view, &a->piece[0].view, first);
}

static hearth_status find_by_rows(const hearth_array *a, hearth_array **list) {
  const hearth_context *ctx = a->ctx;
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  int64_t count = 0;
  HEARTH_TRY(hearth_agree(ctx, ctx->backend->index->count(ctx->queue, &a->piece[0].view, &count)));
  HEARTH_TRY(hearth_layout_from_counts(a->ctx, count, a->layout->ndim, &layout));
  const hearth_status status = hearth_hand_over(ctx, find(a, layout, &made), &made, list);
  hearth_layout_destroy(&layout);
  return status;
}

hearth_status hearth_nonzero(const hearth_array *a, hearth_array **indices) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  hearth_layout *rows = NULL;
  const hearth_array *aligned = NULL;
  hearth_array *made = NULL, *list = NULL;
  if (indices) *indices = NULL;
  hearth_status status = indices ? hearth_array_pending(a) : hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "no place for the indices (NULL)");
  if (status == HEARTH_OK) status = hearth_layout_rows(a->layout, &rows);
  status = hearth_agree(a->ctx, status);
  if (status == HEARTH_OK) status = hearth_array_align(a, rows, &aligned, &made);
  if (status == HEARTH_OK) status = find_by_rows(aligned, &list);
  hearth_array_destroy(&made);
  hearth_layout_destroy(&rows);
  return status == HEARTH_OK ? hearth_list_balance(&list, indices) : status;
}

static hearth_status check_condition(const hearth_array *a, const hearth_array *condition, int32_t axis, hearth_array **result) {
  const hearth_context *ctx = a->ctx;
  HEARTH_REQUIRE(ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(ctx, condition, "the condition is NULL");
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < a->layout->ndim, "axis %d of an array of %d dimensions", axis, a->layout->ndim);
  if (condition->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the condition belongs to another context");
  if (condition->dtype != HEARTH_BOOL)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "a condition is of type bool, not %s", hearth_dtype_name((hearth_dtype)condition->dtype));
  if (condition->layout->ndim != 1 || condition->layout->shape[0] != a->layout->shape[axis])
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the condition has %d dimensions and %lld elements in the first; axis %d has %lld", condition->layout->ndim,
                       (long long)condition->layout->shape[0], axis, (long long)a->layout->shape[axis]);
  return hearth_array_pending(condition);
}

hearth_status hearth_compress(const hearth_array *a, const hearth_array *condition, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  hearth_array *places = NULL, *flat = NULL;
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check_condition(a, condition, axis, result)));
  hearth_status status = hearth_nonzero(condition, &places);
  if (status == HEARTH_OK) status = hearth_ravel(places, &flat);
  if (status == HEARTH_OK) status = hearth_take(a, flat, axis, result);
  hearth_array_destroy(&places);
  hearth_array_destroy(&flat);
  return status;
}
