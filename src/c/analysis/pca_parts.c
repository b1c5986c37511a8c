/* Samples' side: how all samples of some points come to the rank that owns the points.
 *
 * An array that keeps its samples together is used where it lies. Anything else is read in blocks: the first long space axis is dealt out block-cyclically with
 * a block of c indices, so that c x ranks neighbouring indices form one box of the file, and rank r always gets the same points; if even c = 1 is too large,
 * the longest other axis is cut as well. */
#include "analysis/pca_fit_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/array_impl.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_impl.h"
#include <string.h>

/* Blocks of one field; axes count the field's dimensions, samples included. */
typedef struct hearth_blocks {
  int32_t dealt; /* the axis dealt out */
  int64_t block; /* c */
  int32_t cut;   /* the other axis that is cut, -1: none */
  int64_t step;  /* indices of it per block */
} hearth_blocks;

/* Whether the field is an array each of whose ranks holds all samples of its points, without replicas. */
static hearth_status lies_right(const hearth_pca_fit_job *job, int32_t f, bool *right) {
  const hearth_series_field *field = &job->series->field[f];
  hearth_layout *own = NULL;
  *right = false;
  if (!field->array || !hearth_dim_in_order(&field->array->layout->dim[field->axis])) return HEARTH_OK;
  HEARTH_TRY(hearth_series_own_space(job->series, f, &own));
  *right = own != NULL;
  return hearth_layout_destroy(&own);
}

/* The slowest space axis that gives every rank something, so that ranks read neighbouring pieces of a file; else the longest. */
static int32_t choose_dealt(const hearth_series_field *field, int64_t ranks) {
  int32_t longest = -1;
  for (int32_t d = 0; d < field->ndim; d++) {
    if (d == field->axis) continue;
    if (field->shape[d] >= ranks && field->shape[d] > 1) return d;
    if (longest < 0 || field->shape[d] > field->shape[longest]) longest = d;
  }
  return longest;
}

static hearth_blocks plan_blocks(const hearth_pca_fit_job *job, int32_t f) {
  const hearth_series_field *field = &job->series->field[f];
  const int64_t ranks = job->pca->ctx->size;
  hearth_blocks blocks = {.dealt = choose_dealt(field, ranks), .cut = -1};
  int64_t slab = hearth_dtype_size(field->dtype); /* bytes of one index of the dealt axis */
  for (int32_t d = 0; d < field->ndim; d++)
    if (d != blocks.dealt) slab *= field->shape[d];
  const int64_t extent = field->shape[blocks.dealt], fit = slab ? job->budget / slab : extent;
  const int64_t most = fit < 1 ? 1 : fit, rounds = (extent + most * ranks - 1) / (most * ranks);
  blocks.block = rounds ? (extent + rounds * ranks - 1) / (rounds * ranks) : 1;
  if (fit >= 1) return blocks;
  for (int32_t d = 0; d < field->ndim; d++)
    if (d != field->axis && d != blocks.dealt && (blocks.cut < 0 || field->shape[d] > field->shape[blocks.cut])) blocks.cut = d;
  if (blocks.cut >= 0) {
    const int64_t steps = (slab + job->budget - 1) / job->budget, most_steps = field->shape[blocks.cut];
    blocks.step = (most_steps + steps - 1) / steps;
  }
  return blocks;
}

/* The layout that deals out `dealt` of `shape` in blocks of `block`. */
static hearth_status deal(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t dealt, int64_t block, hearth_layout **layout) {
  hearth_layout_builder *builder = NULL;
  hearth_status status = hearth_layout_builder_create(ctx, ndim, shape, &builder);
  if (status == HEARTH_OK) status = hearth_layout_builder_block_cyclic(builder, dealt, 0, block, 0, 0);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_layout_builder_finish(builder, layout);
  hearth_layout_builder_destroy(&builder);
  return status;
}

hearth_status hearth_pca_samples_layout(const hearth_pca_fit_job *job, int32_t f, hearth_layout **layout) {
  const hearth_series_field *field = &job->series->field[f];
  bool right = false;
  HEARTH_TRY(hearth_agree(job->pca->ctx, lies_right(job, f, &right)));
  if (right) return hearth_agree(job->pca->ctx, hearth_series_own_space(job->series, f, layout));
  const hearth_blocks blocks = plan_blocks(job, f);
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t n = 0;
  for (int32_t d = 0; d < field->ndim; d++)
    if (d != field->axis) shape[n++] = field->shape[d];
  return deal(job->pca->ctx, n, shape, blocks.dealt - (blocks.dealt > field->axis), blocks.block, layout);
}

/* Hands the parts of one block to `work`; `place` is the block's first point among the rank's. Local. */
static hearth_status each_part_of(hearth_pca_fit_job *job, int32_t f, const hearth_view *block, const int64_t *place, hearth_pca_samples_work work) {
  const hearth_pca_field *field = &job->pca->space.field[f];
  const hearth_view series = hearth_series_view(block, job->series->field[f].axis);
  const int32_t ndim = series.ndim - 1;
  hearth_part box = {.count = {0}};
  while (hearth_part_next(ndim, series.extent + 1, field->order, job->panel_size / (job->n ? job->n : 1), &box)) {
    const hearth_view src = hearth_part_view(&series, 1, &box);
    hearth_part part = box;
    for (int32_t d = 0; d < ndim; d++) part.start[d] += place[d];
    HEARTH_TRY(work(job, f, &src, &part));
    job->done += hearth_part_volume(ndim, &part);
    hearth_progress(job->pca->ctx, job->phase, job->done, job->total);
  }
  return HEARTH_OK;
}

/* Reads the box start, count of field f and hands it on. A failure of `work` stays in *mine until all blocks are read: the others go on reading. Collective. */
static hearth_status read_block(hearth_pca_fit_job *job, int32_t f, const hearth_blocks *blocks, const int64_t *start, const int64_t *count,
                                hearth_pca_samples_work work, hearth_status *mine) {
  hearth_context *ctx = job->pca->ctx;
  const hearth_series_field *field = &job->series->field[f];
  hearth_layout *layout = NULL;
  hearth_array *into = NULL;
  HEARTH_TRY(deal(ctx, field->ndim, count, blocks->dealt, blocks->block, &layout));
  hearth_status status = hearth_array_create(layout, field->dtype, field->order, &into);
  if (status == HEARTH_OK) status = hearth_series_read(job->series, f, start, into);
  if (status == HEARTH_OK && *mine == HEARTH_OK) {
    int64_t place[HEARTH_MAX_NDIM];
    for (int32_t d = 0, k = 0; d < field->ndim; d++)
      if (d != field->axis) place[k++] = d == blocks->dealt ? start[d] / ctx->size : start[d];
    *mine = each_part_of(job, f, hearth_array_view(into), place, work);
  }
  hearth_array_destroy(&into);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status read_field(hearth_pca_fit_job *job, int32_t f, hearth_pca_samples_work work, hearth_status *mine) {
  const hearth_series_field *field = &job->series->field[f];
  const hearth_blocks blocks = plan_blocks(job, f);
  const int64_t stride = blocks.block * job->pca->ctx->size, step = blocks.cut >= 0 ? blocks.step : 1;
  const int64_t cut_extent = blocks.cut >= 0 ? field->shape[blocks.cut] : 1;
  int64_t start[HEARTH_MAX_NDIM] = {0}, count[HEARTH_MAX_NDIM];
  memcpy(count, field->shape, sizeof count);
  for (int64_t i = 0; i < field->shape[blocks.dealt]; i += stride)
    for (int64_t j = 0; j < cut_extent; j += step) {
      const int64_t left = field->shape[blocks.dealt] - i;
      start[blocks.dealt] = i;
      count[blocks.dealt] = left < stride ? left : stride;
      if (blocks.cut >= 0) {
        start[blocks.cut] = j;
        count[blocks.cut] = cut_extent - j < step ? cut_extent - j : step;
      }
      HEARTH_TRY(read_block(job, f, &blocks, start, count, work, mine));
    }
  return HEARTH_OK;
}

hearth_status hearth_pca_each_part(hearth_pca_fit_job *job, hearth_pca_samples_work work) {
  hearth_context *ctx = job->pca->ctx;
  hearth_status mine = HEARTH_OK;
  job->done = 0;
  job->total = job->pca->space.points;
  for (int32_t f = 0; f < job->series->nfields; f++) {
    const int64_t origin[HEARTH_MAX_NDIM] = {0};
    bool right = false;
    HEARTH_TRY(hearth_agree(ctx, lies_right(job, f, &right)));
    if (!right) {
      HEARTH_TRY(read_field(job, f, work, &mine));
    } else if (mine == HEARTH_OK) {
      mine = each_part_of(job, f, hearth_array_view(job->series->field[f].array), origin, work);
    }
  }
  return hearth_agree(ctx, mine);
}
