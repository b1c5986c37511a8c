/* What analysis needs of files. libhearth_io fills one and hangs it on the context (hearth_io_attach); libhearth never links HDF5 or NetCDF.
 * The entries are those of <hearth/io.h>. */
#ifndef HEARTH_ANALYSIS_IO_TABLE_H
#define HEARTH_ANALYSIS_IO_TABLE_H
#include <hearth/io.h>

typedef struct hearth_io_table {
  int32_t version;
  hearth_status (*output_create)(hearth_context *ctx, const char *path, hearth_output **output);
  hearth_status (*output_dimension)(hearth_output *output, const char *name, int64_t length);
  hearth_status (*output_variable)(hearth_output *output, const char *name, int32_t dtype, const char *dimensions, double fill);
  hearth_status (*output_text)(hearth_output *output, const char *variable, const char *attribute, const char *text);
  hearth_status (*output_number)(hearth_output *output, const char *variable, const char *attribute, double value);
  hearth_status (*output_write)(hearth_output *output, const char *variable, const hearth_array *array);
  hearth_status (*output_write_numbers)(hearth_output *output, const char *variable, int64_t n, const double *values);
  hearth_status (*output_commit)(hearth_output *output);
  hearth_status (*output_destroy)(hearth_output **output);
  /* Reading back, for checkpoints. */
  hearth_status (*file_open)(hearth_context *ctx, const char *path, hearth_file **file);
  hearth_status (*file_destroy)(hearth_file **file);
  hearth_status (*file_attribute_text)(const hearth_file *file, const char *attribute, char *text, int64_t capacity, int32_t *found);
  hearth_status (*variable_open)(hearth_file *file, const char *name, hearth_variable **variable);
  hearth_status (*variable_destroy)(hearth_variable **variable);
  hearth_status (*variable_ndim)(const hearth_variable *variable, int32_t *ndim);
  hearth_status (*variable_shape)(const hearth_variable *variable, int32_t ndim, int64_t *shape);
  hearth_status (*variable_dtype)(const hearth_variable *variable, int32_t *dtype, int32_t *stored);
  hearth_status (*variable_read)(hearth_variable *variable, const int64_t *start, int32_t ndim, hearth_array *into);
} hearth_io_table;

#endif
