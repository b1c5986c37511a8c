/* Constant arrays, and arrays like others. */
#include <hearth/creation.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/generate.h"

hearth_status hearth_full(const hearth_layout *layout, double value, int32_t dtype, int32_t order, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  if (array) *array = NULL;
  const int64_t number[1] = {hearth_real_bits(value)};
  HEARTH_TRY(hearth_agree_same(layout->ctx, HEARTH_OK, "the value (bits)", number, 1));
  HEARTH_TRY(hearth_array_create(layout, dtype, order, array));
  const hearth_status status = hearth_array_fill(*array, value);
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}

hearth_status hearth_zeros(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array) {
  return hearth_full(layout, 0.0, dtype, order, array);
}

hearth_status hearth_ones(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array) {
  return hearth_full(layout, 1.0, dtype, order, array);
}

/* A dtype of 0 is that of `array`; the status is that of an earlier local failure on it. */
static hearth_status like(const hearth_array *array, int32_t *dtype, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  if (result) *result = NULL;
  if (*dtype == HEARTH_DTYPE_NONE) *dtype = array->dtype;
  return hearth_agree(array->ctx, hearth_array_pending(array));
}

hearth_status hearth_empty_like(const hearth_array *array, int32_t dtype, hearth_array **result) {
  HEARTH_TRY(like(array, &dtype, result));
  return hearth_array_create(array->layout, dtype, array->order, result);
}

hearth_status hearth_full_like(const hearth_array *array, double value, int32_t dtype, hearth_array **result) {
  HEARTH_TRY(like(array, &dtype, result));
  return hearth_full(array->layout, value, dtype, array->order, result);
}

hearth_status hearth_zeros_like(const hearth_array *array, int32_t dtype, hearth_array **result) {
  return hearth_full_like(array, 0.0, dtype, result);
}

hearth_status hearth_ones_like(const hearth_array *array, int32_t dtype, hearth_array **result) {
  return hearth_full_like(array, 1.0, dtype, result);
}
