#include <hearth/source.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_make.h"
#include "tensor/source_impl.h"
#include <stdbool.h>
#include <string.h>

hearth_status hearth_source_create(hearth_context *ctx, hearth_source **source) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  HEARTH_REQUIRE(ctx, source, "no place for the source (NULL)");
  *source = NULL;
  hearth_source *made = NULL;
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof *made, &made));
  made->ctx = ctx;
  made->references = 1;
  hearth_context_hold(ctx, HEARTH_OBJECT_SOURCE);
  *source = made;
  return HEARTH_OK;
}

static hearth_status check_field(const hearth_source *source, const char *name, int32_t dtype, int32_t ndim, const int64_t *shape, int32_t sample_axis,
                                 const hearth_reader_options *reader) {
  const hearth_context *ctx = source->ctx;
  HEARTH_REQUIRE(ctx, name, "the field's name is NULL");
  HEARTH_REQUIRE(ctx, hearth_dtype_size((hearth_dtype)dtype) > 0, "%d, of field '%s', is no dtype", dtype, name);
  HEARTH_TRY(hearth_shape_check(ctx, ndim, shape));
  HEARTH_REQUIRE(ctx, sample_axis >= 0 && sample_axis < ndim, "sample axis %d of field '%s', which has %d dimensions", sample_axis, name, ndim);
  HEARTH_REQUIRE(ctx, reader && reader->size == sizeof *reader, "the reader of field '%s' is NULL or not initialised with HEARTH_READER_OPTIONS_INIT", name);
  HEARTH_REQUIRE(ctx, reader->read, "the reader of field '%s' has no read function", name);
  if (source->nfields == 0) return HEARTH_OK;
  const hearth_source_field *first = &source->field[0];
  HEARTH_REQUIRE(ctx, shape[sample_axis] == first->shape[first->sample_axis], "field '%s' has %lld samples, field '%s' has %lld", name,
                 (long long)shape[sample_axis], first->name, (long long)first->shape[first->sample_axis]);
  return HEARTH_OK;
}

hearth_status hearth_source_add(hearth_source *source, const char *name, int32_t dtype, int32_t ndim, const int64_t *shape, int32_t sample_axis,
                                const hearth_reader_options *reader) {
  HEARTH_REQUIRE(NULL, source, "the source is NULL");
  HEARTH_TRY(check_field(source, name, dtype, ndim, shape, sample_axis, reader));
  hearth_context *ctx = source->ctx;
  hearth_source_field *grown = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (source->nfields + 1) * (int64_t)sizeof *grown, &grown));
  hearth_source_field added = {.dtype = dtype, .ndim = ndim, .sample_axis = sample_axis, .reader = *reader};
  const hearth_status status = hearth_allocate(ctx, (int64_t)strlen(name) + 1, &added.name);
  if (status != HEARTH_OK) {
    hearth_deallocate(ctx, grown);
    return status;
  }
  strcpy(added.name, name);
  memcpy(added.shape, shape, (size_t)ndim * sizeof *shape);
  if (source->nfields > 0) memcpy(grown, source->field, (size_t)source->nfields * sizeof *grown);
  grown[source->nfields] = added;
  hearth_deallocate(ctx, source->field);
  source->field = grown;
  source->nfields++;
  return HEARTH_OK;
}

hearth_source *hearth_source_retain(const hearth_source *source) {
  hearth_source *shared = (hearth_source *)source; /* the count is no part of what a reader sees */
  shared->references++;
  return shared;
}

/* One reader may serve several fields. */
static bool released_before(const hearth_source *source, int32_t f) {
  for (int32_t k = 0; k < f; k++)
    if (source->field[k].reader.user == source->field[f].reader.user && source->field[k].reader.release == source->field[f].reader.release) return true;
  return false;
}

hearth_status hearth_source_destroy(hearth_source **source) {
  if (!source || !*source) return HEARTH_OK;
  hearth_source *gone = *source;
  *source = NULL;
  if (--gone->references > 0) return HEARTH_OK;
  hearth_context *ctx = gone->ctx;
  for (int32_t f = 0; f < gone->nfields; f++) {
    const hearth_reader_options *reader = &gone->field[f].reader;
    if (reader->release && !released_before(gone, f)) reader->release(reader->user);
    hearth_deallocate(ctx, gone->field[f].name);
  }
  hearth_deallocate(ctx, gone->field);
  hearth_deallocate(ctx, gone);
  hearth_context_drop(ctx, HEARTH_OBJECT_SOURCE);
  return HEARTH_OK;
}
