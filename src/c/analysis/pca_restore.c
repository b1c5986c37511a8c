/* A file's state into a new estimator: on any number of ranks and in any layout, because the file holds whole fields. */
#include "analysis/pca_stream_method.h"
#include "analysis/state_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The fields given. Local. */
static hearth_status take_fields(const hearth_pca *pca, const hearth_state *state, const hearth_array *array, int32_t *nfields, hearth_pca_origin *origin) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, state || array, "hearth_pca_restore: the operand is NULL");
  *nfields = state ? state->nfields : 1;
  HEARTH_REQUIRE(ctx, *nfields >= 1 && *nfields <= HEARTH_MAX_FIELDS, "hearth_pca_restore: the state has %d fields, it may have 1 to %d", *nfields,
                 HEARTH_MAX_FIELDS);
  for (int32_t f = 0; f < *nfields; f++) {
    const hearth_array *field = state ? state->field[f].array : array;
    if (field->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_restore: field %d and the estimator belong to different contexts", f);
    HEARTH_TRY(hearth_array_pending(field));
    origin[f] = (hearth_pca_origin){state ? state->field[f].name : "data", field->layout, field->order, field, -1};
  }
  return HEARTH_OK;
}

static hearth_status check_restore(const hearth_pca *pca, const char *path) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, path && path[0], "hearth_pca_restore: the file has no name: path is %s", path ? "empty" : "NULL");
  if (!ctx->io) return hearth_fail(ctx, HEARTH_ERR_NOT_BUILT, "hearth_pca_restore: no I/O library is attached: link libhearth_io and call hearth_io_attach");
  if (pca->phase != HEARTH_PCA_EMPTY || pca->damaged)
    return hearth_fail(ctx, HEARTH_ERR_STATE, "hearth_pca_restore: the estimator holds results already; hearth_pca_reset first");
  return HEARTH_OK;
}

/* Opens a variable whose shape must be what the numbers say. Local. */
static hearth_status open_variable(const hearth_restoring *r, const char *name, int32_t ndim, const int64_t *shape, hearth_variable **variable) {
  const hearth_context *ctx = r->pca->ctx;
  int64_t found[HEARTH_MAX_NDIM];
  int32_t n = 0, dtype = 0, stored = 0;
  if (r->io->variable_open(r->file, name, variable) != HEARTH_OK)
    return hearth_fail(ctx, HEARTH_ERR_FORMAT, "'%s' is no whole checkpoint: it lacks variable '%s'", r->path, name);
  HEARTH_TRY(r->io->variable_dtype(*variable, &dtype, &stored));
  HEARTH_TRY(r->io->variable_ndim(*variable, &n));
  bool same = n == ndim && stored == HEARTH_FLOAT64;
  if (same) HEARTH_TRY(r->io->variable_shape(*variable, n, found));
  for (int32_t d = 0; d < n && same; d++) same = found[d] == shape[d];
  return same ? HEARTH_OK
              : hearth_fail(ctx, HEARTH_ERR_FORMAT, "'%s' is damaged: variable '%s' has not the shape and type that its header says", r->path, name);
}

static hearth_status read_variable(const hearth_restoring *r, const char *name, hearth_array *into) {
  const int64_t start[HEARTH_MAX_NDIM] = {0};
  hearth_variable *variable = NULL;
  hearth_status status = hearth_agree(r->pca->ctx, open_variable(r, name, into->layout->ndim, into->layout->shape, &variable));
  if (status == HEARTH_OK) status = r->io->variable_read(variable, start, into->layout->ndim, into);
  r->io->variable_destroy(&variable);
  return status;
}

hearth_status hearth_restore_rows(const hearth_restoring *r, const hearth_checkpoint_rows *rows) {
  for (int32_t f = 0; f < r->pca->space.nfields; f++) {
    char name[HEARTH_CHECKPOINT_NAME];
    hearth_array *array = NULL;
    hearth_checkpoint_variable(rows, f, name);
    hearth_status status = hearth_agree(r->pca->ctx, hearth_checkpoint_array(r->pca, f, rows, r->order[f], r->base, &array));
    if (status == HEARTH_OK) status = read_variable(r, name, array);
    hearth_array_destroy(&array);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

/* Every rank reads all of it; those that do not keep it throw it away. */
static hearth_status restore_vector(const hearth_restoring *r, const hearth_checkpoint_vector *vector) {
  hearth_context *ctx = r->pca->ctx;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_status status = hearth_agree(ctx, hearth_layout_make_split(ctx, 1, &vector->n, -1, &layout));
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array);
  if (status == HEARTH_OK) status = read_variable(r, vector->name, array);
  if (status == HEARTH_OK) {
    const hearth_view from = *hearth_array_view(array);
    hearth_view to = from;
    to.data = vector->data;
    to.space = HEARTH_SPACE_HOST;
    status = hearth_agree(ctx, vector->data ? hearth_view_copy(ctx, &to, &from) : HEARTH_OK);
  }
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  return status;
}

/* What a batch fit holds, uninitialised. Local. */
static hearth_status allocate_batch(const hearth_restoring *r) {
  hearth_pca *pca = r->pca;
  const hearth_context *ctx = pca->ctx;
  char scores[16];
  HEARTH_TRY(hearth_restore_text(r, "scores", scores, sizeof scores));
  HEARTH_TRY(hearth_pca_allocate(ctx, pca->rows * pca->space.points, &pca->basis));
  HEARTH_TRY(hearth_pca_allocate(ctx, pca->ngroups * pca->space.points, &pca->mean));
  if (pca->options.standardize) HEARTH_TRY(hearth_pca_allocate(ctx, pca->space.points, &pca->space.deviation));
  if (strcmp(scores, "yes") == 0) HEARTH_TRY(hearth_allocate(ctx, pca->samples * pca->modes * (int64_t)sizeof *pca->scores, &pca->scores));
  return hearth_allocate_zero(ctx, pca->n_components * (int64_t)sizeof *pca->sigma, &pca->sigma);
}

static void set_numbers(const hearth_restoring *r) {
  for (int32_t i = 0; i < hearth_checkpoint_numbers(); i++)
    if (hearth_checkpoint_number_role(i) == HEARTH_CHECKPOINT_KEPT) hearth_checkpoint_set_number(r->pca, i, r->number[i]);
}

/* Numbers that cannot be are found before memory is asked for. Local. */
static hearth_status check_numbers(const hearth_restoring *r) {
  const hearth_pca *pca = r->pca;
  const hearth_pca_stream *stream = &pca->stream;
  if (pca->rows <= (pca->phase == HEARTH_PCA_BATCH ? pca->n_components : stream->n_kept) && pca->modes <= pca->n_components && pca->modes <= pca->rows &&
      stream->rank <= stream->n_kept && stream->filled < stream->bunch) {
    const int64_t room = pca->options.max_samples ? pca->options.max_samples : 256, samples = stream->samples + stream->filled;
    if (pca->options.stream_method != HEARTH_STREAM_EXACT || samples <= room) return HEARTH_OK;
    return hearth_fail(pca->ctx, HEARTH_ERR_MISMATCH, "'%s' holds %lld samples, options.max_samples makes room for %lld", r->path, (long long)samples,
                       (long long)room);
  }
  return hearth_fail(pca->ctx, HEARTH_ERR_FORMAT, "'%s' is damaged: its counts of modes and samples do not fit each other", r->path);
}

/* Memory for everything, with the counts set. Collective. */
static hearth_status make_room(const hearth_restoring *r, hearth_pca_phase phase, int32_t nfields, const hearth_pca_origin *origin) {
  hearth_pca *pca = r->pca;
  if (phase == HEARTH_PCA_STREAM) {
    HEARTH_TRY(hearth_pca_stream_create(pca, nfields, origin));
  } else {
    pca->phase = HEARTH_PCA_BATCH;
    HEARTH_TRY(hearth_pca_space_create(pca, nfields, origin));
  }
  set_numbers(r);
  hearth_status mine = check_numbers(r);
  if (mine == HEARTH_OK) mine = phase == HEARTH_PCA_STREAM ? hearth_pca_stream_reserve(pca, pca->stream.samples + pca->stream.bunch) : allocate_batch(r);
  const hearth_stream_table *method = hearth_stream_table_of(pca);
  pca->stream.stale = true;
  if (mine == HEARTH_OK && phase == HEARTH_PCA_STREAM && method->resume) method->resume(pca);
  return hearth_agree(pca->ctx, mine);
}

static hearth_status verify(const hearth_restoring *r, const hearth_checkpoint *checkpoint) {
  uint64_t sum = 0;
  char text[64];
  HEARTH_TRY(hearth_checkpoint_sum(r->pca, checkpoint, &sum));
  HEARTH_TRY(hearth_agree(r->pca->ctx, hearth_restore_text(r, "checksum", text, sizeof text)));
  if (strtoull(text, NULL, 16) == sum) return HEARTH_OK;
  return hearth_fail(r->pca->ctx, HEARTH_ERR_FORMAT, "'%s' is damaged: its checksum is %s, its content's is %016llx", r->path, text, (unsigned long long)sum);
}

/* Units of the times, unless the estimator was given some, and a failure that waited to be told. Local. */
static hearth_status restore_texts(const hearth_restoring *r) {
  hearth_pca *pca = r->pca;
  char units[256], calendar[256] = "", status[32];
  int32_t found = 0;
  HEARTH_TRY(r->io->file_attribute_text(r->file, "time_units", units, sizeof units, &found));
  if (found && !pca->time_units) {
    HEARTH_TRY(hearth_restore_text(r, "time_calendar", calendar, sizeof calendar));
    HEARTH_TRY(hearth_pca_set_time_units(pca, units, calendar));
  }
  HEARTH_TRY(r->io->file_attribute_text(r->file, "pending_status", status, sizeof status, &found));
  if (!found || pca->ctx->rank != 0) return HEARTH_OK;
  pca->pending = (hearth_status)strtol(status, NULL, 10);
  return hearth_restore_text(r, "pending_message", pca->pending_message, sizeof pca->pending_message);
}

static hearth_status restore_open(hearth_restoring *r, int32_t nfields, const hearth_pca_origin *origin) {
  hearth_pca *pca = r->pca;
  hearth_context *ctx = pca->ctx;
  hearth_checkpoint checkpoint;
  hearth_pca_phase phase = HEARTH_PCA_EMPTY;
  HEARTH_TRY(hearth_agree(ctx, hearth_restore_header(r, nfields, origin, &phase)));
  HEARTH_TRY(make_room(r, phase, nfields, origin));
  HEARTH_TRY(hearth_agree(ctx, hearth_checkpoint_base(ctx, &r->base)));
  HEARTH_TRY(hearth_restore_weights(r));
  hearth_checkpoint_describe(pca, &checkpoint);
  for (int32_t i = 0; i < checkpoint.nvectors; i++) HEARTH_TRY(restore_vector(r, &checkpoint.vector[i]));
  for (int32_t i = pca->space.weighted ? 2 : 0; i < checkpoint.nrows; i++) HEARTH_TRY(hearth_restore_rows(r, &checkpoint.rows[i])); /* the weights are there */
  HEARTH_TRY(verify(r, &checkpoint));
  return hearth_agree(ctx, restore_texts(r));
}

static hearth_status restore(hearth_pca *pca, const hearth_state *state, const hearth_array *array, const char *path) {
  hearth_context *ctx = pca->ctx;
  hearth_restoring r = {.pca = pca, .io = ctx->io, .path = path};
  hearth_pca_origin origin[HEARTH_MAX_FIELDS];
  int32_t nfields = 0;
  hearth_status status = check_restore(pca, path);
  if (status == HEARTH_OK) status = take_fields(pca, state, array, &nfields, origin);
  const int64_t number = nfields;
  HEARTH_TRY(hearth_agree_same(ctx, status, "hearth_pca_restore's number of fields", &number, 1));
  status = r.io->file_open(ctx, path, &r.file);
  if (status == HEARTH_OK) status = restore_open(&r, nfields, origin);
  if (status != HEARTH_OK) hearth_pca_clear(pca);
  hearth_array_destroy(&r.base);
  r.io->file_destroy(&r.file);
  return status;
}

hearth_status hearth_pca_restore(hearth_pca *pca, const hearth_array *array, const char *path) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_restore: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  return restore(pca, NULL, array, path);
}

hearth_status hearth_pca_restore_state(hearth_pca *pca, const hearth_state *state, const char *path) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_restore_state: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  return restore(pca, state, NULL, path);
}
