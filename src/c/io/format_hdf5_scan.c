/* Walking through the groups of an HDF5 file: one variable per dataset, named by its path. */
#include "core/error.h"
#include "core/memory.h"
#include "io/format_hdf5.h"
#include <stdio.h>
#include <string.h>

#define PLACEHOLDER "This is a netCDF dimension but not a netCDF variable"
#define NON_COORDINATE "_nc4_non_coord_" /* NetCDF-4's prefix for a variable that only happens to be called like a dimension */

typedef struct walk {
  hearth_file *file;
  const char *prefix; /* path of the group, with a slash at the end */
  hearth_status status;
} walk;

static hearth_status scan_group(hearth_file *file, hid_t group, const char *prefix);

/* Where the bytes of an unfiltered contiguous dataset lie, if its type is one of the machine's up to the byte order. */
static void find_raw(hearth_variable_info *info, hid_t dataset, hid_t plist, hid_t type) {
  if (H5Pget_layout(plist) != H5D_CONTIGUOUS || H5Pget_external_count(plist) != 0) return;
  const haddr_t offset = H5Dget_offset(dataset);
  H5Eclear2(H5E_DEFAULT);
  if (offset == HADDR_UNDEF || info->stored != info->staged || hearth_dtype_is_complex(info->staged)) return;
  const hid_t native = info->stored == HEARTH_BOOL ? H5Tcopy(type) : hearth_hdf5_memory_type(info->staged);
  const H5T_order_t order = H5Tget_order(native);
  bool same = H5Tequal(type, native) > 0, swapped = false;
  if (!same && (order == H5T_ORDER_LE || order == H5T_ORDER_BE)) {
    H5Tset_order(native, order == H5T_ORDER_LE ? H5T_ORDER_BE : H5T_ORDER_LE);
    swapped = H5Tequal(type, native) > 0;
  }
  H5Tclose(native);
  if (!same && !swapped) return;
  info->has_raw = true;
  info->raw.offset = (int64_t)offset;
  info->raw.element = hearth_dtype_size((hearth_dtype)info->staged);
  info->raw.swap = swapped && info->raw.element > 1 ? info->raw.element : 0;
  info->raw.stride[info->ndim > 0 ? info->ndim - 1 : 0] = info->raw.element;
  for (int32_t d = info->ndim - 2; d >= 0; d--) info->raw.stride[d] = info->raw.stride[d + 1] * info->shape[d + 1];
}

static hearth_status describe_shape(hearth_file *file, hearth_variable_info *info, hid_t space) {
  hsize_t shape[H5S_MAX_RANK], most[H5S_MAX_RANK];
  const H5S_class_t class = H5Sget_simple_extent_type(space);
  const int ndim = H5Sget_simple_extent_dims(space, shape, most);
  if (class == H5S_NULL) return hearth_file_unsupported(file, info, "it has no elements (a null dataspace)");
  if (ndim < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read the shape of variable '%s' of '%s'", info->name, file->path);
  if (ndim > HEARTH_MAX_NDIM) return hearth_file_unsupported(file, info, "it has more dimensions than an array may have");
  info->ndim = ndim;
  for (int d = 0; d < ndim; d++) {
    info->shape[d] = (int64_t)shape[d];
    info->unlimited[d] = most[d] == H5S_UNLIMITED;
  }
  return HEARTH_OK;
}

static hearth_status describe(hearth_file *file, hearth_variable_info *info, hid_t dataset) {
  const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), plist = H5Dget_create_plist(dataset);
  const char *why = NULL;
  hsize_t chunk[HEARTH_MAX_NDIM];
  hearth_status status = HEARTH_OK;
  if (type < 0 || space < 0 || plist < 0)
    status = hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot read the description of variable '%s' of '%s'", info->name, file->path);
  if (status == HEARTH_OK) status = describe_shape(file, info, space);
  if (status == HEARTH_OK) {
    info->stored = hearth_hdf5_dtype(type, &info->staged, &why);
    if (info->stored == HEARTH_DTYPE_NONE) status = hearth_file_unsupported(file, info, why);
  }
  if (status == HEARTH_OK && !info->unsupported) {
    if (H5Pget_layout(plist) == H5D_CHUNKED && H5Pget_chunk(plist, info->ndim, chunk) == info->ndim)
      for (int32_t d = 0; d < info->ndim; d++) info->chunk[d] = (int64_t)chunk[d];
    find_raw(info, dataset, plist, type);
  }
  if (plist >= 0) H5Pclose(plist);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return status;
}

static hearth_status scan_dataset(hearth_file *file, hid_t dataset, const char *prefix, const char *leaf) {
  hearth_hdf5_state *state = file->state;
  hearth_variable_info *info = NULL;
  char name[2048], path[2100];
  const bool renamed = strncmp(leaf, NON_COORDINATE, strlen(NON_COORDINATE)) == 0;
  snprintf(path, sizeof(path), "/%s%s", prefix, leaf);
  snprintf(name, sizeof(name), "%s%s", prefix, renamed ? leaf + strlen(NON_COORDINATE) : leaf);
  HEARTH_TRY(hearth_file_add(file, name, &info));
  HEARTH_TRY(hearth_io_strdup(file->ctx, path, &info->path));
  HEARTH_TRY(hearth_hdf5_attributes(file, dataset, &info->attributes));
  const hearth_attribute *class = hearth_attributes_find(&info->attributes, "CLASS"), *title = hearth_attributes_find(&info->attributes, "NAME");
  if (hearth_attributes_find(&info->attributes, "_Netcdf4Coordinates")) state->netcdf = true;
  if (class && class->text && strcmp(class->text, "DIMENSION_SCALE") == 0) {
    HEARTH_TRY(hearth_hdf5_add_scale(file, dataset, leaf, &info->attributes));
    if (title && title->text && strncmp(title->text, PLACEHOLDER, strlen(PLACEHOLDER)) == 0) {
      state->netcdf = true;
      return hearth_file_unsupported(file, info, PLACEHOLDER); /* taken off the list once the dimensions are named */
    }
  }
  return describe(file, info, dataset);
}

static hearth_status scan_child(hearth_file *file, hid_t group, const char *prefix, const char *leaf) {
  char below[2048];
  H5O_info_t object;
  const hid_t id = H5Oopen(group, leaf, H5P_DEFAULT);
  if (id < 0 || H5Oget_info(id, &object) < 0) {
    hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot open '%s%s' of '%s'", prefix, leaf, file->path);
    if (id >= 0) H5Oclose(id);
    return HEARTH_ERR_FORMAT;
  }
  hearth_status status = HEARTH_OK;
  if (object.type == H5O_TYPE_DATASET) {
    status = scan_dataset(file, id, prefix, leaf);
  } else if (object.type == H5O_TYPE_GROUP) {
    if (snprintf(below, sizeof(below), "%s%s/", prefix, leaf) < (int)sizeof(below)) status = scan_group(file, id, below);
  }
  H5Oclose(id);
  return status;
}

static herr_t visit(hid_t group, const char *leaf, const H5L_info_t *link, void *user) {
  walk *w = user;
  if (link->type == H5L_TYPE_HARD) w->status = scan_child(w->file, group, w->prefix, leaf);
  return w->status == HEARTH_OK ? 0 : 1;
}

static bool seen(hearth_file *file, hid_t group, hearth_status *status) {
  hearth_hdf5_state *state = file->state;
  H5O_info_t info;
  if (H5Oget_info(group, &info) < 0) return true;
  for (int64_t i = 0; i < state->ngroups; i++)
    if (state->group[i] == info.addr) return true;
  *status = hearth_io_grow(file->ctx, &state->group, state->ngroups, &state->group_capacity, sizeof(haddr_t));
  if (*status != HEARTH_OK) return true;
  state->group[state->ngroups++] = info.addr;
  return false;
}

static hearth_status scan_group(hearth_file *file, hid_t group, const char *prefix) {
  walk w = {file, prefix, HEARTH_OK};
  unsigned order = 0;
  hsize_t at = 0;
  if (seen(file, group, &w.status)) return w.status;
  const hid_t plist = H5Gget_create_plist(group);
  if (plist >= 0) {
    H5Pget_link_creation_order(plist, &order);
    H5Pclose(plist);
  }
  /* In the order in which they were made, as ncdump shows them, where the file knows it. */
  const H5_index_t index = order & H5P_CRT_ORDER_TRACKED ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  if (H5Literate(group, index, H5_ITER_INC, &at, visit, &w) < 0 && w.status == HEARTH_OK)
    return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot list group '/%s' of '%s'", prefix, file->path);
  return w.status;
}

/* Pure dimensions are no variables. Their metadata goes with them. */
static void drop_placeholders(hearth_file *file) {
  int64_t kept = 0, n = file->nvariables;
  for (int64_t i = 0; i < n; i++) {
    hearth_variable_info swap = file->variable[i];
    if (swap.unsupported && strcmp(swap.unsupported, PLACEHOLDER) == 0) continue;
    file->variable[i] = file->variable[kept];
    file->variable[kept++] = swap;
  }
  for (int64_t i = kept; i < n; i++) hearth_metadata_free_variable(file->ctx, &file->variable[i]);
  file->nvariables = kept;
}

hearth_status hearth_hdf5_scan(hearth_file *file) {
  hearth_hdf5_state *state = file->state;
  const hid_t root = H5Gopen2(state->id, "/", H5P_DEFAULT);
  if (root < 0) return hearth_hdf5_fail(file->ctx, HEARTH_ERR_FORMAT, "cannot open the root group of '%s'", file->path);
  hearth_status status = hearth_hdf5_attributes(file, root, &file->attributes);
  if (status == HEARTH_OK) status = scan_group(file, root, "");
  H5Gclose(root);
  HEARTH_TRY(status);
  if (hearth_attributes_find(&file->attributes, "_NCProperties")) state->netcdf = true;
  for (int64_t i = 0; i < file->nvariables; i++)
    if (file->variable[i].ndim > 0) HEARTH_TRY(hearth_hdf5_name_dimensions(file, &file->variable[i]));
  drop_placeholders(file);
  return HEARTH_OK;
}
