/* Views on the estimator's own memory, and its transfer to and from the host. */
#include "analysis/pca_impl.h"
#include "core/context_impl.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <string.h>

hearth_view hearth_pca_matrix(const hearth_context *ctx, double *data, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
  const int64_t e = sizeof *data;
  return (hearth_view){
      .data = data, .dtype = HEARTH_FLOAT64, .space = ctx->backend->space, .ndim = 2, .extent = {rows, columns}, .stride = {row_stride * e, column_stride * e}};
}

hearth_view hearth_pca_host_matrix(double *data, int64_t rows, int64_t columns) {
  const int64_t e = sizeof *data;
  return (hearth_view){.data = data, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {rows, columns}, .stride = {columns * e, e}};
}

hearth_view hearth_pca_piece_view(const hearth_pca *pca, int32_t f, int32_t piece, double *vector, int64_t lead, int64_t lead_stride) {
  const hearth_pca_field *field = &pca->space.field[f];
  const int32_t first = lead < 0 ? 0 : 1, ndim = field->layout->ndim;
  hearth_view view = {
      .data = vector ? vector + field->offset + field->piece[piece] : NULL, .dtype = HEARTH_FLOAT64, .space = pca->ctx->backend->space, .ndim = ndim + first};
  if (first) {
    view.extent[0] = lead;
    view.stride[0] = lead_stride * (int64_t)sizeof *vector;
  }
  for (int32_t d = 0; d < ndim; d++) view.extent[first + d] = hearth_layout_piece_extent(field->layout, piece, d);
  hearth_strides(ndim, view.extent + first, sizeof *vector, field->order, view.stride + first);
  return view;
}

hearth_status hearth_pca_allocate(const hearth_context *ctx, int64_t n, double **data) {
  *data = NULL;
  return n > 0 ? ctx->backend->allocate(ctx->queue, n * (int64_t)sizeof **data, (void **)data) : HEARTH_OK;
}

void hearth_pca_release(const hearth_context *ctx, double **data) {
  if (*data) ctx->backend->release(ctx->queue, *data);
  *data = NULL;
}

static hearth_status move(const hearth_context *ctx, const hearth_view *to, const hearth_view *from) {
  const hearth_status status = ctx->backend->copy(ctx->queue, to, from);
  return status == HEARTH_OK ? ctx->backend->wait(ctx->queue) : status;
}

hearth_status hearth_pca_upload(const hearth_context *ctx, double *to, const double *from, int64_t n) {
  const hearth_view target = hearth_pca_matrix(ctx, to, 1, n, n, 1), source = hearth_pca_host_matrix((double *)from, 1, n);
  return n ? move(ctx, &target, &source) : HEARTH_OK;
}

hearth_status hearth_pca_download(const hearth_context *ctx, double *to, const double *from, int64_t n) {
  const hearth_view source = hearth_pca_matrix(ctx, (double *)from, 1, n, n, 1), target = hearth_pca_host_matrix(to, 1, n);
  return n ? move(ctx, &target, &source) : HEARTH_OK;
}
