#ifndef HEARTH_IO_FORMAT_NETCDF_H
#define HEARTH_IO_FORMAT_NETCDF_H
#include "io/io_impl.h"

/* Bytes that a classic NetCDF file must have by what its header says. The NetCDF library does not look: it reads zeros, or fails late. Local.
 * Errors: FORMAT (the header itself is cut or makes no sense), FILE, MEMORY. */
hearth_status hearth_netcdf_demand(const hearth_file *file, int64_t *bytes);

#endif
