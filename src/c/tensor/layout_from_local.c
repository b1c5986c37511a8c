/* The layout that ranks have already. Where every rank names one box at most, these are known to all ranks during the call: their starts are the cuts, and if
 * every box is one cell of the grid that they form, no cell is taken twice and none is free, then the boxes are a product of cuts. All others become a layout
 * of boxes, which layout_boxes.c checks by its directory. */
#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_cover.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"
#include <stdlib.h>
#include <string.h>

typedef struct cover {
  hearth_context *ctx;
  int32_t ndim;
  const int64_t *shape;
  int64_t n; /* boxes of this rank, or of all ranks without the empty ones */
  hearth_box *box;
} cover;

static hearth_status check_boxes(const hearth_context *ctx, int32_t ndim, const int64_t *shape, int64_t nboxes, const int64_t *starts, const int64_t *counts) {
  HEARTH_TRY(hearth_shape_check(ctx, ndim, shape));
  HEARTH_REQUIRE(ctx, nboxes >= 0, "%lld boxes", (long long)nboxes);
  HEARTH_REQUIRE(ctx, nboxes == 0 || (starts && counts), "the starts or counts of the boxes are NULL");
  for (int64_t b = 0; b < nboxes; b++)
    for (int32_t d = 0; d < ndim; d++) {
      const int64_t start = starts[b * ndim + d], count = counts[b * ndim + d];
      HEARTH_REQUIRE(ctx, count >= 0, "box %lld has the negative count %lld in dimension %d", (long long)b, (long long)count, d);
      if (start < 0 || start > shape[d] || count > shape[d] - start)
        return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "box %lld of rank %d, indices [%lld, %lld) in dimension %d, leaves the shape, which has [0, %lld) there",
                           (long long)b, ctx->rank, (long long)start, (long long)(start + count), d, (long long)shape[d]);
    }
  return HEARTH_OK;
}

/* This rank's boxes, empty ones too. */
static void own_boxes(cover *own, int64_t nboxes, const int64_t *starts, const int64_t *counts) {
  own->n = nboxes;
  for (int64_t b = 0; b < nboxes; b++) {
    own->box[b] = (hearth_box){.rank = own->ctx->rank};
    for (int32_t d = 0; d < own->ndim; d++) {
      own->box[b].start[d] = starts[b * own->ndim + d];
      own->box[b].end[d] = starts[b * own->ndim + d] + counts[b * own->ndim + d];
    }
  }
}

/* Shapes and numbers of boxes of all ranks: header[r] = ndim, shape, boxes. */
enum { HEADER = 2 + HEARTH_MAX_NDIM };

static hearth_status compare_shapes(const cover *all, const int64_t *header) {
  for (int r = 1; r < all->ctx->size; r++) {
    const int64_t *first = header, *other = header + (int64_t)HEADER * r;
    if (first[0] != other[0])
      return hearth_fail(all->ctx, HEARTH_ERR_LAYOUT, "the shape has %lld dimensions on rank 0 and %lld on rank %d", (long long)first[0], (long long)other[0],
                         r);
    for (int32_t d = 0; d < all->ndim; d++)
      if (first[1 + d] != other[1 + d])
        return hearth_fail(all->ctx, HEARTH_ERR_LAYOUT, "the shape's dimension %d has extent %lld on rank 0 and %lld on rank %d", d, (long long)first[1 + d],
                           (long long)other[1 + d], r);
  }
  return HEARTH_OK;
}

/* Gathers everybody's box, where all have at most one, into all->box, which the caller releases; empty ones are left out. */
static hearth_status gather(cover *all, const cover *own) {
  hearth_context *ctx = all->ctx;
  hearth_box mine = {.rank = -1};
  if (own->n == 1 && hearth_box_volume(own->ndim, &own->box[0]) > 0) mine = own->box[0];
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, ctx->size * (int64_t)sizeof *all->box, &all->box)));
  HEARTH_TRY(hearth_allgather(ctx, &mine, (int64_t)sizeof mine, all->box));
  for (int r = 0; r < ctx->size; r++)
    if (all->box[r].rank >= 0) all->box[all->n++] = all->box[r];
  return HEARTH_OK;
}

static int ascending(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* cuts := the distinct starts along dimension d and the extent; returns the number of ranges. cuts has room for n + 1. */
static int64_t find_cuts(const cover *all, int32_t d, int64_t *cuts) {
  int64_t ranges = 0;
  for (int64_t b = 0; b < all->n; b++) cuts[b] = all->box[b].start[d];
  if (all->n > 1) qsort(cuts, (size_t)all->n, sizeof *cuts, ascending);
  for (int64_t b = 0; b < all->n; b++)
    if (ranges == 0 || cuts[b] != cuts[ranges - 1]) cuts[ranges++] = cuts[b];
  cuts[ranges] = all->shape[d];
  return ranges;
}

/* The grid position of a box, or -1 if it is not one cell. */
static int64_t position_of(const hearth_layout *layout, const hearth_box *box) {
  int64_t position = 0;
  for (int32_t d = 0; d < layout->ndim; d++) {
    const hearth_dim *dim = &layout->dim[d];
    const int64_t c = hearth_dim_owner(dim, box->start[d]);
    const hearth_run run = hearth_dim_run(dim, c, 0);
    if (run.global != box->start[d] || run.global + run.count != box->end[d]) return -1;
    if (dim->axis >= 0) position = position * dim->processes + c;
  }
  return position;
}

static void set_dimension(hearth_layout *layout, int32_t d, int64_t ranges, int64_t *cuts) {
  if (ranges <= 1) return; /* whole */
  hearth_dim *dim = &layout->dim[d];
  *dim = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = layout->grid_ndim, .extent = dim->extent, .processes = ranges, .cuts = cuts};
  layout->grid[layout->grid_ndim++] = ranges;
}

/* Puts every box's rank on the grid; false if the boxes are not the grid's cells. */
static bool place_ranks(const cover *all, hearth_layout *layout) {
  const int size = all->ctx->size;
  for (int r = 0; r < size; r++) layout->place[r] = -1;
  for (int64_t b = 0; b < all->n; b++) layout->rank_at[b] = -1;
  for (int64_t b = 0; b < all->n; b++) {
    const int rank = all->box[b].rank;
    const int64_t position = position_of(layout, &all->box[b]);
    if (position < 0 || layout->rank_at[position] >= 0 || layout->place[rank] >= 0) return false;
    layout->rank_at[position] = rank;
    layout->place[rank] = (int32_t)position;
  }
  return true;
}

/* *found says whether the boxes are a product of cuts; the prototype's tables are in `cuts` ((n + 1) * ndim numbers), `place` and `rank_at`. */
static bool find_product(const cover *all, hearth_layout *layout, int64_t *cuts) {
  layout->grid_ndim = 0;
  int64_t cells = 1;
  for (int32_t d = 0; d < all->ndim; d++) {
    int64_t *mine = cuts + d * (all->n + 1);
    const int64_t ranges = find_cuts(all, d, mine);
    if (ranges > 0 && mine[0] != 0) return false;
    if (ranges > 0 && cells > all->n / ranges) return false;
    cells *= ranges > 0 ? ranges : 1;
    set_dimension(layout, d, ranges, mine);
  }
  if (layout->grid_ndim == 0) layout->grid[layout->grid_ndim++] = 1;
  return cells == all->n && place_ranks(all, layout);
}

/* No box at all: position 0 of a grid of one belongs to rank 0, which is as empty as the others if the shape is. */
static void place_nothing(const cover *all, hearth_layout *layout) {
  for (int r = 0; r < all->ctx->size; r++) layout->place[r] = r == 0 ? 0 : -1;
  layout->rank_at[0] = 0;
}

/* *made stays NULL if the boxes are no product of cuts. */
static hearth_status make_product(const cover *all, hearth_layout **made) {
  hearth_context *ctx = all->ctx;
  hearth_layout prototype = hearth_layout_whole(ctx, all->ndim, all->shape);
  int64_t *cuts = NULL;
  hearth_box shape = {.rank = -1};
  memcpy(shape.end, all->shape, (size_t)all->ndim * sizeof *all->shape);
  hearth_status status = hearth_allocate(ctx, (all->n + 1) * all->ndim * (int64_t)sizeof *cuts, &cuts);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, ctx->size * (int64_t)sizeof(int32_t), &prototype.place);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, (all->n + 1) * (int64_t)sizeof(int32_t), &prototype.rank_at);
  if (status != HEARTH_OK) goto done;
  if (all->n == 0 && hearth_box_volume(all->ndim, &shape) == 0) {
    find_product(all, &prototype, cuts);
    place_nothing(all, &prototype);
  } else if (!find_product(all, &prototype, cuts)) {
    HEARTH_GOTO(done, hearth_boxes_cover(ctx, all->ndim, &shape, all->n, all->box));
    goto done;
  }
  hearth_layout borrowed = prototype;
  bool row_major = hearth_layout_positions(&prototype) == ctx->size;
  for (int r = 0; row_major && r < ctx->size; r++) row_major = prototype.place[r] == r;
  if (row_major) borrowed.place = borrowed.rank_at = NULL;
  status = hearth_layout_duplicate(&borrowed, made);
done:
  hearth_deallocate(ctx, cuts);
  hearth_deallocate(ctx, prototype.place);
  hearth_deallocate(ctx, prototype.rank_at);
  return status;
}

static hearth_status make_boxes(const cover *own, hearth_layout **made) {
  hearth_context *ctx = own->ctx;
  hearth_boxes *boxes = NULL;
  hearth_run *runs = NULL;
  const hearth_status mine = hearth_allocate(ctx, own->n * own->ndim * (int64_t)sizeof *runs, &runs);
  for (int64_t b = 0; mine == HEARTH_OK && b < own->n; b++)
    for (int32_t d = 0; d < own->ndim; d++) runs[b * own->ndim + d] = (hearth_run){own->box[b].start[d], 0, own->box[b].end[d] - own->box[b].start[d]};
  hearth_status status = hearth_boxes_make(ctx, own->ndim, own->shape, own->n, &runs, mine, &boxes);
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_layout_of_boxes(boxes, made));
  hearth_boxes_release(&boxes);
  hearth_deallocate(ctx, runs);
  return status;
}

/* Everything after the arguments have been found right on all ranks; header holds HEADER * size numbers. */
static hearth_status layout_of(const cover *own, int64_t *header, hearth_layout **made) {
  hearth_context *ctx = own->ctx;
  int64_t mine[HEADER] = {own->ndim}, most = 0;
  memcpy(mine + 1, own->shape, (size_t)own->ndim * sizeof *mine);
  mine[HEADER - 1] = own->n;
  HEARTH_TRY(hearth_allgather(ctx, mine, (int64_t)sizeof mine, header));
  cover all = {.ctx = ctx, .ndim = own->ndim, .shape = own->shape};
  HEARTH_TRY(hearth_agree(ctx, compare_shapes(&all, header)));
  for (int r = 0; r < ctx->size; r++) most = header[(int64_t)HEADER * (r + 1) - 1] > most ? header[(int64_t)HEADER * (r + 1) - 1] : most;
  hearth_status status = HEARTH_OK;
  if (most <= 1) {
    status = gather(&all, own);
    if (status == HEARTH_OK) status = hearth_agree(ctx, make_product(&all, made));
    hearth_deallocate(ctx, all.box);
  }
  return status == HEARTH_OK && !*made ? make_boxes(own, made) : status;
}

hearth_status hearth_layout_from_local(hearth_context *ctx, int32_t ndim, const int64_t *shape, int64_t nboxes, const int64_t *starts, const int64_t *counts,
                                       hearth_layout **layout) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  if (layout) *layout = NULL;
  cover own = {.ctx = ctx, .ndim = ndim, .shape = shape};
  int64_t *header = NULL;
  hearth_layout *made = NULL;
  hearth_status status = layout ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the layout (NULL)");
  if (status == HEARTH_OK) status = check_boxes(ctx, ndim, shape, nboxes, starts, counts);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, nboxes * (int64_t)sizeof *own.box, &own.box);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, HEADER * ctx->size * (int64_t)sizeof *header, &header);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) {
    own_boxes(&own, nboxes, starts, counts);
    status = layout_of(&own, header, &made);
  }
  hearth_deallocate(ctx, own.box);
  hearth_deallocate(ctx, header);
  if (status == HEARTH_OK)
    *layout = made;
  else
    hearth_layout_destroy(&made);
  return status;
}
