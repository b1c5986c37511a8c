/* Reshaping in place. Old and new dimensions are put into groups of equal products, from the first one on. A group that changes must be one run of elements on
 * every rank: of its dimensions of more than one element only the first is distributed, and its cuts, or blocks, are whole numbers of what follows the new
 * first dimension. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_make.h"
#include "tensor/reshape_impl.h"
#include "tensor/views.h"

/* Dimensions first .. end - 1; `lead` is the first of more than one element, if there is none the first that is dealt out, or just the first (end: no
 * dimensions at all); `rest` is the product of those after it. */
typedef struct span {
  int32_t first, end, lead;
  int64_t rest;
} span;

typedef struct group {
  span from, to;
} group;

static bool is_dealt(const hearth_dim *dim) {
  return dim->kind != HEARTH_DIM_WHOLE && dim->processes > 1;
}

/* dims NULL: new dimensions. */
static span make_span(int32_t first, int32_t end, const int64_t *shape, const hearth_dim *dims) {
  span s = {first, end, first, 1};
  bool found = false;
  for (int32_t d = first; d < end; d++) {
    if (shape[d] == 1) continue;
    if (found) s.rest *= shape[d];
    if (!found) s.lead = d;
    found = true;
  }
  for (int32_t d = first; d < end && dims && !found; d++) {
    found = is_dealt(&dims[d]);
    if (found) s.lead = d;
  }
  return s;
}

/* The number of groups; shapes have the same number of elements, not 0. */
static int make_groups(const hearth_layout *layout, int32_t ndim, const int64_t *shape, group *groups) {
  int n = 0;
  for (int32_t i = 0, j = 0; i < layout->ndim && j < ndim; n++) {
    const int32_t first_i = i, first_j = j;
    int64_t from = layout->shape[i++], to = shape[j++];
    while (from != to)
      if (from < to)
        from *= layout->shape[i++];
      else
        to *= shape[j++];
    if (i == layout->ndim) j = ndim; /* ones are left */
    if (j == ndim) i = layout->ndim;
    groups[n] = (group){make_span(first_i, i, layout->shape, layout->dim), make_span(first_j, j, shape, NULL)};
  }
  return n;
}

static hearth_dim whole_dim(int64_t extent) {
  return (hearth_dim){.kind = HEARTH_DIM_WHOLE, .axis = -1, .extent = extent, .processes = 1};
}

/* n * by / of, if that is a whole number (and can be computed: blocks may be of any size). */
static bool scale(int64_t n, int64_t by, int64_t of, int64_t *scaled) {
  if (by > 1 && n > INT64_MAX / by) return false;
  *scaled = n * by / of;
  return n * by % of == 0;
}

/* The lead of the new dimensions, dealt out as the old one; false if its parts would be cut. The cuts are the caller's to deallocate. */
static hearth_status scale_dim(const hearth_context *ctx, const hearth_dim *old, const group *g, int64_t extent, hearth_dim *dim, bool *fits) {
  *dim = *old;
  dim->extent = extent;
  dim->cuts = NULL;
  if (old->kind == HEARTH_DIM_BLOCK_CYCLIC)
    *fits = scale(old->block, g->from.rest, g->to.rest, &dim->block) && scale(old->offset, g->from.rest, g->to.rest, &dim->offset);
  if (old->kind != HEARTH_DIM_CUTS) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(ctx, (old->processes + 1) * (int64_t)sizeof *dim->cuts, &dim->cuts));
  for (int64_t c = 0; c <= old->processes; c++) *fits = scale(old->cuts[c], g->from.rest, g->to.rest, &dim->cuts[c]) && *fits;
  return HEARTH_OK;
}

static hearth_status reshape_group(const hearth_layout *layout, const group *g, const int64_t *shape, hearth_layout *prototype, bool *fits) {
  for (int32_t d = g->from.first; d < g->from.end; d++) *fits = *fits && (d == g->from.lead || !is_dealt(&layout->dim[d]));
  for (int32_t d = g->to.first; d < g->to.end; d++) prototype->dim[d] = whole_dim(shape[d]);
  if (!*fits || !is_dealt(&layout->dim[g->from.lead])) return HEARTH_OK;
  return scale_dim(layout->ctx, &layout->dim[g->from.lead], g, shape[g->to.lead], &prototype->dim[g->to.lead], fits);
}

static hearth_status reshape_layout(const hearth_layout *layout, int32_t ndim, const int64_t *shape, int n, const group *groups, hearth_layout **result,
                                    bool *fits) {
  hearth_layout prototype = *layout;
  hearth_status status = HEARTH_OK;
  prototype.ndim = ndim;
  for (int32_t d = 0; d < ndim; d++) {
    prototype.shape[d] = shape[d];
    prototype.dim[d] = whole_dim(shape[d]);
  }
  for (int k = 0; status == HEARTH_OK && k < n && *fits; k++) status = reshape_group(layout, &groups[k], shape, &prototype, fits);
  if (status == HEARTH_OK && *fits) status = hearth_layout_duplicate(&prototype, result);
  for (int32_t d = 0; d < ndim; d++)
    if (prototype.dim[d].kind == HEARTH_DIM_CUTS) hearth_deallocate(layout->ctx, prototype.dim[d].cuts);
  return status;
}

/* The strides of a group's new dimensions from those of the old ones; false where the elements do not follow one another. */
static bool group_strides(const group *g, const hearth_view *old, hearth_view *view) {
  int64_t next = 0; /* stride that the next dimension must have, 0: any */
  int64_t inner = hearth_dtype_size((hearth_dtype)old->dtype);
  for (int32_t d = g->from.end - 1; d >= g->from.first; d--) {
    if (old->extent[d] == 1) continue;
    if (next == 0)
      inner = old->stride[d];
    else if (old->stride[d] != next)
      return false;
    next = old->stride[d] * old->extent[d];
  }
  for (int32_t d = g->to.end - 1; d >= g->to.first; d--) {
    view->stride[d] = inner;
    inner *= view->extent[d];
  }
  return true;
}

static bool set_view(const hearth_array *array, int n, const group *groups, hearth_array *made) {
  const hearth_view *old = &array->piece[0].view;
  hearth_view *view = &made->piece[0].view;
  bool empty = false, fits = true;
  *view = *old;
  view->ndim = made->layout->ndim;
  for (int32_t d = 0; d < view->ndim; d++) empty |= (view->extent[d] = hearth_layout_piece_extent(made->layout, 0, d)) == 0;
  hearth_strides(view->ndim, view->extent, hearth_dtype_size((hearth_dtype)array->dtype), array->order, view->stride);
  for (int k = 0; !empty && fits && k < n; k++) fits = group_strides(&groups[k], old, view);
  return fits;
}

static hearth_status try_view(const hearth_array *array, int32_t ndim, const int64_t *shape, hearth_array **made, bool *fits) {
  group groups[HEARTH_MAX_NDIM];
  hearth_layout *layout = NULL;
  *fits = hearth_layout_is_product(array->layout);
  for (int32_t d = 0; d < array->layout->ndim; d++) *fits = *fits && array->layout->shape[d] > 0;
  if (!*fits) return HEARTH_OK;
  const int n = make_groups(array->layout, ndim, shape, groups);
  HEARTH_TRY(reshape_layout(array->layout, ndim, shape, n, groups, &layout, fits));
  if (!*fits) return HEARTH_OK;
  const hearth_status status = hearth_array_alias(array, layout, made);
  if (status == HEARTH_OK) *fits = set_view(array, n, groups, *made);
  hearth_layout_destroy(&layout);
  return status;
}

hearth_status hearth_reshape_view(const hearth_array *array, int32_t ndim, const int64_t *shape, hearth_array **view) {
  hearth_array *made = NULL;
  bool fits = false;
  hearth_status status = hearth_agree(array->ctx, try_view(array, ndim, shape, &made, &fits));
  int64_t refused = !fits;
  if (status == HEARTH_OK) status = hearth_allreduce_i64(array->ctx, &refused, 1, HEARTH_OP_MAX);
  if (status != HEARTH_OK || refused) hearth_array_destroy(&made);
  *view = made;
  return status;
}
