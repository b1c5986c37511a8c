/* What callers see of modes and scores: rotated or as fitted, with signs, whitened or not. */
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

double *hearth_pca_shown_basis(const hearth_pca *pca) {
  return pca->rotated.basis ? pca->rotated.basis : pca->basis;
}

const double *hearth_pca_shown_sigma(const hearth_pca *pca) {
  return pca->rotated.basis ? pca->rotated.sigma : pca->sigma;
}

void hearth_pca_forget_rotation(hearth_pca *pca) {
  if (pca->rotated.basis) pca->signs_known = false;
  hearth_pca_release(pca->ctx, &pca->rotated.basis);
  hearth_deallocate(pca->ctx, pca->rotated.sigma);
  hearth_deallocate(pca->ctx, pca->rotated.mix);
  pca->rotated = (hearth_pca_rotated){0};
}

/* Standard deviation of the scores of mode k. */
static double deviation(const hearth_pca *pca, int32_t k) {
  return hearth_pca_shown_sigma(pca)[k] / sqrt((double)(pca->samples - pca->options.ddof));
}

hearth_status hearth_pca_present_scores(const hearth_pca *pca, int64_t rows, const double *fitted, int64_t width, double *scores) {
  const int32_t modes = pca->modes;
  const double *mix = pca->rotated.basis ? pca->rotated.mix : NULL;
  double *row = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, modes * (int64_t)sizeof *row, &row));
  for (int64_t t = 0; t < rows; t++) {
    memcpy(row, fitted + t * width, (size_t)modes * sizeof *row);
    double *to = scores + t * modes;
    for (int32_t k = 0; k < modes; k++) to[k] = mix ? 0 : row[k];
    for (int32_t l = 0; l < modes && mix; l++)
      for (int32_t k = 0; k < modes; k++) to[k] += row[l] * mix[l * modes + k];
    for (int32_t k = 0; k < modes; k++) to[k] *= pca->sign[k] / (pca->options.whiten ? deviation(pca, k) : 1);
  }
  hearth_deallocate(pca->ctx, row);
  return HEARTH_OK;
}

void hearth_pca_take_scores(const hearth_pca *pca, int64_t rows, double *scores) {
  for (int64_t t = 0; t < rows; t++)
    for (int32_t k = 0; k < pca->modes; k++) scores[t * pca->modes + k] *= pca->sign[k] * (pca->options.whiten ? deviation(pca, k) : 1);
}

hearth_status hearth_pca_collect_scores(hearth_context *ctx, const hearth_array *scores, double **host) {
  const int64_t *shape = scores->layout->shape;
  hearth_layout *layout = NULL;
  hearth_array *all = NULL;
  hearth_status status = hearth_layout_make_split(ctx, 2, shape, -1, &layout);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, shape[0] * shape[1] * (int64_t)sizeof **host, host);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &all);
  if (status == HEARTH_OK) status = hearth_array_copy(scores, all);
  if (status == HEARTH_OK) {
    const hearth_view to = hearth_pca_host_matrix(*host, shape[0], shape[1]);
    status = hearth_agree(ctx, hearth_view_copy(ctx, &to, hearth_array_view(all)));
  }
  hearth_array_destroy(&all);
  hearth_layout_destroy(&layout);
  return status;
}
