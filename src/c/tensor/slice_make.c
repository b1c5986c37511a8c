/* The memory of a slice: a piece shares the array's where its indices lie at regular steps there; else its stretches are copied one by one. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/slice_impl.h"

/* One piece of the slice, the piece of the array that it came from, and the places along each dimension. */
typedef struct piece_map {
  int32_t ndim, base;
  hearth_stretches along[HEARTH_MAX_NDIM];
} piece_map;

static void free_map(const hearth_context *ctx, piece_map *map) {
  for (int32_t d = 0; d < map->ndim; d++) hearth_stretches_free(ctx, &map->along[d]);
}

static bool runs_hold(const hearth_runs *runs, int64_t global) {
  for (int64_t k = 0; k < runs->n; k++)
    if (global >= runs->run[k].global && global < runs->run[k].global + runs->run[k].count) return true;
  return false;
}

static hearth_status piece_holds(const hearth_layout *layout, int32_t piece, const int64_t *global, bool *holds) {
  *holds = true;
  for (int32_t d = 0; *holds && d < layout->ndim; d++) {
    hearth_runs runs = {0, NULL};
    const hearth_status status = hearth_layout_piece_runs(layout, piece, d, &runs);
    *holds = runs_hold(&runs, global[d]);
    hearth_runs_free(layout->ctx, &runs);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

/* The piece of the array that a piece of the slice was cut from. Pieces keep their order, so that the search goes on where the last one ended. */
static hearth_status find_base(const hearth_layout *base, const hearth_layout *sliced, int32_t piece, const hearth_slicing *slicing, int32_t *at) {
  const int32_t n = hearth_layout_piece_count(base);
  int64_t global[HEARTH_MAX_NDIM];
  if (n == 1) return HEARTH_OK;
  for (int32_t d = 0; d < base->ndim; d++) {
    hearth_runs runs = {0, NULL};
    const hearth_status status = hearth_layout_piece_runs(sliced, piece, d, &runs);
    global[d] = slicing->start[d] + (runs.n > 0 ? runs.run[0].global : 0) * slicing->step[d];
    hearth_runs_free(base->ctx, &runs);
    HEARTH_TRY(status);
  }
  for (int32_t k = 0; k < n; k++) {
    const int32_t p = (*at + k) % n;
    bool holds = false;
    HEARTH_TRY(piece_holds(base, p, global, &holds));
    if (!holds) continue;
    *at = p;
    return HEARTH_OK;
  }
  return hearth_fail(base->ctx, HEARTH_ERR_INTERNAL, "piece %d of a slice was cut from no piece of the array", piece);
}

static hearth_status map_dim(const hearth_layout *base, const hearth_layout *sliced, int32_t piece, int32_t d, const hearth_slicing *slicing, piece_map *map) {
  hearth_runs from = {0, NULL}, to = {0, NULL};
  hearth_status status = hearth_layout_piece_runs(base, map->base, d, &from);
  if (status == HEARTH_OK) status = hearth_layout_piece_runs(sliced, piece, d, &to);
  if (status == HEARTH_OK) status = hearth_stretches_make(base->ctx, &from, &to, slicing->start[d], slicing->step[d], &map->along[d]);
  hearth_runs_free(base->ctx, &from);
  hearth_runs_free(base->ctx, &to);
  return status;
}

static bool piece_is_empty(const hearth_layout *layout, int32_t piece) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (hearth_layout_piece_extent(layout, piece, d) == 0) return true;
  return false;
}

/* *at: where the search for the piece's origin begins, and then the origin. The piece is not empty. */
static hearth_status make_map(const hearth_layout *base, const hearth_layout *sliced, int32_t piece, const hearth_slicing *slicing, int32_t *at,
                              piece_map *map) {
  *map = (piece_map){.ndim = base->ndim};
  hearth_status status = find_base(base, sliced, piece, slicing, at);
  map->base = *at;
  for (int32_t d = 0; status == HEARTH_OK && d < base->ndim; d++) status = map_dim(base, sliced, piece, d, slicing, map);
  if (status != HEARTH_OK) free_map(base->ctx, map);
  return status;
}

static void set_extents(hearth_array *sliced, int32_t piece) {
  hearth_view *view = &sliced->piece[piece].view;
  *view = (hearth_view){.dtype = sliced->dtype, .space = sliced->ctx->backend->space, .ndim = sliced->layout->ndim};
  for (int32_t d = 0; d < view->ndim; d++) view->extent[d] = hearth_layout_piece_extent(sliced->layout, piece, d);
  hearth_strides(view->ndim, view->extent, hearth_dtype_size((hearth_dtype)sliced->dtype), sliced->order, view->stride);
}

/* Points a piece of the slice into the array; false where no strides describe it. */
static bool set_view(const hearth_array *array, const piece_map *map, hearth_view *view) {
  const hearth_view *base = &array->piece[map->base].view;
  char *data = base->data;
  for (int32_t d = 0; d < map->ndim; d++) {
    int64_t first, step;
    if (!hearth_stretches_regular(&map->along[d], &first, &step)) return false;
    data += first * base->stride[d];
    view->stride[d] = step * base->stride[d];
  }
  view->data = data;
  view->space = base->space;
  return true;
}

/* *irregular: 1 where a piece cannot share the array's memory. */
static hearth_status set_views(const hearth_array *array, const hearth_slicing *slicing, hearth_array *sliced, int64_t *irregular) {
  int32_t at = 0;
  for (int32_t p = 0; p < sliced->npieces && !*irregular; p++) {
    piece_map map;
    set_extents(sliced, p);
    if (piece_is_empty(sliced->layout, p)) continue;
    HEARTH_TRY(make_map(array->layout, sliced->layout, p, slicing, &at, &map));
    *irregular = !set_view(array, &map, &sliced->piece[p].view);
    free_map(array->ctx, &map);
  }
  return HEARTH_OK;
}

hearth_status hearth_slice_make(const hearth_array *array, const hearth_slicing *slicing, hearth_array **sliced, bool *shares) {
  const hearth_context *ctx = array->ctx;
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  int64_t irregular = 0;
  HEARTH_TRY(hearth_layout_slice(array->layout, array->layout->ndim, slicing->start, slicing->count, slicing->step, &layout));
  hearth_status status = hearth_array_alias(array, layout, &made);
  if (status == HEARTH_OK) status = set_views(array, slicing, made, &irregular);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, &irregular, 1, HEARTH_OP_MAX);
  if (status == HEARTH_OK && irregular) {
    hearth_array_destroy(&made);
    status = hearth_agree(ctx, hearth_array_create_local(layout, array->dtype, array->order, &made));
  }
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&made);
    return status;
  }
  *shares = !irregular;
  *sliced = made;
  return HEARTH_OK;
}

/* The next choice of one stretch per dimension; false after the last. */
static bool next_choice(const piece_map *map, int64_t *choice) {
  for (int32_t d = map->ndim - 1; d >= 0; d--) {
    if (++choice[d] < map->along[d].n) return true;
    choice[d] = 0;
  }
  return false;
}

static hearth_status move_piece(const hearth_context *ctx, const hearth_view *base, const piece_map *map, const hearth_view *sliced, bool back) {
  int64_t choice[HEARTH_MAX_NDIM] = {0};
  do {
    hearth_view here = *sliced, there = *base;
    for (int32_t d = 0; d < map->ndim; d++) {
      const hearth_stretch *s = &map->along[d].stretch[choice[d]];
      here.extent[d] = there.extent[d] = s->count;
      here.data = (char *)here.data + s->sliced * here.stride[d];
      there.data = (char *)there.data + s->base * there.stride[d];
      there.stride[d] *= s->step;
    }
    HEARTH_TRY(back ? hearth_view_copy(ctx, &there, &here) : hearth_view_copy(ctx, &here, &there));
  } while (next_choice(map, choice));
  return HEARTH_OK;
}

hearth_status hearth_slice_move(const hearth_array *array, const hearth_slicing *slicing, const hearth_array *sliced, bool back) {
  int32_t at = 0;
  for (int32_t p = 0; p < sliced->npieces; p++) {
    piece_map map;
    if (piece_is_empty(sliced->layout, p)) continue;
    HEARTH_TRY(make_map(array->layout, sliced->layout, p, slicing, &at, &map));
    const hearth_status status = move_piece(array->ctx, &array->piece[map.base].view, &map, &sliced->piece[p].view, back);
    free_map(array->ctx, &map);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}
