#include <hearth/layout.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_dims.h"
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

/* What `rank` holds. An empty part is an empty part, whatever its other extents. */
static bool same_part(const hearth_layout *a, const hearth_layout *b, int rank) {
  const bool none = hearth_layout_volume_of(a, rank) == 0;
  if (none != (hearth_layout_volume_of(b, rank) == 0)) return false;
  if (none) return true;
  for (int32_t d = 0; d < a->ndim; d++)
    if (!same_runs(&a->dim[d], hearth_layout_coordinate(a, rank, a->dim[d].axis), &b->dim[d], hearth_layout_coordinate(b, rank, b->dim[d].axis))) return false;
  return true;
}

hearth_status hearth_layout_equal(const hearth_layout *a, const hearth_layout *b, int32_t *equal) {
  HEARTH_REQUIRE(NULL, a, "the first layout is NULL");
  HEARTH_REQUIRE(a->ctx, b, "the second layout is NULL");
  HEARTH_REQUIRE(a->ctx, equal, "no place for the result (NULL)");
  *equal = 1;
  if (a == b) return HEARTH_OK;
  *equal = 0;
  if (a->ctx != b->ctx || a->ndim != b->ndim || memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) != 0) return HEARTH_OK;
  if (!same_description(a, b))
    for (int rank = 0; rank < a->ctx->size; rank++)
      if (!same_part(a, b, rank)) return HEARTH_OK;
  *equal = 1;
  return HEARTH_OK;
}
