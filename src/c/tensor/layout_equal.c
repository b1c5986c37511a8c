/* Whether two layouts are the same. Local, and the same answer on all ranks: what a rank does not know of the others' index lists and boxes is in their hashes.
 */
#include <hearth/layout.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <string.h>

/* Same grid and same numbers: equal without looking at ranks. */
static bool same_description(const hearth_layout *a, const hearth_layout *b) {
  if (a->grid_ndim != b->grid_ndim || memcmp(a->grid, b->grid, (size_t)a->grid_ndim * sizeof *a->grid) != 0) return false;
  if (!a->place != !b->place) return false;
  if (a->place && memcmp(a->place, b->place, (size_t)a->ctx->size * sizeof *a->place) != 0) return false;
  for (int32_t d = 0; d < a->ndim; d++)
    if (!hearth_dim_same(&a->dim[d], &b->dim[d])) return false;
  return true;
}

static bool same_runs(const hearth_dim *a, int64_t ca, const hearth_dim *b, int64_t cb) {
  const int64_t n = hearth_dim_run_count(a, ca);
  if (n != hearth_dim_run_count(b, cb)) return false;
  for (int64_t k = 0; k < n; k++) {
    const hearth_run x = hearth_dim_run(a, ca, k), y = hearth_dim_run(b, cb, k);
    if (x.global != y.global || x.count != y.count) return false;
  }
  return true;
}

/* The hash of a dimension as that of an index list: of the runs of all ranks. */
static hearth_hash hash_of(const hearth_layout *layout, int32_t d) {
  const hearth_dim *dim = &layout->dim[d];
  hearth_hash sum = {{0, 0}};
  if (dim->kind == HEARTH_DIM_INDEX) return dim->index->hash;
  for (int rank = 0; rank < layout->ctx->size; rank++) {
    const int64_t coordinate = hearth_layout_coordinate(layout, rank, dim->axis), n = hearth_dim_run_count(dim, coordinate);
    hearth_hash hash = hearth_hash_begin(rank);
    for (int64_t k = 0; k < n; k++) {
      const hearth_run run = hearth_dim_run(dim, coordinate, k);
      hearth_hash_add(&hash, run.global);
      hearth_hash_add(&hash, run.count);
    }
    if (coordinate >= 0) hearth_hash_sum(&sum, hash);
  }
  return sum;
}

static bool is_list(const hearth_layout *a, const hearth_layout *b, int32_t d) {
  return a->dim[d].kind == HEARTH_DIM_INDEX || b->dim[d].kind == HEARTH_DIM_INDEX;
}

/* What `rank` holds, index lists aside. An empty part is an empty part, whatever its other extents. */
static bool same_part(const hearth_layout *a, const hearth_layout *b, int rank) {
  const bool none = hearth_layout_volume_of(a, rank) == 0;
  if (none != (hearth_layout_volume_of(b, rank) == 0)) return false;
  if (none) return true;
  for (int32_t d = 0; d < a->ndim; d++) {
    const int64_t ca = hearth_layout_coordinate(a, rank, a->dim[d].axis), cb = hearth_layout_coordinate(b, rank, b->dim[d].axis);
    if (!is_list(a, b, d) && !same_runs(&a->dim[d], ca, &b->dim[d], cb)) return false;
  }
  return true;
}

static bool same_products(const hearth_layout *a, const hearth_layout *b) {
  if (same_description(a, b)) return true;
  for (int rank = 0; rank < a->ctx->size; rank++)
    if (!same_part(a, b, rank)) return false;
  for (int32_t d = 0; d < a->ndim; d++)
    if (is_list(a, b, d) && !hearth_hash_same(hash_of(a, d), hash_of(b, d))) return false;
  return true;
}

/* The box that `rank` has of a product layout; false where it is none. Where a rank holds single runs alone, a dimension is no index list. */
static bool box_of(const hearth_layout *layout, int rank, const bool *cut, hearth_run *box) {
  const bool empty = hearth_layout_volume_of(layout, rank) == 0;
  for (int32_t d = 0; d < layout->ndim; d++) {
    const hearth_dim *dim = &layout->dim[d];
    const int64_t coordinate = hearth_layout_coordinate(layout, rank, dim->axis);
    if (dim->kind == HEARTH_DIM_INDEX || (!empty && hearth_dim_run_count(dim, coordinate) != 1)) return false;
    box[d] = empty ? (hearth_run){0, 0, 0} : hearth_dim_run(dim, coordinate, 0);
    if (!empty && !cut[d] && box[d].count != dim->extent) return false;
  }
  return true;
}

/* Every rank of the product has one box, where it may have several of the other layout. */
static bool same_as_boxes(const hearth_layout *product, const hearth_boxes *boxes) {
  hearth_hash sum = {{0, 0}};
  for (int rank = 0; rank < product->ctx->size; rank++) {
    hearth_run box[HEARTH_MAX_NDIM];
    if (!box_of(product, rank, boxes->cut, box)) return false;
    hearth_hash_sum(&sum, hearth_boxes_part_hash(boxes, rank, 1, box));
  }
  return hearth_hash_same(sum, boxes->hash);
}

static bool same_layouts(const hearth_layout *a, const hearth_layout *b) {
  if (a->boxes && b->boxes)
    return memcmp(a->boxes->cut, b->boxes->cut, (size_t)a->ndim * sizeof *a->boxes->cut) == 0 && hearth_hash_same(a->boxes->hash, b->boxes->hash);
  if (a->boxes || b->boxes) return same_as_boxes(a->boxes ? b : a, a->boxes ? a->boxes : b->boxes);
  return same_products(a, b);
}

hearth_status hearth_layout_equal(const hearth_layout *a, const hearth_layout *b, int32_t *equal) {
  HEARTH_REQUIRE(NULL, a, "the first layout is NULL");
  HEARTH_REQUIRE(a->ctx, b, "the second layout is NULL");
  HEARTH_REQUIRE(a->ctx, equal, "no place for the result (NULL)");
  *equal = 1;
  if (a == b) return HEARTH_OK;
  *equal = 0;
  if (a->ctx != b->ctx || a->ndim != b->ndim || memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) != 0) return HEARTH_OK;
  *equal = same_layouts(a, b);
  return HEARTH_OK;
}
