/* Scores whose bits depend on no order: the anomalies of a block of samples and the modes are rows of one array, and its exact Gram matrix holds their
 * products. A product depends on its two rows alone, so neither on the block nor on what else is in it. */
#include "analysis/pca_matrix_impl.h"
#include "analysis/pca_transform_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/reproducible.h>
#include <string.h>

/* This rank's points at row `row` of the stack. */
static hearth_view stack_rows(const hearth_transform *t, int64_t row, int64_t rows, int64_t first, int64_t columns) {
  hearth_view view = *hearth_array_view(t->stack);
  view.data = (char *)view.data + row * view.stride[0] + first * view.stride[1];
  view.extent[0] = rows;
  view.extent[1] = columns;
  return view;
}

hearth_status hearth_transform_stack(hearth_transform *t) {
  const hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t points = pca->space.points;
  hearth_layout *layout = NULL;
  hearth_status status = hearth_pca_points_layout(pca, 1, t->rows + pca->modes, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &t->stack);
  hearth_layout_destroy(&layout);
  HEARTH_TRY(status);
  if (points > 0 && pca->space.primary) {
    const hearth_view all = stack_rows(t, 0, t->rows + pca->modes, 0, points), modes = stack_rows(t, t->rows, pca->modes, 0, points),
                      basis = hearth_pca_matrix(ctx, pca->basis, pca->modes, points, points, 1);
    status = ctx->backend->fill(ctx->queue, &all, 0);
    if (status == HEARTH_OK) status = hearth_view_copy(ctx, &modes, &basis);
  }
  return hearth_agree(ctx, status);
}

hearth_status hearth_transform_stack_part(hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part, int64_t *infinite) {
  const hearth_context *ctx = t->pca->ctx;
  hearth_transform_panel panel = {.infinite = 0};
  HEARTH_TRY(hearth_transform_pack(t, f, piece, src, part, &panel));
  *infinite += panel.infinite;
  const hearth_view rows = stack_rows(t, 0, panel.matrix.extent[0], panel.first, panel.matrix.extent[1]);
  return ctx->backend->copy(ctx->queue, &rows, &panel.matrix);
}

hearth_status hearth_transform_stack_scores(hearth_transform *t, int64_t rows) {
  const hearth_context *ctx = t->pca->ctx;
  const int64_t modes = t->pca->modes;
  hearth_array *gram = NULL;
  HEARTH_TRY(hearth_gram(t->stack, 0, &gram));
  hearth_view from = *hearth_array_view(gram);
  const hearth_view to = hearth_pca_host_matrix(t->host, rows, modes);
  from.data = (char *)from.data + t->rows * from.stride[1];
  from.extent[0] = rows;
  from.extent[1] = modes;
  const hearth_status status = hearth_agree(ctx, hearth_view_copy(ctx, &to, &from));
  hearth_array_destroy(&gram);
  return status;
}
