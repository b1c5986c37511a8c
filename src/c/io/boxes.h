/* This rank's part of a layout as boxes of a file: regular runs are taken together, and large boxes are cut into tiles. */
#ifndef HEARTH_IO_BOXES_H
#define HEARTH_IO_BOXES_H
#include "tensor/layout_impl.h"

/* Along one dimension: nblocks blocks of `block` indices; block b starts at global index global + b * spacing and at local index local + b * block.
 * One block: spacing = block. */
typedef struct hearth_span {
  int64_t global, local, block, nblocks, spacing;
} hearth_span;

static inline int64_t hearth_span_count(const hearth_span *s) {
  return s->block * s->nblocks;
}
static inline int64_t hearth_span_hull(const hearth_span *s) {
  return (s->nblocks - 1) * s->spacing + s->block;
}

typedef struct hearth_tiling {
  const hearth_context *ctx;
  int32_t ndim;
  int32_t order;                  /* which dimension is cut first: the slowest */
  int64_t limit;                  /* elements of a tile, at least 1 */
  bool hull;                      /* the limit counts what lies between the blocks too */
  int64_t align[HEARTH_MAX_NDIM]; /* cut at indices `origin` + global that are multiples of it (chunks) if possible; 0: anywhere */
  int64_t origin[HEARTH_MAX_NDIM];
  int64_t nspans[HEARTH_MAX_NDIM];
  hearth_span *spans[HEARTH_MAX_NDIM];
  /* where the iteration stands */
  bool done, planned;
  int64_t which[HEARTH_MAX_NDIM]; /* span */
  int64_t at[HEARTH_MAX_NDIM];    /* units of it (blocks, or elements of a single block) that are done */
  int64_t step[HEARTH_MAX_NDIM];  /* units of a tile */
} hearth_tiling;

/* Fills in the spans of a piece of this rank; the caller sets order, limit, hull and align afterwards. Blocks with at most max_gap[d] indices between
 * them are taken together. Release with hearth_tiling_free, also after a failure. Local. */
hearth_status hearth_tiling_make(const hearth_layout *layout, int32_t piece, const int64_t *max_gap, hearth_tiling *tiling);
/* The next tile, one span per dimension; false after the last. */
bool hearth_tiling_next(hearth_tiling *tiling, hearth_span *tile);
/* From the beginning again. */
void hearth_tiling_rewind(hearth_tiling *tiling);
void hearth_tiling_free(hearth_tiling *tiling);

#endif
