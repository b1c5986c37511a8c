/* Writing NetCDF-4: what the file shall contain. */
#include "io/output_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include <math.h>
#include <string.h>

static void free_attributes(const hearth_context *ctx, hearth_output_attributes *list) {
  for (int64_t i = 0; i < list->n; i++) {
    hearth_deallocate(ctx, list->item[i].name);
    hearth_deallocate(ctx, list->item[i].text);
  }
  hearth_deallocate(ctx, list->item);
}

static void release(hearth_output *output) {
  const hearth_context *ctx = output->ctx;
  for (int64_t i = 0; i < output->ndims; i++) hearth_deallocate(ctx, output->dim[i].name);
  for (int64_t i = 0; i < output->nvars; i++) {
    hearth_deallocate(ctx, output->var[i].name);
    free_attributes(ctx, &output->var[i].attributes);
  }
  free_attributes(ctx, &output->attributes);
  hearth_deallocate(ctx, output->dim);
  hearth_deallocate(ctx, output->var);
  hearth_deallocate(ctx, output->path);
  hearth_deallocate(ctx, output->temporary);
  hearth_deallocate(ctx, output);
  hearth_context_drop(ctx, HEARTH_OBJECT_OUTPUT);
}

static hearth_status create_local(hearth_context *ctx, const char *path, hearth_output **result) {
  hearth_output *output = NULL;
  HEARTH_REQUIRE(ctx, path && path[0], "the output file has no name: path is %s", path ? "empty" : "NULL");
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof(*output), &output));
  output->ctx = ctx;
  output->file = -1;
  hearth_context_hold(ctx, HEARTH_OBJECT_OUTPUT);
  const hearth_status status = hearth_io_strdup(ctx, path, &output->path);
  if (status == HEARTH_OK)
    *result = output;
  else
    release(output);
  return status;
}

hearth_status hearth_output_create(hearth_context *ctx, const char *path, hearth_output **output) {
  HEARTH_REQUIRE(ctx, ctx && output, "hearth_output_create: %s is NULL", ctx ? "output" : "ctx");
  HEARTH_GUARD_FP(ctx);
  *output = NULL;
  hearth_output *o = NULL;
  hearth_status status = create_local(ctx, path, &o);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_output_open_file(o);
  if (status != HEARTH_OK) {
    if (o) hearth_output_discard_file(o);
    if (o) release(o);
    return status;
  }
  *output = o;
  return HEARTH_OK;
}

hearth_status hearth_output_destroy(hearth_output **output) {
  if (!output || !*output) return HEARTH_OK;
  HEARTH_GUARD_FP((*output)->ctx);
  hearth_output_discard_file(*output);
  release(*output);
  *output = NULL;
  return HEARTH_OK;
}

/* HDF5 takes a slash for a group, and NetCDF-4 refuses it in names. */
static hearth_status check_name(const hearth_output *output, const char *what, const char *name) {
  HEARTH_REQUIRE(output->ctx, name && name[0] && !strchr(name, '/') && strlen(name) < 256,
                 "'%s' cannot be the name of a %s: it is empty, has a slash, or more than 255 characters", name ? name : "NULL", what);
  return HEARTH_OK;
}

static hearth_status check_open(const hearth_output *output) {
  if (output->damaged) return hearth_fail(output->ctx, HEARTH_ERR_DAMAGED, "an earlier failure damaged the output '%s'", output->path);
  if (output->file < 0) return hearth_fail(output->ctx, HEARTH_ERR_STATE, "the output '%s' is finished already", output->path);
  return HEARTH_OK;
}

static int32_t find_dim(const hearth_output *output, const char *name, size_t length) {
  for (int64_t i = 0; i < output->ndims; i++)
    if (strlen(output->dim[i].name) == length && memcmp(output->dim[i].name, name, length) == 0) return (int32_t)i;
  return -1;
}

static hearth_status add_dimension(hearth_output *output, const char *name, int64_t length) {
  HEARTH_TRY(check_open(output));
  HEARTH_TRY(check_name(output, "dimension", name));
  HEARTH_REQUIRE(output->ctx, length >= 0, "dimension '%s' has a negative length, %lld", name, (long long)length);
  HEARTH_REQUIRE(output->ctx, find_dim(output, name, strlen(name)) < 0, "the output '%s' has a dimension '%s' already", output->path, name);
  HEARTH_TRY(hearth_io_grow(output->ctx, &output->dim, output->ndims, &output->dim_capacity, sizeof(hearth_output_dim)));
  hearth_output_dim *dim = &output->dim[output->ndims];
  *dim = (hearth_output_dim){.length = length, .scale = -1};
  HEARTH_TRY(hearth_io_strdup(output->ctx, name, &dim->name));
  output->ndims++;
  return HEARTH_OK;
}

hearth_status hearth_output_dimension(hearth_output *output, const char *name, int64_t length) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_dimension: output is NULL");
  return hearth_agree(output->ctx, add_dimension(output, name, length));
}

hearth_status hearth_output_find(hearth_output *output, const char *name, hearth_output_var **var) {
  for (int64_t i = 0; name && i < output->nvars; i++)
    if (strcmp(output->var[i].name, name) == 0) {
      *var = &output->var[i];
      return HEARTH_OK;
    }
  return hearth_fail(output->ctx, HEARTH_ERR_NOT_FOUND, "the output '%s' has no variable '%s'", output->path, name ? name : "NULL");
}

int64_t hearth_output_elements(const hearth_output *output, const hearth_output_var *var) {
  int64_t n = 1;
  for (int32_t d = 0; d < var->ndim; d++) n *= output->dim[var->dim[d]].length;
  return n;
}

static hearth_status parse_dimensions(const hearth_output *output, hearth_output_var *var, const char *dimensions) {
  HEARTH_REQUIRE(output->ctx, dimensions, "variable '%s': dimensions is NULL", var->name);
  for (const char *p = dimensions + strspn(dimensions, " "); *p; p += strspn(p, " ")) {
    const size_t length = strcspn(p, " ");
    HEARTH_REQUIRE(output->ctx, var->ndim < HEARTH_MAX_NDIM, "variable '%s' has more than %d dimensions", var->name, HEARTH_MAX_NDIM);
    const int32_t d = find_dim(output, p, length);
    if (d < 0)
      return hearth_fail(output->ctx, HEARTH_ERR_NOT_FOUND, "variable '%s': the output '%s' has no dimension '%.*s'", var->name, output->path, (int)length, p);
    var->dim[var->ndim++] = d;
    p += length;
  }
  return HEARTH_OK;
}

static hearth_status check_variable(const hearth_output *output, const hearth_output_var *var) {
  const int32_t t = var->dtype;
  if (hearth_dtype_size((hearth_dtype)t) == 0) return hearth_fail(output->ctx, HEARTH_ERR_ARGUMENT, "variable '%s': %d is no dtype", var->name, t);
  if (t == HEARTH_FLOAT16 || hearth_dtype_is_complex(t))
    return hearth_fail(output->ctx, HEARTH_ERR_UNSUPPORTED, "variable '%s': NetCDF has no %s; write %s", var->name, hearth_dtype_name((hearth_dtype)t),
                       t == HEARTH_FLOAT16 ? "float32" : "the real and the imaginary part as two variables");
  if (var->ndim == 1 && strcmp(output->dim[var->dim[0]].name, var->name) == 0 && output->dim[var->dim[0]].scale >= 0)
    return hearth_fail(output->ctx, HEARTH_ERR_STATE, "coordinate '%s' must be defined before the first variable is written", var->name);
  return HEARTH_OK;
}

static hearth_status add_variable(hearth_output *output, const char *name, int32_t dtype, const char *dimensions, double fill) {
  hearth_output_var *other = NULL;
  HEARTH_TRY(check_open(output));
  HEARTH_TRY(check_name(output, "variable", name));
  for (int64_t i = 0; i < output->nvars && !other; i++) other = strcmp(output->var[i].name, name) == 0 ? &output->var[i] : NULL;
  HEARTH_REQUIRE(output->ctx, !other, "the output '%s' has a variable '%s' already", output->path, name);
  HEARTH_TRY(hearth_io_grow(output->ctx, &output->var, output->nvars, &output->var_capacity, sizeof(hearth_output_var)));
  hearth_output_var *var = &output->var[output->nvars];
  *var = (hearth_output_var){.dtype = dtype, .fill = fill, .has_fill = !isnan(fill), .id = -1};
  HEARTH_TRY(hearth_io_strdup(output->ctx, name, &var->name));
  hearth_status status = parse_dimensions(output, var, dimensions);
  if (status == HEARTH_OK) status = check_variable(output, var);
  if (status != HEARTH_OK)
    hearth_deallocate(output->ctx, var->name);
  else
    output->nvars++;
  return status;
}

hearth_status hearth_output_variable(hearth_output *output, const char *name, int32_t dtype, const char *dimensions, double fill) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_variable: output is NULL");
  return hearth_agree(output->ctx, add_variable(output, name, dtype, dimensions, fill));
}

/* Setting an attribute again replaces it. */
static hearth_status add_attribute(hearth_output *output, const char *variable, const char *name, const char *text, double number) {
  hearth_output_attributes *list = &output->attributes;
  hearth_output_var *var = NULL;
  hearth_output_attribute *a = NULL;
  char *copy = NULL;
  HEARTH_TRY(check_open(output));
  HEARTH_TRY(check_name(output, "attribute", name));
  HEARTH_REQUIRE(output->ctx, strcmp(name, "_FillValue") != 0, "_FillValue is set where the variable is defined");
  if (variable && variable[0]) {
    HEARTH_TRY(hearth_output_find(output, variable, &var));
    list = &var->attributes;
  }
  if (text) HEARTH_TRY(hearth_io_strdup(output->ctx, text, &copy));
  for (int64_t i = 0; i < list->n && !a; i++) a = strcmp(list->item[i].name, name) == 0 ? &list->item[i] : NULL;
  hearth_status status = HEARTH_OK;
  if (!a) {
    status = hearth_io_grow(output->ctx, &list->item, list->n, &list->capacity, sizeof(hearth_output_attribute));
    if (status == HEARTH_OK) status = hearth_io_strdup(output->ctx, name, &list->item[list->n].name);
    if (status == HEARTH_OK) a = &list->item[list->n++];
  }
  if (!a) {
    hearth_deallocate(output->ctx, copy);
    return status;
  }
  hearth_deallocate(output->ctx, a->text);
  a->text = copy;
  a->number = number;
  a->written = false;
  return HEARTH_OK;
}

hearth_status hearth_output_text(hearth_output *output, const char *variable, const char *attribute, const char *text) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_text: output is NULL");
  return hearth_agree(output->ctx, add_attribute(output, variable, attribute, text ? text : "", 0.0));
}

hearth_status hearth_output_number(hearth_output *output, const char *variable, const char *attribute, double value) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_number: output is NULL");
  return hearth_agree(output->ctx, add_attribute(output, variable, attribute, NULL, value));
}

static hearth_status check_complete(const hearth_output *output) {
  HEARTH_TRY(check_open(output));
  for (int64_t i = 0; i < output->nvars; i++)
    if (!output->var[i].written && hearth_output_elements(output, &output->var[i]) > 0)
      return hearth_fail(output->ctx, HEARTH_ERR_STATE, "variable '%s' of the output '%s' was never written", output->var[i].name, output->path);
  return HEARTH_OK;
}

hearth_status hearth_output_commit(hearth_output *output) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_commit: output is NULL");
  HEARTH_GUARD_FP(output->ctx);
  HEARTH_TRY(hearth_agree(output->ctx, check_complete(output)));
  return hearth_output_finish_file(output);
}
