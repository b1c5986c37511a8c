/* From scores back to fields: X = mean + T E, unscaled. */
#include "analysis/pca_fit_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <string.h>

/* panel += mean, of each row's group. Local. */
static hearth_status add_means(hearth_pca *pca, int32_t f, int64_t start, int64_t rows, double *ones, double *panel) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  const int64_t n = field->points;
  const hearth_view all = hearth_pca_matrix(ctx, ones, rows, 1, 1, 1);
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &all, 1));
  for (int64_t row = 0, run = 0; row < rows; row += run) {
    int32_t group = 0;
    run = hearth_pca_group_run(pca, start + row, rows - row, &group);
    const hearth_view one = hearth_pca_matrix(ctx, ones, run, 1, 1, 1),
                      mean = hearth_pca_matrix(ctx, pca->mean + group * pca->space.points + field->offset, 1, n, n, 1),
                      result = hearth_pca_matrix(ctx, panel + row * n, run, n, n, 1);
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &one, &mean, 1, &result));
  }
  return HEARTH_OK;
}

/* Rows start .. of the field in `panel` [rows, points of f] from rows of the scores in `device`. Local. */
static hearth_status compute_rows(hearth_pca *pca, int32_t f, int64_t start, int64_t rows, double *device, double *panel) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  const int64_t n = field->points, all = pca->space.points, modes = pca->modes;
  const hearth_view scores = hearth_pca_matrix(ctx, device, rows, modes, modes, 1),
                    basis = hearth_pca_matrix(ctx, hearth_pca_shown_basis(pca) + field->offset, modes, n, all, 1),
                    result = hearth_pca_matrix(ctx, panel, rows, n, n, 1);
  if (ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    HEARTH_TRY(ctx->backend->exact->product(ctx->queue, &scores, &basis, &result));
  else
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &scores, &basis, 0, &result));
  double *const factor[2] = {pca->space.inverse, pca->space.deviation};
  for (int i = 0; i < 2; i++) {
    if (!factor[i]) continue;
    const hearth_view row = hearth_pca_matrix(ctx, factor[i] + field->offset, rows, n, 0, 1);
    HEARTH_TRY(ctx->backend->multiply(ctx->queue, &result, &result, &row));
  }
  return add_means(pca, f, start, rows, device + rows * modes, panel);
}

static hearth_status fill_field(hearth_pca *pca, int32_t f, const double *scores, const hearth_array *array) {
  const hearth_context *ctx = pca->ctx;
  const int64_t samples = array->layout->shape[0], n = pca->space.field[f].points, modes = pca->modes;
  const int64_t fit = HEARTH_PANEL_BYTES / (int64_t)sizeof(double) / (n ? n : 1), step = fit < 1 ? 1 : fit > samples ? samples : fit;
  double *device = NULL, *panel = NULL;
  if (n == 0 || samples == 0) return HEARTH_OK;
  hearth_status status = hearth_pca_allocate(ctx, step * (modes + 1), &device);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, step * n, &panel);
  for (int64_t start = 0; start < samples && status == HEARTH_OK; start += step) {
    const int64_t rows = samples - start < step ? samples - start : step;
    status = hearth_pca_upload(ctx, device, scores + start * modes, rows * modes);
    if (status == HEARTH_OK) status = compute_rows(pca, f, start, rows, device, panel);
    for (int32_t p = 0; p < array->npieces && status == HEARTH_OK; p++) {
      const int64_t *piece = &pca->space.field[f].piece[p];
      hearth_view from = hearth_pca_piece_view(pca, f, p, NULL, rows, n), to = array->piece[p].view;
      if (piece[1] == piece[0]) continue;
      from.data = panel + piece[0];
      to.data = (char *)to.data + start * to.stride[0];
      to.extent[0] = rows;
      status = ctx->backend->copy(ctx->queue, &to, &from);
    }
  }
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &device);
  hearth_pca_release(ctx, &panel);
  return status;
}

static hearth_status check_inverse(hearth_pca *pca, const hearth_array *scores, int32_t field) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, scores && scores->ctx == ctx, "hearth_pca_inverse_transform: the scores are NULL or belong to another context");
  HEARTH_REQUIRE(ctx, field >= 0 && field < pca->space.nfields, "hearth_pca_inverse_transform: field %d is outside 0..%d", field, pca->space.nfields - 1);
  if (scores->layout->ndim != 2 || scores->layout->shape[1] != pca->modes)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_inverse_transform: the scores must be [samples, %d]", pca->modes);
  return hearth_pca_check_labels(pca, scores->layout->shape[0]);
}

hearth_status hearth_pca_inverse_transform(hearth_pca *pca, const hearth_array *scores, int32_t field, hearth_array **field_array) {
  if (!pca || !field_array) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_inverse_transform: NULL argument");
  hearth_context *ctx = pca->ctx;
  HEARTH_GUARD_FP(ctx);
  HEARTH_TRY(hearth_pca_ready(pca));
  HEARTH_TRY(hearth_agree(ctx, check_inverse(pca, scores, field)));
  HEARTH_TRY(hearth_pca_find_signs(pca));
  hearth_layout *layout = NULL;
  double *host = NULL;
  hearth_status status = hearth_agree(ctx, hearth_layout_insert(pca->space.field[field].layout, 0, scores->layout->shape[0], &layout));
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, pca->space.field[field].order, field_array);
  if (status == HEARTH_OK) status = hearth_pca_collect_scores(pca->ctx, scores, &host);
  if (status == HEARTH_OK) hearth_pca_take_scores(pca, scores->layout->shape[0], host);
  if (status == HEARTH_OK) status = hearth_agree(ctx, fill_field(pca, field, host, *field_array));
  hearth_deallocate(ctx, host);
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK) hearth_array_destroy(field_array);
  return status;
}
