/* Derived views. */
#include "kernels/check.h"

int64_t hearth_view_elements(const hearth_view *view) {
  int64_t elements = 1;
  for (int d = 0; d < view->ndim; ++d) elements *= view->extent[d];
  return elements;
}

hearth_view hearth_view_transposed(const hearth_view *view) {
  hearth_view result = *view;
  result.extent[0] = view->extent[1], result.extent[1] = view->extent[0];
  result.stride[0] = view->stride[1], result.stride[1] = view->stride[0];
  return result;
}

hearth_view hearth_view_part(const hearth_view *view, int dim, int64_t first, int64_t count) {
  hearth_view result = *view;
  result.extent[dim] = count;
  /* An empty view may have no address. */
  if (count > 0) result.data = (char *)view->data + first * view->stride[dim];
  return result;
}

bool hearth_dtype_is_complex(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}

hearth_view hearth_view_component(const hearth_view *view, int which) {
  hearth_view result = *view;
  result.dtype = view->dtype == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
  result.data = (char *)view->data + which * hearth_dtype_size((hearth_dtype)result.dtype);
  return result;
}

hearth_view hearth_view_columns(const hearth_view *like, void *data, int64_t rows, int64_t columns) {
  const int64_t size = hearth_dtype_size(like->dtype);
  return (hearth_view){.data = data, .dtype = like->dtype, .space = like->space, .ndim = 2, .extent = {rows, columns}, .stride = {size, size * rows}};
}
