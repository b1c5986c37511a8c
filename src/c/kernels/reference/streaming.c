/* The blocked incremental SVD's two passes. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"

hearth_status reference_residual_gram(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *c, const hearth_view *gram) {
  HEARTH_TRY(hearth_check_residual_gram(queue->ctx, HEARTH_SPACE_HOST, u, b, c, gram));
  HEARTH_TRY(reference_gemm(queue, 0, -1.0, u, c, 1.0, b));
  const hearth_view *const parts[] = {u, b};
  const int64_t first[] = {0, u->extent[1]};
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) {
      const hearth_view left = hearth_view_transposed(parts[i]), rows = hearth_view_part(gram, 0, first[i], parts[i]->extent[1]);
      const hearth_view block = hearth_view_part(&rows, 1, first[j], parts[j]->extent[1]);
      HEARTH_TRY(reference_gemm(queue, 0, 1.0, &left, parts[j], 0.0, &block));
    }
  return HEARTH_OK;
}

/* Column j of [u b]. */
static double joined(const hearth_view *u, const hearth_view *b, int64_t i, int64_t j) {
  const int64_t k = u->extent[1];
  return j < k ? reference_get(u, i, j) : reference_get(b, i, j - k);
}

hearth_status reference_rotate(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *z) {
  HEARTH_TRY(hearth_check_rotate(queue->ctx, HEARTH_SPACE_HOST, u, b, z));
  const int64_t k = u->extent[1];
  double *row;
  HEARTH_TRY(hearth_allocate(queue->ctx, k * (int64_t)sizeof *row, &row));
  for (int64_t i = 0; i < u->extent[0]; ++i) {
    for (int64_t j = 0; j < k; ++j) {
      row[j] = 0.0;
      for (int64_t l = 0; l < z->extent[0]; ++l) row[j] += joined(u, b, i, l) * reference_get(z, l, j);
    }
    for (int64_t j = 0; j < k; ++j) reference_set(u, i, j, row[j]);
  }
  hearth_deallocate(queue->ctx, row);
  return HEARTH_OK;
}
