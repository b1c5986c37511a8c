/* HDF5 and NetCDF-4: opened by every rank for itself, without MPI-IO: reading needs no agreement between ranks then. */
#include "core/error.h"
#include "core/memory.h"
#include "io/format_hdf5.h"
#include <string.h>

static bool sniff(const char *path, const unsigned char *head, int64_t n) {
  static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  if (n >= 8 && memcmp(head, signature, 8) == 0) return true;
  if (n >= 3 && memcmp(head, "CDF", 3) == 0) return false;
  if (n < 512) return false;
  HEARTH_SILENCE_HDF5(); /* behind a user block of 512, 1024, ... bytes? */
  return H5Fis_hdf5(path) > 0;
}

static hearth_status open_file(hearth_file *file, hid_t *id) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  H5Pset_file_locking(access, 1, 1); /* some parallel file systems know no locks: no reason not to read */
#endif
  *id = H5Fopen(file->path, H5F_ACC_RDONLY, access);
  const hearth_status status = *id >= 0 ? HEARTH_OK : hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read '%s' as HDF5", file->path);
  H5Pclose(access);
  return status;
}

static hearth_status open_hdf5(hearth_file *file) {
  HEARTH_SILENCE_HDF5();
  hearth_hdf5_state *state = NULL;
  HEARTH_TRY(hearth_allocate_zero(file->ctx, sizeof(*state), &state));
  file->state = state;
  HEARTH_TRY(open_file(file, &state->id));
  HEARTH_TRY(hearth_hdf5_scan(file));
  file->format_name = state->netcdf ? "netcdf4" : "hdf5";
  return HEARTH_OK;
}

static void close_hdf5(hearth_file *file) {
  HEARTH_SILENCE_HDF5();
  hearth_hdf5_state *state = file->state;
  if (!state) return;
  if (hearth_hdf5_alive()) {
    for (int64_t i = 0; i < file->nvariables; i++)
      if (file->variable[i].id >= 0) H5Dclose((hid_t)file->variable[i].id);
    if (state->id >= 0) H5Fclose(state->id);
  }
  for (int64_t i = 0; i < state->nscales; i++) hearth_deallocate(file->ctx, state->scale[i].name);
  hearth_deallocate(file->ctx, state->scale);
  hearth_deallocate(file->ctx, state->group);
  hearth_deallocate(file->ctx, state);
  file->state = NULL;
}

const hearth_format hearth_format_hdf5 = {"hdf5", sniff, open_hdf5, close_hdf5, hearth_hdf5_read, false};
