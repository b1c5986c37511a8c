/* Indices of the array's own shape but along one axis: everything is brought to where that axis is whole, and no rank needs another then. */
#include <hearth/index.h>
#include <hearth/manipulate.h>
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
#include "tensor/take_impl.h"
#include "tensor/views.h"
#include <string.h>

static hearth_status check(const hearth_array *a, const hearth_array *indices, int32_t axis) {
  HEARTH_TRY(hearth_indices_check(a, indices, axis));
  bool fits = a->layout->ndim == indices->layout->ndim;
  for (int32_t d = 0; fits && d < a->layout->ndim; d++) fits = d == axis || a->layout->shape[d] == indices->layout->shape[d];
  if (fits) return HEARTH_OK;
  char one[256], other[256];
  hearth_shape_text(indices->layout->ndim, indices->layout->shape, one, sizeof one);
  hearth_shape_text(a->layout->ndim, a->layout->shape, other, sizeof other);
  return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "indices of shape %s along axis %d of an array of shape %s", one, axis, other);
}

/* Layouts of the indices and of `a`, the axis whole in both. */
typedef struct alignment {
  hearth_layout *indices, *a;
} alignment;

static hearth_status plan(const hearth_array *a, const hearth_array *indices, int32_t axis, alignment *to) {
  const hearth_layout *layout = indices->layout;
  int32_t longest = axis == 0;
  *to = (alignment){NULL, NULL};
  for (int32_t d = 0; d < layout->ndim; d++)
    if (d != axis && layout->shape[d] > layout->shape[longest]) longest = d;
  if (hearth_axis_is_whole(layout, axis))
    to->indices = hearth_layout_retain(layout);
  else
    HEARTH_TRY(hearth_layout_make_split(a->ctx, layout->ndim, layout->shape, longest, &to->indices));
  return hearth_layout_resize(to->indices, a->layout->shape, &to->a);
}

static void alignment_free(alignment *to) {
  hearth_layout_destroy(&to->indices);
  hearth_layout_destroy(&to->a);
}

/* Product layouts have one piece. */
static hearth_status check_places(const hearth_array *indices, int64_t extent) {
  const hearth_context *ctx = indices->ctx;
  const hearth_view *view = &indices->piece[0].view;
  int64_t place = -1, at[HEARTH_MAX_NDIM], value = 0;
  HEARTH_TRY(ctx->backend->index->outside(ctx->queue, view, extent, &place));
  if (place < 0) return HEARTH_OK;
  hearth_view element = *view;
  const hearth_view number = {.data = &value, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST};
  char text[256];
  for (int32_t d = view->ndim - 1; d >= 0; d--) {
    const int64_t local = place % view->extent[d];
    place /= view->extent[d];
    at[d] = hearth_layout_local_to_global(indices->layout, ctx->rank, d, local);
    element.data = (char *)element.data + local * view->stride[d];
  }
  element.ndim = 0;
  HEARTH_TRY(hearth_view_copy(ctx, &number, &element));
  hearth_shape_text(view->ndim, at, text, sizeof text);
  return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "index %lld at place %s is outside 0 .. %lld", (long long)value, text, (long long)extent - 1);
}

static hearth_status gather(const hearth_array *a, const hearth_array *indices, int32_t axis, hearth_array **made) {
  const hearth_context *ctx = a->ctx;
  HEARTH_TRY(hearth_array_create_local(indices->layout, a->dtype, a->order, made));
  if (hearth_view_elements(&indices->piece[0].view) == 0) return HEARTH_OK; /* empty parts may have any extents */
  HEARTH_TRY(ctx->backend->index->gather(ctx->queue, &(*made)->piece[0].view, &a->piece[0].view, &indices->piece[0].view, axis));
  return ctx->backend->wait(ctx->queue);
}

static hearth_status take_aligned(const hearth_array *a, const hearth_array *indices, int32_t axis, const alignment *to, hearth_array **result) {
  const hearth_array *from = NULL, *places = NULL;
  hearth_array *made_from = NULL, *made_places = NULL, *made = NULL;
  hearth_status status = hearth_array_align(indices, to->indices, &places, &made_places);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, check_places(places, a->layout->shape[axis]));
  if (status == HEARTH_OK) status = hearth_array_align(a, to->a, &from, &made_from);
  if (status == HEARTH_OK) status = hearth_hand_over(a->ctx, gather(from, places, axis, &made), &made, result);
  hearth_array_destroy(&made_from);
  hearth_array_destroy(&made_places);
  return status;
}

hearth_status hearth_take_along_axis(const hearth_array *a, const hearth_array *indices, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  alignment to = {NULL, NULL};
  const int64_t number[1] = {axis};
  if (result) *result = NULL;
  hearth_status status = result ? check(a, indices, axis) : hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "no place for the result (NULL)");
  HEARTH_TRY(hearth_agree_same(a->ctx, status, "axis|", number, 1));
  if (a->layout->ndim == 1) return hearth_take(a, indices, 0, result);
  status = hearth_agree(a->ctx, plan(a, indices, axis, &to));
  if (status == HEARTH_OK) status = take_aligned(a, indices, axis, &to, result);
  alignment_free(&to);
  return status;
}

static hearth_status check_source(const hearth_array *a, const hearth_array *indices, int32_t axis, const hearth_array *source) {
  HEARTH_TRY(check(a, indices, axis));
  HEARTH_REQUIRE(a->ctx, source, "the source is NULL");
  if (source->ctx != a->ctx) return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "the source belongs to another context");
  HEARTH_TRY(hearth_array_pending(source));
  const hearth_layout *want = indices->layout, *have = source->layout;
  if (want->ndim == have->ndim && memcmp(want->shape, have->shape, (size_t)want->ndim * sizeof *want->shape) == 0) return HEARTH_OK;
  char one[256], other[256];
  hearth_shape_text(have->ndim, have->shape, one, sizeof one);
  hearth_shape_text(want->ndim, want->shape, other, sizeof other);
  return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "a source of shape %s for indices of shape %s", one, other);
}

static hearth_status scatter(const hearth_array *a, const hearth_array *source, const hearth_array *indices, int32_t axis) {
  const hearth_context *ctx = a->ctx;
  if (hearth_view_elements(&indices->piece[0].view) == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->index->scatter(ctx->queue, &a->piece[0].view, &source->piece[0].view, &indices->piece[0].view, axis));
  return ctx->backend->wait(ctx->queue);
}

static hearth_status put_aligned(hearth_array *a, const hearth_array *indices, int32_t axis, const hearth_array *source, const alignment *to) {
  const hearth_array *into = NULL, *places = NULL, *values = NULL;
  hearth_array *made_into = NULL, *made_places = NULL, *made_values = NULL;
  hearth_status status = hearth_array_align(indices, to->indices, &places, &made_places);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, check_places(places, a->layout->shape[axis]));
  if (status == HEARTH_OK) status = hearth_array_bring(source, to->indices, a->dtype, &values, &made_values);
  if (status == HEARTH_OK) status = hearth_array_align(a, to->a, &into, &made_into);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, scatter(into, values, places, axis));
  if (status == HEARTH_OK && made_into) status = hearth_array_copy(made_into, a);
  hearth_array_destroy(&made_into);
  hearth_array_destroy(&made_places);
  hearth_array_destroy(&made_values);
  return status;
}

hearth_status hearth_put_along_axis(hearth_array *a, const hearth_array *indices, int32_t axis, const hearth_array *source) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  alignment to = {NULL, NULL};
  const int64_t number[1] = {axis};
  HEARTH_TRY(hearth_agree_same(a->ctx, check_source(a, indices, axis, source), "axis|", number, 1));
  if (a->layout->ndim == 1) return hearth_put(a, indices, 0, source);
  hearth_status status = hearth_agree(a->ctx, plan(a, indices, axis, &to));
  if (status == HEARTH_OK) status = put_aligned(a, indices, axis, source, &to);
  alignment_free(&to);
  return status;
}
