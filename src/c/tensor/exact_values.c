#include "core/context_impl.h"
#include "tensor/exact.h"
#include "core/error.h"
#include "tensor/layout_impl.h"

bool hearth_view_real_part(const hearth_view *view, int imaginary, hearth_view *part) {
  *part = *view;
  if (view->dtype != HEARTH_COMPLEX64 && view->dtype != HEARTH_COMPLEX128) return imaginary == 0;
  part->dtype = view->dtype == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
  if (imaginary && part->data) part->data = (char *)part->data + hearth_dtype_size(part->dtype);
  return true;
}

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
