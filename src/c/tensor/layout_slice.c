/* The layout of a slice: every rank keeps what it owned, in the order of the slice's indices. */
#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"
#include "tensor/layout_runs.h"

/* Indices start + j * step, 0 <= j < count. */
typedef struct range {
  int64_t start, count, step;
} range;

static hearth_status check_range(const hearth_context *ctx, int32_t d, int64_t extent, range r) {
  const long long start = r.start, step = r.step;
  HEARTH_REQUIRE(ctx, r.count >= 0 && r.count <= extent, "%lld indices of dimension %d, which has %lld", (long long)r.count, d, (long long)extent);
  HEARTH_REQUIRE(ctx, step != 0, "the step of dimension %d is 0", d);
  if (r.count == 0) return HEARTH_OK;
  HEARTH_REQUIRE(ctx, r.start >= 0 && r.start < extent, "the slice starts at index %lld of dimension %d, which has %lld", start, d, (long long)extent);
  if (r.count == 1) return HEARTH_OK;
  const bool inside = step > 0 ? r.count - 1 <= (extent - 1 - r.start) / r.step : step >= -HEARTH_EXTENT_LIMIT && r.count - 1 <= r.start / -r.step;
  HEARTH_REQUIRE(ctx, inside, "%lld indices from %lld in steps of %lld leave dimension %d, which has %lld", (long long)r.count, start, step, d,
                 (long long)extent);
  return HEARTH_OK;
}

/* The same indices, ascending. */
static range ascending(range r) {
  if (r.count == 0) return (range){0, 0, 1};
  if (r.count == 1) return (range){r.start, 1, 1};
  return r.step > 0 ? r : (range){r.start + (r.count - 1) * r.step, r.count, -r.step};
}

static hearth_status slice_cuts(const hearth_context *ctx, range r, bool reversed, hearth_dim *dim) {
  const int64_t n = dim->processes, *cuts = dim->cuts;
  int64_t *sliced = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (n + 1) * (int64_t)sizeof *sliced, &sliced));
  for (int64_t c = 0; c <= n; c++) {
    int64_t before = cuts[c] <= r.start ? 0 : (cuts[c] - r.start - 1) / r.step + 1;
    if (before > r.count) before = r.count;
    sliced[reversed ? n - c : c] = reversed ? r.count - before : before;
  }
  dim->cuts = sliced;
  return HEARTH_OK;
}

/* Block-cyclic again: the step divides the block. Reversed, the blocks come from the other end to coordinates counted from the other end. */
static void slice_blocks(range r, bool reversed, hearth_dim *dim) {
  const int64_t shifted = r.start + dim->offset, processes = dim->processes;
  dim->first = (dim->first + shifted / dim->block) % processes;
  dim->offset = shifted % dim->block / r.step;
  dim->block /= r.step;
  if (!reversed) return;
  const int64_t last = r.count - 1 + dim->offset;
  dim->first = ((processes - 1 - dim->first - last / dim->block) % processes + processes) % processes;
  dim->offset = dim->block - 1 - last % dim->block;
}

/* Whether the slice of a dimension is of the same kind. */
static bool stays_regular(const hearth_dim *dim, range ascending) {
  if (dim->kind == HEARTH_DIM_INDEX) return false;
  return dim->kind != HEARTH_DIM_BLOCK_CYCLIC || dim->processes == 1 || dim->block % ascending.step == 0;
}

/* The cuts that it makes are the caller's to deallocate. *mirrored: coordinates count from the other end. */
static hearth_status slice_dimension(const hearth_context *ctx, range asked, hearth_dim *dim, bool *mirrored) {
  const range r = ascending(asked);
  const bool reversed = asked.count > 1 && asked.step < 0;
  dim->extent = r.count;
  *mirrored = reversed && dim->processes > 1;
  if (dim->kind == HEARTH_DIM_CUTS) return slice_cuts(ctx, r, reversed, dim);
  if (dim->kind == HEARTH_DIM_WHOLE || dim->processes == 1 || r.count == 0) return HEARTH_OK;
  slice_blocks(r, reversed, dim);
  return HEARTH_OK;
}

/* The whole dimensions, cuts and blocks. Dimensions that will be lists have neither cuts nor list afterwards. */
static hearth_status slice_regular(const hearth_layout *layout, const range *ranges, hearth_layout *prototype, int32_t *place) {
  for (int32_t d = 0; d < layout->ndim; d++) {
    bool mirrored = false;
    if (!stays_regular(&layout->dim[d], ascending(ranges[d]))) continue;
    hearth_dim dim = layout->dim[d];
    HEARTH_TRY(slice_dimension(layout->ctx, ranges[d], &dim, &mirrored));
    prototype->dim[d] = dim;
    prototype->shape[d] = ranges[d].count;
    if (mirrored) hearth_layout_number(layout, dim.axis, NULL, place);
  }
  return HEARTH_OK;
}

static int64_t clamp(int64_t j, int64_t count) {
  return j < 0 ? 0 : j > count ? count : j;
}

/* What this rank keeps of a dimension, in the order in which it has it. */
static hearth_status keep_runs(const hearth_layout *layout, int32_t d, range r, hearth_runs *kept) {
  hearth_run_list list = {.ctx = layout->ctx};
  hearth_runs runs;
  const int64_t step = r.step > 0 ? r.step : -r.step;
  hearth_status status = hearth_layout_runs(layout, layout->ctx->rank, d, &runs);
  for (int64_t k = 0; status == HEARTH_OK && k < runs.n; k++) {
    const hearth_run run = runs.run[k];
    if (r.step > 0) { /* of the slice's indices, those from the first that is not before the run to the first that is behind it */
      const int64_t from = run.global <= r.start ? 0 : (run.global - r.start - 1) / step + 1, end = run.global + run.count;
      const int64_t to = end <= r.start ? 0 : (end - r.start - 1) / step + 1;
      status = hearth_run_list_add(&list, clamp(from, r.count), clamp(to, r.count) - clamp(from, r.count));
    } else { /* from the last one down */
      const int64_t from = run.global > r.start ? -1 : (r.start - run.global) / step, end = run.global + run.count;
      const int64_t to = end > r.start ? -1 : (r.start - end) / step;
      for (int64_t j = from < r.count ? from : r.count - 1; status == HEARTH_OK && j > to; j--) status = hearth_run_list_add(&list, j, 1);
    }
  }
  hearth_runs_free(layout->ctx, &runs);
  *kept = list.runs;
  return status;
}

/* Dimensions that become lists; `mine` is what failed before. */
static hearth_status slice_lists(const hearth_layout *layout, const range *ranges, hearth_layout *prototype, int32_t *place, hearth_status mine) {
  HEARTH_TRY(hearth_agree(layout->ctx, mine));
  for (int32_t d = 0; d < layout->ndim; d++) {
    const range up = ascending(ranges[d]);
    hearth_runs kept = {0, NULL};
    if (stays_regular(&layout->dim[d], up)) continue;
    mine = keep_runs(layout, d, ranges[d].count > 1 ? ranges[d] : up, &kept);
    HEARTH_TRY(hearth_layout_list(prototype, d, up.count, &kept, place, mine));
  }
  return HEARTH_OK;
}

static hearth_status slice_product(const hearth_layout *layout, const range *ranges, hearth_layout **result) {
  const hearth_context *ctx = layout->ctx;
  hearth_layout prototype = *layout;
  int32_t *place = NULL, *rank_at = NULL;
  hearth_status mine = hearth_layout_places(layout, &place);
  for (int32_t d = 0; d < layout->ndim; d++) { /* what is released below */
    prototype.dim[d].cuts = NULL;
    prototype.dim[d].index = NULL;
  }
  if (mine == HEARTH_OK) mine = slice_regular(layout, ranges, &prototype, place);
  hearth_status status = slice_lists(layout, ranges, &prototype, place, mine);
  if (status == HEARTH_OK) {
    mine = hearth_layout_set_places(&prototype, place);
    rank_at = prototype.rank_at;
    if (mine == HEARTH_OK) mine = hearth_layout_duplicate(&prototype, result);
    status = hearth_agree(ctx, mine);
  }
  for (int32_t d = 0; d < layout->ndim; d++) hearth_dim_release(ctx, &prototype.dim[d]);
  hearth_deallocate(ctx, rank_at);
  hearth_deallocate(ctx, place);
  return status;
}

/* What is left of a box along a dimension. */
static hearth_run slice_run(hearth_run run, range asked) {
  const range r = ascending(asked);
  const bool reversed = asked.count > 1 && asked.step < 0;
  const int64_t end = run.global + run.count;
  const int64_t from = clamp(run.global <= r.start ? 0 : (run.global - r.start - 1) / r.step + 1, r.count);
  const int64_t to = clamp(end <= r.start ? 0 : (end - r.start - 1) / r.step + 1, r.count);
  return (hearth_run){reversed ? r.count - to : from, 0, to - from};
}

static hearth_status slice_boxes(const hearth_layout *layout, const range *ranges, hearth_layout **result) {
  const hearth_context *ctx = layout->ctx;
  const int32_t ndim = layout->ndim;
  const int64_t n = layout->boxes->n;
  hearth_boxes *boxes = NULL;
  hearth_run *own = NULL;
  int64_t shape[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) shape[d] = ranges[d].count;
  const hearth_status mine = hearth_allocate(ctx, n * ndim * (int64_t)sizeof *own, &own);
  for (int64_t k = 0; mine == HEARTH_OK && k < n * ndim; k++) own[k] = slice_run(layout->boxes->own[k], ranges[k % ndim]);
  hearth_status status = hearth_boxes_make(layout->ctx, ndim, shape, n, &own, mine, &boxes);
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_layout_of_boxes(boxes, result));
  hearth_boxes_release(&boxes);
  hearth_deallocate(ctx, own);
  return status;
}

static hearth_status check_slice(const hearth_layout *layout, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step,
                                 hearth_layout **result) {
  const hearth_context *ctx = layout->ctx;
  HEARTH_REQUIRE(ctx, result, "no place for the layout (NULL)");
  HEARTH_REQUIRE(ctx, ndim == layout->ndim, "a slice of %d dimensions of a layout that has %d", ndim, layout->ndim);
  HEARTH_REQUIRE(ctx, start && count && step, "the slice's start, count or step is NULL");
  for (int32_t d = 0; d < ndim; d++) HEARTH_TRY(check_range(ctx, d, layout->shape[d], (range){start[d], count[d], step[d]}));
  return HEARTH_OK;
}

hearth_status hearth_layout_slice(const hearth_layout *layout, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step,
                                  hearth_layout **result) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  if (result) *result = NULL;
  range ranges[HEARTH_MAX_NDIM];
  int64_t number[3 * HEARTH_MAX_NDIM] = {0};
  const hearth_status mine = check_slice(layout, ndim, start, count, step, result);
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) {
    ranges[d] = (range){start[d], count[d], step[d]};
    number[3 * d] = start[d];
    number[3 * d + 1] = count[d];
    number[3 * d + 2] = step[d];
  }
  HEARTH_TRY(hearth_agree_same(layout->ctx, mine, "the slice (start, count, step; per dimension)", number, 3 * HEARTH_MAX_NDIM));
  hearth_layout *made = NULL;
  const hearth_status status = layout->boxes ? slice_boxes(layout, ranges, &made) : slice_product(layout, ranges, &made);
  if (status != HEARTH_OK)
    hearth_layout_destroy(&made);
  else
    *result = made;
  return status;
}
