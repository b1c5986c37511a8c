/* Inside a layout. Everything here is local. */
#ifndef HEARTH_TENSOR_LAYOUT_IMPL_H
#define HEARTH_TENSOR_LAYOUT_IMPL_H
#include "kernels/runs.h"
#include <hearth/layout.h>
#include <stdbool.h>

struct hearth_index; /* tensor/layout_index.h */
struct hearth_boxes; /* tensor/layout_boxes.h */

/* How one dimension is dealt out over the processes of one grid axis. */
typedef struct hearth_dim {
  int32_t kind;      /* hearth_dim_kind */
  int32_t axis;      /* grid axis, -1 if whole */
  int64_t extent;    /* global */
  int64_t processes; /* along the grid axis, 1 if whole */
  int64_t block, first, offset;
  int64_t *cuts;              /* processes + 1 of them, owned by the layout */
  struct hearth_index *index; /* of an index list, a reference of the layout: what it says of other coordinates is how much they own */
} hearth_dim;

/* Runs of an owner ascend in both, but those of an index list, where ids may stand in any local order. */
typedef struct hearth_runs {
  int64_t n;
  hearth_run *run;
} hearth_runs;

struct hearth_layout {
  hearth_context *ctx;
  int64_t references;
  int32_t ndim;
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t grid_ndim;
  int64_t grid[HEARTH_MAX_NDIM];
  hearth_dim dim[HEARTH_MAX_NDIM];
  /* Where ranks stand on the grid; both NULL: rank r at position r of the row-major grid. Models number their processes in any order, and ranks without
   * data may stand on no position at all: place[rank] = -1, coordinate -1 on every axis, extent 0 along every dimension. */
  int32_t *place;   /* of ctx->size */
  int32_t *rank_at; /* of the product of grid[]: the rank at a position */
  /* Not NULL: no product, but any boxes, several per rank. The grid has one axis, and dimensions are whole or of kind HEARTH_DIM_BOXES. */
  struct hearth_boxes *boxes;
};

HEARTH_FAMILY hearth_layout *hearth_layout_retain(const hearth_layout *layout);

/* Pieces of this rank: each is a product of runs per dimension. A product layout has one everywhere, also where it is empty; a layout of boxes has those that
 * the rank named. */
HEARTH_FAMILY int32_t hearth_layout_piece_count(const hearth_layout *layout);
HEARTH_FAMILY int64_t hearth_layout_piece_extent(const hearth_layout *layout, int32_t piece, int32_t d);
/* In local order: local indices ascend without gaps. hearth_runs_free afterwards, also after a failure. */
HEARTH_FAMILY hearth_status hearth_layout_piece_runs(const hearth_layout *layout, int32_t piece, int32_t d, hearth_runs *runs);
/* The global index of a local one along dimension d. */
HEARTH_FAMILY int64_t hearth_layout_piece_global(const hearth_layout *layout, int32_t piece, int32_t d, int64_t local);
/* Elements of this rank in one of its pieces, and in all. */
HEARTH_FAMILY int64_t hearth_layout_piece_volume(const hearth_layout *layout, int32_t piece);
HEARTH_FAMILY int64_t hearth_layout_local_volume(const hearth_layout *layout);

/* Coordinate of `rank` on grid axis `axis` (0 for axis -1); -1 if the rank stands on no grid position. */
HEARTH_FAMILY int64_t hearth_layout_coordinate(const hearth_layout *layout, int rank, int32_t axis);
/* The rank at a row-major grid position, and the number of positions. */
int hearth_layout_rank_at(const hearth_layout *layout, int64_t position);
int64_t hearth_layout_positions(const hearth_layout *layout);
/* What follows is for product layouts (and, of this rank, for boxes where it has one piece). Of index lists only this rank's runs are known here.
 * Extent of rank's part along dimension d. */
HEARTH_FAMILY int64_t hearth_layout_extent_of(const hearth_layout *layout, int rank, int32_t d);
/* Elements of rank's part. */
HEARTH_FAMILY int64_t hearth_layout_volume_of(const hearth_layout *layout, int rank);
/* The runs of rank's part along dimension d; hearth_runs_free afterwards. */
HEARTH_FAMILY hearth_status hearth_layout_runs(const hearth_layout *layout, int rank, int32_t d, hearth_runs *runs);
HEARTH_FAMILY void hearth_runs_free(const hearth_context *ctx, hearth_runs *runs);
HEARTH_FAMILY int64_t hearth_layout_local_to_global(const hearth_layout *layout, int rank, int32_t d, int64_t local);
/* Whether `rank` holds the first replica (coordinate 0 on every grid axis that no dimension uses). Ranks that do not only hold copies. */
HEARTH_FAMILY bool hearth_layout_is_primary(const hearth_layout *layout, int rank);
/* Whether some grid axis of more than one process is unused. */
HEARTH_FAMILY bool hearth_layout_is_replicated(const hearth_layout *layout);

/* Layouts made from others on the same grid: keep only dimensions axes[0..n-1], in that order, or insert a whole dimension of `extent` before dimension `at`.
 * Local: the result is the same on all ranks because the operand is. The caller destroys *result. */
HEARTH_FAMILY hearth_status hearth_layout_project(const hearth_layout *layout, int32_t n, const int32_t *axes, hearth_layout **result);
HEARTH_FAMILY hearth_status hearth_layout_insert(const hearth_layout *layout, int32_t at, int64_t extent, hearth_layout **result);
/* Whether some dimension is an index list, and the layout with even cuts in the place of lists: for what works in long runs alone. */
HEARTH_FAMILY bool hearth_layout_has_lists(const hearth_layout *layout);
HEARTH_FAMILY hearth_status hearth_layout_without_lists(const hearth_layout *layout, hearth_layout **result);
/* The layout itself if every rank has all of `axis`, in order, of what it has; else the balanced split along the longest other axis. Collective; agreed. The
 * caller destroys *result. */
HEARTH_FAMILY hearth_status hearth_layout_with_whole(const hearth_layout *layout, int32_t axis, hearth_layout **result);
/* Balanced split without the agreement of hearth_layout_split (its arguments are known to agree). */
HEARTH_FAMILY hearth_status hearth_layout_make_split(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, hearth_layout **layout);

#endif
