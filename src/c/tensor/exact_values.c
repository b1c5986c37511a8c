#include "core/context_impl.h"
#include "tensor/exact.h"
#include "core/error.h"
#include "tensor/layout_impl.h"

hearth_status hearth_array_of_value(hearth_context *ctx, int32_t dtype, double re, double im, hearth_array **array) {
  hearth_layout *layout = NULL;
  double value[2] = {re, im};
  const int64_t shape[1] = {1};
  HEARTH_TRY(hearth_layout_make_split(ctx, 1, shape, -1, &layout));
  hearth_status status = hearth_array_create_local(layout, dtype, HEARTH_ROW_MAJOR, array);
  const hearth_view from = {.data = value, .dtype = HEARTH_COMPLEX128, .space = HEARTH_SPACE_HOST, .ndim = 1, .extent = {1}, .stride = {sizeof value}};
  if (status == HEARTH_OK) status = hearth_view_copy(ctx, &(*array)->piece[0].view, &from);
  hearth_layout_destroy(&layout);
  return status;
}
