/* The file under its temporary name: made, closed, renamed, removed. */
#define _GNU_SOURCE
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "io/output_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Length of the directory part of a path, with its slash. */
static int directory_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? (int)(slash - path) + 1 : 0;
}

/* Rank 0 makes the file by plain means first: the system's reason for a refusal is clearer than what comes through MPI-IO. */
static hearth_status reserve(hearth_output *output) {
  struct stat info;
  if (stat(output->path, &info) == 0 && S_ISDIR(info.st_mode))
    return hearth_fail(output->ctx, HEARTH_ERR_FILE, "cannot write '%s': it is a directory", output->path);
  const int fd = open(output->temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return hearth_fail(output->ctx, HEARTH_ERR_FILE, "cannot write '%s': %s in its directory: %s", output->path, "no file can be made", strerror(errno));
  close(fd);
  output->named = true;
  return HEARTH_OK;
}

static hid_t access_list(const hearth_context *ctx) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return access;
  if (ctx->size > 1) H5Pset_fapl_mpio(access, ctx->comm, MPI_INFO_NULL);
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18); /* what every NetCDF-4 library reads */
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  if (ctx->size == 1) H5Pset_file_locking(access, 1, 1);
#endif
  return access;
}

/* NetCDF-4 wants the order of creation of variables and attributes on record, else it will not write to the file later. */
static hearth_status create_hdf5(hearth_output *output) {
  const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  const hid_t access = access_list(output->ctx), creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_link_creation_order(creation, order);
  H5Pset_attr_creation_order(creation, order);
  output->file = H5Fcreate(output->temporary, H5F_ACC_TRUNC, creation, access);
  const hearth_status status = output->file >= 0 ? HEARTH_OK : hearth_hdf5_fail(output->ctx, HEARTH_ERR_FILE, "cannot write '%s'", output->path);
  H5Pclose(creation);
  H5Pclose(access);
  return status;
}

hearth_status hearth_output_open_file(hearth_output *output) {
  const hearth_context *ctx = output->ctx;
  HEARTH_SILENCE_HDF5();
  int64_t pid = (int64_t)getpid();
  const size_t capacity = strlen(output->path) + 40;
  hearth_status status = hearth_allocate(ctx, (int64_t)capacity, &output->temporary);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_broadcast(ctx, &pid, sizeof(pid), 0));
  const int length = directory_length(output->path);
  snprintf(output->temporary, capacity, "%.*s.%s.tmp-%lld", length, output->path, output->path + length, (long long)pid);
  status = ctx->rank == 0 ? reserve(output) : HEARTH_OK;
  HEARTH_TRY(hearth_agree(ctx, status));
  output->named = true;
  return hearth_agree(ctx, create_hdf5(output));
}

static hearth_status close_failed(const hearth_output *output) {
  return hearth_hdf5_fail(output->ctx, HEARTH_ERR_FILE, "cannot finish '%s'", output->path);
}

static hearth_status close_ids(hearth_output *output) {
  hearth_status status = HEARTH_OK;
  for (int64_t i = 0; i < output->ndims; i++) {
    if (output->dim[i].placeholder && output->dim[i].scale >= 0 && H5Dclose(output->dim[i].scale) < 0) status = close_failed(output);
    output->dim[i].scale = -1;
  }
  for (int64_t i = 0; i < output->nvars; i++) {
    if (output->var[i].id >= 0 && H5Dclose(output->var[i].id) < 0) status = close_failed(output);
    output->var[i].id = -1;
  }
  if (output->file >= 0 && H5Fclose(output->file) < 0) status = close_failed(output);
  output->file = -1;
  return status;
}

static hearth_status sync_path(const hearth_output *output, const char *path, int flags) {
  const int fd = open(path, flags | O_CLOEXEC);
  /* Not every file system lets directories be synchronised. */
  if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != EROFS)) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return hearth_fail(output->ctx, HEARTH_ERR_FILE, "cannot bring '%s' to disk: %s", output->path, strerror(error));
  }
  close(fd);
  return HEARTH_OK;
}

static hearth_status publish(const hearth_output *output) {
  char directory[4096];
  HEARTH_TRY(sync_path(output, output->temporary, O_RDWR));
  if (rename(output->temporary, output->path) != 0)
    return hearth_fail(output->ctx, HEARTH_ERR_FILE, "cannot rename '%s' to '%s': %s", output->temporary, output->path, strerror(errno));
  const int length = directory_length(output->path);
  snprintf(directory, sizeof(directory), "%.*s", length > 0 ? length : 1, length > 0 ? output->path : ".");
  sync_path(output, directory, O_RDONLY | O_DIRECTORY); /* the file itself is safe by now: not worth failing */
  return HEARTH_OK;
}

hearth_status hearth_output_finish_file(hearth_output *output) {
  const hearth_context *ctx = output->ctx;
  HEARTH_SILENCE_HDF5();
  hearth_status status = hearth_output_define(output);
  if (status == HEARTH_OK && H5Fflush(output->file, H5F_SCOPE_GLOBAL) < 0)
    status = hearth_hdf5_fail(ctx, HEARTH_ERR_FILE, "cannot write '%s' to disk", output->path);
  const hearth_status closed = close_ids(output);
  status = hearth_agree(ctx, status != HEARTH_OK ? status : closed);
  if (status == HEARTH_OK) status = hearth_agree(ctx, ctx->rank == 0 ? publish(output) : HEARTH_OK);
  if (status == HEARTH_OK)
    output->named = false;
  else
    output->damaged = true;
  return status;
}

void hearth_output_discard_file(hearth_output *output) {
  HEARTH_SILENCE_HDF5();
  const bool alive = hearth_hdf5_alive();
  if (alive && output->file >= 0) {
    close_ids(output);
    hearth_barrier(output->ctx); /* nobody writes any more */
  }
  output->file = -1;
  if (output->named && output->ctx->rank == 0) unlink(output->temporary);
  output->named = false;
}
