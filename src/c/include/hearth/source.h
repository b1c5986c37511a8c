/* Where samples come from when they do not fit into memory: a series of fields that is read in boxes. */
#ifndef HEARTH_SOURCE_H
#define HEARTH_SOURCE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_source hearth_source;

/* Reads the box that starts at global index start[0..ndim-1] and has the shape of `into` (any layout, any real dtype) into `into`; missing values become NaN.
 * Collective: returns the same status on all ranks. */
typedef hearth_status (*hearth_read_function)(void *user, int32_t field, const int64_t *start, hearth_array *into);
typedef void (*hearth_free_function)(void *user);

typedef struct hearth_reader_options {
  size_t size;
  hearth_read_function read;
  void *user;                   /* handed to both functions */
  hearth_free_function release; /* called once on `user` when the source goes; may be NULL */
} hearth_reader_options;
#define HEARTH_READER_OPTIONS_INIT                                                                                                                             \
  { sizeof(hearth_reader_options), 0, 0, 0 }

/* Makes an empty source. Local. Ownership: the caller destroys *source. Errors: ARGUMENT, MEMORY. */
HEARTH_LOCAL hearth_status hearth_source_create(hearth_context *ctx, HEARTH_OUT hearth_source **source);
/* Appends a field of `shape`, whose samples lie along `sample_axis`; every field has the same number of samples. reader->read is called with the number of
 * the field within the source.
 * Local. Errors: ARGUMENT (counts of samples differ, no read function), MEMORY; on failure reader->release is not called. */
HEARTH_C_ONLY HEARTH_LOCAL hearth_status hearth_source_add(hearth_source *source, const char *name, int32_t dtype, int32_t ndim,
                                                           HEARTH_EXTENT(ndim) const int64_t *shape, HEARTH_INDEX int32_t sample_axis,
                                                           const hearth_reader_options *reader);
/* Releases the source; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_source_destroy(hearth_source **source);

#ifdef __cplusplus
}
#endif
#endif
