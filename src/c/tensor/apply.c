/* A function of the host program on all elements. */
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

typedef struct apply_call {
  hearth_context *ctx;
  hearth_apply_function function;
  void *user;
  int32_t n_in, n_out;
  const hearth_array *const *inputs;
  hearth_array *const *targets;
} apply_call;

static hearth_status check_array(const apply_call *call, const hearth_array *array, const char *what, int32_t k) {
  HEARTH_REQUIRE(call->ctx, array, "%s %d is NULL", what, k);
  if (array->ctx != call->ctx) return hearth_fail(call->ctx, HEARTH_ERR_MISMATCH, "%s %d belongs to another context than target 0", what, k);
  return hearth_array_pending(array);
}

/* Inputs broadcast to the shape of the targets, which is one. */
static hearth_status check_shapes(const apply_call *call, const hearth_array *array, const char *what, int32_t k) {
  const hearth_layout *layout = call->targets[0]->layout;
  const hearth_array *const pair[2] = {call->targets[0], array};
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t ndim;
  HEARTH_TRY(hearth_broadcast_shape(2, pair, &ndim, shape));
  if (ndim != layout->ndim || memcmp(shape, layout->shape, (size_t)ndim * sizeof *shape) != 0)
    return hearth_fail(call->ctx, HEARTH_ERR_MISMATCH, "%s %d, of %d dimensions, is larger than target 0, of %d", what, k, array->layout->ndim, layout->ndim);
  return HEARTH_OK;
}

static hearth_status check_call(const apply_call *call) {
  const hearth_context *ctx = call->ctx;
  HEARTH_REQUIRE(ctx, call->function, "the function is NULL");
  HEARTH_REQUIRE(ctx, call->n_in >= 0 && (call->n_in == 0 || call->inputs), "%d inputs%s", call->n_in, call->inputs ? "" : " (NULL)");
  HEARTH_REQUIRE(ctx, call->n_in + call->n_out <= HEARTH_BLOCK_OPERANDS, "%d inputs and %d targets; no more than %d in all", call->n_in, call->n_out,
                 HEARTH_BLOCK_OPERANDS);
  for (int32_t k = 0; k < call->n_out; k++) HEARTH_TRY(check_array(call, call->targets[k], "target", k));
  for (int32_t k = 0; k < call->n_in; k++) HEARTH_TRY(check_array(call, call->inputs[k], "input", k));
  for (int32_t k = 0; k < call->n_in; k++) HEARTH_TRY(check_shapes(call, call->inputs[k], "input", k));
  for (int32_t k = 1; k < call->n_out; k++) {
    const hearth_layout *first = call->targets[0]->layout, *own = call->targets[k]->layout;
    if (own->ndim != first->ndim || memcmp(own->shape, first->shape, (size_t)own->ndim * sizeof *own->shape) != 0)
      return hearth_fail(call->ctx, HEARTH_ERR_MISMATCH, "targets 0 and %d have different shapes", k);
  }
  return HEARTH_OK;
}

static hearth_status apply_pieces(const apply_call *call, const hearth_operand *operand, const hearth_target *target) {
  const hearth_context *ctx = call->ctx;
  for (int32_t p = 0; p < target[0].array->npieces; p++) {
    const hearth_view *in[HEARTH_BLOCK_OPERANDS], *out[HEARTH_BLOCK_OPERANDS];
    for (int32_t k = 0; k < call->n_in; k++) in[k] = &operand[k].view[p];
    for (int32_t k = 0; k < call->n_out; k++) out[k] = &target[k].array->piece[p].view;
    if (hearth_view_elements(out[0]) > 0) HEARTH_TRY(ctx->backend->map->blocks(ctx->queue, call->function, call->user, call->n_in, in, call->n_out, out));
  }
  return ctx->backend->wait(ctx->queue);
}

/* Targets that lie as the first one does; `other[k]` stands in for one that does not, until the end. */
static hearth_status open_targets(const apply_call *call, hearth_array **other, hearth_target *target, int32_t *opened) {
  for (int32_t k = 0; k < call->n_out; k++) {
    int32_t equal = 0;
    HEARTH_TRY(hearth_layout_equal(call->targets[k]->layout, call->targets[0]->layout, &equal));
    if (!equal) HEARTH_TRY(hearth_array_create_local(call->targets[0]->layout, call->targets[k]->dtype, call->targets[k]->order, &other[k]));
    HEARTH_TRY(hearth_target_open(equal ? call->targets[k] : other[k], false, &target[k]));
    ++*opened;
  }
  return HEARTH_OK;
}

static hearth_status apply_all(const apply_call *call, hearth_array **other) {
  hearth_operand operand[HEARTH_OPERANDS_MAX];
  hearth_target target[HEARTH_BLOCK_OPERANDS];
  int32_t opened = 0;
  HEARTH_TRY(hearth_operands_align(call->n_in, call->inputs, call->targets[0]->layout, operand));
  hearth_status status = open_targets(call, other, target, &opened);
  for (int32_t k = 0; status == HEARTH_OK && k < call->n_out; k++) status = hearth_operands_separate(call->n_in, operand, &target[k]);
  if (status == HEARTH_OK) status = apply_pieces(call, operand, target);
  for (int32_t k = 0; k < opened; k++) {
    const hearth_status closed = hearth_target_close(&target[k], status);
    if (status == HEARTH_OK) status = closed;
  }
  hearth_operands_release(call->n_in, operand);
  return hearth_agree(call->ctx, status);
}

hearth_status hearth_apply(hearth_apply_function function, void *user, int32_t n_in, const hearth_array *const *inputs, int32_t n_out,
                           hearth_array *const *targets) {
  HEARTH_REQUIRE(NULL, n_out >= 1 && targets && targets[0], "no target (%d, %s)", n_out, targets ? "the first is NULL" : "NULL");
  const apply_call call = {targets[0]->ctx, function, user, n_in, n_out, inputs, targets};
  HEARTH_GUARD_FP(call.ctx);
  hearth_array *other[HEARTH_BLOCK_OPERANDS] = {NULL};
  const int64_t number[2] = {n_in, n_out};
  HEARTH_TRY(hearth_agree_same(call.ctx, check_call(&call), "inputs|targets", number, 2));
  hearth_status status = apply_all(&call, other);
  for (int32_t k = 0; k < n_out; k++) {
    if (status == HEARTH_OK && other[k]) status = hearth_array_copy(other[k], targets[k]);
    hearth_array_destroy(&other[k]);
  }
  return status;
}
