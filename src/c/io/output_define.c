/* Dimensions, variables and attributes in HDF5, by the conventions of NetCDF-4 ("Interoperability with HDF5" of the NetCDF documentation). All ranks make the
 * same calls: parallel HDF5 demands it. */
#include "core/error.h"
#include "io/output_impl.h"
#include <hdf5_hl.h>
#include <hearth/version.h>
#include <stdio.h>
#include <string.h>

static hearth_status failed(const hearth_output *output, const char *what, const char *name) {
  return hearth_hdf5_fail(output->ctx, HEARTH_ERR_FILE, "cannot write %s '%s' to '%s'", what, name, output->path);
}

static hearth_status write_attribute(const hearth_output *output, hid_t object, const char *name, hid_t type, hid_t space, const void *value) {
  if (H5Aexists(object, name) > 0) H5Adelete(object, name);
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const bool good = attribute >= 0 && (!value || H5Awrite(attribute, type, value) >= 0);
  const hearth_status status = good ? HEARTH_OK : failed(output, "attribute", name);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}

static hearth_status write_text(const hearth_output *output, hid_t object, const char *name, const char *text) {
  const size_t length = strlen(text);
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(length > 0 ? H5S_SCALAR : H5S_NULL);
  H5Tset_size(type, length > 0 ? length : 1);
  H5Tset_strpad(type, H5T_STR_NULLTERM);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const hearth_status status = write_attribute(output, object, name, type, space, length > 0 ? text : NULL);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

/* `type` is what the file holds; the value comes as a double. */
static hearth_status write_number(const hearth_output *output, hid_t object, const char *name, hid_t type, double value) {
  const hsize_t one = 1;
  union {
    double number;
    char bytes[16];
  } buffer = {.number = value};
  if (H5Tconvert(H5T_NATIVE_DOUBLE, type, 1, &buffer, NULL, H5P_DEFAULT) < 0) return failed(output, "attribute", name);
  const hid_t space = H5Screate_simple(1, &one, NULL);
  const hearth_status status = write_attribute(output, object, name, type, space, &buffer);
  H5Sclose(space);
  return status;
}

static hearth_status write_integer(const hearth_output *output, hid_t object, const char *name, int value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  const hearth_status status = write_attribute(output, object, name, H5T_NATIVE_INT, space, &value);
  H5Sclose(space);
  return status;
}

/* What must have the type of the data (CF 1.8 section 2.5.1). */
static bool of_data_type(const char *name) {
  return strcmp(name, "missing_value") == 0 || strncmp(name, "valid_", 6) == 0;
}

static hearth_status write_attributes(const hearth_output *output, hid_t object, hid_t type, hearth_output_attributes *list) {
  for (int64_t i = 0; i < list->n; i++) {
    hearth_output_attribute *a = &list->item[i];
    if (a->written) continue;
    const hid_t as = type >= 0 && of_data_type(a->name) ? type : H5T_NATIVE_DOUBLE;
    HEARTH_TRY(a->text ? write_text(output, object, a->name, a->text) : write_number(output, object, a->name, as, a->number));
    a->written = true;
  }
  return HEARTH_OK;
}

static hid_t creation_list(void) {
  const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(list, 0);             /* the same run gives the same file */
  H5Pset_fill_time(list, H5D_FILL_TIME_NEVER); /* every variable is written in full before the commit */
  return list;
}

/* A dimension without a variable: a dataset that holds nothing but its length. */
static hearth_status make_placeholder(hearth_output *output, int64_t number) {
  hearth_output_dim *dim = &output->dim[number];
  const hsize_t length = (hsize_t)dim->length;
  char title[80];
  const hid_t space = H5Screate_simple(1, &length, NULL), list = creation_list();
  dim->scale = H5Dcreate2(output->file, dim->name, H5T_IEEE_F32BE, space, H5P_DEFAULT, list, H5P_DEFAULT);
  dim->placeholder = true;
  const hearth_status status = dim->scale >= 0 ? HEARTH_OK : failed(output, "dimension", dim->name);
  H5Pclose(list);
  H5Sclose(space);
  HEARTH_TRY(status);
  snprintf(title, sizeof(title), "This is a netCDF dimension but not a netCDF variable. %10d", (int)dim->length);
  if (H5DSset_scale(dim->scale, title) < 0) return failed(output, "dimension", dim->name);
  return write_integer(output, dim->scale, "_Netcdf4Dimid", (int)number);
}

static bool is_coordinate(const hearth_output *output, const hearth_output_var *var) {
  return var->ndim == 1 && strcmp(output->dim[var->dim[0]].name, var->name) == 0;
}

static bool is_named_like_dimension(const hearth_output *output, const hearth_output_var *var) {
  for (int64_t i = 0; i < output->ndims; i++)
    if (strcmp(output->dim[i].name, var->name) == 0) return true;
  return false;
}

static hearth_status create_dataset(const hearth_output *output, hearth_output_var *var, hid_t type) {
  hsize_t extent[HEARTH_MAX_NDIM];
  char name[300];
  const bool clash = is_named_like_dimension(output, var) && !is_coordinate(output, var);
  snprintf(name, sizeof(name), "%s%s", clash ? "_nc4_non_coord_" : "", var->name);
  for (int32_t d = 0; d < var->ndim; d++) extent[d] = (hsize_t)output->dim[var->dim[d]].length;
  const hid_t space = var->ndim > 0 ? H5Screate_simple(var->ndim, extent, NULL) : H5Screate(H5S_SCALAR);
  const hid_t list = creation_list();
  if (var->has_fill) H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &var->fill);
  var->id = H5Dcreate2(output->file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  const hearth_status status = var->id >= 0 ? HEARTH_OK : failed(output, "variable", var->name);
  H5Pclose(list);
  H5Sclose(space);
  return status;
}

static hearth_status make_variable(hearth_output *output, hearth_output_var *var, hid_t type) {
  HEARTH_TRY(create_dataset(output, var, type));
  if (is_coordinate(output, var)) {
    if (H5DSset_scale(var->id, var->name) < 0) return failed(output, "coordinate", var->name);
    HEARTH_TRY(write_integer(output, var->id, "_Netcdf4Dimid", var->dim[0]));
    output->dim[var->dim[0]].scale = var->id;
  }
  return var->has_fill ? write_number(output, var->id, "_FillValue", type, var->fill) : HEARTH_OK;
}

static hearth_status attach_scales(hearth_output *output, const hearth_output_var *var) {
  if (is_coordinate(output, var)) return HEARTH_OK;
  for (int32_t d = 0; d < var->ndim; d++)
    if (H5DSattach_scale(var->id, output->dim[var->dim[d]].scale, (unsigned)d) < 0) return failed(output, "the dimensions of variable", var->name);
  return HEARTH_OK;
}

static hearth_status define_dimensions(hearth_output *output) {
  for (int64_t i = 0; i < output->ndims; i++) {
    bool coordinate = false;
    for (int64_t v = 0; v < output->nvars; v++) coordinate = coordinate || (is_coordinate(output, &output->var[v]) && output->var[v].dim[0] == i);
    if (!coordinate && output->dim[i].scale < 0) HEARTH_TRY(make_placeholder(output, i));
  }
  return HEARTH_OK;
}

static hearth_status define_provenance(const hearth_output *output) {
  unsigned major = 0, minor = 0, release = 0;
  char text[100];
  if (H5Aexists(output->file, "_NCProperties") > 0) return HEARTH_OK;
  H5get_libversion(&major, &minor, &release);
  snprintf(text, sizeof(text), "version=2,hearth=%s,hdf5=%u.%u.%u", HEARTH_VERSION, major, minor, release);
  return write_text(output, output->file, "_NCProperties", text);
}

hearth_status hearth_output_define(hearth_output *output) {
  HEARTH_TRY(define_provenance(output));
  HEARTH_TRY(define_dimensions(output));
  for (int64_t i = 0; i < output->nvars; i++) {
    hearth_output_var *var = &output->var[i];
    const bool fresh = var->id < 0;
    const hid_t type = hearth_hdf5_memory_type(var->dtype == HEARTH_BOOL ? HEARTH_INT8 : var->dtype);
    hearth_status status = fresh ? make_variable(output, var, type) : HEARTH_OK;
    if (status == HEARTH_OK) status = write_attributes(output, var->id, type, &var->attributes);
    H5Tclose(type);
    HEARTH_TRY(status);
  }
  for (int64_t i = 0; i < output->nvars; i++)
    if (output->var[i].ndim > 0 && H5Aexists(output->var[i].id, "DIMENSION_LIST") <= 0) HEARTH_TRY(attach_scales(output, &output->var[i]));
  return write_attributes(output, output->file, -1, &output->attributes);
}
