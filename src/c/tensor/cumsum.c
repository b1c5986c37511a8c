/* Running sums: each rank begins where the totals of the ranks before it along the axis end. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/align.h"
#include "tensor/reduce_impl.h"

typedef struct cumsum_task {
  int32_t axis, dtype; /* of the sums */
  hearth_array *result;
  void *start;
} cumsum_task;

static hearth_status run_part(const hearth_reducing *r, const hearth_part *part, void *user) {
  const cumsum_task *task = user;
  const hearth_view start = hearth_reduction_accumulators(r, part, task->start, task->dtype, hearth_dtype_size((hearth_dtype)task->dtype));
  return r->ctx->backend->reduce->cumulate(r->ctx->queue, task->axis, &task->result->piece[part->piece].view, &part->src, &start);
}

/* The totals of the processes before this one. */
static hearth_status find_starts(const hearth_reducing *r, int32_t dtype, void **start) {
  const bool pairs = dtype == HEARTH_COMPLEX128, integers = dtype == HEARTH_INT64;
  const hearth_reduce_rule rule = {HEARTH_REDUCE_SUM, integers ? HEARTH_INT64 : HEARTH_FLOAT64, false};
  MPI_Comm comm;
  HEARTH_TRY(hearth_reducing_group(r->array->layout, r->reduced, &comm));
  HEARTH_TRY(hearth_agree(r->ctx, hearth_reduction_local(r, &rule, pairs ? 2 : 1, start)));
  return hearth_group_exscan(r->ctx, comm, *start, (pairs ? 2 : 1) * r->n, integers ? MPI_INT64_T : MPI_DOUBLE);
}

/* The axis lies whole, or one range per process of its grid axis, ascending. */
static hearth_status cumsum(const hearth_reducing *r, int32_t axis, hearth_array **result) {
  const int32_t from = r->array->dtype;
  const bool integers = hearth_dtype_is_integer(from);
  cumsum_task task = {.axis = axis, .dtype = integers ? HEARTH_INT64 : hearth_dtype_is_complex(from) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64};
  hearth_status status = find_starts(r, task.dtype, &task.start);
  if (status == HEARTH_OK) {
    status = hearth_array_create_local(r->array->layout, integers ? HEARTH_INT64 : from, r->array->order, &task.result);
    if (status == HEARTH_OK) status = hearth_reduction_each(r, run_part, &task);
    status = hearth_agree(r->ctx, status);
  }
  hearth_deallocate(r->ctx, task.start);
  if (status != HEARTH_OK)
    hearth_array_destroy(&task.result);
  else
    *result = task.result;
  return status;
}

static hearth_status cumsum_along(const hearth_array *array, int32_t axis, hearth_array **result) {
  hearth_reducing r;
  HEARTH_TRY(hearth_reduction_begin(&r, "cumsum", array, 1, &axis, NULL, result));
  r.counted = true; /* replicas need sums of their own */
  hearth_status status = hearth_dtype_is_integer(array->dtype) ? HEARTH_OK : hearth_reduction_refuse_reproducible(&r);
  if (status == HEARTH_OK) status = cumsum(&r, axis, result);
  hearth_reduction_end(&r);
  return status;
}

static bool can_run_in_place(const hearth_layout *layout, int32_t axis) {
  return hearth_layout_is_separable(layout) && (layout->dim[axis].kind == HEARTH_DIM_WHOLE || layout->dim[axis].kind == HEARTH_DIM_CUTS);
}

/* By way of a layout in which the axis lies right. */
static hearth_status cumsum_elsewhere(const hearth_array *array, int32_t axis, hearth_array **result) {
  hearth_context *ctx = array->ctx;
  const hearth_layout *layout = array->layout;
  hearth_layout *split = NULL;
  hearth_array *made = NULL, *sums = NULL, *back = NULL;
  const hearth_array *operand;
  int32_t other = axis;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (d != axis && (other == axis || layout->shape[d] > layout->shape[other])) other = d;
  hearth_status status = hearth_agree(ctx, hearth_layout_make_split(ctx, layout->ndim, layout->shape, other, &split));
  if (status == HEARTH_OK) status = hearth_array_align(array, split, &operand, &made);
  if (status == HEARTH_OK) status = cumsum_along(operand, axis, &sums);
  hearth_array_destroy(&made);
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_array_create_local(layout, sums->dtype, array->order, &back));
  if (status == HEARTH_OK) status = hearth_array_copy(sums, back);
  hearth_array_destroy(&sums);
  hearth_layout_destroy(&split);
  if (status != HEARTH_OK)
    hearth_array_destroy(&back);
  else
    *result = back;
  return status;
}

static hearth_status check(const hearth_array *array, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(array->ctx, result, "cumsum: no place for the result (NULL)");
  HEARTH_REQUIRE(array->ctx, axis >= 0 && axis < array->layout->ndim, "cumsum: axis %d of an array of %d dimensions", axis, array->layout->ndim);
  return hearth_array_pending(array);
}

hearth_status hearth_cumsum(const hearth_array *array, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree_same(array->ctx, check(array, axis, result), "axis|", (int64_t[]){axis}, 1));
  return (can_run_in_place(array->layout, axis) ? cumsum_along : cumsum_elsewhere)(array, axis, result);
}
