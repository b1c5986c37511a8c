/* The layout of a slice: every rank keeps what it owned, in the order of the slice's indices. */
#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"

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

/* The cuts that it makes are the caller's to deallocate. *mirrored: coordinates count from the other end. */
static hearth_status slice_dimension(const hearth_layout *layout, int32_t d, range asked, hearth_dim *dim, bool *mirrored) {
  const range r = ascending(asked);
  const bool reversed = asked.count > 1 && asked.step < 0;
  dim->extent = r.count;
  *mirrored = reversed && dim->processes > 1;
  if (dim->kind == HEARTH_DIM_CUTS) return slice_cuts(layout->ctx, r, reversed, dim);
  if (dim->kind == HEARTH_DIM_WHOLE || dim->processes == 1 || r.count == 0) return HEARTH_OK;
  if (dim->block % r.step != 0)
    return hearth_fail(layout->ctx, HEARTH_ERR_UNSUPPORTED, "dimension %d in steps of %lld, which do not divide its blocks of %lld", d, (long long)r.step,
                       (long long)dim->block);
  slice_blocks(r, reversed, dim);
  return HEARTH_OK;
}

static hearth_status slice_product(const hearth_layout *layout, const range *ranges, hearth_layout **result) {
  const hearth_context *ctx = layout->ctx;
  hearth_layout prototype = *layout;
  int32_t *place = NULL, *rank_at = NULL;
  int32_t sliced = 0;
  bool any = false;
  hearth_status status = hearth_layout_places(layout, &place);
  for (; status == HEARTH_OK && sliced < layout->ndim; sliced++) {
    bool mirrored = false;
    prototype.shape[sliced] = ranges[sliced].count;
    HEARTH_GOTO(done, slice_dimension(layout, sliced, ranges[sliced], &prototype.dim[sliced], &mirrored));
    if (mirrored) hearth_layout_number(layout, layout->dim[sliced].axis, NULL, place);
    any = any || mirrored;
  }
  if (status == HEARTH_OK && any) {
    status = hearth_layout_set_places(&prototype, place);
    rank_at = prototype.rank_at;
  }
  if (status == HEARTH_OK) status = hearth_layout_duplicate(&prototype, result);
done:
  for (int32_t d = 0; d < sliced; d++)
    if (prototype.dim[d].kind == HEARTH_DIM_CUTS) hearth_deallocate(ctx, prototype.dim[d].cuts);
  hearth_deallocate(ctx, rank_at);
  hearth_deallocate(ctx, place);
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
  const hearth_status status = hearth_agree(layout->ctx, slice_product(layout, ranges, &made));
  if (status != HEARTH_OK)
    hearth_layout_destroy(&made);
  else
    *result = made;
  return status;
}
