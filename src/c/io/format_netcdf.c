/* Classic NetCDF through the NetCDF library, opened by every rank for itself: that works alike with the serial and the parallel library, whichever of the two
 * the host program's linking leaves us with. */
#include "io/format_netcdf.h"
#include "core/error.h"
#include "core/memory.h"
#include <string.h>

static bool sniff(const char *path, const unsigned char *head, int64_t n) {
  (void)path;
  return n >= 4 && memcmp(head, "CDF", 3) == 0 && (head[3] == 1 || head[3] == 2 || head[3] == 5);
}

#ifndef HEARTH_HAVE_NETCDF

static hearth_status open_netcdf(hearth_file *file) {
  return hearth_fail(file->ctx, HEARTH_ERR_NOT_BUILT,
                     "'%s' is a classic NetCDF file, and this build of Hearth lacks the NetCDF library; convert it (nccopy -k nc4), or build with NetCDF",
                     file->path);
}
static void close_netcdf(hearth_file *file) {
  (void)file;
}
const hearth_format hearth_format_netcdf = {"netcdf-classic", sniff, open_netcdf, close_netcdf, NULL, true};

#else
#include <netcdf.h>

typedef struct netcdf_state {
  int id;
} netcdf_state;

static hearth_status failed(const hearth_file *file, const char *what, const char *name, int code) {
  return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read %s '%s' of '%s': NetCDF says: %s", what, name, file->path, nc_strerror(code));
}

#define TRY_NC(call, what, name)                                                                                                                               \
  do {                                                                                                                                                         \
    const int code_ = (call);                                                                                                                                  \
    if (code_ != NC_NOERR) return failed(file, what, name, code_);                                                                                             \
  } while (0)

static int32_t to_dtype(nc_type type, int32_t *staged) {
  static const int32_t stored[] = {[NC_BYTE] = HEARTH_INT8,      [NC_SHORT] = HEARTH_INT16,  [NC_INT] = HEARTH_INT32,      [NC_FLOAT] = HEARTH_FLOAT32,
                                   [NC_DOUBLE] = HEARTH_FLOAT64, [NC_UBYTE] = HEARTH_UINT8,  [NC_USHORT] = HEARTH_INT32,   [NC_UINT] = HEARTH_INT64,
                                   [NC_INT64] = HEARTH_INT64,    [NC_UINT64] = HEARTH_INT64, [NC_CHAR] = HEARTH_DTYPE_NONE};
  *staged = type > 0 && type <= NC_UINT64 ? stored[type] : HEARTH_DTYPE_NONE;
  return *staged;
}

static hearth_status read_attribute(const hearth_file *file, int id, int variable, int i, hearth_attributes *list) {
  char name[NC_MAX_NAME + 1];
  nc_type type;
  size_t n;
  int32_t staged;
  TRY_NC(nc_inq_attname(id, variable, i, name), "an attribute", "");
  TRY_NC(nc_inq_att(id, variable, name, &type, &n), "attribute", name);
  hearth_status status = HEARTH_OK;
  if (type == NC_CHAR) {
    char *text = NULL;
    HEARTH_TRY(hearth_allocate_zero(file->ctx, (int64_t)n + 1, &text));
    const int code = nc_get_att_text(id, variable, name, text);
    status = code == NC_NOERR ? hearth_attributes_add_text(file->ctx, list, name, text) : failed(file, "attribute", name, code);
    hearth_deallocate(file->ctx, text);
    return status;
  }
  const int32_t dtype = to_dtype(type, &staged);
  const bool integer = dtype != HEARTH_FLOAT32 && dtype != HEARTH_FLOAT64;
  double *values = NULL;
  long long *integers = NULL;
  if (n == 0 || dtype == HEARTH_DTYPE_NONE) return HEARTH_OK;
  status = hearth_allocate(file->ctx, (int64_t)(n * sizeof(double)), &values);
  if (status == HEARTH_OK && integer) status = hearth_allocate(file->ctx, (int64_t)(n * sizeof(long long)), &integers);
  int code = NC_NOERR;
  if (status == HEARTH_OK) code = nc_get_att_double(id, variable, name, values);
  if (status == HEARTH_OK && code == NC_NOERR && integer) code = nc_get_att_longlong(id, variable, name, integers);
  if (code != NC_NOERR) status = failed(file, "attribute", name, code);
  if (status == HEARTH_OK) status = hearth_attributes_add_numbers(file->ctx, list, name, dtype, (int64_t)n, values, (const int64_t *)integers);
  hearth_deallocate(file->ctx, values);
  hearth_deallocate(file->ctx, integers);
  return status;
}

static hearth_status read_variable(hearth_file *file, int id, int variable, int unlimited) {
  char name[NC_MAX_NAME + 1], dim[NC_MAX_NAME + 1];
  int ndims, natts, dims[NC_MAX_VAR_DIMS];
  nc_type type;
  hearth_variable_info *info = NULL;
  TRY_NC(nc_inq_varname(id, variable, name), "a variable", "");
  TRY_NC(nc_inq_varndims(id, variable, &ndims), "variable", name);
  HEARTH_TRY(hearth_file_add(file, name, &info));
  info->id = variable;
  if (ndims > HEARTH_MAX_NDIM) return hearth_file_unsupported(file, info, "it has more dimensions than an array may have");
  TRY_NC(nc_inq_var(id, variable, NULL, &type, NULL, dims, &natts), "variable", name);
  info->ndim = ndims;
  info->stored = to_dtype(type, &info->staged);
  if (type == NC_CHAR) HEARTH_TRY(hearth_file_unsupported(file, info, "it is text"));
  for (int d = 0; d < ndims; d++) {
    size_t n;
    TRY_NC(nc_inq_dim(id, dims[d], dim, &n), "a dimension of variable", name);
    info->shape[d] = (int64_t)n;
    info->unlimited[d] = dims[d] == unlimited;
    HEARTH_TRY(hearth_io_strdup(file->ctx, dim, &info->dim[d]));
  }
  for (int i = 0; i < natts; i++) HEARTH_TRY(read_attribute(file, id, variable, i, &info->attributes));
  return HEARTH_OK;
}

static hearth_status open_netcdf(hearth_file *file) {
  netcdf_state *state = NULL;
  int64_t demand = 0;
  int id, nvars = 0, natts = 0, unlimited = -1;
  HEARTH_TRY(hearth_netcdf_demand(file, &demand));
  if (file->size < demand)
    return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' is truncated: it has %lld bytes, its header promises %lld", file->path, (long long)file->size,
                       (long long)demand);
  TRY_NC(nc_open(file->path, NC_NOWRITE, &id), "the header", "");
  if (hearth_allocate_zero(file->ctx, sizeof(*state), &state) != HEARTH_OK) {
    nc_close(id);
    return HEARTH_ERR_MEMORY;
  }
  state->id = id;
  file->state = state;
  TRY_NC(nc_inq(id, NULL, &nvars, &natts, &unlimited), "the header", "");
  for (int i = 0; i < natts; i++) HEARTH_TRY(read_attribute(file, id, NC_GLOBAL, i, &file->attributes));
  for (int v = 0; v < nvars; v++) HEARTH_TRY(read_variable(file, id, v, unlimited));
  return HEARTH_OK;
}

static void close_netcdf(hearth_file *file) {
  netcdf_state *state = file->state;
  if (!state) return;
  nc_close(state->id);
  hearth_deallocate(file->ctx, state);
  file->state = NULL;
}

static hearth_status read_netcdf(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride) {
  const netcdf_state *state = file->state;
  size_t from[HEARTH_MAX_NDIM] = {0}, n[HEARTH_MAX_NDIM] = {1};
  const int id = state->id, v = (int)info->id;
  int code = NC_EBADTYPE;
  (void)stride;
  for (int32_t d = 0; d < info->ndim; d++) from[d] = (size_t)start[d], n[d] = (size_t)count[d];
  if (info->stored == HEARTH_INT8 || info->stored == HEARTH_UINT8) {
    nc_type type; /* bytes that are only called unsigned (_Unsigned) are read as what they are: the same bits, no range error */
    code = nc_inq_vartype(id, v, &type);
    if (code == NC_NOERR) code = type == NC_BYTE ? nc_get_vara_schar(id, v, from, n, data) : nc_get_vara_uchar(id, v, from, n, data);
  } else if (info->staged == HEARTH_INT16) {
    code = nc_get_vara_short(id, v, from, n, data);
  } else if (info->staged == HEARTH_INT32) {
    code = nc_get_vara_int(id, v, from, n, data);
  } else if (info->staged == HEARTH_INT64) {
    code = nc_get_vara_longlong(id, v, from, n, data);
  } else if (info->staged == HEARTH_FLOAT32) {
    code = nc_get_vara_float(id, v, from, n, data);
  } else if (info->staged == HEARTH_FLOAT64) {
    code = nc_get_vara_double(id, v, from, n, data);
  }
  return code == NC_NOERR ? HEARTH_OK : failed(file, "variable", info->name, code);
}

const hearth_format hearth_format_netcdf = {"netcdf-classic", sniff, open_netcdf, close_netcdf, read_netcdf, true};
#endif
