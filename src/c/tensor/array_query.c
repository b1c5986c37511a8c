/* What an array tells about itself. */
#include <hearth/array.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

static hearth_status check(const hearth_array *array, const void *result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_REQUIRE(array->ctx, result, "no place for the result (NULL)");
  return HEARTH_OK;
}

hearth_status hearth_array_ndim(const hearth_array *array, int32_t *ndim) {
  HEARTH_TRY(check(array, ndim));
  *ndim = array->layout->ndim;
  return HEARTH_OK;
}

hearth_status hearth_array_shape(const hearth_array *array, int32_t ndim, int64_t *shape) {
  HEARTH_TRY(check(array, shape));
  return hearth_layout_shape(array->layout, ndim, shape);
}

hearth_status hearth_array_local_shape(const hearth_array *array, int32_t ndim, int64_t *extents) {
  HEARTH_TRY(check(array, extents));
  return hearth_layout_local_shape(array->layout, ndim, extents);
}

hearth_status hearth_array_dtype(const hearth_array *array, int32_t *dtype) {
  HEARTH_TRY(check(array, dtype));
  *dtype = array->dtype;
  return HEARTH_OK;
}

hearth_status hearth_array_order(const hearth_array *array, int32_t *order) {
  HEARTH_TRY(check(array, order));
  *order = array->order;
  return HEARTH_OK;
}

hearth_status hearth_array_pieces(const hearth_array *array, int32_t *pieces) {
  HEARTH_TRY(check(array, pieces));
  *pieces = array->npieces;
  return HEARTH_OK;
}

hearth_status hearth_array_layout(const hearth_array *array, hearth_layout **layout) {
  HEARTH_TRY(check(array, layout));
  *layout = hearth_layout_retain(array->layout);
  return HEARTH_OK;
}
