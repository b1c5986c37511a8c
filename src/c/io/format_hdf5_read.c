#include "core/context_impl.h"
#include "core/error.h"
#include "io/format_hdf5.h"

#define CACHE_LIMIT ((int64_t)64 << 20) /* bytes */

/* The default cache of 1 MiB holds not even one row of chunks of a usual field: a caller that reads band after band would decompress each chunk again. */
static void set_cache(const hearth_context *ctx, const hearth_variable_info *info, hid_t access) {
  const int64_t cap = ctx->options.memory_cap; /* HDF5's memory is not in the account: a small part of what is allowed */
  const double limit = cap > 0 && cap / 16 < CACHE_LIMIT ? (double)(cap / 16) : (double)CACHE_LIMIT;
  double row = (double)hearth_dtype_size((hearth_dtype)info->staged), chunks = 1.0;
  if (info->ndim == 0 || info->chunk[0] == 0) return;
  for (int32_t d = 0; d < info->ndim; d++) {
    const int64_t n = d == 0 ? 1 : (info->shape[d] + info->chunk[d] - 1) / info->chunk[d];
    row *= (double)info->chunk[d] * (double)n;
    chunks *= (double)n;
  }
  if (row < 1 << 20) row = 1 << 20;
  if (row > limit) row = limit;
  if (chunks > 10000.0) chunks = 10000.0;
  H5Pset_chunk_cache(access, (size_t)(101.0 * chunks + 420.0), (size_t)row, 0.75);
}

static hearth_status open_dataset(hearth_file *file, hearth_variable_info *info) {
  const hearth_hdf5_state *state = file->state;
  if (info->id >= 0) return HEARTH_OK;
  const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  set_cache(file->ctx, info, access);
  info->id = H5Dopen2(state->id, info->path, access);
  const hearth_status status =
      info->id >= 0 ? HEARTH_OK : hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot open variable '%s' of '%s'", info->name, file->path);
  H5Pclose(access);
  return status;
}

/* Unsigned 64-bit integers beyond int64 would be clipped without a word. */
static H5T_conv_ret_t refuse_overflow(H5T_conv_except_t what, hid_t from, hid_t to, void *src, void *dst, void *user) {
  (void)from, (void)to, (void)src, (void)dst;
  if (what != H5T_CONV_EXCEPT_RANGE_HI) return H5T_CONV_UNHANDLED;
  *(int *)user = 1;
  return H5T_CONV_ABORT;
}

static hid_t memory_space(const hearth_variable_info *info, const int64_t *count, const int64_t *stride) {
  hsize_t extent[HEARTH_MAX_NDIM], n[HEARTH_MAX_NDIM], zero[HEARTH_MAX_NDIM] = {0};
  if (info->ndim == 0) return H5Screate(H5S_SCALAR);
  for (int32_t d = 0; d < info->ndim; d++) {
    n[d] = (hsize_t)count[d];
    extent[d] = d == 0 ? n[d] : (hsize_t)(stride[d - 1] / stride[d]);
  }
  const hid_t space = H5Screate_simple(info->ndim, extent, NULL);
  if (space >= 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, zero, NULL, n, NULL);
  return space;
}

static hid_t file_space(const hearth_variable_info *info, const int64_t *start, const int64_t *count) {
  hsize_t from[HEARTH_MAX_NDIM], n[HEARTH_MAX_NDIM];
  const hid_t space = H5Dget_space((hid_t)info->id);
  for (int32_t d = 0; d < info->ndim; d++) from[d] = (hsize_t)start[d], n[d] = (hsize_t)count[d];
  if (space >= 0 && info->ndim > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, n, NULL);
  return space;
}

/* A boolean enumeration is read as its bytes, without conversion. */
static hid_t memory_type(const hearth_variable_info *info) {
  return info->staged == HEARTH_BOOL ? H5Dget_type((hid_t)info->id) : hearth_hdf5_memory_type(info->staged);
}

hearth_status hearth_hdf5_read(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride) {
  HEARTH_SILENCE_HDF5();
  int overflow = 0;
  HEARTH_TRY(open_dataset(file, info));
  const hid_t memory = memory_space(info, count, stride), from = file_space(info, start, count), type = memory_type(info);
  const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
  if (info->staged == HEARTH_INT64) H5Pset_type_conv_cb(transfer, refuse_overflow, &overflow);
  const bool good = memory >= 0 && from >= 0 && type >= 0 && transfer >= 0 && H5Dread((hid_t)info->id, type, memory, from, transfer, data) >= 0;
  hearth_status status = HEARTH_OK;
  if (!good && overflow)
    status =
        hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "variable '%s' of '%s' has unsigned values beyond 2^63 - 1, which int64 cannot hold", info->name, file->path);
  else if (!good)
    status = hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read variable '%s' of '%s'", info->name, file->path);
  if (transfer >= 0) H5Pclose(transfer);
  if (type >= 0) H5Tclose(type);
  if (from >= 0) H5Sclose(from);
  if (memory >= 0) H5Sclose(memory);
  return status;
}
