/* What a checkpoint says of itself, and whether the estimator and the fields given can take it. */
#include "analysis/pca_checkpoint.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 640 };

hearth_status hearth_restore_text(const hearth_restoring *r, const char *name, char *text, int64_t capacity) {
  int32_t found = 0;
  HEARTH_TRY(r->io->file_attribute_text(r->file, name, text, capacity, &found));
  return found ? HEARTH_OK : hearth_fail(r->pca->ctx, HEARTH_ERR_FORMAT, "'%s' is no whole checkpoint: it lacks '%s'", r->path, name);
}

static hearth_status check_format(const hearth_restoring *r) {
  char text[TEXT];
  int32_t found = 0;
  HEARTH_TRY(r->io->file_attribute_text(r->file, "format", text, sizeof text, &found));
  if (!found || strcmp(text, HEARTH_CHECKPOINT_FORMAT) != 0)
    return hearth_fail(r->pca->ctx, HEARTH_ERR_FORMAT, "'%s' is no checkpoint of hearth_pca_save", r->path);
  HEARTH_TRY(hearth_restore_text(r, "format_version", text, sizeof text));
  char library[TEXT] = "";
  r->io->file_attribute_text(r->file, "library", library, sizeof library, &found);
  if (strtol(text, NULL, 10) != HEARTH_CHECKPOINT_VERSION)
    return hearth_fail(r->pca->ctx, HEARTH_ERR_FORMAT, "'%s' is a checkpoint of format version %s, written by %s; this library reads version %d", r->path, text,
                       library, HEARTH_CHECKPOINT_VERSION);
  return HEARTH_OK;
}

static hearth_status read_numbers(hearth_restoring *r, hearth_pca_phase phase) {
  const hearth_context *ctx = r->pca->ctx;
  char text[TEXT];
  for (int32_t i = 0; i < hearth_checkpoint_numbers(); i++) {
    const char *name = hearth_checkpoint_number_name(i);
    char *end = text;
    HEARTH_TRY(hearth_restore_text(r, name, text, sizeof text));
    r->number[i] = strtod(text, &end);
    if (end == text || *end || !hearth_checkpoint_number_fits(i, r->number[i]))
      return hearth_fail(ctx, HEARTH_ERR_FORMAT, "'%s' is damaged: '%s' is '%s'", r->path, name, text);
    const hearth_checkpoint_role role = hearth_checkpoint_number_role(i);
    const bool same = role == HEARTH_CHECKPOINT_SAME || (role == HEARTH_CHECKPOINT_SAME_STREAM && phase == HEARTH_PCA_STREAM);
    if (same && r->number[i] != hearth_checkpoint_number(r->pca, i))
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "'%s' was saved with %s = %.17g, this estimator has %.17g", r->path, name, r->number[i],
                         hearth_checkpoint_number(r->pca, i));
  }
  return HEARTH_OK;
}

static hearth_status check_shape(const hearth_restoring *r, int32_t f, const hearth_pca_origin *origin) {
  char name[HEARTH_CHECKPOINT_NAME], text[TEXT], own[TEXT] = "";
  int n = 0;
  snprintf(name, sizeof name, "shape_%d", f);
  HEARTH_TRY(hearth_restore_text(r, name, text, sizeof text));
  for (int32_t d = 0; d < origin->layout->ndim; d++)
    n += snprintf(own + n, sizeof own - (size_t)n, "%s%lld", d ? " " : "", (long long)origin->layout->shape[d]);
  if (strcmp(text, own) == 0) return HEARTH_OK;
  return hearth_fail(r->pca->ctx, HEARTH_ERR_MISMATCH, "'%s' was saved with field '%s' of shape [%s], the field given has [%s]", r->path, origin->name, text,
                     own);
}

static hearth_status check_field(hearth_restoring *r, int32_t f, const hearth_pca_origin *origin) {
  const hearth_context *ctx = r->pca->ctx;
  char name[HEARTH_CHECKPOINT_NAME], text[TEXT];
  snprintf(name, sizeof name, "field_%d", f);
  HEARTH_TRY(hearth_restore_text(r, name, text, sizeof text));
  if (strcmp(text, origin->name) != 0)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "'%s' was saved with field %d called '%s', the one given is called '%s'", r->path, f, text, origin->name);
  HEARTH_TRY(check_shape(r, f, origin));
  snprintf(name, sizeof name, "dtype_%d", f);
  HEARTH_TRY(hearth_restore_text(r, name, text, sizeof text));
  const char *own = hearth_dtype_name((hearth_dtype)origin->array->dtype);
  if (strcmp(text, "unknown") != 0 && strcmp(text, own) != 0)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "'%s' was saved with field '%s' of %s, the field given has %s", r->path, origin->name, text, own);
  snprintf(name, sizeof name, "order_%d", f);
  HEARTH_TRY(hearth_restore_text(r, name, text, sizeof text));
  r->order[f] = strcmp(text, "column-major") == 0 ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR;
  return HEARTH_OK;
}

hearth_status hearth_restore_header(hearth_restoring *r, int32_t nfields, const hearth_pca_origin *origin, hearth_pca_phase *phase) {
  char text[TEXT];
  HEARTH_TRY(check_format(r));
  HEARTH_TRY(hearth_restore_text(r, "phase", text, sizeof text));
  *phase = strcmp(text, "batch") == 0 ? HEARTH_PCA_BATCH : HEARTH_PCA_STREAM;
  if (*phase == HEARTH_PCA_STREAM && strcmp(text, "stream") != 0)
    return hearth_fail(r->pca->ctx, HEARTH_ERR_FORMAT, "'%s' is damaged: 'phase' is '%s'", r->path, text);
  HEARTH_TRY(hearth_restore_text(r, "fields", text, sizeof text));
  if (strtol(text, NULL, 10) != nfields)
    return hearth_fail(r->pca->ctx, HEARTH_ERR_MISMATCH, "'%s' was saved with %s fields, %d are given", r->path, text, nfields);
  for (int32_t f = 0; f < nfields; f++) HEARTH_TRY(check_field(r, f, &origin[f]));
  HEARTH_TRY(read_numbers(r, *phase));
  HEARTH_TRY(hearth_restore_text(r, "weights", text, sizeof text));
  r->weights = strcmp(text, "yes") == 0;
  return HEARTH_OK;
}
