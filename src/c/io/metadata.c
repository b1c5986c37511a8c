/* The metadata of an open file: variables and attributes as lists. */
#include "core/error.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include <string.h>

hearth_status hearth_io_strdup(const hearth_context *ctx, const char *text, char **copy) {
  const int64_t bytes = (int64_t)strlen(text) + 1;
  HEARTH_TRY(hearth_allocate(ctx, bytes, copy));
  memcpy(*copy, text, (size_t)bytes);
  return HEARTH_OK;
}

hearth_status hearth_io_grow(const hearth_context *ctx, void *pointer_to_pointer, int64_t n, int64_t *capacity, int64_t size) {
  if (n < *capacity) return HEARTH_OK;
  void **pointer = pointer_to_pointer, *larger = NULL;
  const int64_t room = *capacity > 0 ? 2 * *capacity : 8;
  HEARTH_TRY(hearth_allocate_zero(ctx, room * size, &larger));
  if (n > 0) memcpy(larger, *pointer, (size_t)(n * size));
  hearth_deallocate(ctx, *pointer);
  *pointer = larger;
  *capacity = room;
  return HEARTH_OK;
}

hearth_status hearth_file_add(hearth_file *file, const char *name, hearth_variable_info **info) {
  HEARTH_TRY(hearth_io_grow(file->ctx, &file->variable, file->nvariables, &file->capacity, sizeof(hearth_variable_info)));
  hearth_variable_info *v = &file->variable[file->nvariables];
  HEARTH_TRY(hearth_io_strdup(file->ctx, name, &v->name));
  v->id = -1;
  v->shape[0] = 1;
  file->nvariables++;
  *info = v;
  return HEARTH_OK;
}

hearth_status hearth_file_unsupported(hearth_file *file, hearth_variable_info *info, const char *reason) {
  return info->unsupported ? HEARTH_OK : hearth_io_strdup(file->ctx, reason, &info->unsupported);
}

static hearth_status add(const hearth_context *ctx, hearth_attributes *list, const char *name, hearth_attribute **attribute) {
  HEARTH_TRY(hearth_io_grow(ctx, &list->item, list->n, &list->capacity, sizeof(hearth_attribute)));
  *attribute = &list->item[list->n];
  HEARTH_TRY(hearth_io_strdup(ctx, name, &(*attribute)->name));
  list->n++;
  return HEARTH_OK;
}

hearth_status hearth_attributes_add_text(const hearth_context *ctx, hearth_attributes *list, const char *name, const char *text) {
  hearth_attribute *a = NULL;
  HEARTH_TRY(add(ctx, list, name, &a));
  return hearth_io_strdup(ctx, text, &a->text);
}

hearth_status hearth_attributes_add_numbers(const hearth_context *ctx, hearth_attributes *list, const char *name, int32_t dtype, int64_t n,
                                            const double *number, const int64_t *integer) {
  hearth_attribute *a = NULL;
  HEARTH_TRY(add(ctx, list, name, &a));
  a->dtype = dtype;
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof(double), &a->number));
  if (integer) HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof(int64_t), &a->integer));
  for (int64_t i = 0; i < n; i++) {
    a->number[i] = number ? number[i] : (double)integer[i];
    if (integer) a->integer[i] = integer[i];
  }
  a->n = n;
  return HEARTH_OK;
}

const hearth_attribute *hearth_attributes_find(const hearth_attributes *list, const char *name) {
  for (int64_t i = 0; i < list->n; i++)
    if (strcmp(list->item[i].name, name) == 0) return &list->item[i];
  return NULL;
}

static void attributes_free(const hearth_context *ctx, hearth_attributes *list) {
  for (int64_t i = 0; i < list->n; i++) {
    hearth_deallocate(ctx, list->item[i].name);
    hearth_deallocate(ctx, list->item[i].text);
    hearth_deallocate(ctx, list->item[i].number);
    hearth_deallocate(ctx, list->item[i].integer);
  }
  hearth_deallocate(ctx, list->item);
  *list = (hearth_attributes){0};
}

void hearth_metadata_free_variable(const hearth_context *ctx, hearth_variable_info *info) {
  hearth_deallocate(ctx, info->name);
  hearth_deallocate(ctx, info->path);
  hearth_deallocate(ctx, info->unsupported);
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) hearth_deallocate(ctx, info->dim[d]);
  hearth_deallocate(ctx, info->unpack.missing);
  hearth_deallocate(ctx, info->unpack.missing_integer);
  attributes_free(ctx, &info->attributes);
  memset(info, 0, sizeof(*info));
}

void hearth_metadata_free(hearth_file *file) {
  for (int64_t i = 0; i < file->nvariables; i++) hearth_metadata_free_variable(file->ctx, &file->variable[i]);
  hearth_deallocate(file->ctx, file->variable);
  file->variable = NULL;
  file->nvariables = file->capacity = 0;
  attributes_free(file->ctx, &file->attributes);
}

void hearth_io_copy_text(const char *text, char *buffer, int64_t capacity) {
  if (!buffer || capacity <= 0) return;
  const size_t length = strlen(text), room = (size_t)capacity - 1;
  const size_t n = length < room ? length : room;
  memcpy(buffer, text, n);
  buffer[n] = '\0';
}
