#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/labels.h"
#include "tensor/layout_impl.h"
#include <string.h>

hearth_labels *hearth_labels_retain(const hearth_labels *labels) {
  hearth_labels *shared = (hearth_labels *)labels;
  if (shared) shared->references++;
  return shared;
}

void hearth_labels_release(hearth_labels **labels) {
  hearth_labels *gone = *labels;
  *labels = NULL;
  if (!gone || --gone->references > 0) return;
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) {
    hearth_deallocate(gone->ctx, gone->axis[d].name);
    hearth_deallocate(gone->ctx, gone->axis[d].units);
    hearth_deallocate(gone->ctx, gone->axis[d].values);
  }
  hearth_deallocate(gone->ctx, gone->name);
  hearth_deallocate(gone->ctx, gone->units);
  hearth_deallocate(gone->ctx, gone);
}

/* Replaces a text; NULL makes it empty. */
static hearth_status set_text(const hearth_context *ctx, char **text, const char *value) {
  char *copy = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (int64_t)strlen(value ? value : "") + 1, &copy));
  strcpy(copy, value ? value : "");
  hearth_deallocate(ctx, *text);
  *text = copy;
  return HEARTH_OK;
}

static hearth_status copy_label(const hearth_context *ctx, const hearth_axis_label *from, hearth_axis_label *to) {
  if (from->name) HEARTH_TRY(set_text(ctx, &to->name, from->name));
  if (from->units) HEARTH_TRY(set_text(ctx, &to->units, from->units));
  HEARTH_TRY(hearth_allocate(ctx, from->n * (int64_t)sizeof *to->values, &to->values));
  if (from->n > 0) memcpy(to->values, from->values, (size_t)from->n * sizeof *to->values);
  to->n = from->n;
  return HEARTH_OK;
}

static hearth_status copy_labels(const hearth_labels *from, hearth_labels *to) {
  if (from->name) HEARTH_TRY(set_text(to->ctx, &to->name, from->name));
  if (from->units) HEARTH_TRY(set_text(to->ctx, &to->units, from->units));
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) HEARTH_TRY(copy_label(to->ctx, &from->axis[d], &to->axis[d]));
  return HEARTH_OK;
}

/* Labels that nobody else looks at: what this array is called from now on does not rename others. */
static hearth_status ensure_labels(hearth_array *array) {
  if (array->labels && array->labels->references == 1) return HEARTH_OK;
  hearth_labels *own = NULL;
  HEARTH_TRY(hearth_allocate_zero(array->ctx, (int64_t)sizeof *own, &own));
  own->ctx = array->ctx;
  own->references = 1;
  const hearth_status status = array->labels ? copy_labels(array->labels, own) : HEARTH_OK;
  if (status != HEARTH_OK) {
    hearth_labels_release(&own);
    return status;
  }
  hearth_labels_release(&array->labels);
  array->labels = own;
  return HEARTH_OK;
}

hearth_status hearth_array_set_name(hearth_array *array, const char *name, const char *units) {
  if (!array) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_array_set_name: the array is NULL");
  HEARTH_REQUIRE(array->ctx, name && name[0], "hearth_array_set_name: the name is empty");
  HEARTH_TRY(ensure_labels(array));
  HEARTH_TRY(set_text(array->ctx, &array->labels->name, name));
  return set_text(array->ctx, &array->labels->units, units);
}

hearth_status hearth_array_set_axis(hearth_array *array, int32_t axis, const char *name, const char *units, int64_t n, const double *values) {
  if (!array) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_array_set_axis: the array is NULL");
  const hearth_context *ctx = array->ctx;
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < array->layout->ndim, "hearth_array_set_axis: axis %d is outside 0..%d", axis, array->layout->ndim - 1);
  HEARTH_REQUIRE(ctx, name && name[0], "hearth_array_set_axis: the name of axis %d is empty", axis);
  HEARTH_REQUIRE(ctx, n == 0 || (values && n == array->layout->shape[axis]), "hearth_array_set_axis: %lld coordinates for axis %d of extent %lld", (long long)n,
                 axis, (long long)array->layout->shape[axis]);
  HEARTH_TRY(ensure_labels(array));
  hearth_axis_label *label = &array->labels->axis[axis];
  double *copy = NULL;
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *copy, &copy));
  if (n) memcpy(copy, values, n * sizeof *copy);
  hearth_deallocate(ctx, label->values);
  label->values = copy;
  label->n = n;
  HEARTH_TRY(set_text(ctx, &label->name, name));
  return set_text(ctx, &label->units, units);
}
