/* Masks. Where the order of elements counts, arrays are brought to rows first: then every rank's selected elements are one stretch of the result. */
#include <hearth/index.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/check.h"
#include "kernels/index.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/rows.h"
#include "tensor/shape_text.h"
#include "tensor/views.h"
#include <string.h>

static hearth_status check_mask(const hearth_array *a, const hearth_array *mask, bool same_shape) {
  const hearth_context *ctx = a->ctx;
  HEARTH_REQUIRE(ctx, mask, "the mask is NULL");
  if (mask->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the mask belongs to another context");
  HEARTH_TRY(hearth_array_pending(a));
  HEARTH_TRY(hearth_array_pending(mask));
  if (mask->dtype != HEARTH_BOOL)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "a mask is of type bool, not %s", hearth_dtype_name((hearth_dtype)mask->dtype));
  const int32_t missing = a->layout->ndim - mask->layout->ndim;
  bool fits = same_shape ? missing == 0 : missing >= 0;
  for (int32_t d = 0; fits && d < mask->layout->ndim; d++) {
    const int64_t extent = mask->layout->shape[d];
    fits = extent == a->layout->shape[d + missing] || (!same_shape && extent == 1);
  }
  if (fits) return HEARTH_OK;
  char one[256], other[256];
  hearth_shape_text(mask->layout->ndim, mask->layout->shape, one, sizeof one);
  hearth_shape_text(a->layout->ndim, a->layout->shape, other, sizeof other);
  return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "a mask of shape %s for an array of shape %s", one, other);
}

/* `a` and the mask by rows, and the layout of the list of what is selected. */
typedef struct selection {
  const hearth_array *a, *mask;
  hearth_array *made_a, *made_mask;
  hearth_layout *list;
} selection;

static void selection_free(selection *s) {
  hearth_array_destroy(&s->made_a);
  hearth_array_destroy(&s->made_mask);
  hearth_layout_destroy(&s->list);
}

static hearth_status count_pieces(const hearth_array *mask, int64_t *count) {
  const hearth_context *ctx = mask->ctx;
  *count = 0;
  for (int32_t p = 0; p < mask->npieces; p++) {
    int64_t found = 0;
    HEARTH_TRY(ctx->backend->index->count(ctx->queue, &mask->piece[p].view, &found));
    *count += found;
  }
  return HEARTH_OK;
}

static hearth_status select_rows(const hearth_array *a, const hearth_array *mask, selection *s) {
  hearth_layout *rows = NULL;
  int64_t count = 0;
  *s = (selection){a, mask, NULL, NULL, NULL};
  hearth_status status = hearth_agree(a->ctx, hearth_layout_rows(a->layout, &rows));
  if (status == HEARTH_OK) status = hearth_array_align(a, rows, &s->a, &s->made_a);
  if (status == HEARTH_OK) status = hearth_array_align(mask, rows, &s->mask, &s->made_mask);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, count_pieces(s->mask, &count));
  if (status == HEARTH_OK) status = hearth_layout_from_counts(a->ctx, count, 0, &s->list);
  hearth_layout_destroy(&rows);
  if (status != HEARTH_OK) selection_free(s);
  return status;
}

/* Layouts by rows have one piece. */
static hearth_status compress(const selection *s, hearth_array **list) {
  const hearth_context *ctx = s->a->ctx;
  HEARTH_TRY(hearth_array_create_local(s->list, s->a->dtype, s->a->order, list));
  if (hearth_view_elements(&s->a->piece[0].view) == 0) return HEARTH_OK; /* empty parts may have any extents */
  return ctx->backend->index->compress(ctx->queue, &(*list)->piece[0].view, &s->a->piece[0].view, &s->mask->piece[0].view);
}

hearth_status hearth_get_mask(const hearth_array *a, const hearth_array *mask, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  selection s;
  hearth_array *made = NULL, *list = NULL;
  if (result) *result = NULL;
  hearth_status status = result ? check_mask(a, mask, true) : hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "no place for the result (NULL)");
  HEARTH_TRY(hearth_agree(a->ctx, status));
  HEARTH_TRY(select_rows(a, mask, &s));
  status = hearth_hand_over(a->ctx, compress(&s, &made), &made, &list);
  selection_free(&s);
  return status == HEARTH_OK ? hearth_list_balance(&list, result) : status;
}

static hearth_status fill(const hearth_target *target, const hearth_operand *mask, double value) {
  const hearth_context *ctx = target->array->ctx;
  for (int32_t p = 0; p < target->array->npieces; p++) {
    const hearth_view *view = &target->array->piece[p].view;
    HEARTH_TRY(ctx->backend->index->fill(ctx->queue, view, &mask->view[p], value));
  }
  return HEARTH_OK;
}

hearth_status hearth_set_mask(hearth_array *a, const hearth_array *mask, double value) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  hearth_operand operand;
  hearth_target target;
  HEARTH_TRY(hearth_agree(a->ctx, check_mask(a, mask, false)));
  HEARTH_TRY(hearth_operands_align(1, &mask, a->layout, &operand));
  hearth_status status = hearth_target_open(a, true, &target);
  if (status == HEARTH_OK) status = hearth_target_close(&target, fill(&target, &operand, value));
  hearth_operands_release(1, &operand);
  return hearth_agree(a->ctx, status);
}

static hearth_status check_values(const hearth_array *a, const hearth_array *values) {
  HEARTH_REQUIRE(a->ctx, values, "the values are NULL");
  if (values->ctx != a->ctx) return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "the values belong to another context");
  HEARTH_TRY(hearth_array_pending(values));
  if (values->layout->ndim == 1) return HEARTH_OK;
  return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "the values have %d dimensions, not 1", values->layout->ndim);
}

static hearth_status expand(const selection *s, const hearth_array *values) {
  const hearth_context *ctx = s->a->ctx;
  if (hearth_view_elements(&s->a->piece[0].view) == 0) return HEARTH_OK;
  return ctx->backend->index->expand(ctx->queue, &s->a->piece[0].view, &s->mask->piece[0].view, &values->piece[0].view);
}

hearth_status hearth_set_mask_array(hearth_array *a, const hearth_array *mask, const hearth_array *values) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  selection s;
  const hearth_array *list = NULL;
  hearth_array *made = NULL;
  hearth_status status = check_mask(a, mask, true);
  if (status == HEARTH_OK) status = check_values(a, values);
  HEARTH_TRY(hearth_agree(a->ctx, status));
  HEARTH_TRY(select_rows(a, mask, &s));
  if (values->layout->shape[0] != s.list->shape[0])
    status = hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "%lld values for %lld elements that the mask selects", (long long)values->layout->shape[0],
                         (long long)s.list->shape[0]);
  if (status == HEARTH_OK) status = hearth_array_bring(values, s.list, a->dtype, &list, &made);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, expand(&s, list));
  if (status == HEARTH_OK && s.made_a) status = hearth_array_copy(s.made_a, a);
  hearth_array_destroy(&made);
  selection_free(&s);
  return status;
}
