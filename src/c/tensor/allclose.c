/* Whether arrays are equal, exactly or within tolerances. */
#include <hearth/elementwise.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/check.h"
#include "kernels/map.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include <string.h>

static hearth_status check_pair(const hearth_array *a, const hearth_array *b, const int32_t *answer) {
  HEARTH_REQUIRE(a->ctx, b, "operand 1 is NULL");
  HEARTH_REQUIRE(a->ctx, answer, "no place for the answer (NULL)");
  if (a->ctx != b->ctx) return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "operand 1 belongs to another context than operand 0");
  HEARTH_TRY(hearth_array_pending(a));
  return hearth_array_pending(b);
}

static hearth_status check_tolerances(const hearth_context *ctx, double rtol, double atol) {
  HEARTH_REQUIRE(ctx, rtol >= 0 && atol >= 0, "tolerances of %g (relative) and %g (absolute)", rtol, atol);
  return HEARTH_OK;
}

/* The widest type of a kind: tolerances are float64. */
static int32_t compared_in(const hearth_array *a, const hearth_array *b) {
  const int32_t highest = a->dtype > b->dtype ? a->dtype : b->dtype;
  return highest >= HEARTH_COMPLEX64 ? HEARTH_COMPLEX128 : highest >= HEARTH_FLOAT16 ? HEARTH_FLOAT64 : HEARTH_INT64;
}

static hearth_status count_pieces(const hearth_operand operand[2], int32_t compute, const hearth_closeness *close, int64_t *far) {
  const hearth_context *ctx = operand[0].array->ctx;
  for (int32_t p = 0; p < operand[0].npieces; p++)
    if (hearth_view_elements(&operand[0].view[p]) > 0)
      HEARTH_TRY(ctx->backend->map->count_far(ctx->queue, compute, &operand[0].view[p], &operand[1].view[p], close, far));
  return ctx->backend->wait(ctx->queue);
}

/* Shapes broadcast. */
static hearth_status compare(const hearth_array *const pair[2], const hearth_closeness *close, int32_t *answer) {
  hearth_context *ctx = pair[0]->ctx;
  hearth_layout *layout = NULL;
  hearth_operand operand[2];
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM], far = 0;
  hearth_status status = hearth_broadcast_shape(2, pair, &ndim, shape);
  if (status == HEARTH_OK) status = hearth_broadcast_layout(2, pair, ndim, shape, &layout);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_operands_align(2, pair, layout, operand);
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK) return status;
  status = hearth_agree(ctx, count_pieces(operand, compared_in(pair[0], pair[1]), close, &far));
  hearth_operands_release(2, operand);
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, &far, 1, HEARTH_OP_MAX);
  if (status == HEARTH_OK) *answer = far == 0;
  return status;
}

hearth_status hearth_allclose(const hearth_array *a, const hearth_array *b, double rtol, double atol, int32_t equal_nan, int32_t *answer) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  HEARTH_GUARD_FP(a->ctx);
  int64_t number[3] = {0, 0, equal_nan != 0};
  hearth_status status = check_pair(a, b, answer);
  if (status == HEARTH_OK) status = check_tolerances(a->ctx, rtol, atol);
  memcpy(&number[0], &rtol, sizeof rtol);
  memcpy(&number[1], &atol, sizeof atol);
  HEARTH_TRY(hearth_agree_same(a->ctx, status, "rtol (bits)|atol (bits)|equal_nan", number, 3));
  const hearth_array *const pair[2] = {a, b};
  return compare(pair, &(hearth_closeness){rtol, atol, equal_nan != 0}, answer);
}

hearth_status hearth_array_equals(const hearth_array *a, const hearth_array *b, int32_t *answer) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(hearth_agree(a->ctx, check_pair(a, b, answer)));
  *answer = 0;
  if (a->layout->ndim != b->layout->ndim || memcmp(a->layout->shape, b->layout->shape, (size_t)a->layout->ndim * sizeof *a->layout->shape) != 0)
    return HEARTH_OK;
  const hearth_array *const pair[2] = {a, b};
  return compare(pair, &(hearth_closeness){0, 0, false}, answer);
}
