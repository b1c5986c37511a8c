/* Arrays in host memory and in that of the backend. */
#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/array_impl.h"
#include "tensor/labels.h"
#include <string.h>

static int32_t space_of(const hearth_context *ctx, int32_t device) {
  return device == HEARTH_DEVICE_HOST ? HEARTH_SPACE_HOST : ctx->backend->space;
}

static hearth_status share(const hearth_array *array, hearth_array **result) {
  HEARTH_TRY(hearth_array_alias(array, array->layout, result));
  for (int32_t p = 0; p < array->npieces; p++) (*result)->piece[p].view = array->piece[p].view;
  memcpy((*result)->halo_low, array->halo_low, sizeof array->halo_low);
  memcpy((*result)->halo_high, array->halo_high, sizeof array->halo_high);
  return HEARTH_OK;
}

static hearth_status move(const hearth_array *array, int32_t space, hearth_array **result) {
  HEARTH_TRY(hearth_array_create_in(array->layout, array->dtype, array->order, space, result));
  for (int32_t p = 0; p < array->npieces; p++) HEARTH_TRY(hearth_view_copy(array->ctx, &(*result)->piece[p].view, &array->piece[p].view));
  return HEARTH_OK;
}

static hearth_status check_to(const hearth_array *array, int32_t device, hearth_array **result) {
  HEARTH_REQUIRE(array->ctx, result, "no place for the array (NULL)");
  HEARTH_REQUIRE(array->ctx, device == HEARTH_DEVICE_HOST || device == HEARTH_DEVICE_BACKEND, "%d is no device", device);
  return hearth_array_pending(array);
}

hearth_status hearth_array_to(const hearth_array *array, int32_t device, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_context *ctx = array->ctx;
  HEARTH_GUARD_FP(ctx);
  if (result) *result = NULL;
  const int64_t number[1] = {device};
  HEARTH_TRY(hearth_agree_same(ctx, check_to(array, device, result), "the device|", number, 1));
  const int32_t space = space_of(ctx, device);
  const hearth_status status = hearth_agree(ctx, hearth_array_space(array) == space ? share(array, result) : move(array, space, result));
  if (status != HEARTH_OK)
    hearth_array_destroy(result);
  else if (array->labels)
    (*result)->labels = hearth_labels_retain(array->labels);
  return status;
}

hearth_status hearth_array_device(const hearth_array *array, int32_t *device) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_REQUIRE(array->ctx, device, "no place for the device (NULL)");
  *device = hearth_array_space(array) == array->ctx->backend->space ? HEARTH_DEVICE_BACKEND : HEARTH_DEVICE_HOST;
  return HEARTH_OK;
}
