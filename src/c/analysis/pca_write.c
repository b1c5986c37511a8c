/* The result as a CF NetCDF-4 file, by whatever I/O library hangs on the context. Fields in column-major order are written with their axes reversed, so that
 * the axis that is contiguous in the model is the last one in the file. */
#include "analysis/io_table.h"
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/labels.h"
#include "tensor/layout_impl.h"
#include <hearth/version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME 128
#define FILL 9.969209968386869e36 /* NetCDF's default for float64 */

/* A dimension of the file. */
typedef struct hearth_file_dimension {
  char name[NAME];
  int64_t length;
  const hearth_axis_label *label; /* NULL: no coordinate variable */
} hearth_file_dimension;

typedef struct hearth_writer {
  hearth_pca *pca;
  const hearth_io_table *io;
  hearth_output *output;
  bool standardized;
  hearth_file_dimension dimension[HEARTH_MAX_NDIM * 64];
  int32_t ndimensions;
} hearth_writer;

hearth_status hearth_pca_set_time_units(hearth_pca *pca, const char *units, const char *calendar) {
  if (!pca || !units) return hearth_fail(pca ? pca->ctx : NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_set_time_units: NULL argument");
  const char *const given[2] = {units, calendar ? calendar : "standard"};
  char **const kept[2] = {&pca->time_units, &pca->time_calendar};
  for (int i = 0; i < 2; i++) {
    char *copy = NULL;
    HEARTH_TRY(hearth_allocate(pca->ctx, (int64_t)strlen(given[i]) + 1, &copy));
    strcpy(copy, given[i]);
    hearth_deallocate(pca->ctx, *kept[i]);
    *kept[i] = copy;
  }
  return HEARTH_OK;
}

/* Axis number k of field f in the file, counted among the space's. */
static int32_t file_axis(const hearth_pca_field *field, int32_t k) {
  return field->order == HEARTH_COLUMN_MAJOR ? field->layout->ndim - 1 - k : k;
}

static const hearth_axis_label *axis_label(const hearth_pca_field *field, int32_t axis) {
  if (!field->labels) return NULL;
  const hearth_axis_label *label = &field->labels->axis[axis + (field->sample_axis >= 0 && axis >= field->sample_axis)];
  return label->name ? label : NULL;
}

/* Name in the file of axis `axis` of field f; a dimension that has the name but another length is not shared. */
static const hearth_file_dimension *find_dimension(hearth_writer *w, int32_t f, int32_t axis) {
  const hearth_pca_field *field = &w->pca->space.field[f];
  const hearth_axis_label *label = axis_label(field, axis);
  hearth_file_dimension want = {.length = field->layout->shape[axis], .label = label && label->n ? label : NULL};
  if (label)
    snprintf(want.name, NAME, "%s", label->name);
  else
    snprintf(want.name, NAME, "x%d", axis);
  for (int attempt = 0; attempt < 2; attempt++) {
    int32_t i = 0;
    while (i < w->ndimensions && strcmp(w->dimension[i].name, want.name) != 0) i++;
    if (i == w->ndimensions) {
      w->dimension[w->ndimensions++] = want;
      return &w->dimension[i];
    }
    if (w->dimension[i].length == want.length) return &w->dimension[i];
    snprintf(want.name, NAME, "%.60s_%.60s", field->name, label ? label->name : "x");
  }
  return &w->dimension[w->ndimensions - 1];
}

/* "lead dim dim ..." of field f. */
static void dimension_list(hearth_writer *w, int32_t f, const char *lead, char *text, size_t capacity) {
  int n = snprintf(text, capacity, "%s", lead);
  for (int32_t k = 0; k < w->pca->space.field[f].layout->ndim; k++)
    n += snprintf(text + n, capacity - (size_t)n, "%s%s", n ? " " : "", find_dimension(w, f, file_axis(&w->pca->space.field[f], k))->name);
}

static void variable_name(const hearth_writer *w, int32_t f, const char *what, char *text) {
  const hearth_pca_field *field = &w->pca->space.field[f];
  const char *name = field->labels && field->labels->name ? field->labels->name : field->name;
  if (w->pca->space.nfields == 1)
    snprintf(text, NAME, "%s", what);
  else
    snprintf(text, NAME, "%s_%.100s", what, name);
}

static hearth_status define_series(hearth_writer *w, const char *sample) {
  const hearth_io_table *io = w->io;
  char dims[NAME];
  HEARTH_TRY(io->output_dimension(w->output, sample, w->pca->samples));
  snprintf(dims, sizeof dims, "%s mode", sample);
  HEARTH_TRY(io->output_variable(w->output, "pc", HEARTH_FLOAT64, dims, (double)NAN));
  HEARTH_TRY(io->output_text(w->output, "pc", "long_name", "scores (principal components)"));
  if (w->pca->options.whiten) HEARTH_TRY(io->output_text(w->output, "pc", "whitened", "divided by the square roots of the eigenvalues"));
  if (w->pca->phase != HEARTH_PCA_STREAM) return HEARTH_OK;
  HEARTH_TRY(io->output_variable(w->output, sample, HEARTH_FLOAT64, sample, (double)NAN));
  HEARTH_TRY(io->output_text(w->output, sample, "standard_name", "time"));
  HEARTH_TRY(io->output_text(w->output, sample, "axis", "T"));
  if (!w->pca->time_units) return HEARTH_OK;
  HEARTH_TRY(io->output_text(w->output, sample, "units", w->pca->time_units));
  return io->output_text(w->output, sample, "calendar", w->pca->time_calendar);
}

static hearth_status define_modes(hearth_writer *w) {
  const hearth_io_table *io = w->io;
  static const char *const variable[][2] = {{"eigenvalue", "variance of the scores"}, {"explained_variance_ratio", "share of the total variance"}};
  const hearth_pca *pca = w->pca;
  HEARTH_TRY(io->output_text(w->output, "", "Conventions", "CF-1.8"));
  HEARTH_TRY(io->output_text(w->output, "", "title", "Empirical orthogonal functions"));
  HEARTH_TRY(io->output_text(w->output, "", "source", "Hearth " HEARTH_VERSION));
  HEARTH_TRY(io->output_dimension(w->output, "mode", w->pca->modes));
  HEARTH_TRY(io->output_variable(w->output, "mode", HEARTH_INT32, "mode", (double)NAN));
  HEARTH_TRY(io->output_text(w->output, "mode", "long_name", "mode number"));
  for (int i = 0; i < 2; i++) {
    HEARTH_TRY(io->output_variable(w->output, variable[i][0], HEARTH_FLOAT64, "mode", (double)NAN));
    HEARTH_TRY(io->output_text(w->output, variable[i][0], "long_name", variable[i][1]));
  }
  HEARTH_TRY(io->output_number(w->output, "eigenvalue", "ddof", pca->options.ddof));
  HEARTH_TRY(io->output_number(w->output, "eigenvalue", "samples", (double)pca->samples));
  HEARTH_TRY(io->output_variable(w->output, "total_variance", HEARTH_FLOAT64, "", (double)NAN));
  HEARTH_TRY(io->output_text(w->output, "total_variance", "long_name", "variance of all modes, also of those that are not here"));
  if (pca->ngroups == 1) return HEARTH_OK;
  HEARTH_TRY(io->output_dimension(w->output, "group", pca->ngroups));
  HEARTH_TRY(io->output_variable(w->output, "group", HEARTH_INT32, "group", (double)NAN));
  return io->output_text(w->output, "group", "long_name", "group of samples that share a mean, from 0");
}

/* How far a stream may be from the truth. */
static hearth_status define_bounds(hearth_writer *w) {
  const hearth_io_table *io = w->io;
  HEARTH_TRY(io->output_variable(w->output, "angle_bound", HEARTH_FLOAT64, "mode", (double)NAN));
  HEARTH_TRY(io->output_text(w->output, "angle_bound", "long_name", "upper bound of the sine of the angle to the true mode"));
  HEARTH_TRY(io->output_variable(w->output, "discarded", HEARTH_FLOAT64, "", (double)NAN));
  return io->output_text(w->output, "discarded", "long_name", "upper bound of the eigenvalues' error: the variance that updates have discarded");
}

static hearth_status write_bounds(hearth_writer *w) {
  double sine[w->pca->modes], discarded;
  HEARTH_TRY(hearth_pca_angle_bounds(w->pca, w->pca->modes, sine));
  HEARTH_TRY(hearth_pca_discarded(w->pca, &discarded));
  HEARTH_TRY(w->io->output_write_numbers(w->output, "angle_bound", w->pca->modes, sine));
  return w->io->output_write_numbers(w->output, "discarded", 1, &discarded);
}

/* Coordinate variable of a dimension. */
static hearth_status define_coordinate(hearth_writer *w, const hearth_file_dimension *dimension) {
  const hearth_io_table *io = w->io;
  const char *units = dimension->label->units, *name = dimension->name;
  HEARTH_TRY(io->output_variable(w->output, name, HEARTH_FLOAT64, name, (double)NAN));
  if (units && units[0]) HEARTH_TRY(io->output_text(w->output, name, "units", units));
  if (units && strcmp(units, "degrees_north") == 0) HEARTH_TRY(io->output_text(w->output, name, "standard_name", "latitude"));
  if (units && strcmp(units, "degrees_east") == 0) HEARTH_TRY(io->output_text(w->output, name, "standard_name", "longitude"));
  return HEARTH_OK;
}

/* What is written of each field. */
enum { EOF_OF, MEAN_OF, CLIMATOLOGY_OF, WEIGHTS_OF, DEVIATION_OF, WRITTEN };
static const struct {
  const char *name, *lead, *title;
  bool units;
} written[WRITTEN] = {{"eof", "mode", "empirical orthogonal functions", false},
                      {"mean", "", "mean", true},
                      {"climatology", "group", "mean of each group of samples", true},
                      {"weights", "", "weights in the inner product (0: the point takes no part)", false},
                      {"standard_deviation", "", "standard deviation", true}};

static bool is_written(const hearth_writer *w, int what) {
  if (what == MEAN_OF || what == CLIMATOLOGY_OF) return (w->pca->ngroups > 1) == (what == CLIMATOLOGY_OF);
  return what != DEVIATION_OF || w->standardized;
}

/* What a later projection goes by. */
static hearth_status describe_eof(hearth_writer *w, int32_t f, const char *name, const char *of) {
  const hearth_io_table *io = w->io;
  char list[NAME * WRITTEN] = "", one[NAME];
  for (int i = MEAN_OF; i < WRITTEN; i++) {
    if (!is_written(w, i)) continue;
    variable_name(w, f, written[i].name, one);
    strcat(strcat(list, list[0] ? " " : ""), one);
  }
  HEARTH_TRY(io->output_text(w->output, name, "ancillary_variables", list));
  HEARTH_TRY(io->output_text(w->output, name, "field", of));
  if (w->pca->ngroups > 1) HEARTH_TRY(io->output_text(w->output, name, "climatology", "group"));
  if (w->standardized) HEARTH_TRY(io->output_text(w->output, name, "standardized", "divided by each point's standard deviation"));
  return w->pca->rotated.basis ? io->output_text(w->output, name, "rotation", "rotated modes: not orthogonal") : HEARTH_OK;
}

static hearth_status define_field(hearth_writer *w, int32_t f) {
  const hearth_io_table *io = w->io;
  const hearth_pca_field *field = &w->pca->space.field[f];
  const char *units = field->labels && field->labels->units ? field->labels->units : "";
  const char *of = field->labels && field->labels->name ? field->labels->name : field->name;
  for (int i = 0; i < WRITTEN; i++) {
    char name[NAME], dims[NAME * HEARTH_MAX_NDIM], text[2 * NAME];
    if (!is_written(w, i)) continue;
    variable_name(w, f, written[i].name, name);
    dimension_list(w, f, written[i].lead, dims, sizeof dims);
    HEARTH_TRY(io->output_variable(w->output, name, HEARTH_FLOAT64, dims, FILL));
    snprintf(text, sizeof text, "%s of %s", written[i].title, of);
    HEARTH_TRY(io->output_text(w->output, name, "long_name", text));
    if (written[i].units && units[0]) HEARTH_TRY(io->output_text(w->output, name, "units", units));
    if (i == EOF_OF) HEARTH_TRY(describe_eof(w, f, name, of));
  }
  return HEARTH_OK;
}

static hearth_status define(hearth_writer *w, bool scores) {
  char unused[NAME * HEARTH_MAX_NDIM];
  for (int32_t f = 0; f < w->pca->space.nfields; f++) dimension_list(w, f, "", unused, sizeof unused);
  HEARTH_TRY(define_modes(w));
  if (scores) HEARTH_TRY(define_series(w, w->pca->phase == HEARTH_PCA_STREAM ? "time" : "sample"));
  for (int32_t i = 0; i < w->ndimensions; i++) {
    HEARTH_TRY(w->io->output_dimension(w->output, w->dimension[i].name, w->dimension[i].length));
    if (w->dimension[i].label) HEARTH_TRY(define_coordinate(w, &w->dimension[i]));
  }
  for (int32_t f = 0; f < w->pca->space.nfields; f++) HEARTH_TRY(define_field(w, f));
  return HEARTH_OK;
}

/* The array with its space axes in the file's order; an axis in front of them is kept, or its index 0 taken. Collective. */
static hearth_status write_array(hearth_writer *w, int32_t f, const char *name, const hearth_array *array, bool lead) {
  const hearth_pca_field *field = &w->pca->space.field[f];
  const int32_t first = array->layout->ndim - field->layout->ndim;
  hearth_layout *layout = NULL;
  hearth_array *turned = NULL;
  int32_t axes[HEARTH_MAX_NDIM], n = 0;
  if (lead) axes[n++] = 0;
  for (int32_t k = 0; k < field->layout->ndim; k++) axes[n++] = first + file_axis(field, k);
  hearth_status status = hearth_agree(w->pca->ctx, hearth_layout_project(array->layout, n, axes, &layout));
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &turned);
  if (status == HEARTH_OK) {
    for (int32_t p = 0; p < array->npieces && status == HEARTH_OK; p++) {
      const hearth_view *from = &array->piece[p].view;
      hearth_view view = *from;
      view.ndim = n;
      for (int32_t d = 0; d < n; d++) {
        view.extent[d] = from->extent[axes[d]];
        view.stride[d] = from->stride[axes[d]];
      }
      status = hearth_view_copy(w->pca->ctx, &turned->piece[p].view, &view);
    }
    status = hearth_agree(w->pca->ctx, status);
  }
  if (status == HEARTH_OK) status = w->io->output_write(w->output, name, turned);
  hearth_array_destroy(&turned);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status fetch(hearth_pca *pca, int what, int32_t f, hearth_array **array) {
  switch (what) {
  case EOF_OF:
    return hearth_pca_components(pca, f, array);
  case WEIGHTS_OF:
    return hearth_pca_weights(pca, f, array);
  case DEVIATION_OF:
    return hearth_pca_standard_deviation(pca, f, array);
  default:
    return hearth_pca_mean(pca, f, array);
  }
}

static hearth_status write_field(hearth_writer *w, int32_t f) {
  hearth_status status = HEARTH_OK;
  for (int i = 0; i < WRITTEN && status == HEARTH_OK; i++) {
    char name[NAME];
    hearth_array *array = NULL;
    if (!is_written(w, i)) continue;
    variable_name(w, f, written[i].name, name);
    status = fetch(w->pca, i, f, &array);
    if (status == HEARTH_OK) status = write_array(w, f, name, array, written[i].lead[0] != '\0');
    hearth_array_destroy(&array);
  }
  return status;
}

static hearth_status write_groups(hearth_writer *w) {
  const int32_t n = w->pca->ngroups;
  double *number = NULL;
  if (n == 1) return HEARTH_OK;
  hearth_status status = hearth_agree(w->pca->ctx, hearth_allocate(w->pca->ctx, n * (int64_t)sizeof *number, &number));
  for (int32_t g = 0; g < n && status == HEARTH_OK; g++) number[g] = g;
  if (status == HEARTH_OK) status = w->io->output_write_numbers(w->output, "group", n, number);
  hearth_deallocate(w->pca->ctx, number);
  return status;
}

static hearth_status write_numbers(hearth_writer *w, bool scores) {
  hearth_pca *pca = w->pca;
  const int32_t modes = pca->modes;
  double number[3 * modes], total = 0;
  for (int32_t k = 0; k < modes; k++) number[k] = k + 1;
  HEARTH_TRY(hearth_pca_eigenvalues(pca, modes, number + modes));
  HEARTH_TRY(hearth_pca_explained_variance_ratio(pca, modes, number + 2 * modes));
  HEARTH_TRY(hearth_pca_total_variance(pca, &total));
  HEARTH_TRY(w->io->output_write_numbers(w->output, "total_variance", 1, &total));
  HEARTH_TRY(write_groups(w));
  HEARTH_TRY(w->io->output_write_numbers(w->output, "mode", modes, number));
  HEARTH_TRY(w->io->output_write_numbers(w->output, "eigenvalue", modes, number + modes));
  HEARTH_TRY(w->io->output_write_numbers(w->output, "explained_variance_ratio", modes, number + 2 * modes));
  for (int32_t i = 0; i < w->ndimensions; i++)
    if (w->dimension[i].label) HEARTH_TRY(w->io->output_write_numbers(w->output, w->dimension[i].name, w->dimension[i].length, w->dimension[i].label->values));
  if (!scores) return HEARTH_OK;
  if (pca->phase == HEARTH_PCA_STREAM) HEARTH_TRY(w->io->output_write_numbers(w->output, "time", pca->samples, pca->stream.times));
  hearth_array *array = NULL;
  HEARTH_TRY(hearth_pca_scores(pca, &array));
  const hearth_status status = w->io->output_write(w->output, "pc", array);
  hearth_array_destroy(&array);
  return status;
}

hearth_status hearth_pca_write(hearth_pca *pca, const char *path) {
  if (!pca || !path) return hearth_fail(pca ? pca->ctx : NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_write: NULL argument");
  hearth_context *ctx = pca->ctx;
  HEARTH_GUARD_FP(ctx);
  if (!ctx->io) return hearth_fail(ctx, HEARTH_ERR_NOT_BUILT, "hearth_pca_write: no I/O library is attached: link libhearth_io and call hearth_io_attach");
  HEARTH_TRY(hearth_pca_ready(pca));
  hearth_writer *w = NULL;
  hearth_status status = hearth_allocate_zero(ctx, (int64_t)sizeof *w, &w);
  HEARTH_TRY(hearth_agree(ctx, status));
  *w = (hearth_writer){.pca = pca, .io = ctx->io};
  const bool scores = pca->phase == HEARTH_PCA_BATCH ? pca->scores != NULL : pca->options.keep_scores != 0;
  int64_t deviations = pca->space.deviation != NULL; /* ranks without points have no memory for them */
  status = hearth_allreduce_i64(ctx, &deviations, 1, HEARTH_OP_MAX);
  w->standardized = deviations != 0;
  if (status == HEARTH_OK) status = ctx->io->output_create(ctx, path, &w->output);
  if (status == HEARTH_OK) status = define(w, scores);
  if (status == HEARTH_OK && pca->phase == HEARTH_PCA_STREAM) status = define_bounds(w);
  for (int32_t f = 0; f < pca->space.nfields && status == HEARTH_OK; f++) status = write_field(w, f);
  if (status == HEARTH_OK) status = write_numbers(w, scores);
  if (status == HEARTH_OK && pca->phase == HEARTH_PCA_STREAM) status = write_bounds(w);
  if (status == HEARTH_OK) status = ctx->io->output_commit(w->output);
  const hearth_status closed = ctx->io->output_destroy(&w->output);
  hearth_deallocate(ctx, w);
  return status == HEARTH_OK ? closed : status;
}
