/* The parts of an estimator by name. */
#include "analysis/pca_stream_method.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <stdio.h>

typedef enum number_type { INT32, INT64, FLOAT64 } number_type;

typedef struct number {
  const char *name;
  size_t place;
  number_type type;
  hearth_checkpoint_role role;
} number;

#define OPTION(name, field, type)                                                                                                                              \
  { name, offsetof(hearth_pca, field), type, HEARTH_CHECKPOINT_SAME }
#define STREAM_OPTION(name, field, type)                                                                                                                       \
  { name, offsetof(hearth_pca, field), type, HEARTH_CHECKPOINT_SAME_STREAM }
#define STATE(name, field, type)                                                                                                                               \
  { name, offsetof(hearth_pca, field), type, HEARTH_CHECKPOINT_KEPT }
static const number numbers[] = {
    OPTION("n_components", n_components, INT32),
    OPTION("ddof", options.ddof, INT32),
    OPTION("standardize", options.standardize, INT32),
    OPTION("groups", ngroups, INT32),
    STREAM_OPTION("stream_method", options.stream_method, INT32),
    STREAM_OPTION("n_kept", stream.n_kept, INT32),
    STREAM_OPTION("bunch", stream.bunch, INT32),
    STREAM_OPTION("forgetting", options.forgetting, FLOAT64),
    STREAM_OPTION("keep_scores", options.keep_scores, INT32),
    STATE("samples", samples, INT64),
    STATE("modes", modes, INT32),
    STATE("directions", rows, INT32),
    STATE("scatter", total, FLOAT64),
    STATE("stream_samples", stream.samples, INT64),
    STATE("stream_weight", stream.weight, FLOAT64),
    STATE("stream_weight_squares", stream.weight2, FLOAT64),
    STATE("stream_exponent", stream.exponent, INT32),
    STATE("stream_directions", stream.rank, INT32),
    STATE("stream_waiting", stream.filled, INT32),
    STATE("stream_discarded", stream.discarded, FLOAT64),
    STATE("stream_last_time", stream.last_time, FLOAT64),
};

int32_t hearth_checkpoint_numbers(void) {
  return (int32_t)(sizeof numbers / sizeof *numbers);
}

const char *hearth_checkpoint_number_name(int32_t i) {
  return numbers[i].name;
}

hearth_checkpoint_role hearth_checkpoint_number_role(int32_t i) {
  return numbers[i].role;
}

double hearth_checkpoint_number(const hearth_pca *pca, int32_t i) {
  const char *at = (const char *)pca + numbers[i].place;
  if (numbers[i].type == INT32) return (double)*(const int32_t *)at;
  return numbers[i].type == INT64 ? (double)*(const int64_t *)at : *(const double *)at;
}

bool hearth_checkpoint_number_fits(int32_t i, double value) {
  if (numbers[i].type == FLOAT64) return true;
  if (numbers[i].place == offsetof(hearth_pca, stream.exponent)) return fabs(value) < 4096 && value == floor(value);
  return value >= 0 && value < (numbers[i].type == INT32 ? 0x1p31 : 0x1p53) && value == floor(value);
}

void hearth_checkpoint_set_number(hearth_pca *pca, int32_t i, double value) {
  char *at = (char *)pca + numbers[i].place;
  if (numbers[i].type == INT32)
    *(int32_t *)at = (int32_t)value;
  else if (numbers[i].type == INT64)
    *(int64_t *)at = (int64_t)value;
  else
    *(double *)at = value;
}

void hearth_checkpoint_add_vector(hearth_checkpoint *c, const char *name, double *data, int64_t n, bool everywhere) {
  if (n > 0) c->vector[c->nvectors++] = (hearth_checkpoint_vector){name, data, n, everywhere};
}

void hearth_checkpoint_add_rows(hearth_checkpoint *c, const char *name, double *data, int64_t rows) {
  if (rows > 0) c->rows[c->nrows++] = (hearth_checkpoint_rows){name, data, rows};
}

static void describe_batch(const hearth_pca *pca, hearth_checkpoint *c) {
  hearth_checkpoint_add_vector(c, "singular_value", pca->sigma, pca->rows, true);
  if (pca->scores) hearth_checkpoint_add_vector(c, "score", pca->scores, pca->samples * pca->modes, true);
  hearth_checkpoint_add_rows(c, "basis", pca->basis, pca->rows);
  hearth_checkpoint_add_rows(c, "mean", pca->mean, pca->ngroups);
  if (pca->options.standardize) hearth_checkpoint_add_rows(c, "deviation", pca->space.deviation, 1);
}

static void describe_stream(const hearth_pca *pca, hearth_checkpoint *c) {
  const hearth_pca_stream *stream = &pca->stream;
  hearth_checkpoint_add_vector(c, "time", stream->times, stream->samples + stream->filled, true);
  hearth_checkpoint_add_vector(c, "left_out", stream->bad, stream->filled, true);
  hearth_stream_table_of(pca)->describe(pca, c);
}

void hearth_checkpoint_describe(const hearth_pca *pca, hearth_checkpoint *checkpoint) {
  checkpoint->nvectors = checkpoint->nrows = 0;
  if (pca->space.weighted) hearth_checkpoint_add_rows(checkpoint, "scale", pca->space.scale, 1);
  if (pca->space.weighted) hearth_checkpoint_add_rows(checkpoint, "inverse", pca->space.inverse, 1);
  if (pca->phase == HEARTH_PCA_BATCH)
    describe_batch(pca, checkpoint);
  else
    describe_stream(pca, checkpoint);
}

void hearth_checkpoint_variable(const hearth_checkpoint_rows *rows, int32_t f, char name[HEARTH_CHECKPOINT_NAME]) {
  snprintf(name, HEARTH_CHECKPOINT_NAME, "%s_%d", rows->name, f);
}

hearth_status hearth_checkpoint_base(hearth_context *ctx, hearth_array **base) {
  const int64_t one = 1;
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_layout_make_split(ctx, 1, &one, -1, &layout));
  const hearth_status status = hearth_array_create_local(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, base);
  hearth_layout_destroy(&layout);
  return status;
}

/* The layout [rows, space from the slowest axis of `order` to the fastest]. */
static hearth_status turned_layout(const hearth_layout *space, int64_t rows, int32_t order, int32_t *axes, hearth_layout **layout) {
  hearth_layout *whole = NULL;
  const int32_t ndim = space->ndim;
  HEARTH_TRY(hearth_layout_insert(space, 0, rows, &whole));
  axes[0] = 0;
  for (int32_t k = 0; k < ndim; k++) axes[1 + k] = 1 + (order == HEARTH_COLUMN_MAJOR ? ndim - 1 - k : k);
  const hearth_status status = hearth_layout_project(whole, ndim + 1, axes, layout);
  hearth_layout_destroy(&whole);
  return status;
}

hearth_status hearth_checkpoint_array(const hearth_pca *pca, int32_t f, const hearth_checkpoint_rows *rows, int32_t order, const hearth_array *base,
                                      hearth_array **array) {
  int32_t axes[HEARTH_MAX_NDIM];
  hearth_layout *layout = NULL;
  HEARTH_TRY(turned_layout(pca->space.field[f].layout, rows->rows, order, axes, &layout));
  hearth_status status = hearth_array_alias(base, layout, array);
  for (int32_t p = 0; status == HEARTH_OK && p < (*array)->npieces; p++) {
    const hearth_view from = hearth_pca_piece_view(pca, f, p, rows->data, rows->rows, pca->space.points);
    hearth_view *view = &(*array)->piece[p].view;
    *view = from;
    for (int32_t d = 0; d < view->ndim; d++) {
      view->extent[d] = from.extent[axes[d]];
      view->stride[d] = from.stride[axes[d]];
    }
  }
  hearth_layout_destroy(&layout);
  return status;
}
