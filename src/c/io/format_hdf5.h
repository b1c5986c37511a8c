/* Inside an open HDF5 or NetCDF-4 file. */
#ifndef HEARTH_IO_FORMAT_HDF5_H
#define HEARTH_IO_FORMAT_HDF5_H
#include "io/hdf5_util.h"
#include "io/io_impl.h"

/* A dimension scale: what NetCDF-4 makes of a dimension. */
typedef struct hearth_hdf5_scale {
  haddr_t address;
  char *name;
  int64_t dimid; /* -1: none */
} hearth_hdf5_scale;

typedef struct hearth_hdf5_state {
  hid_t id;
  bool netcdf; /* a sign of the NetCDF-4 library was seen */
  int64_t nscales, scale_capacity;
  hearth_hdf5_scale *scale;
  int64_t ngroups, group_capacity;
  haddr_t *group; /* seen already: hard links may form circles */
} hearth_hdf5_state;

/* format_hdf5_scan.c: fills the list of variables. Local. */
hearth_status hearth_hdf5_scan(hearth_file *file);
/* format_hdf5_attributes.c: all attributes that are text or numbers. Local. */
hearth_status hearth_hdf5_attributes(const hearth_file *file, hid_t object, hearth_attributes *list);
/* format_hdf5_dims.c */
hearth_status hearth_hdf5_add_scale(hearth_file *file, hid_t dataset, const char *leaf, const hearth_attributes *attributes);
hearth_status hearth_hdf5_name_dimensions(hearth_file *file, hearth_variable_info *info);
/* format_hdf5_read.c */
hearth_status hearth_hdf5_read(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride);

#endif
