#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_make.h"
#include "tensor/redistribute.h"

/* The distributed dimensions; *only is the last of them. */
static int32_t distributed(const hearth_layout *layout, int32_t *only) {
  int32_t n = 0;
  *only = -1;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (layout->dim[d].processes > 1) {
      n++;
      *only = d;
    }
  return n;
}

static hearth_status even_cuts(const hearth_context *ctx, hearth_dim *dim) {
  int64_t *cuts = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (dim->processes + 1) * (int64_t)sizeof *cuts, &cuts));
  const int64_t base = dim->extent / dim->processes, more = dim->extent % dim->processes;
  for (int64_t c = 0; c <= dim->processes; c++) cuts[c] = c * base + (c < more ? c : more);
  dim->cuts = cuts;
  return HEARTH_OK;
}

/* The same grid with even cuts; blocks are dealt out evenly already. */
static hearth_status balance_grid(const hearth_layout *layout, hearth_layout **balanced) {
  hearth_layout prototype = *layout;
  hearth_status status = HEARTH_OK;
  for (int32_t d = 0; d < layout->ndim; d++) {
    prototype.dim[d].cuts = NULL;
    if (status == HEARTH_OK && layout->dim[d].kind == HEARTH_DIM_CUTS) status = even_cuts(layout->ctx, &prototype.dim[d]);
  }
  if (status == HEARTH_OK) status = hearth_layout_duplicate(&prototype, balanced);
  for (int32_t d = 0; d < layout->ndim; d++) hearth_deallocate(layout->ctx, prototype.dim[d].cuts);
  return status;
}

static int32_t longest(const hearth_layout *layout) {
  int32_t longest = 0;
  for (int32_t d = 1; d < layout->ndim; d++)
    if (layout->shape[d] > layout->shape[longest]) longest = d;
  return longest;
}

/* A grid with a list of ids along a dimension keeps no grid: its directories belong to the lists. */
static bool has_lists(const hearth_layout *layout) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (layout->dim[d].kind == HEARTH_DIM_INDEX) return true;
  return false;
}

static hearth_status balanced_layout(const hearth_layout *layout, hearth_layout **balanced) {
  int32_t only;
  if (layout->boxes) return hearth_layout_make_split(layout->ctx, layout->ndim, layout->shape, longest(layout), balanced);
  const int32_t n = distributed(layout, &only);
  if (n > 0 && has_lists(layout)) return hearth_layout_make_split(layout->ctx, layout->ndim, layout->shape, only, balanced);
  if (n == 1 && !hearth_layout_is_replicated(layout)) return hearth_layout_make_split(layout->ctx, layout->ndim, layout->shape, only, balanced);
  return balance_grid(layout, balanced);
}

hearth_status hearth_balance(const hearth_array *array, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_layout *layout = NULL;
  hearth_status mine = hearth_redistribute_check(array, result);
  if (mine == HEARTH_OK) mine = balanced_layout(array->layout, &layout);
  return hearth_redistribute_to(array, mine, layout, result);
}
