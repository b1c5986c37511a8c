/* Arrays whose pieces lie in the midst of larger memory. */
#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/array_impl.h"
#include "tensor/halo_impl.h"
#include "tensor/layout_impl.h"
#include "tensor/layout_make.h"

hearth_status hearth_halo_check_widths(const hearth_layout *layout, int32_t ndim, const int64_t *low, const int64_t *high) {
  const hearth_context *ctx = layout->ctx;
  int64_t around[HEARTH_MAX_NDIM];
  HEARTH_REQUIRE(ctx, ndim == layout->ndim, "widths for %d dimensions, the layout has %d", ndim, layout->ndim);
  HEARTH_REQUIRE(ctx, low && high, "the widths are NULL");
  for (int32_t d = 0; d < ndim; d++) {
    HEARTH_REQUIRE(ctx, low[d] >= 0 && high[d] >= 0, "the halo of dimension %d is %lld and %lld wide", d, (long long)low[d], (long long)high[d]);
    HEARTH_REQUIRE(ctx, low[d] < HEARTH_EXTENT_LIMIT / 4 && high[d] < HEARTH_EXTENT_LIMIT / 4, "the halo of dimension %d is %lld and %lld wide", d,
                   (long long)low[d], (long long)high[d]);
    around[d] = layout->shape[d] + low[d] + high[d];
  }
  return hearth_shape_check(ctx, ndim, around);
}

static hearth_status check(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t ndim, const int64_t *low, const int64_t *high,
                           hearth_array **array) {
  const hearth_context *ctx = layout->ctx;
  HEARTH_REQUIRE(ctx, array, "no place for the array (NULL)");
  HEARTH_REQUIRE(ctx, hearth_dtype_size((hearth_dtype)dtype) > 0, "%d is no dtype", dtype);
  HEARTH_REQUIRE(ctx, order == HEARTH_ROW_MAJOR || order == HEARTH_COLUMN_MAJOR, "%d is no memory order", order);
  return hearth_halo_check_widths(layout, ndim, low, high);
}

hearth_status hearth_array_create_halo(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t ndim, const int64_t *low, const int64_t *high,
                                       hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  if (array) *array = NULL;
  const hearth_status mine = check(layout, dtype, order, ndim, low, high, array);
  int64_t number[3 + 3 * HEARTH_MAX_NDIM] = {dtype, order, ndim};
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) {
    number[3 + 3 * d] = layout->shape[d];
    number[4 + 3 * d] = low[d];
    number[5 + 3 * d] = high[d];
  }
  HEARTH_TRY(hearth_agree_same(layout->ctx, mine, "the new array (dtype, order, ndim; shape, low, high per dimension)", number, 3 + 3 * HEARTH_MAX_NDIM));
  hearth_array *made = NULL;
  const hearth_status status = hearth_agree(layout->ctx, hearth_array_create_around(layout, dtype, order, low, high, &made));
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *array = made;
  return status;
}
