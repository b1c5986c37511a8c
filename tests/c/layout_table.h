/* The layouts that the tests of tensors go through: of any shape, on any number of ranks. */
#ifndef HEARTH_TESTS_LAYOUT_TABLE_H
#define HEARTH_TESTS_LAYOUT_TABLE_H
#include "harness.h"
#include <hearth/hearth.h>
#include <stdlib.h>

enum table_kind {
  TABLE_REPLICATED,
  TABLE_SPLIT_FIRST,
  TABLE_SPLIT_LAST,
  TABLE_CYCLIC_1,
  TABLE_CYCLIC_2,      /* with first process and offset, along the last dimension */
  TABLE_CYCLIC_3,      /* with another first process */
  TABLE_CUTS_FRONT,    /* uneven, the first process empty */
  TABLE_CUTS_BACK,     /* uneven, the last process empty, along the last dimension */
  TABLE_GRID_CUTS,     /* 2-d grid where the ranks allow: cuts x block-cyclic */
  TABLE_GRID_CYCLIC,   /* the other way round, both block-cyclic with offsets */
  TABLE_GRID_REPLICAS, /* a grid axis unused */
  TABLE_PERMUTED,      /* from_local, ranks in an order that is not row-major, an empty rank among three */
  TABLE_ONE_RANK,      /* from_local, the last rank has everything */
  TABLE_BOXES,         /* several boxes per rank, no product, an empty one among them */
  TABLE_BOXES_EMPTY,   /* fewer boxes, the first rank without any */
  TABLE_INDEX,         /* scattered ids along dimension 0, in no order */
  TABLE_INDEX_RUNS,    /* ids in runs along the last dimension, some ranks with few */
  TABLE_SLICED,        /* every third index, backwards, of a block-cyclic layout: a list where there are several ranks */
  TABLE_KINDS
};

static inline void table_cuts(int64_t extent, int64_t p, int empty_front, int64_t *cuts) {
  for (int64_t c = 0; c <= p; c++) cuts[c] = extent * c * c / (p * p);
  if (p > 1 && empty_front) cuts[1] = 0;
  if (p > 1 && !empty_front) cuts[p - 1] = extent;
}

static inline void table_uneven(hearth_layout_builder *b, int32_t dim, int32_t axis, int64_t extent, int64_t p, int empty_front) {
  int64_t cuts[64];
  table_cuts(extent, p, empty_front, cuts);
  assert_ok(hearth_layout_builder_cuts(b, dim, axis, p + 1, cuts));
}

/* Rank's box of TABLE_PERMUTED along the two distributed dimensions (the same one in 1-d). */
static inline void table_permuted_box(int32_t ndim, const int64_t *shape, int64_t *start, int64_t *count) {
  for (int32_t d = 0; d < ndim; d++) {
    start[d] = 0;
    count[d] = shape[d];
  }
  const int64_t half = shape[0] / 2, last = ndim - 1, half_last = (shape[last] + 1) / 2;
  if (test_size == 2 || test_size == 3) { /* the higher of the last two ranks has the front */
    const int back = test_rank == test_size - 2;
    start[0] = back ? half : 0;
    count[0] = test_size == 3 && test_rank == 0 ? 0 : back ? shape[0] - half : half;
  } else if (test_size == 4 && ndim == 1) {
    static const int place[4] = {2, 1, 3, 0};
    start[0] = shape[0] * place[test_rank] / 4;
    count[0] = shape[0] * (place[test_rank] + 1) / 4 - start[0];
  } else if (test_size == 4) { /* column-major over 2 x 2 */
    const int row = test_rank % 2, column = test_rank / 2;
    start[0] = row ? half : 0;
    count[0] = row ? shape[0] - half : half;
    start[last] = column ? half_last : 0;
    count[last] = column ? shape[last] - half_last : half_last;
  }
}

static inline hearth_layout *table_from_local(hearth_context *ctx, int kind, int32_t ndim, const int64_t *shape) {
  int64_t start[HEARTH_MAX_NDIM] = {0}, count[HEARTH_MAX_NDIM] = {0};
  hearth_layout *layout = NULL;
  int64_t nboxes = 1;
  if (kind == TABLE_PERMUTED)
    table_permuted_box(ndim, shape, start, count);
  else
    for (int32_t d = 0; d < ndim; d++) count[d] = shape[d];
  if (kind == TABLE_ONE_RANK) nboxes = test_rank == test_size - 1;
  assert_ok(hearth_layout_from_local(ctx, ndim, shape, nboxes, start, count, &layout));
  return layout;
}

/* Where brick b of a row begins: about evenly, another way in every row. */
static inline int64_t table_brick(int64_t extent, int64_t bricks, int64_t b, int64_t row) {
  const int64_t cut = (extent * b + row) / bricks;
  return b == 0 ? 0 : b == bricks || cut > extent ? extent : cut;
}

/* Cuts the shape along dimension 0 into rows of bricks, every row into bricks along the last dimension (in 1-d: bricks alone), dealt out to ranks
 * first .. size - 1 from the back. No two rows are cut alike. */
static inline hearth_layout *table_bricks(hearth_context *ctx, int64_t rows, int first, int32_t ndim, const int64_t *shape) {
  enum { MOST = 64 };
  int64_t starts[MOST * HEARTH_MAX_NDIM], counts[MOST * HEARTH_MAX_NDIM], n = 0, brick = 0;
  const int32_t last = ndim - 1;
  hearth_layout *layout = NULL;
  for (int64_t row = 0; row < rows; row++) {
    const int64_t bricks = ndim == 1 ? 1 : 2 + row % 3;
    for (int64_t b = 0; b < bricks; b++, brick++) {
      if (test_rank != test_size - 1 - (int)(brick * 5 / 3 % (test_size - first))) continue;
      int64_t *start = starts + n * ndim, *count = counts + n * ndim;
      for (int32_t d = 0; d < ndim; d++) {
        start[d] = 0;
        count[d] = shape[d];
      }
      if (ndim > 1) {
        start[last] = table_brick(shape[last], bricks, b, row);
        const int64_t end = table_brick(shape[last], bricks, b + 1, row);
        count[last] = end - start[last];
      }
      start[0] = shape[0] * row / rows;
      count[0] = shape[0] * (row + 1) / rows - start[0];
      n++;
    }
  }
  assert_ok(hearth_layout_from_local(ctx, ndim, shape, n, starts, counts, &layout));
  return layout;
}

/* An order of 0 .. n - 1 without a pattern. */
static inline int64_t table_scatter(int64_t n, int64_t i) {
  static const int64_t prime[] = {7919, 104729, 1299709};
  for (int k = 0; k < 3; k++)
    if (n % prime[k] != 0) return (i * prime[k] + 5) % n;
  return i;
}

static inline hearth_layout *table_indices(hearth_context *ctx, int kind, int32_t ndim, const int64_t *shape) {
  const int32_t axis = kind == TABLE_INDEX ? 0 : ndim - 1;
  const int64_t extent = shape[axis];
  int64_t *ids = malloc((size_t)(extent + 1) * sizeof *ids), n = 0;
  hearth_layout *layout = NULL;
  for (int64_t i = 0; i < extent; i++) {
    const int64_t id = kind == TABLE_INDEX ? table_scatter(extent, i) : i;
    const int64_t owner = kind == TABLE_INDEX ? i * i % 11 % test_size : i / 3 % (test_size + 1) % test_size;
    if (owner == test_rank) ids[n++] = id;
  }
  assert_ok(hearth_layout_from_indices(ctx, ndim, shape, axis, n, ids, &layout));
  free(ids);
  return layout;
}

/* Backwards in steps of 3 through a layout of thrice the extents, in blocks of 2. */
static inline hearth_layout *table_sliced(hearth_context *ctx, int32_t ndim, const int64_t *shape) {
  int64_t wide[HEARTH_MAX_NDIM], start[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
  hearth_layout *layout = NULL, *sliced = NULL;
  hearth_layout_builder *b = NULL;
  for (int32_t d = 0; d < ndim; d++) {
    wide[d] = 3 * shape[d];
    start[d] = wide[d] - 1;
    step[d] = -3;
  }
  assert_ok(hearth_layout_builder_create(ctx, ndim, wide, &b));
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 2, 0, 1));
  assert_ok(hearth_layout_builder_finish(b, &layout));
  hearth_layout_builder_destroy(&b);
  assert_ok(hearth_layout_slice(layout, ndim, start, shape, step, &sliced));
  hearth_layout_destroy(&layout);
  return sliced;
}

static inline void table_grid(hearth_layout_builder *b, int kind, int64_t *grid) {
  const int across = kind == TABLE_GRID_CYCLIC; /* 1 x 3 rather than 3 x 1 */
  grid[0] = test_size == 4 ? 2 : across ? 1 : test_size;
  grid[1] = test_size / grid[0];
  assert_ok(hearth_layout_builder_grid(b, 2, grid));
}

static inline void table_dimensions(hearth_layout_builder *b, int kind, int32_t last, const int64_t *shape) {
  const int64_t p = test_size;
  int64_t grid[2];
  if (kind >= TABLE_GRID_CUTS) table_grid(b, kind, grid);
  if (kind == TABLE_CYCLIC_1) assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 1, 0, 0));
  if (kind == TABLE_CYCLIC_2) assert_ok(hearth_layout_builder_block_cyclic(b, last, 0, 2, 1 % p, 1));
  if (kind == TABLE_CYCLIC_3) assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 3, p - 1, 2));
  if (kind == TABLE_CUTS_FRONT) table_uneven(b, 0, 0, shape[0], p, 1);
  if (kind == TABLE_CUTS_BACK) table_uneven(b, last, 0, shape[last], p, 0);
  if (kind == TABLE_GRID_CUTS) {
    table_uneven(b, 0, 0, shape[0], grid[0], 1);
    if (last > 0) assert_ok(hearth_layout_builder_block_cyclic(b, last, 1, 2, grid[1] - 1, 1));
  }
  if (kind == TABLE_GRID_CYCLIC) {
    assert_ok(hearth_layout_builder_block_cyclic(b, last, 1, 3, 0, 2));
    if (last > 0) assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 2, grid[0] - 1, 0));
  }
  if (kind == TABLE_GRID_REPLICAS) assert_ok(hearth_layout_builder_block_cyclic(b, 0, 1, 2, 0, 1));
}

/* Collective; the caller destroys the layout. */
static inline hearth_layout *table_layout(hearth_context *ctx, int kind, int32_t ndim, const int64_t *shape) {
  hearth_layout *layout = NULL;
  if (kind == TABLE_BOXES || kind == TABLE_BOXES_EMPTY)
    return table_bricks(ctx, kind == TABLE_BOXES ? 5 : 3, kind == TABLE_BOXES_EMPTY && test_size > 1, ndim, shape);
  if (kind == TABLE_INDEX || kind == TABLE_INDEX_RUNS) return table_indices(ctx, kind, ndim, shape);
  if (kind == TABLE_SLICED) return table_sliced(ctx, ndim, shape);
  if (kind == TABLE_PERMUTED || kind == TABLE_ONE_RANK) return table_from_local(ctx, kind, ndim, shape);
  if (kind <= TABLE_SPLIT_LAST) {
    assert_ok(hearth_layout_split(ctx, ndim, shape, kind == TABLE_REPLICATED ? -1 : kind == TABLE_SPLIT_FIRST ? 0 : ndim - 1, &layout));
    return layout;
  }
  hearth_layout_builder *b = NULL;
  assert_ok(hearth_layout_builder_create(ctx, ndim, shape, &b));
  table_dimensions(b, kind, ndim - 1, shape);
  assert_ok(hearth_layout_builder_finish(b, &layout));
  hearth_layout_builder_destroy(&b);
  return layout;
}

#endif
