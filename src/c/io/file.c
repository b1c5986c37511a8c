/* Opening a file: which format it is, and its metadata. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order of asking; CSV takes any text. */
static const hearth_format *const formats[] = {&hearth_format_hdf5, &hearth_format_netcdf, &hearth_format_npy, &hearth_format_csv};

static hearth_status open_descriptor(hearth_file *file) {
  struct stat info;
  file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
  if (file->fd < 0 || fstat(file->fd, &info) != 0) return hearth_fail(file->ctx, HEARTH_ERR_FILE, "cannot open '%s': %s", file->path, strerror(errno));
  if (S_ISDIR(info.st_mode)) return hearth_fail(file->ctx, HEARTH_ERR_FILE, "cannot read '%s': it is a directory", file->path);
  if (!S_ISREG(info.st_mode)) return hearth_fail(file->ctx, HEARTH_ERR_FILE, "cannot read '%s': it is not a regular file", file->path);
  file->size = (int64_t)info.st_size;
  return HEARTH_OK;
}

/* What people try that is none of ours, so that the message can say what to do. */
static const char *foreign(const unsigned char *head, int64_t n) {
  if (n >= 2 && head[0] == 0x1f && head[1] == 0x8b) return "it is compressed by gzip; unpack it first (gunzip)";
  if (n >= 3 && memcmp(head, "BZh", 3) == 0) return "it is compressed by bzip2; unpack it first (bunzip2)";
  if (n >= 6 && memcmp(head,
                       "\xfd"
                       "7zXZ",
                       5) == 0)
    return "it is compressed by xz; unpack it first (unxz)";
  if (n >= 4 && memcmp(head, "PK\3\4", 4) == 0) return "it is a zip archive (or .npz); unpack it and open the .npy files in it";
  if (n >= 4 && memcmp(head, "GRIB", 4) == 0) return "it is GRIB; convert it to NetCDF first";
  for (int64_t i = 0; i < n; i++)
    if (head[i] < 9 || (head[i] > 13 && head[i] < 32)) return "its content is neither NetCDF nor HDF5, NPY or text";
  return NULL;
}

static hearth_status find_format(hearth_file *file) {
  unsigned char head[512];
  int64_t n = 0;
  const hearth_raw_file raw = {file->path, file->fd, file->size};
  HEARTH_TRY(hearth_read_at(file->ctx, &raw, 0, sizeof(head), head, &n));
  if (n == 0) return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' is empty", file->path);
  for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
    if (formats[f] == &hearth_format_csv) {
      const char *why = foreign(head, n);
      if (why) return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read '%s': %s", file->path, why);
    }
    if (!formats[f]->sniff(file->path, head, n)) continue;
    file->format = formats[f];
    file->format_name = formats[f]->name;
    return HEARTH_OK;
  }
  return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' has no known format", file->path);
}

static hearth_status open_local(hearth_context *ctx, const char *path, hearth_file **result) {
  hearth_file *file = NULL;
  HEARTH_REQUIRE(ctx, path && path[0], "the file has no name: path is %s", path ? "empty" : "NULL");
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof(*file), &file));
  file->ctx = ctx;
  file->references = 1;
  file->fd = -1;
  hearth_context_hold(ctx, HEARTH_OBJECT_FILE);
  hearth_status status = hearth_io_strdup(ctx, path, &file->path);
  if (status == HEARTH_OK) status = open_descriptor(file);
  if (status == HEARTH_OK) status = find_format(file);
  if (status != HEARTH_OK) {
    hearth_file_release(file);
    return status;
  }
  *result = file;
  return HEARTH_OK;
}

hearth_status hearth_file_open(hearth_context *ctx, const char *path, hearth_file **file) {
  HEARTH_REQUIRE(ctx, ctx && file, "hearth_file_open: %s is NULL", ctx ? "file" : "ctx");
  HEARTH_GUARD_FP(ctx);
  *file = NULL;
  hearth_file *f = NULL;
  const hearth_status mine = open_local(ctx, path, &f);
  hearth_status status = hearth_agree(ctx, mine);
  if (status == HEARTH_OK) {
    status = f->format->open(f);
    for (int64_t i = 0; i < f->nvariables && status == HEARTH_OK; i++) status = hearth_unpack_setup(ctx, &f->variable[i]);
    status = hearth_agree(ctx, status);
  }
  if (status != HEARTH_OK) {
    hearth_file_release(f);
    return status;
  }
  hearth_log_write(ctx, HEARTH_LOG_DEBUG, "opened '%s' (%s): %lld variables", path, f->format_name, (long long)f->nvariables);
  *file = f;
  return HEARTH_OK;
}

void hearth_file_release(hearth_file *file) {
  if (!file || --file->references > 0) return;
  const hearth_context *ctx = file->ctx;
  if (file->format) file->format->close(file);
  hearth_metadata_free(file);
  if (file->fd >= 0) close(file->fd);
  hearth_deallocate(ctx, file->path);
  hearth_deallocate(ctx, file);
  hearth_context_drop(ctx, HEARTH_OBJECT_FILE);
}

hearth_status hearth_file_destroy(hearth_file **file) {
  if (!file || !*file) return HEARTH_OK;
  HEARTH_GUARD_FP((*file)->ctx);
  hearth_file_release(*file);
  *file = NULL;
  return HEARTH_OK;
}

const char *hearth_file_format(const hearth_file *file) {
  return file ? file->format_name : "";
}

hearth_status hearth_file_variables(const hearth_file *file, int32_t *n) {
  HEARTH_REQUIRE(file ? file->ctx : NULL, file && n, "hearth_file_variables: %s is NULL", file ? "n" : "file");
  *n = (int32_t)file->nvariables;
  return HEARTH_OK;
}

hearth_status hearth_file_variable_name(const hearth_file *file, int32_t i, char *name, int64_t capacity) {
  HEARTH_REQUIRE(NULL, file, "hearth_file_variable_name: file is NULL");
  HEARTH_REQUIRE(file->ctx, name && capacity > 0, "hearth_file_variable_name: no room for the name");
  HEARTH_REQUIRE(file->ctx, i >= 0 && i < file->nvariables, "variable %d of '%s': it has %lld", i, file->path, (long long)file->nvariables);
  hearth_io_copy_text(file->variable[i].name, name, capacity);
  return HEARTH_OK;
}

hearth_status hearth_file_attribute_text(const hearth_file *file, const char *attribute, char *text, int64_t capacity, int32_t *found) {
  HEARTH_REQUIRE(NULL, file, "hearth_file_attribute_text: file is NULL");
  HEARTH_REQUIRE(file->ctx, attribute && text && capacity > 0 && found, "hearth_file_attribute_text: an argument is NULL or has no room");
  const hearth_attribute *a = hearth_attributes_find(&file->attributes, attribute);
  *found = a && a->text;
  hearth_io_copy_text(*found ? a->text : "", text, capacity);
  return HEARTH_OK;
}
