/* Variables whose elements lie in a file as plain bytes at regular distances: NPY, and contiguous unfiltered HDF5. Read by large preads of all threads,
 * straight to where they belong. */
#ifndef HEARTH_IO_RAW_H
#define HEARTH_IO_RAW_H
#include <hearth/context.h>
#include <hearth/dtype.h>
#include <stdbool.h>

typedef struct hearth_raw {
  int64_t offset;                  /* of the first element, bytes */
  int64_t element;                 /* bytes */
  int64_t swap;                    /* bytes of the unit whose byte order is foreign, 0: none */
  int64_t stride[HEARTH_MAX_NDIM]; /* in the file, bytes */
} hearth_raw;

typedef struct hearth_raw_file {
  const char *path;
  int fd;
  int64_t size;
} hearth_raw_file;

/* Whether a box of extents `count` is read efficiently into memory with these byte strides: neighbours in the file are neighbours in memory. */
bool hearth_raw_fits(const hearth_raw *raw, int32_t ndim, const int64_t *count, const int64_t *stride);
/* Reads the box. Local. Errors: FILE, FORMAT (the file ends too early), MEMORY. */
hearth_status hearth_raw_read(const hearth_context *ctx, const hearth_raw_file *file, const hearth_raw *raw, int32_t ndim, const int64_t *start,
                              const int64_t *count, void *base, const int64_t *stride);
/* Reads exactly `bytes` at `offset`, less only at the end of the file; *got says how many. Local. Errors: FILE. */
hearth_status hearth_read_at(const hearth_context *ctx, const hearth_raw_file *file, int64_t offset, int64_t bytes, void *data, int64_t *got);

#endif
