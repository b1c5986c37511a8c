#include "core/error.h"
#include "core/memory.h"
#include "io/format_hdf5.h"
#include <string.h>

/* Text as the file has it: blanks that fill up a fixed length go. */
static hearth_status add_text(const hearth_file *file, hearth_attributes *list, const char *name, char *text, int64_t n) {
  text[n] = '\0';
  for (int64_t i = (int64_t)strlen(text) - 1; i >= 0 && text[i] == ' '; i--) text[i] = '\0';
  return hearth_attributes_add_text(file->ctx, list, name, text);
}

static hearth_status read_fixed(const hearth_file *file, hid_t attribute, hid_t type, int64_t points, const char *name, hearth_attributes *list) {
  const int64_t size = (int64_t)H5Tget_size(type);
  char *text = NULL;
  HEARTH_TRY(hearth_allocate_zero(file->ctx, size * points + 1, &text));
  hearth_status status = HEARTH_OK;
  if (points > 0 && H5Aread(attribute, type, text) < 0)
    status = hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read attribute '%s' of '%s'", name, file->path);
  if (status == HEARTH_OK) status = add_text(file, list, name, text, points > 0 ? size : 0);
  hearth_deallocate(file->ctx, text);
  return status;
}

static hearth_status read_variable_length(const hearth_file *file, hid_t attribute, hid_t type, hid_t space, int64_t points, const char *name,
                                          hearth_attributes *list) {
  char **text = NULL;
  HEARTH_TRY(hearth_allocate_zero(file->ctx, (points + 1) * (int64_t)sizeof(char *), &text));
  hearth_status status = HEARTH_OK;
  if (points > 0 && H5Aread(attribute, type, text) < 0)
    status = hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read attribute '%s' of '%s'", name, file->path);
  else
    status = hearth_attributes_add_text(file->ctx, list, name, points > 0 && text[0] ? text[0] : "");
  if (points > 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, text);
  hearth_deallocate(file->ctx, text);
  return status;
}

static hearth_status read_numbers(const hearth_file *file, hid_t attribute, hid_t type, int64_t points, const char *name, hearth_attributes *list) {
  double *number = NULL;
  int64_t *integer = NULL;
  int32_t staged;
  const char *why;
  const int32_t dtype = hearth_hdf5_dtype(type, &staged, &why);
  const bool is_integer = H5Tget_class(type) == H5T_INTEGER;
  hearth_status status = hearth_allocate(file->ctx, points * (int64_t)sizeof(double), &number);
  if (status == HEARTH_OK && is_integer) status = hearth_allocate(file->ctx, points * (int64_t)sizeof(int64_t), &integer);
  if (status == HEARTH_OK && (H5Aread(attribute, H5T_NATIVE_DOUBLE, number) < 0 || (is_integer && H5Aread(attribute, H5T_NATIVE_INT64, integer) < 0)))
    status = hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read attribute '%s' of '%s'", name, file->path);
  if (status == HEARTH_OK) status = hearth_attributes_add_numbers(file->ctx, list, name, dtype, points, number, integer);
  hearth_deallocate(file->ctx, number);
  hearth_deallocate(file->ctx, integer);
  return status;
}

static hearth_status read_one(const hearth_file *file, hid_t attribute, hearth_attributes *list) {
  char name[1024];
  if (H5Aget_name(attribute, sizeof(name), name) < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "an attribute of '%s' has no name", file->path);
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const int64_t points = space >= 0 ? (int64_t)H5Sget_simple_extent_npoints(space) : -1;
  const H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
  hearth_status status = HEARTH_OK;
  if (points < 0 || class == H5T_NO_CLASS)
    status = hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read attribute '%s' of '%s'", name, file->path);
  else if (class == H5T_STRING && H5Tis_variable_str(type) > 0)
    status = read_variable_length(file, attribute, type, space, points, name, list);
  else if (class == H5T_STRING)
    status = read_fixed(file, attribute, type, points, name, list);
  else if ((class == H5T_INTEGER || class == H5T_FLOAT) && points > 0)
    status = read_numbers(file, attribute, type, points, name, list);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  return status;
}

hearth_status hearth_hdf5_attributes(const hearth_file *file, hid_t object, hearth_attributes *list) {
  H5O_info_t info;
  if (H5Oget_info(object, &info) < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read the attributes of '%s'", file->path);
  for (hsize_t i = 0; i < info.num_attrs; i++) {
    const hid_t attribute = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read an attribute of '%s'", file->path);
    const hearth_status status = read_one(file, attribute, list);
    H5Aclose(attribute);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}
