/* Layouts of boxes: every rank owns any number of boxes, and each is a piece. A rank stores its own ones and its share of a directory: a coarse grid of cells,
 * no more than there are ranks, lies over the shape; cell c is kept by rank c, which knows the boxes that reach into it. Dimensions that no box cuts have one
 * cell, so that they can come and go without communication. */
#ifndef HEARTH_TENSOR_LAYOUT_BOXES_H
#define HEARTH_TENSOR_LAYOUT_BOXES_H
#include "comm/mail.h"
#include "tensor/layout_hash.h"
#include "tensor/layout_impl.h"

/* The cells over a shape: cells[d] even ranges of dimension d; cell (i, j, ...) has number i * step[0] + j * step[1] + ... */
typedef struct hearth_cells {
  int32_t ndim;
  int64_t shape[HEARTH_MAX_NDIM], cells[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
} hearth_cells;

/* The cells that a box (start and end per dimension, not empty) touches: for (walk = begin(...); !walk.done; next(&walk)) use walk.number. */
typedef struct hearth_cell_walk {
  int64_t low[HEARTH_MAX_NDIM], high[HEARTH_MAX_NDIM], at[HEARTH_MAX_NDIM];
  int64_t number;
  bool done;
} hearth_cell_walk;

/* Immutable, shared by layouts. Rows of the directory are (rank, piece, start per dimension, end per dimension). */
typedef struct hearth_boxes {
  hearth_context *ctx;
  int64_t references;
  hearth_cells cells;
  bool cut[HEARTH_MAX_NDIM]; /* some box does not span the dimension */
  int64_t n;                 /* boxes of this rank */
  hearth_run *own;           /* n * ndim; all counts of an empty box are 0 */
  int64_t nshare;
  int64_t *share;  /* nshare rows */
  int64_t largest; /* the volume of the fullest rank, along the cut dimensions alone */
  hearth_hash hash;
} hearth_boxes;

hearth_cells hearth_cells_make(int32_t ndim, const int64_t *shape, const bool *cut, int64_t limit);
hearth_cell_walk hearth_cells_begin(const hearth_cells *cells, const int64_t *start, const int64_t *end);
void hearth_cells_next(const hearth_cells *cells, hearth_cell_walk *walk);
/* The number of the cell that a point is in. */
int64_t hearth_cells_number(const hearth_cells *cells, const int64_t *point);

/* The layout of this rank's n boxes (runs per box and dimension: *own becomes NULL) and the others'. Fails with LAYOUT where they do not cover the shape once.
 * `mine` is what failed before. Collective; agreed. */
hearth_status hearth_boxes_make(hearth_context *ctx, int32_t ndim, const int64_t *shape, int64_t n, hearth_run **own, hearth_status mine, hearth_boxes **boxes);
/* Other dimensions: dimension d is dimension from[d] of the old ones, or, from[d] < 0, a new one that no box cuts. What is left out is not cut. Local; where
 * the cut dimensions come in another order, the hash (which only hearth_boxes_set_hash can then make) is one that no other layout has. */
hearth_status hearth_boxes_turn(const hearth_boxes *boxes, int32_t ndim, const int32_t *from, const int64_t *shape, hearth_boxes **turned);
/* The sum over all ranks of the hash of their boxes. Collective. */
hearth_status hearth_boxes_set_hash(hearth_boxes *boxes);
hearth_boxes *hearth_boxes_retain(hearth_boxes *boxes);
void hearth_boxes_release(hearth_boxes **boxes);
int64_t hearth_boxes_bytes(const hearth_boxes *boxes);

/* Which boxes reach into those asked for: n * 2 * ndim numbers, starts and ends of each. *found, whose records the caller frees, has rows (number of the
 * question, rank, piece, start per dimension, end per dimension) in no special order. `mine` is what failed before. Collective; agreed. */
hearth_status hearth_boxes_find(const hearth_boxes *boxes, int64_t n, const int64_t *asked, hearth_status mine, hearth_mail *found);

/* Hash of a rank's part: begin, then each piece with its box (along the cut dimensions), empty ones with none. */
hearth_hash hearth_boxes_part_hash(const hearth_boxes *boxes, int rank, int64_t n, const hearth_run *own);

/* The steps of hearth_boxes_make, apart from what is exchanged: the rows that this rank posts, and its share made of those that came in. Local. */
hearth_status hearth_boxes_entries(const hearth_boxes *boxes, hearth_mail *mail);
hearth_status hearth_boxes_keep_share(hearth_boxes *boxes, hearth_mail *mail);

#endif
