/* Inside a file being written. Definitions are collected on every rank and brought into the file together before the next write: whether a dimension has a
 * coordinate variable must be known before the dimension is made. */
#ifndef HEARTH_IO_OUTPUT_IMPL_H
#define HEARTH_IO_OUTPUT_IMPL_H
#include "io/hdf5_util.h"
#include <hearth/io.h>
#include <stdbool.h>

typedef struct hearth_output_dim {
  char *name;
  int64_t length;
  hid_t scale; /* the dataset that stands for it: its own placeholder, or a reference to its coordinate variable's; negative: not made yet */
  bool placeholder;
} hearth_output_dim;

typedef struct hearth_output_attribute {
  char *name;
  char *text; /* NULL: the number */
  double number;
  bool written;
} hearth_output_attribute;

typedef struct hearth_output_attributes {
  int64_t n, capacity;
  hearth_output_attribute *item;
} hearth_output_attributes;

typedef struct hearth_output_var {
  char *name;
  int32_t dtype, ndim;
  int32_t dim[HEARTH_MAX_NDIM];
  double fill;
  bool has_fill, written;
  int64_t in_boxes; /* elements written box by box so far */
  hid_t id;         /* negative: not made yet */
  hearth_output_attributes attributes;
} hearth_output_var;

struct hearth_output {
  hearth_context *ctx;
  char *path, *temporary;
  hid_t file; /* negative: closed */
  bool named; /* the temporary file exists */
  bool damaged;
  int64_t ndims, dim_capacity, nvars, var_capacity;
  hearth_output_dim *dim;
  hearth_output_var *var;
  hearth_output_attributes attributes;
};

/* output.c: the variable called `name`, or NOT_FOUND. Local. */
hearth_status hearth_output_find(hearth_output *output, const char *name, hearth_output_var **var);
int64_t hearth_output_elements(const hearth_output *output, const hearth_output_var *var);

/* output_file.c. Collective; the status agrees. */
hearth_status hearth_output_open_file(hearth_output *output);
hearth_status hearth_output_finish_file(hearth_output *output);
void hearth_output_discard_file(hearth_output *output);
/* output_define.c: brings all definitions into the file. Collective for HDF5; the caller agrees on the status. */
hearth_status hearth_output_define(hearth_output *output);

#endif
