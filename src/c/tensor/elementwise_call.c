#include "tensor/elementwise_call.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/check.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include <string.h>

/* The arrays of the call, without the numbers; the target last, if there is one. */
typedef struct operands {
  int32_t n;
  const hearth_array *array[HEARTH_MAP_SOURCES + 1];
} operands;

static operands arrays_of(const hearth_element_call *call, const hearth_array *target) {
  operands list = {0};
  for (int32_t i = 0; i < call->n; i++)
    if (!call->source[i].is_number) list.array[list.n++] = call->source[i].array;
  if (target) list.array[list.n++] = target;
  return list;
}

static hearth_status check_array(const hearth_element_call *call, const hearth_array *array, const char *what, int32_t i) {
  HEARTH_REQUIRE(call->ctx, array, "%s %d is NULL", what, i);
  if (array->ctx != call->ctx) return hearth_fail(call->ctx, HEARTH_ERR_MISMATCH, "%s %d belongs to another context than operand 0", what, i);
  return hearth_array_pending(array);
}

static hearth_status check_arrays(const hearth_element_call *call) {
  for (int32_t i = 0; i < call->n; i++)
    if (!call->source[i].is_number) HEARTH_TRY(check_array(call, call->source[i].array, "operand", i));
  return HEARTH_OK;
}

/* What must be the same on all ranks beside the arrays. */
static hearth_status agree_steps(const hearth_element_call *call, hearth_status mine) {
  int64_t number[1 + HEARTH_MAP_STEPS + 2 * HEARTH_MAP_SOURCES] = {call->nsteps};
  int64_t *at = number + 1;
  for (int32_t s = 0; s < HEARTH_MAP_STEPS; s++) at[s] = call->step[s].op;
  for (int32_t i = 0; i < HEARTH_MAP_SOURCES; i++) {
    at[HEARTH_MAP_STEPS + 2 * i] = call->source[i].is_number;
    if (call->source[i].is_number) memcpy(&at[HEARTH_MAP_STEPS + 2 * i + 1], &call->source[i].number, sizeof call->source[i].number);
  }
  return hearth_agree_same(call->ctx, mine, "the elementwise call (operations, bits of numbers)", number, (int64_t)(sizeof number / sizeof *number));
}

/* A number as an operand of every element. */
static hearth_view number_view(const double *number, const hearth_view *like) {
  hearth_view view = *like;
  view.data = (void *)number;
  view.dtype = HEARTH_FLOAT64;
  view.space = HEARTH_SPACE_HOST;
  memset(view.stride, 0, sizeof view.stride);
  return view;
}

static hearth_status compute_pieces(const hearth_element_call *call, int32_t compute, const hearth_operand *operand, const hearth_array *target) {
  const hearth_context *ctx = call->ctx;
  for (int32_t p = 0; p < target->npieces; p++) {
    const hearth_view *dst = &target->piece[p].view, *source[HEARTH_MAP_SOURCES];
    hearth_view number[HEARTH_MAP_SOURCES];
    if (hearth_view_elements(dst) == 0) continue;
    for (int32_t i = 0, k = 0; i < call->n; i++) {
      number[i] = number_view(&call->source[i].number, dst);
      source[i] = call->source[i].is_number ? &number[i] : &operand[k++].view[p];
    }
    HEARTH_TRY(ctx->backend->map->map(ctx->queue, compute, call->nsteps, call->step, dst, call->n, source));
  }
  return ctx->backend->wait(ctx->queue);
}

/* Into an array that the kernels may not reach, or that overlaps operands. */
static hearth_status compute_into(const hearth_element_call *call, int32_t compute, hearth_array *target) {
  const operands list = arrays_of(call, NULL);
  hearth_operand operand[HEARTH_OPERANDS_MAX];
  hearth_target opened;
  HEARTH_TRY(hearth_operands_align(list.n, list.array, target->layout, operand));
  hearth_status status = hearth_target_open(target, false, &opened);
  if (status == HEARTH_OK) {
    status = hearth_operands_separate(list.n, operand, &opened);
    if (status == HEARTH_OK) status = compute_pieces(call, compute, operand, opened.array);
    status = hearth_target_close(&opened, status);
  }
  hearth_operands_release(list.n, operand);
  return hearth_agree(call->ctx, status);
}

typedef struct prepared {
  int32_t compute, result, ndim;
  int64_t shape[HEARTH_MAX_NDIM];
} prepared;

static hearth_status prepare(const hearth_element_call *call, prepared *plan) {
  HEARTH_TRY(check_arrays(call));
  HEARTH_TRY(hearth_element_types(call, &plan->compute, &plan->result));
  const operands list = arrays_of(call, NULL);
  return hearth_broadcast_shape(list.n, list.array, &plan->ndim, plan->shape);
}

/* An array for the result: as the operand lies that its layout is from. */
static hearth_status make_result(const hearth_element_call *call, const prepared *plan, hearth_array **made) {
  const operands list = arrays_of(call, NULL);
  hearth_layout *layout = NULL;
  int32_t order = list.array[0]->order;
  HEARTH_TRY(hearth_broadcast_layout(list.n, list.array, plan->ndim, plan->shape, &layout));
  for (int32_t i = list.n - 1; i >= 0; i--)
    if (list.array[i]->layout == layout) order = list.array[i]->order;
  const hearth_status status = hearth_array_create_local(layout, plan->result, order, made);
  hearth_layout_destroy(&layout);
  return status;
}

hearth_status hearth_element_new(const hearth_element_call *call, hearth_status early, hearth_array **result) {
  HEARTH_GUARD_FP(call->ctx);
  prepared plan;
  hearth_array *made = NULL;
  hearth_status status = early;
  if (result) *result = NULL;
  if (status == HEARTH_OK && !result) status = hearth_fail(call->ctx, HEARTH_ERR_ARGUMENT, "no place for the result (NULL)");
  if (status == HEARTH_OK) status = prepare(call, &plan);
  HEARTH_TRY(agree_steps(call, status));
  status = hearth_agree(call->ctx, make_result(call, &plan, &made));
  if (status == HEARTH_OK) status = compute_into(call, plan.compute, made);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

static hearth_status check_target(const hearth_element_call *call, const prepared *plan, const hearth_array *target) {
  int32_t ndim = 0, possible = 0;
  int64_t shape[HEARTH_MAX_NDIM];
  const operands all = arrays_of(call, target);
  HEARTH_TRY(hearth_broadcast_shape(all.n, all.array, &ndim, shape));
  if (ndim != target->layout->ndim || memcmp(shape, target->layout->shape, (size_t)ndim * sizeof *shape) != 0)
    return hearth_fail(call->ctx, HEARTH_ERR_MISMATCH, "the target, of %d dimensions, is smaller than what the operands are broadcast to, of %d dimensions",
                       target->layout->ndim, ndim);
  HEARTH_TRY(hearth_can_cast((hearth_dtype)plan->result, (hearth_dtype)target->dtype, &possible));
  if (!possible)
    return hearth_fail(call->ctx, HEARTH_ERR_UNSUPPORTED, "the result is %s and is not cast to the %s of the target",
                       hearth_dtype_name((hearth_dtype)plan->result), hearth_dtype_name((hearth_dtype)target->dtype));
  return HEARTH_OK;
}

hearth_status hearth_element_into(const hearth_element_call *call, hearth_status early, hearth_array *target) {
  HEARTH_GUARD_FP(call->ctx);
  prepared plan;
  hearth_status status = early;
  if (status == HEARTH_OK && !target) status = hearth_fail(call->ctx, HEARTH_ERR_ARGUMENT, "the target is NULL");
  if (status == HEARTH_OK) status = check_array(call, target, "target", 0);
  if (status == HEARTH_OK) status = prepare(call, &plan);
  if (status == HEARTH_OK) status = check_target(call, &plan, target);
  HEARTH_TRY(agree_steps(call, status));
  return compute_into(call, plan.compute, target);
}
