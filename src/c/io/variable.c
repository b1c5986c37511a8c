/* A variable of an open file: its properties and attributes. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include <stdio.h>
#include <string.h>

/* "a, b, c", with an ellipsis where it gets long. */
static void list_names(const hearth_file *file, char *text, size_t capacity) {
  size_t used = 0;
  text[0] = '\0';
  for (int64_t i = 0; i < file->nvariables; i++) {
    const char *name = file->variable[i].name;
    if (used + strlen(name) + 8 > capacity) {
      snprintf(text + used, capacity - used, ", ...");
      return;
    }
    used += (size_t)snprintf(text + used, capacity - used, "%s%s", i ? ", " : "", name);
  }
}

static hearth_status find(hearth_file *file, const char *name, hearth_variable_info **info) {
  char names[400];
  if (!name || !name[0]) {
    if (file->nvariables == 1) {
      *info = &file->variable[0];
      return HEARTH_OK;
    }
    if (file->nvariables == 0) return hearth_fail(file->ctx, HEARTH_ERR_NOT_FOUND, "'%s' has no variables", file->path);
    list_names(file, names, sizeof(names));
    return hearth_fail(file->ctx, HEARTH_ERR_NOT_FOUND, "'%s' has several variables, name one of them: %s", file->path, names);
  }
  if (name[0] == '/') name++;
  for (int64_t i = 0; i < file->nvariables; i++)
    if (strcmp(file->variable[i].name, name) == 0) {
      *info = &file->variable[i];
      return HEARTH_OK;
    }
  list_names(file, names, sizeof(names));
  return hearth_fail(file->ctx, HEARTH_ERR_NOT_FOUND, "'%s' has no variable '%s'; it has: %s", file->path, name, names);
}

hearth_status hearth_variable_open(hearth_file *file, const char *name, hearth_variable **variable) {
  HEARTH_REQUIRE(file ? file->ctx : NULL, file && variable, "hearth_variable_open: %s is NULL", file ? "variable" : "file");
  *variable = NULL;
  hearth_variable_info *info = NULL;
  hearth_variable *v = NULL;
  HEARTH_TRY(find(file, name, &info));
  if (info->unsupported)
    return hearth_fail(file->ctx, HEARTH_ERR_UNSUPPORTED, "variable '%s' of '%s' cannot be read: %s", info->name, file->path, info->unsupported);
  HEARTH_TRY(hearth_allocate_zero(file->ctx, sizeof(*v), &v));
  v->file = file;
  v->info = info;
  v->references = 1;
  file->references++;
  hearth_context_hold(file->ctx, HEARTH_OBJECT_VARIABLE);
  *variable = v;
  return HEARTH_OK;
}

void hearth_variable_release(hearth_variable *variable) {
  if (!variable || --variable->references > 0) return;
  hearth_file *file = variable->file;
  hearth_deallocate(file->ctx, variable);
  hearth_context_drop(file->ctx, HEARTH_OBJECT_VARIABLE);
  hearth_file_release(file);
}

hearth_status hearth_variable_destroy(hearth_variable **variable) {
  if (!variable || !*variable) return HEARTH_OK;
  HEARTH_GUARD_FP((*variable)->file->ctx);
  hearth_variable_release(*variable);
  *variable = NULL;
  return HEARTH_OK;
}

#define REQUIRE_VARIABLE(variable, condition, function)                                                                                                        \
  HEARTH_REQUIRE(NULL, variable, function ": variable is NULL");                                                                                               \
  HEARTH_REQUIRE((variable)->file->ctx, condition, function ": an argument is NULL or has no room")

hearth_status hearth_variable_ndim(const hearth_variable *variable, int32_t *ndim) {
  REQUIRE_VARIABLE(variable, ndim, "hearth_variable_ndim");
  *ndim = variable->info->ndim;
  return HEARTH_OK;
}

hearth_status hearth_variable_shape(const hearth_variable *variable, int32_t ndim, int64_t *shape) {
  REQUIRE_VARIABLE(variable, shape, "hearth_variable_shape");
  const hearth_variable_info *info = variable->info;
  HEARTH_REQUIRE(variable->file->ctx, ndim == info->ndim, "variable '%s' has %d dimensions, not %d", info->name, info->ndim, ndim);
  for (int32_t d = 0; d < ndim; d++) shape[d] = info->shape[d];
  return HEARTH_OK;
}

hearth_status hearth_variable_dtype(const hearth_variable *variable, int32_t *dtype, int32_t *stored) {
  REQUIRE_VARIABLE(variable, dtype && stored, "hearth_variable_dtype");
  *dtype = variable->info->dtype;
  *stored = variable->info->stored;
  return HEARTH_OK;
}

hearth_status hearth_variable_dimension(const hearth_variable *variable, int32_t dim, char *name, int64_t capacity, int32_t *unlimited) {
  REQUIRE_VARIABLE(variable, name && capacity > 0 && unlimited, "hearth_variable_dimension");
  const hearth_variable_info *info = variable->info;
  HEARTH_REQUIRE(variable->file->ctx, dim >= 0 && dim < info->ndim, "dimension %d of variable '%s': it has %d", dim, info->name, info->ndim);
  hearth_io_copy_text(info->dim[dim] ? info->dim[dim] : "", name, capacity);
  *unlimited = info->unlimited[dim];
  return HEARTH_OK;
}

hearth_status hearth_variable_attribute_text(const hearth_variable *variable, const char *attribute, char *text, int64_t capacity, int32_t *found) {
  REQUIRE_VARIABLE(variable, attribute && text && capacity > 0 && found, "hearth_variable_attribute_text");
  const hearth_attribute *a = hearth_attributes_find(&variable->info->attributes, attribute);
  *found = a && a->text;
  hearth_io_copy_text(*found ? a->text : "", text, capacity);
  return HEARTH_OK;
}

hearth_status hearth_variable_attribute_number(const hearth_variable *variable, const char *attribute, double *value, int32_t *found) {
  REQUIRE_VARIABLE(variable, attribute && value && found, "hearth_variable_attribute_number");
  const hearth_attribute *a = hearth_attributes_find(&variable->info->attributes, attribute);
  *found = a && !a->text && a->n > 0;
  *value = *found ? a->number[0] : 0.0;
  return HEARTH_OK;
}

static hearth_status source_read(void *user, int32_t field, const int64_t *start, hearth_array *into) {
  hearth_variable *variable = user;
  (void)field;
  return hearth_variable_read(variable, start, variable->info->ndim, into);
}

static void source_release(void *user) {
  hearth_variable_release(user);
}

hearth_status hearth_variable_source(hearth_variable *variable, int32_t sample_axis, hearth_source *source) {
  HEARTH_REQUIRE(NULL, variable, "hearth_variable_source: variable is NULL");
  const hearth_variable_info *info = variable->info;
  hearth_reader_options reader = HEARTH_READER_OPTIONS_INIT;
  HEARTH_REQUIRE(variable->file->ctx, source, "hearth_variable_source: source is NULL");
  reader.read = source_read;
  reader.release = source_release;
  reader.user = variable;
  variable->references++;
  const hearth_status status = hearth_source_add(source, info->name, info->dtype, info->ndim, info->shape, sample_axis, &reader);
  if (status != HEARTH_OK) hearth_variable_release(variable);
  return status;
}
