/* The running state to a file: everything that the estimator holds goes straight from its memory, each rank its own part. */
#include "analysis/pca_checkpoint.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT = 640 };

typedef struct saving {
  hearth_pca *pca;
  const hearth_io_table *io;
  hearth_output *output;
  hearth_checkpoint checkpoint;
  hearth_array *base;
} saving;

static hearth_status put_text(const saving *s, const char *name, const char *text) {
  return s->io->output_text(s->output, "", name, text);
}

static hearth_status put_numbers(const saving *s) {
  char text[64];
  for (int32_t i = 0; i < hearth_checkpoint_numbers(); i++) {
    snprintf(text, sizeof text, "%.17g", hearth_checkpoint_number(s->pca, i));
    HEARTH_TRY(put_text(s, hearth_checkpoint_number_name(i), text));
  }
  return HEARTH_OK;
}

/* Name, shape, type and axis order of each field. */
static hearth_status put_fields(const saving *s) {
  const hearth_pca_space *space = &s->pca->space;
  char name[HEARTH_CHECKPOINT_NAME], text[TEXT];
  snprintf(text, sizeof text, "%d", space->nfields);
  HEARTH_TRY(put_text(s, "fields", text));
  for (int32_t f = 0; f < space->nfields; f++) {
    const hearth_pca_field *field = &space->field[f];
    snprintf(name, sizeof name, "field_%d", f);
    HEARTH_TRY(put_text(s, name, field->name));
    int n = 0;
    for (int32_t d = 0; d < field->layout->ndim; d++)
      n += snprintf(text + n, sizeof text - (size_t)n, "%s%lld", d ? " " : "", (long long)field->layout->shape[d]);
    snprintf(name, sizeof name, "shape_%d", f);
    HEARTH_TRY(put_text(s, name, text));
    snprintf(name, sizeof name, "dtype_%d", f);
    HEARTH_TRY(put_text(s, name, field->dtype == HEARTH_DTYPE_NONE ? "unknown" : hearth_dtype_name((hearth_dtype)field->dtype)));
    snprintf(name, sizeof name, "order_%d", f);
    HEARTH_TRY(put_text(s, name, field->order == HEARTH_COLUMN_MAJOR ? "column-major" : "row-major"));
  }
  return HEARTH_OK;
}

/* A failure that waits to be told with the bunch: of the lowest rank that has one. */
static hearth_status put_pending(const saving *s) {
  const hearth_context *ctx = s->pca->ctx;
  struct {
    int32_t status;
    char message[TEXT];
  } told = {0};
  int64_t first = s->pca->pending == HEARTH_OK ? ctx->size : ctx->rank;
  HEARTH_TRY(hearth_allreduce_i64(ctx, &first, 1, HEARTH_OP_MIN));
  if (first == ctx->size) return HEARTH_OK;
  if (ctx->rank == first) {
    told.status = s->pca->pending;
    snprintf(told.message, sizeof told.message, "%s", s->pca->pending_message);
  }
  HEARTH_TRY(hearth_broadcast(ctx, &told, sizeof told, (int)first));
  char text[32];
  snprintf(text, sizeof text, "%d", told.status);
  HEARTH_TRY(put_text(s, "pending_status", text));
  return put_text(s, "pending_message", told.message);
}

static hearth_status put_header(const saving *s) {
  char text[64];
  HEARTH_TRY(put_text(s, "format", HEARTH_CHECKPOINT_FORMAT));
  snprintf(text, sizeof text, "%d", HEARTH_CHECKPOINT_VERSION);
  HEARTH_TRY(put_text(s, "format_version", text));
  HEARTH_TRY(put_text(s, "library", "Hearth " HEARTH_VERSION));
  HEARTH_TRY(put_text(s, "phase", s->pca->phase == HEARTH_PCA_BATCH ? "batch" : "stream"));
  HEARTH_TRY(put_text(s, "weights", s->pca->space.weighted ? "yes" : "no"));
  if (s->pca->phase == HEARTH_PCA_BATCH) HEARTH_TRY(put_text(s, "scores", s->pca->scores ? "yes" : "no"));
  if (s->pca->time_units) HEARTH_TRY(put_text(s, "time_units", s->pca->time_units));
  if (s->pca->time_units) HEARTH_TRY(put_text(s, "time_calendar", s->pca->time_calendar));
  HEARTH_TRY(put_numbers(s));
  HEARTH_TRY(put_fields(s));
  return put_pending(s);
}

static hearth_status define_vector(const saving *s, const hearth_checkpoint_vector *vector) {
  char dimension[HEARTH_CHECKPOINT_NAME];
  snprintf(dimension, sizeof dimension, "n_%s", vector->name);
  HEARTH_TRY(s->io->output_dimension(s->output, dimension, vector->n));
  return s->io->output_variable(s->output, vector->name, HEARTH_FLOAT64, dimension, (double)NAN);
}

/* Dimensions of the rows, then variables [rows, space from the slowest axis to the fastest]. */
static hearth_status define_rows(const saving *s, const hearth_checkpoint_rows *rows) {
  char name[HEARTH_CHECKPOINT_NAME], dimensions[TEXT];
  snprintf(name, sizeof name, "n_%s", rows->name);
  HEARTH_TRY(s->io->output_dimension(s->output, name, rows->rows));
  for (int32_t f = 0; f < s->pca->space.nfields; f++) {
    const hearth_pca_field *field = &s->pca->space.field[f];
    const int32_t ndim = field->layout->ndim;
    int n = snprintf(dimensions, sizeof dimensions, "n_%s", rows->name);
    for (int32_t k = 0; k < ndim; k++)
      n += snprintf(dimensions + n, sizeof dimensions - (size_t)n, " x%d_%d", f, field->order == HEARTH_COLUMN_MAJOR ? ndim - 1 - k : k);
    hearth_checkpoint_variable(rows, f, name);
    HEARTH_TRY(s->io->output_variable(s->output, name, HEARTH_FLOAT64, dimensions, (double)NAN));
  }
  return HEARTH_OK;
}

static hearth_status define(const saving *s) {
  char name[HEARTH_CHECKPOINT_NAME];
  for (int32_t f = 0; f < s->pca->space.nfields; f++)
    for (int32_t d = 0; d < s->pca->space.field[f].layout->ndim; d++) {
      snprintf(name, sizeof name, "x%d_%d", f, d);
      HEARTH_TRY(s->io->output_dimension(s->output, name, s->pca->space.field[f].layout->shape[d]));
    }
  for (int32_t i = 0; i < s->checkpoint.nvectors; i++) HEARTH_TRY(define_vector(s, &s->checkpoint.vector[i]));
  for (int32_t i = 0; i < s->checkpoint.nrows; i++) HEARTH_TRY(define_rows(s, &s->checkpoint.rows[i]));
  return HEARTH_OK;
}

static hearth_status write_rows(const saving *s, const hearth_checkpoint_rows *rows, int32_t f) {
  char name[HEARTH_CHECKPOINT_NAME];
  hearth_array *array = NULL;
  hearth_checkpoint_variable(rows, f, name);
  hearth_status status = hearth_agree(s->pca->ctx, hearth_checkpoint_array(s->pca, f, rows, s->pca->space.field[f].order, s->base, &array));
  if (status == HEARTH_OK) status = s->io->output_write(s->output, name, array);
  hearth_array_destroy(&array);
  return status;
}

/* Rank 0 has all vectors; the others' place is never looked at. */
static hearth_status write_data(const saving *s) {
  static const double nothing = 0;
  for (int32_t i = 0; i < s->checkpoint.nvectors; i++) {
    const hearth_checkpoint_vector *vector = &s->checkpoint.vector[i];
    HEARTH_TRY(s->io->output_write_numbers(s->output, vector->name, vector->n, vector->data ? vector->data : &nothing));
  }
  for (int32_t i = 0; i < s->checkpoint.nrows; i++)
    for (int32_t f = 0; f < s->pca->space.nfields; f++) HEARTH_TRY(write_rows(s, &s->checkpoint.rows[i], f));
  return HEARTH_OK;
}

static hearth_status put_checksum(const saving *s) {
  uint64_t sum = 0;
  char text[32];
  HEARTH_TRY(hearth_checkpoint_sum(s->pca, &s->checkpoint, &sum));
  snprintf(text, sizeof text, "%016llx", (unsigned long long)sum);
  return put_text(s, "checksum", text);
}

static hearth_status check_save(const hearth_pca *pca, const char *path) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, path && path[0], "hearth_pca_save: the file has no name: path is %s", path ? "empty" : "NULL");
  if (!ctx->io) return hearth_fail(ctx, HEARTH_ERR_NOT_BUILT, "hearth_pca_save: no I/O library is attached: link libhearth_io and call hearth_io_attach");
  if (pca->damaged) return hearth_fail(ctx, HEARTH_ERR_DAMAGED, "hearth_pca_save: an earlier update failed; hearth_pca_reset starts anew");
  if (pca->phase == HEARTH_PCA_EMPTY) return hearth_fail(ctx, HEARTH_ERR_STATE, "hearth_pca_save: nothing has been fitted yet");
  return HEARTH_OK;
}

hearth_status hearth_pca_save(hearth_pca *pca, const char *path) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_save: the estimator is NULL");
  hearth_context *ctx = pca->ctx;
  HEARTH_GUARD_FP(ctx);
  HEARTH_TRY(hearth_agree(ctx, check_save(pca, path)));
  saving s = {.pca = pca, .io = ctx->io};
  hearth_status status = hearth_agree(ctx, hearth_checkpoint_base(ctx, &s.base));
  /* Which samples are to be left out becomes known to all ranks, as it would in the next update. */
  if (status == HEARTH_OK && pca->stream.filled > 0) status = hearth_allreduce_f64(ctx, pca->stream.bad, pca->stream.filled, HEARTH_OP_MAX);
  if (status == HEARTH_OK) {
    hearth_checkpoint_describe(pca, &s.checkpoint);
    status = s.io->output_create(ctx, path, &s.output);
  }
  if (status == HEARTH_OK) status = put_header(&s);
  if (status == HEARTH_OK) status = put_checksum(&s);
  if (status == HEARTH_OK) status = define(&s);
  if (status == HEARTH_OK) status = write_data(&s);
  if (status == HEARTH_OK) status = s.io->output_commit(s.output);
  const hearth_status closed = s.io->output_destroy(&s.output);
  hearth_array_destroy(&s.base);
  return status == HEARTH_OK ? closed : status;
}
