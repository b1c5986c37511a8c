/* Work along one axis: where it is local, and how an array is laid out so that it becomes so. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/check.h"
#include "tensor/layout_impl.h"
#include "tensor/order_impl.h"

static bool is_among(int32_t d, int32_t naxes, const int32_t *axes) {
  for (int32_t k = 0; k < naxes; k++)
    if (axes[k] == d) return true;
  return false;
}

static hearth_status check_piece(const hearth_layout *layout, int32_t piece, int32_t naxes, const int32_t *axes, bool *local) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (!is_among(d, naxes, axes) && hearth_layout_piece_extent(layout, piece, d) == 0) return HEARTH_OK;
  for (int32_t k = 0; k < naxes; k++) {
    if (layout->shape[axes[k]] == 0) continue;
    hearth_runs runs;
    const hearth_status status = hearth_layout_piece_runs(layout, piece, axes[k], &runs);
    if (status == HEARTH_OK && (runs.n != 1 || runs.run[0].global != 0 || runs.run[0].count != layout->shape[axes[k]])) *local = false;
    hearth_runs_free(layout->ctx, &runs);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

hearth_status hearth_axes_are_local(const hearth_layout *layout, int32_t naxes, const int32_t *axes, bool *local) {
  const hearth_context *ctx = layout->ctx;
  const int32_t pieces = hearth_layout_piece_count(layout);
  hearth_status status = HEARTH_OK;
  bool mine = naxes < layout->ndim || pieces == 1; /* without other dimensions everybody must have everything */
  for (int32_t p = 0; p < pieces && status == HEARTH_OK; p++) status = check_piece(layout, p, naxes, axes, &mine);
  HEARTH_TRY(hearth_agree(ctx, status));
  int64_t elsewhere[1] = {!mine};
  HEARTH_TRY(hearth_allreduce_i64(ctx, elsewhere, 1, HEARTH_OP_MAX));
  *local = !elsewhere[0];
  return HEARTH_OK;
}

/* The longest dimension that is (not) among the axes; -1 if there is none. */
static int32_t longest(const hearth_layout *layout, int32_t naxes, const int32_t *axes, bool among) {
  int32_t best = -1;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (is_among(d, naxes, axes) == among && (best < 0 || layout->shape[d] > layout->shape[best])) best = d;
  return best;
}

hearth_status hearth_axes_layout(const hearth_array *a, int32_t naxes, const int32_t *axes, hearth_layout **layout, bool *across) {
  const hearth_layout *own = a->layout;
  bool local;
  *across = false;
  HEARTH_TRY(hearth_axes_are_local(own, naxes, axes, &local));
  if (local) {
    *layout = hearth_layout_retain(own);
    return HEARTH_OK;
  }
  const int32_t other = longest(own, naxes, axes, false);
  *across = other < 0 || own->shape[other] < a->ctx->size;
  const int32_t split = *across ? longest(own, naxes, axes, true) : other;
  return hearth_agree(a->ctx, hearth_layout_make_split(a->ctx, own->ndim, own->shape, split, layout));
}

hearth_status hearth_axes_replaced(const hearth_layout *layout, int32_t naxes, const int32_t *axes, bool across, int32_t at, int64_t extent,
                                   hearth_layout **replaced) {
  int32_t kept[HEARTH_MAX_NDIM] = {0}, n = 0;
  int64_t shape[HEARTH_MAX_NDIM + 1];
  for (int32_t d = 0; d < layout->ndim; d++)
    if (!is_among(d, naxes, axes)) kept[n++] = d;
  for (int32_t d = 0; d <= n; d++) shape[d] = d == at ? extent : layout->shape[kept[d - (d > at)]];
  if (across || n == 0) return hearth_layout_make_split(layout->ctx, n + 1, shape, -1, replaced);
  hearth_layout *rest = NULL;
  HEARTH_TRY(hearth_layout_project(layout, n, kept, &rest));
  const hearth_status status = hearth_layout_insert(rest, at, extent, replaced);
  hearth_layout_destroy(&rest);
  return status;
}

hearth_view hearth_view_axis_last(const hearth_view *view, int32_t axis) {
  hearth_view last = *view;
  for (int32_t d = axis; d < view->ndim - 1; d++) {
    last.extent[d] = view->extent[d + 1];
    last.stride[d] = view->stride[d + 1];
  }
  last.extent[view->ndim - 1] = view->extent[axis];
  last.stride[view->ndim - 1] = view->stride[axis];
  return last;
}

hearth_view hearth_view_row(const hearth_view *view, int64_t r) {
  const int32_t last = view->ndim - 1;
  hearth_view row = *view;
  row.ndim = 1;
  row.extent[0] = view->extent[last];
  row.stride[0] = view->stride[last];
  for (int32_t d = last - 1; d >= 0; d--) {
    if (row.extent[0] > 0) row.data = (char *)row.data + r % view->extent[d] * view->stride[d];
    r /= view->extent[d];
  }
  return row;
}

hearth_status hearth_rows_each(int n, const hearth_view *const *views, int64_t most, hearth_rows_function work, void *task) {
  const hearth_view *lead = views[0];
  int32_t longest = 0;
  for (int32_t d = 1; d < lead->ndim - 1; d++)
    if (lead->extent[d] > lead->extent[longest]) longest = d;
  if (hearth_view_elements(lead) == 0) return HEARTH_OK;
  if (hearth_view_elements(lead) <= most || lead->ndim == 1 || lead->extent[longest] == 1) return work(task, views);
  const int64_t half = lead->extent[longest] / 2;
  for (int side = 0; side < 2; side++) {
    hearth_view part[HEARTH_ROWS_VIEWS];
    const hearth_view *parts[HEARTH_ROWS_VIEWS];
    for (int i = 0; i < n; i++) {
      part[i] = hearth_view_part(views[i], longest, side ? half : 0, side ? lead->extent[longest] - half : half);
      parts[i] = &part[i];
    }
    HEARTH_TRY(hearth_rows_each(n, parts, most, work, task));
  }
  return HEARTH_OK;
}
