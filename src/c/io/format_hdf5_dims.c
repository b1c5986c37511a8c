/* Names of dimensions: NetCDF-4 writes a dimension as a dimension scale, and into every variable references to its scales. */
#include "core/error.h"
#include "core/memory.h"
#include "io/format_hdf5.h"
#include <string.h>

static bool first_number(const hearth_attributes *attributes, const char *name, int64_t *value) {
  const hearth_attribute *a = hearth_attributes_find(attributes, name);
  if (!a || !a->integer || a->n < 1) return false;
  *value = a->integer[0];
  return true;
}

hearth_status hearth_hdf5_add_scale(hearth_file *file, hid_t dataset, const char *leaf, const hearth_attributes *attributes) {
  hearth_hdf5_state *state = file->state;
  H5O_info_t info;
  if (H5Oget_info(dataset, &info) < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read dimension '%s' of '%s'", leaf, file->path);
  HEARTH_TRY(hearth_io_grow(file->ctx, &state->scale, state->nscales, &state->scale_capacity, sizeof(hearth_hdf5_scale)));
  hearth_hdf5_scale *scale = &state->scale[state->nscales];
  HEARTH_TRY(hearth_io_strdup(file->ctx, leaf, &scale->name));
  state->nscales++;
  scale->address = info.addr;
  scale->dimid = -1;
  if (first_number(attributes, "_Netcdf4Dimid", &scale->dimid)) state->netcdf = true;
  return HEARTH_OK;
}

static hearth_status set_name(hearth_file *file, hearth_variable_info *info, int32_t d, const char *name) {
  return info->dim[d] ? HEARTH_OK : hearth_io_strdup(file->ctx, name, &info->dim[d]);
}

/* The scale that a reference leads to; NULL if it leads nowhere that is known. */
static const hearth_hdf5_scale *referenced(const hearth_hdf5_state *state, hid_t dataset, const hobj_ref_t *reference) {
  H5O_info_t info;
  const hid_t object = H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, reference);
  if (object < 0) return NULL;
  const bool known = H5Oget_info(object, &info) >= 0;
  H5Oclose(object);
  for (int64_t i = 0; known && i < state->nscales; i++)
    if (state->scale[i].address == info.addr) return &state->scale[i];
  return NULL;
}

/* DIMENSION_LIST: per dimension a list of references to scales, of which the first names it. */
static hearth_status from_references(hearth_file *file, hearth_variable_info *info, hid_t dataset, bool *found) {
  hvl_t lists[HEARTH_MAX_NDIM] = {{0, NULL}};
  hearth_status status = HEARTH_OK;
  *found = H5Aexists(dataset, "DIMENSION_LIST") > 0;
  if (!*found) return HEARTH_OK;
  const hid_t attribute = H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT);
  const hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1, space = attribute >= 0 ? H5Aget_space(attribute) : -1;
  if (type >= 0 && space >= 0 && H5Tget_class(type) == H5T_VLEN && H5Sget_simple_extent_npoints(space) == info->ndim && H5Aread(attribute, type, lists) >= 0) {
    for (int32_t d = 0; d < info->ndim && status == HEARTH_OK; d++) {
      const hearth_hdf5_scale *scale = lists[d].len > 0 ? referenced(file->state, dataset, lists[d].p) : NULL;
      if (scale) status = set_name(file, info, d, scale->name);
    }
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists);
  }
  H5Eclear2(H5E_DEFAULT);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}

/* A coordinate variable of several dimensions cannot have references; NetCDF-4 notes the numbers of the dimensions. */
static hearth_status from_numbers(hearth_file *file, hearth_variable_info *info) {
  const hearth_hdf5_state *state = file->state;
  const hearth_attribute *a = hearth_attributes_find(&info->attributes, "_Netcdf4Coordinates");
  if (!a || !a->integer || a->n != info->ndim) return HEARTH_OK;
  for (int32_t d = 0; d < info->ndim; d++)
    for (int64_t i = 0; i < state->nscales; i++)
      if (state->scale[i].dimid == a->integer[d]) HEARTH_TRY(set_name(file, info, d, state->scale[i].name));
  return HEARTH_OK;
}

hearth_status hearth_hdf5_name_dimensions(hearth_file *file, hearth_variable_info *info) {
  const hearth_hdf5_state *state = file->state;
  bool found = false;
  const hid_t dataset = H5Dopen2(state->id, info->path, H5P_DEFAULT);
  if (dataset < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot open variable '%s' of '%s'", info->name, file->path);
  hearth_status status = from_references(file, info, dataset, &found);
  H5Dclose(dataset);
  HEARTH_TRY(status);
  HEARTH_TRY(from_numbers(file, info));
  const hearth_attribute *class = hearth_attributes_find(&info->attributes, "CLASS");
  if (!found && info->ndim == 1 && class && class->text && strcmp(class->text, "DIMENSION_SCALE") == 0) {
    const char *slash = strrchr(info->name, '/');
    return set_name(file, info, 0, slash ? slash + 1 : info->name);
  }
  return HEARTH_OK;
}
