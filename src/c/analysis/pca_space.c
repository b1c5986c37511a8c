/* The points of the state: which this rank has, their weights, their names in messages. */
#include "analysis/metric_impl.h"
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/labels.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static hearth_status set_field(hearth_context *ctx, hearth_pca_field *field, const hearth_pca_origin *origin) {
  const hearth_layout *layout = origin->layout;
  HEARTH_TRY(hearth_allocate(ctx, (int64_t)strlen(origin->name) + 1, &field->name));
  strcpy(field->name, origin->name);
  field->order = origin->order;
  field->dtype = origin->array ? origin->array->dtype : HEARTH_DTYPE_NONE;
  field->labels = hearth_labels_retain(origin->array ? origin->array->labels : NULL);
  field->sample_axis = origin->sample_axis;
  field->layout = hearth_layout_retain(layout);
  field->npieces = hearth_layout_piece_count(layout);
  field->points = hearth_layout_local_volume(layout);
  field->global_points = 1;
  for (int32_t d = 0; d < layout->ndim; d++) {
    field->extent[d] = field->npieces == 1 ? hearth_layout_piece_extent(layout, 0, d) : 0;
    field->global_points *= layout->shape[d];
  }
  HEARTH_TRY(hearth_allocate(ctx, (field->npieces + 1) * (int64_t)sizeof *field->piece, &field->piece));
  field->piece[0] = 0;
  for (int32_t p = 0; p < field->npieces; p++) field->piece[p + 1] = field->piece[p] + hearth_layout_piece_volume(layout, p);
  return HEARTH_OK;
}

static hearth_status set_fields(hearth_pca *pca, int32_t nfields, const hearth_pca_origin *origin) {
  hearth_pca_space *space = &pca->space;
  HEARTH_TRY(hearth_metric_check(pca->metric, nfields));
  HEARTH_TRY(hearth_allocate_zero(pca->ctx, nfields * (int64_t)sizeof *space->field, &space->field));
  space->nfields = nfields;
  space->primary = true;
  for (int32_t f = 0; f < nfields; f++) {
    hearth_pca_field *field = &space->field[f];
    HEARTH_TRY(set_field(pca->ctx, field, &origin[f]));
    field->offset = space->points;
    field->global_offset = space->global_points;
    space->points += field->points;
    space->global_points += field->global_points;
    const bool primary = hearth_layout_is_primary(origin[f].layout, pca->ctx->rank);
    if (field->points == 0) continue; /* such a rank adds nothing either way */
    if (field->offset > 0 && primary != space->primary)
      return hearth_fail(pca->ctx, HEARTH_ERR_UNSUPPORTED, "field '%s' is replicated over other ranks than field '%s': give the fields of a state like layouts",
                         origin[f].name, origin[0].name);
    space->primary = primary;
  }
  return HEARTH_OK;
}

/* scale = sqrt(w) and its inverse, NaN where the point takes no part. */
static hearth_status set_weights(hearth_pca *pca, double *w) {
  hearth_pca_space *space = &pca->space;
  const int64_t n = space->points;
  for (int64_t i = 0; i < n; i++) w[i] = sqrt(w[i]);
  HEARTH_TRY(hearth_pca_upload(pca->ctx, space->scale, w, n));
  for (int64_t i = 0; i < n; i++) w[i] = w[i] > 0 ? 1 / w[i] : (double)NAN;
  return hearth_pca_upload(pca->ctx, space->inverse, w, n);
}

hearth_status hearth_pca_space_create(hearth_pca *pca, int32_t nfields, const hearth_pca_origin *origin) {
  hearth_context *ctx = pca->ctx;
  hearth_pca_space *space = &pca->space;
  double *w = NULL;
  hearth_status status = set_fields(pca, nfields, origin);
  /* Without a metric a stream needs neither array; a batch fit asks for them in any case, because points may drop out. */
  const bool weighted = pca->metric || pca->phase == HEARTH_PCA_BATCH;
  space->weighted = weighted;
  if (status == HEARTH_OK && weighted) status = hearth_pca_allocate(ctx, space->points, &space->scale);
  if (status == HEARTH_OK && weighted) status = hearth_pca_allocate(ctx, space->points, &space->inverse);
  if (status == HEARTH_OK && weighted) status = hearth_allocate(ctx, space->points * (int64_t)sizeof *w, &w);
  status = hearth_agree(ctx, status);
  if (status != HEARTH_OK || !weighted) goto done;
  for (int64_t i = 0; i < space->points; i++) w[i] = 1;
  for (int32_t f = 0; f < nfields; f++)
    HEARTH_GOTO(done, hearth_metric_apply(pca->metric, f, space->field[f].layout, space->field[f].order, w + space->field[f].offset));
  status = hearth_agree(ctx, set_weights(pca, w));
done:
  hearth_deallocate(ctx, w);
  if (status != HEARTH_OK) hearth_pca_space_clear(ctx, space);
  return status;
}

void hearth_pca_space_clear(const hearth_context *ctx, hearth_pca_space *space) {
  for (int32_t f = 0; f < space->nfields; f++) {
    hearth_deallocate(ctx, space->field[f].name);
    hearth_deallocate(ctx, space->field[f].piece);
    hearth_layout_destroy(&space->field[f].layout);
    hearth_labels_release(&space->field[f].labels);
  }
  hearth_deallocate(ctx, space->field);
  hearth_pca_release(ctx, &space->scale);
  hearth_pca_release(ctx, &space->inverse);
  hearth_pca_release(ctx, &space->deviation);
  memset(space, 0, sizeof *space);
}

int64_t hearth_pca_global_point(const hearth_pca *pca, int64_t local) {
  const hearth_pca_space *space = &pca->space;
  int32_t f = 0;
  while (f + 1 < space->nfields && local >= space->field[f + 1].offset) f++;
  const hearth_pca_field *field = &space->field[f];
  const hearth_layout *layout = field->layout;
  int64_t rest = local - field->offset, global = 0, stride = 1;
  int32_t p = 0;
  while (rest >= field->piece[p + 1]) p++;
  rest -= field->piece[p];
  for (int32_t k = 0; k < layout->ndim; k++) {
    const int32_t d = field->order == HEARTH_COLUMN_MAJOR ? k : layout->ndim - 1 - k;
    const int64_t extent = hearth_layout_piece_extent(layout, p, d);
    global += stride * hearth_layout_piece_global(layout, p, d, rest % extent);
    rest /= extent;
    stride *= layout->shape[d];
  }
  return field->global_offset + global;
}

void hearth_pca_describe_point(const hearth_pca *pca, int64_t global, char *text, size_t capacity) {
  const hearth_pca_space *space = &pca->space;
  int32_t f = 0;
  while (f + 1 < space->nfields && global >= space->field[f + 1].global_offset) f++;
  const hearth_pca_field *field = &space->field[f];
  const hearth_layout *layout = field->layout;
  int64_t rest = global - field->global_offset, index[HEARTH_MAX_NDIM];
  for (int32_t k = 0; k < layout->ndim; k++) {
    const int32_t d = field->order == HEARTH_COLUMN_MAJOR ? k : layout->ndim - 1 - k;
    index[d] = rest % layout->shape[d];
    rest /= layout->shape[d];
  }
  int n = snprintf(text, capacity, "field '%s' at (", field->name);
  for (int32_t d = 0; d < layout->ndim && n > 0 && (size_t)n < capacity; d++)
    n += snprintf(text + n, capacity - (size_t)n, "%lld%s", (long long)index[d], d + 1 < layout->ndim ? ", " : ")");
}
