/* A layout says which rank owns which part of a global index space. It is immutable and reference-counted; many arrays share one.
 *
 * A product layout treats every dimension by itself: `whole` (all of it on every process of the grid), `block-cyclic` (blocks dealt out in turn along a
 * grid axis, ScaLAPACK's way, with an offset into the first block) or `cuts` (one contiguous range per process of a grid axis, any sizes, also empty).
 * An `index` dimension gives every process of a grid axis a list of ids. Grid axes that no dimension uses hold replicas. Ranks of the context are placed on the
 * grid in row-major order (the last grid axis runs fastest); hearth_layout_from_local keeps whatever order the host's ranks have.
 *
 * A layout of boxes gives every rank any number of boxes, its pieces. What ranks do not know of each other's lists and boxes is kept in directories, a share on
 * every rank. */
#ifndef HEARTH_LAYOUT_H
#define HEARTH_LAYOUT_H
#include <hearth/context.h>
#include <hearth/dtype.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_layout hearth_layout;
typedef struct hearth_layout_builder hearth_layout_builder;

typedef enum hearth_dim_kind {
  HEARTH_DIM_WHOLE = 0,
  HEARTH_DIM_BLOCK_CYCLIC = 1,
  HEARTH_DIM_CUTS = 2,
  HEARTH_DIM_INDEX = 3, /* a list of ids per process of a grid axis */
  HEARTH_DIM_BOXES = 4  /* cut, together with other dimensions, by the boxes of a layout that is no product */
} hearth_dim_kind;

/* Starts the description of a product layout of `shape`: all dimensions whole, the grid one-dimensional with all ranks.
 * Local. Ownership: the caller destroys *builder. Errors: ARGUMENT (ndim outside 1..HEARTH_MAX_NDIM, negative extent, NULL), MEMORY. */
HEARTH_LOCAL hearth_status hearth_layout_builder_create(hearth_context *ctx, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *shape,
                                                        HEARTH_OUT hearth_layout_builder **builder);
/* Releases a builder, finished or not; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_layout_builder_destroy(hearth_layout_builder **builder);
/* Sets the process grid; the product of `extents` must be the number of ranks. Call it before the dimensions are set.
 * Local. Errors: ARGUMENT (wrong product, too many axes), STATE (a dimension is distributed already). */
HEARTH_LOCAL hearth_status hearth_layout_builder_grid(hearth_layout_builder *builder, int32_t grid_ndim, HEARTH_EXTENT(grid_ndim) const int64_t *extents);
/* Distributes dimension `dim` block-cyclically over grid axis `grid_axis`: global index i is in block (i + offset) / block, which belongs to process
 * (first + (i + offset) / block) mod p; 0 <= offset < block.
 * Local. Errors: ARGUMENT (numbers out of range, grid axis used twice). */
HEARTH_LOCAL hearth_status hearth_layout_builder_block_cyclic(hearth_layout_builder *builder, HEARTH_INDEX int32_t dim, HEARTH_INDEX int32_t grid_axis,
                                                              int64_t block, HEARTH_INDEX int64_t first, int64_t offset);
/* Distributes dimension `dim` over grid axis `grid_axis` of p processes: process c owns indices cuts[c] <= i < cuts[c + 1]. ncuts = p + 1; cuts[0] = 0,
 * cuts[p] = the extent, not decreasing. (Offsets in every language: Fortran passes the same numbers.)
 * Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_layout_builder_cuts(hearth_layout_builder *builder, HEARTH_INDEX int32_t dim, HEARTH_INDEX int32_t grid_axis, int64_t ncuts,
                                                      HEARTH_EXTENT(ncuts) const int64_t *cuts);
/* Makes the layout; the builder stays usable.
 * Collective. Ownership: the caller destroys *layout. Errors: MISMATCH (ranks described different layouts), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_builder_finish(const hearth_layout_builder *builder, HEARTH_OUT hearth_layout **layout);

/* Balanced split of one axis over all ranks, the remainder on the first ranks; axis -1 (in every language): not split, replicated on all ranks.
 * Collective. Ownership: the caller destroys *layout. Errors: ARGUMENT, MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_split(hearth_context *ctx, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *shape, HEARTH_INDEX int32_t axis,
                                                    HEARTH_OUT hearth_layout **layout);

/* The layout of data that ranks hold already: each rank names the nboxes >= 0 boxes that it owns, box b being start[b * ndim + d] <= i < start + count in
 * dimension d. Where no rank names more than one and they are a product of cuts, the library finds the grid and the cuts, and the result is a product layout.
 * Else it is a layout of boxes: every box that a rank named, also an empty one, is a piece, in the order named, and boxes are not merged: a model of tiles
 * wraps one window per tile.
 * Collective. Ownership: the caller destroys *layout.
 * Errors: LAYOUT (overlap, gap, box outside the shape, shapes that differ: the message names ranks and index ranges), ARGUMENT, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_from_local(hearth_context *ctx, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *shape, int64_t nboxes,
                                                         HEARTH_EXTENT(ndim *nboxes) HEARTH_INDEX const int64_t *starts,
                                                         HEARTH_EXTENT(ndim *nboxes) const int64_t *counts, HEARTH_OUT hearth_layout **layout);

/* The layout of data on an unstructured grid: each rank names the ids that it owns along `axis`, in the order in which it has them; every id of the axis
 * belongs to one rank. The other dimensions are whole. Where no rank has more than one run of ascending neighbours, the result is a layout of cuts. Collective.
 * Ownership: the caller destroys *layout. Errors: LAYOUT (id outside the shape, given twice, or given by no rank; the message names ids and ranks), ARGUMENT,
 * MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_from_indices(hearth_context *ctx, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *shape,
                                                           HEARTH_INDEX int32_t axis, int64_t n, HEARTH_EXTENT(n) HEARTH_INDEX const int64_t *indices,
                                                           HEARTH_OUT hearth_layout **layout);

/* The layout of a slice: index j of dimension d of the result is index start[d] + j * step[d], 0 <= j < count[d], of `layout`; steps may be negative, counts 0.
 * Every rank keeps exactly the elements that it owned, piece by piece. Dimensions that are whole or cut (also by boxes) stay so; block-cyclic ones too if
 * |step| divides the block; of these, local order follows the result's indices, and the slice of an array is a view of its memory. Other dimensions become
 * index lists, where a rank has its elements in the order in which it had them. Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (step 0,
 * index outside the shape; the message names dimension and numbers), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_slice(const hearth_layout *layout, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *start,
                                                    HEARTH_EXTENT(ndim) const int64_t *count, HEARTH_EXTENT(ndim) const int64_t *step,
                                                    HEARTH_OUT hearth_layout **result);
/* The layout with its dimensions in another order: dimension d of the result is dimension axes[d] of `layout`. Every rank keeps the elements that it owned.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axes that are no permutation), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_permute(const hearth_layout *layout, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int32_t *axes,
                                                      HEARTH_OUT hearth_layout **result);

/* Releases the caller's reference and sets *layout to NULL; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_layout_destroy(hearth_layout **layout);

/* Number of dimensions; global shape. Local. Errors: ARGUMENT (NULL, ndim not the layout's). */
HEARTH_LOCAL hearth_status hearth_layout_ndim(const hearth_layout *layout, HEARTH_OUT int32_t *ndim);
HEARTH_LOCAL hearth_status hearth_layout_shape(const hearth_layout *layout, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_OUT int64_t *shape);
/* Number of pieces of this rank: 1 of a product layout, also where it is empty; of a layout of boxes as many as the rank named. Local. Errors: ARGUMENT (NULL).
 */
HEARTH_LOCAL hearth_status hearth_layout_pieces(const hearth_layout *layout, HEARTH_OUT int32_t *pieces);
/* Extents of a piece of this rank (0 somewhere: it is empty). Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_layout_piece_shape(const hearth_layout *layout, HEARTH_INDEX int32_t piece, int32_t ndim,
                                                     HEARTH_EXTENT(ndim) HEARTH_OUT int64_t *extents);
/* Global index of a local index of dimension `dim` of a piece of this rank. Local. Errors: ARGUMENT (out of range). */
HEARTH_LOCAL hearth_status hearth_layout_piece_index(const hearth_layout *layout, HEARTH_INDEX int32_t piece, HEARTH_INDEX int32_t dim,
                                                     HEARTH_INDEX int64_t local, HEARTH_OUT HEARTH_INDEX int64_t *global);
/* Extents of this rank's part (0 somewhere: the rank is empty). Local. Errors: ARGUMENT (also if it has several pieces). */
HEARTH_LOCAL hearth_status hearth_layout_local_shape(const hearth_layout *layout, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_OUT int64_t *extents);
/* How dimension `dim` is distributed (a hearth_dim_kind). Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_layout_dim_kind(const hearth_layout *layout, HEARTH_INDEX int32_t dim, HEARTH_OUT int32_t *kind);
/* Global index of a local index of dimension `dim`, on this rank. Local. Errors: ARGUMENT (out of range, several pieces). */
HEARTH_LOCAL hearth_status hearth_layout_global_index(const hearth_layout *layout, HEARTH_INDEX int32_t dim, HEARTH_INDEX int64_t local,
                                                      HEARTH_OUT HEARTH_INDEX int64_t *global);
/* A picture of who owns what, as text: the kinds of the dimensions, one symbol per index (0 .. 9, a .. z, A .. Z, # for ranks from 62; where an extent has more
 * indices than 60 across or 20 down, for the first of an even range of them) along the first two distributed dimensions, at index 0 of the others, and how much
 * each rank has, in how many pieces. Of replicas, the first is shown. Text that does not fit into `capacity` bytes is cut; 4096 are enough.
 * Collective. Errors: ARGUMENT (NULL, no room), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_layout_describe(const hearth_layout *layout, HEARTH_TEXT(capacity) char *text, int64_t capacity);
/* Elements of the fullest rank divided by the mean over the ranks: 1 is perfect balance. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_layout_balance(const hearth_layout *layout, HEARTH_OUT double *figure);
/* Memory that the layout takes on this rank. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_layout_bytes(const hearth_layout *layout, HEARTH_OUT int64_t *bytes);
/* *equal = 1 if both layouts have the same pieces and place every index on the same ranks in the same local order, else 0
 * (also 0 where ranks that hold nothing at all of an index list's layout hold it in another way). Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_layout_equal(const hearth_layout *a, const hearth_layout *b, HEARTH_OUT int32_t *equal);

#ifdef __cplusplus
}
#endif
#endif
