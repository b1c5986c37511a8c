#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/array_impl.h"

static hearth_status check_cast(const hearth_array *array, int32_t dtype, hearth_array **result) {
  HEARTH_REQUIRE(array->ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(array->ctx, hearth_dtype_size((hearth_dtype)dtype) > 0, "%d is no dtype", dtype);
  return hearth_array_pending(array);
}

hearth_status hearth_array_cast(const hearth_array *array, int32_t dtype, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  if (result) *result = NULL;
  const int64_t number[1] = {dtype};
  HEARTH_TRY(hearth_agree_same(array->ctx, check_cast(array, dtype, result), "dtype|", number, 1));
  hearth_array *made = NULL;
  hearth_status status = hearth_array_create_local(array->layout, dtype, array->order, &made);
  for (int32_t p = 0; status == HEARTH_OK && p < array->npieces; p++) status = hearth_view_copy(array->ctx, &made->piece[p].view, &array->piece[p].view);
  status = hearth_agree(array->ctx, status);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}
