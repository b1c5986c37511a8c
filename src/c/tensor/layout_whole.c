/* Layouts in which every rank has all of an axis of what it has. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_impl.h"

static bool is_empty_beside(const hearth_layout *layout, int32_t piece, int32_t axis) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (d != axis && hearth_layout_piece_extent(layout, piece, d) == 0) return true;
  return false;
}

/* Whether this rank's pieces have all of `axis`, in order. */
static hearth_status has_whole_axis(const hearth_layout *layout, int32_t axis, int64_t *whole) {
  const int64_t n = layout->shape[axis];
  *whole = 1;
  for (int32_t p = 0; p < hearth_layout_piece_count(layout) && n > 0; p++) {
    hearth_runs runs;
    if (is_empty_beside(layout, p, axis)) continue;
    const hearth_status status = hearth_layout_piece_runs(layout, p, axis, &runs);
    int64_t next = 0;
    for (int64_t r = 0; status == HEARTH_OK && r < runs.n; r++) {
      *whole = *whole && runs.run[r].global == next && runs.run[r].local == next;
      next += runs.run[r].count;
    }
    *whole = *whole && next == n;
    hearth_runs_free(layout->ctx, &runs);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

hearth_status hearth_layout_with_whole(const hearth_layout *layout, int32_t axis, hearth_layout **result) {
  int64_t whole = 1;
  *result = NULL;
  HEARTH_TRY(hearth_agree(layout->ctx, has_whole_axis(layout, axis, &whole)));
  HEARTH_TRY(hearth_allreduce_i64(layout->ctx, &whole, 1, HEARTH_OP_MIN));
  if (whole) {
    *result = hearth_layout_retain(layout);
    return HEARTH_OK;
  }
  int32_t longest = -1;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (d != axis && (longest < 0 || layout->shape[d] > layout->shape[longest])) longest = d;
  return hearth_agree(layout->ctx, hearth_layout_make_split(layout->ctx, layout->ndim, layout->shape, longest, result));
}
