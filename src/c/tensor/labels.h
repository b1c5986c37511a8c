/* What an array's values and axes are called, for files and pictures. Shared and counted, like layouts. */
#ifndef HEARTH_TENSOR_LABELS_H
#define HEARTH_TENSOR_LABELS_H
#include <hearth/array.h>

typedef struct hearth_axis_label {
  char *name, *units;
  int64_t n; /* coordinate values: the global extent, or 0: none */
  double *values;
} hearth_axis_label;

typedef struct hearth_labels {
  hearth_context *ctx;
  int64_t references;
  char *name, *units;
  hearth_axis_label axis[HEARTH_MAX_NDIM];
} hearth_labels;

HEARTH_FAMILY hearth_labels *hearth_labels_retain(const hearth_labels *labels);
HEARTH_FAMILY void hearth_labels_release(hearth_labels **labels);

#endif
