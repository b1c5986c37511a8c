#include "analysis/series.h"
#include "analysis/state_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include "tensor/source_impl.h"
#include <string.h>

static hearth_status set_array(hearth_context *ctx, const char *name, const hearth_array *array, int32_t axis, hearth_series_field *field) {
  HEARTH_REQUIRE(ctx, array, "the array is NULL");
  HEARTH_REQUIRE(ctx, array->ctx == ctx, "the array belongs to another context than the estimator");
  const hearth_layout *layout = array->layout;
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < layout->ndim, "field '%s': sample axis %d is outside 0..%d", name, axis, layout->ndim - 1);
  *field = (hearth_series_field){.name = name, .ndim = layout->ndim, .axis = axis, .dtype = array->dtype, .order = array->order, .array = array};
  memcpy(field->shape, layout->shape, sizeof field->shape);
  return hearth_array_pending(array);
}

static hearth_status check(hearth_series *series) {
  const hearth_context *ctx = series->ctx;
  HEARTH_REQUIRE(ctx, series->nfields > 0 && series->nfields <= HEARTH_MAX_FIELDS, "the state has %d fields, it may have 1 to %d", series->nfields,
                 HEARTH_MAX_FIELDS);
  series->samples = series->field[0].shape[series->field[0].axis];
  for (int32_t f = 0; f < series->nfields; f++) {
    const hearth_series_field *field = &series->field[f];
    HEARTH_REQUIRE(ctx, field->ndim >= 2, "field '%s' has only its samples' axis: a space axis is needed as well", field->name);
    HEARTH_REQUIRE(ctx, field->shape[field->axis] == series->samples, "field '%s' has %lld samples, field '%s' has %lld", field->name,
                   (long long)field->shape[field->axis], series->field[0].name, (long long)series->samples);
    if (field->dtype == HEARTH_COMPLEX64 || field->dtype == HEARTH_COMPLEX128)
      return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "field '%s' is complex: PCA takes real fields", field->name);
  }
  return HEARTH_OK;
}

/* Agrees, so that all ranks go on or none; releases on failure. */
static hearth_status finish(hearth_series *series, hearth_status status) {
  if (status == HEARTH_OK) status = check(series);
  status = hearth_agree(series->ctx, status);
  if (status != HEARTH_OK) hearth_series_free(series);
  return status;
}

static hearth_status allocate(hearth_series *series, int32_t nfields) {
  series->nfields = nfields;
  return hearth_allocate_zero(series->ctx, nfields * (int64_t)sizeof *series->field, &series->field);
}

hearth_status hearth_series_of_array(hearth_context *ctx, const hearth_array *array, int32_t sample_axis, hearth_series *series) {
  *series = (hearth_series){.ctx = ctx};
  hearth_status status = allocate(series, 1);
  if (status == HEARTH_OK) status = set_array(ctx, "data", array, sample_axis, series->field);
  return finish(series, status);
}

hearth_status hearth_series_of_state(hearth_context *ctx, const hearth_state *state, int32_t sample_axis, hearth_series *series) {
  *series = (hearth_series){.ctx = ctx};
  hearth_status status = state ? allocate(series, state->nfields) : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "the state is NULL");
  for (int32_t f = 0; status == HEARTH_OK && f < state->nfields; f++)
    status = set_array(ctx, state->field[f].name, state->field[f].array, sample_axis, &series->field[f]);
  return finish(series, status);
}

hearth_status hearth_series_of_source(hearth_context *ctx, const hearth_source *source, hearth_series *series) {
  *series = (hearth_series){.ctx = ctx};
  hearth_status status = source && source->ctx == ctx ? allocate(series, source->nfields)
                                                      : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "the source is NULL or belongs to another context");
  for (int32_t f = 0; status == HEARTH_OK && f < source->nfields; f++) {
    const hearth_source_field *from = &source->field[f];
    hearth_series_field *field = &series->field[f];
    *field = (hearth_series_field){.name = from->name, .ndim = from->ndim, .axis = from->sample_axis, .dtype = from->dtype, .order = HEARTH_ROW_MAJOR};
    field->reader = from->reader;
    memcpy(field->shape, from->shape, sizeof field->shape);
  }
  return finish(series, status);
}

void hearth_series_free(hearth_series *series) {
  hearth_deallocate(series->ctx, series->field);
  series->field = NULL;
}

hearth_status hearth_series_read(const hearth_series *series, int32_t f, const int64_t *start, hearth_array *into) {
  const hearth_series_field *field = &series->field[f];
  if (!field->array) return field->reader.read(field->reader.user, f, start, into);
  const int64_t zero[HEARTH_MAX_NDIM] = {0};
  hearth_plan *plan = NULL;
  hearth_status status = hearth_plan_create_box(field->array->layout, start, into->layout, zero, into->layout->shape, &plan);
  if (status == HEARTH_OK) status = hearth_plan_execute(plan, field->array, into);
  hearth_plan_destroy(&plan);
  return status;
}

hearth_status hearth_series_own_space(const hearth_series *series, int32_t f, hearth_layout **layout) {
  const hearth_series_field *field = &series->field[f];
  *layout = NULL;
  if (!field->array || field->array->layout->boxes) return HEARTH_OK;
  int32_t axes[HEARTH_MAX_NDIM], n = 0;
  for (int32_t d = 0; d < field->ndim; d++)
    if (d != field->axis) axes[n++] = d;
  HEARTH_TRY(hearth_layout_project(field->array->layout, n, axes, layout));
  if (hearth_layout_is_replicated(*layout)) hearth_layout_destroy(layout);
  return HEARTH_OK;
}

hearth_status hearth_series_space(const hearth_series *series, int32_t f, hearth_layout **layout) {
  const hearth_series_field *field = &series->field[f];
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t n = 0, longest = 0;
  HEARTH_TRY(hearth_series_own_space(series, f, layout));
  if (*layout) return HEARTH_OK;
  for (int32_t d = 0; d < field->ndim; d++)
    if (d != field->axis) shape[n++] = field->shape[d];
  for (int32_t d = 1; d < n; d++)
    if (shape[d] > shape[longest]) longest = d;
  return hearth_layout_make_split(series->ctx, n, shape, longest, layout);
}
