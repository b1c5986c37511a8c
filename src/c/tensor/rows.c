#include "tensor/rows.h"
#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/align.h"
#include "tensor/layout_make.h"
#include "tensor/reshape_impl.h"
#include "tensor/views.h"

static bool is_by_rows(const hearth_layout *layout) {
  if (!hearth_layout_is_product(layout) || layout->place || hearth_layout_is_replicated(layout)) return false;
  bool lead = true; /* no dimension of more than one element so far */
  for (int32_t d = 0; d < layout->ndim; d++) {
    const hearth_dim *dim = &layout->dim[d];
    const bool dealt = dim->processes > 1;
    if (dealt && (dim->kind != HEARTH_DIM_CUTS || !lead)) return false;
    if (dealt || dim->extent != 1) lead = false;
  }
  return true;
}

hearth_status hearth_layout_rows(const hearth_layout *layout, hearth_layout **rows) {
  if (!is_by_rows(layout)) return hearth_layout_make_rows(layout->ctx, layout->ndim, layout->shape, false, rows);
  *rows = hearth_layout_retain(layout);
  return HEARTH_OK;
}

static hearth_status make_counted(hearth_context *ctx, const int64_t *counts, int64_t width, hearth_layout **layout) {
  int64_t *cuts = NULL, shape[2] = {0, width};
  HEARTH_TRY(hearth_allocate_zero(ctx, (ctx->size + 1) * (int64_t)sizeof *cuts, &cuts));
  for (int r = 0; r < ctx->size; r++) cuts[r + 1] = cuts[r] + counts[r];
  shape[0] = cuts[ctx->size];
  hearth_layout prototype = hearth_layout_whole(ctx, width > 0 ? 2 : 1, shape);
  prototype.dim[0] = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = 0, .extent = shape[0], .processes = ctx->size, .cuts = cuts};
  const hearth_status status = hearth_layout_duplicate(&prototype, layout);
  hearth_deallocate(ctx, cuts);
  return status;
}

hearth_status hearth_layout_from_counts(hearth_context *ctx, int64_t count, int64_t width, hearth_layout **layout) {
  int64_t *counts = NULL;
  *layout = NULL;
  hearth_status status = hearth_agree(ctx, hearth_allocate(ctx, ctx->size * (int64_t)sizeof *counts, &counts));
  if (status == HEARTH_OK) status = hearth_allgather(ctx, &count, (int64_t)sizeof count, counts);
  if (status == HEARTH_OK) status = hearth_agree(ctx, make_counted(ctx, counts, width, layout));
  hearth_deallocate(ctx, counts);
  if (status != HEARTH_OK) hearth_layout_destroy(layout);
  return status;
}

hearth_status hearth_list_balance(hearth_array **list, hearth_array **result) {
  hearth_context *ctx = (*list)->ctx;
  hearth_layout *even = NULL;
  int32_t equal = 0;
  hearth_status status = hearth_layout_make_split(ctx, (*list)->layout->ndim, (*list)->layout->shape, 0, &even);
  if (status == HEARTH_OK) status = hearth_layout_equal((*list)->layout, even, &equal);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK && equal) {
    *result = *list;
    *list = NULL;
  } else if (status == HEARTH_OK) {
    status = hearth_redistribute(*list, even, result);
  }
  hearth_layout_destroy(&even);
  hearth_array_destroy(list);
  return status;
}

hearth_status hearth_array_bring(const hearth_array *array, const hearth_layout *layout, int32_t dtype, const hearth_array **brought, hearth_array **made) {
  if (array->dtype == dtype) return hearth_array_align(array, layout, brought, made);
  hearth_array *copy = NULL;
  *made = NULL;
  HEARTH_TRY(hearth_hand_over(array->ctx, hearth_array_create_local(layout, dtype, array->order, &copy), &copy, made));
  const hearth_status status = hearth_array_copy(array, *made);
  if (status != HEARTH_OK) hearth_array_destroy(made);
  *brought = *made;
  return status;
}
