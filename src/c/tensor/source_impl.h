/* Inside a source. */
#ifndef HEARTH_TENSOR_SOURCE_IMPL_H
#define HEARTH_TENSOR_SOURCE_IMPL_H
#include <hearth/source.h>

typedef struct hearth_source_field {
  char *name;
  int32_t dtype, ndim;
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t sample_axis;
  hearth_reader_options reader;
} hearth_source_field;

struct hearth_source {
  hearth_context *ctx;
  int64_t references;
  int32_t nfields;
  hearth_source_field *field;
};

HEARTH_FAMILY hearth_source *hearth_source_retain(const hearth_source *source);

#endif
