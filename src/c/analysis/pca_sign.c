/* The one sign rule: the entry of largest magnitude of sqrt(w) e_k is positive; among entries within 1e-6 of it the one of lowest global index decides. */
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"

#define TIE 1e-6

/* Lowest global point of each row at the largest magnitude, doubled, plus 1 if the entry is negative: one minimum over ranks finds point and sign. */
static hearth_status find_keys(const hearth_pca *pca, const hearth_view *basis, double *threshold, double *value, int64_t *key) {
  const int32_t modes = pca->modes;
  for (int32_t k = 0; k < modes; k++) threshold[k] *= 1 - TIE;
  HEARTH_TRY(pca->ctx->backend->row_first(pca->ctx->queue, basis, threshold, key, value));
  for (int32_t k = 0; k < modes; k++) key[k] = key[k] < 0 ? INT64_MAX : 2 * hearth_pca_global_point(pca, key[k]) + (value[k] < 0);
  return HEARTH_OK;
}

hearth_status hearth_pca_find_signs(hearth_pca *pca) {
  if (pca->signs_known) return HEARTH_OK;
  const hearth_context *ctx = pca->ctx;
  const int32_t modes = pca->modes;
  const hearth_view basis = hearth_pca_matrix(ctx, hearth_pca_shown_basis(pca), modes, pca->space.points, pca->space.points, 1);
  double *number = NULL;
  int64_t *key = NULL;
  hearth_deallocate(ctx, pca->sign);
  pca->sign = NULL;
  hearth_status status = hearth_allocate(ctx, modes * (int64_t)sizeof *pca->sign, &pca->sign);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, 2 * modes * (int64_t)sizeof *number, &number);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, modes * (int64_t)sizeof *key, &key);
  if (status == HEARTH_OK) status = ctx->backend->row_absmax(ctx->queue, &basis, number);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_allreduce_f64(ctx, number, modes, HEARTH_OP_MAX);
  if (status == HEARTH_OK) status = hearth_agree(ctx, find_keys(pca, &basis, number, number + modes, key));
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, key, modes, HEARTH_OP_MIN);
  for (int32_t k = 0; k < modes && status == HEARTH_OK; k++) pca->sign[k] = key[k] % 2 ? -1 : 1;
  pca->signs_known = status == HEARTH_OK;
  hearth_deallocate(ctx, number);
  hearth_deallocate(ctx, key);
  return status;
}
