/* Small results as arrays. */
#include "comm/comm.h"
#include "core/error.h"
#include "linalg/tall.h"
#include "tensor/layout_impl.h"
#include <hearth/redistribute.h>

static hearth_status make(hearth_context *ctx, const hearth_view *host, int32_t dtype, int32_t order, hearth_array **array) {
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_layout_make_split(ctx, host->ndim, host->extent, -1, &layout));
  hearth_status status = hearth_array_create_local(layout, dtype, order, array);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK) status = hearth_view_copy(ctx, hearth_array_view(*array), host);
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}

static hearth_view host_matrix(int32_t parts, int64_t m, int64_t n, const double *values) {
  return (hearth_view){.data = (void *)values,
                       .dtype = parts == 2 ? HEARTH_COMPLEX128 : HEARTH_FLOAT64,
                       .space = HEARTH_SPACE_HOST,
                       .ndim = 2,
                       .extent = {m, n},
                       .stride = {8 * parts, 8 * parts * m}};
}

hearth_status hearth_small_array(hearth_context *ctx, int32_t parts, int64_t m, int64_t n, const double *values, int32_t dtype, int32_t order,
                                 hearth_array **array) {
  const hearth_view host = host_matrix(parts, m, n, values);
  return make(ctx, &host, dtype, order, array);
}

hearth_status hearth_small_vector(hearth_context *ctx, int64_t n, const double *values, int32_t dtype, hearth_array **array) {
  const hearth_view host = {.data = (void *)values, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 1, .extent = {n}, .stride = {8}};
  return make(ctx, &host, dtype, HEARTH_ROW_MAJOR, array);
}

hearth_status hearth_small_read(const hearth_array *array, int32_t parts, double *values) {
  hearth_array *everywhere = NULL;
  const int64_t *shape = array->layout->shape;
  hearth_view host = host_matrix(parts, shape[0], array->layout->ndim > 1 ? shape[1] : 1, values);
  host.ndim = array->layout->ndim;
  HEARTH_TRY(hearth_resplit(array, -1, &everywhere));
  const hearth_status status = hearth_agree(array->ctx, hearth_view_copy(array->ctx, &host, hearth_array_view(everywhere)));
  hearth_array_destroy(&everywhere);
  return status;
}
