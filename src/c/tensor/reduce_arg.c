/* Places of the smallest and largest elements. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_impl.h"
#include <math.h>
#include <string.h>

/* A value as an int64 whose order is that of the places: NaN first, or last where it is left out, -0 with 0, the largest first for argmax. */
static int64_t key_of(const hearth_reduce_rule *rule, double value) {
  const bool max = rule->op == HEARTH_REDUCE_MAX;
  int64_t bits;
  if (isnan(value)) return rule->omit ? INT64_MAX : INT64_MIN;
  value = (max ? -value : value) + 0.0;
  memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? INT64_MIN + 1 + (INT64_MAX - (bits & INT64_MAX)) : bits;
}

typedef struct place {
  int64_t key, number;
} place;

static void merge_places(void *in, void *inout, int *n, MPI_Datatype *type) {
  const place *other = in;
  place *best = inout;
  (void)type;
  for (int i = 0; i < *n; i++)
    if (other[i].key < best[i].key || (other[i].key == best[i].key && other[i].number < best[i].number)) best[i] = other[i];
}

typedef struct arg_task {
  hearth_reduce_rule rule;
  int64_t along[HEARTH_MAX_NDIM];
  int64_t *value, *number;
} arg_task;

static hearth_status arg_part(const hearth_reducing *r, const hearth_part *part, void *user) {
  const arg_task *task = user;
  hearth_index_numbers numbers[HEARTH_MAX_NDIM];
  const hearth_view value = hearth_reduction_accumulators(r, part, task->value, task->rule.dtype, 8);
  const hearth_view number = hearth_reduction_accumulators(r, part, task->number, HEARTH_INT64, 8);
  hearth_status status = hearth_numbers_make(r, part, task->along, numbers);
  if (status == HEARTH_OK) status = r->ctx->backend->reduce->arg(r->ctx->queue, &task->rule, &value, &number, &part->src, numbers);
  hearth_numbers_free(r, numbers);
  return status;
}

/* places[i] of this rank; `own` is where values and numbers are kept meanwhile. */
static hearth_status find_places(const hearth_reducing *r, arg_task *task, place *places, int64_t *own) {
  task->value = own;
  task->number = own + r->n;
  hearth_reduce_start(&task->rule, r->n, own);
  for (int64_t i = 0; i < r->n; i++) task->number[i] = INT64_MAX;
  HEARTH_TRY(hearth_reduction_each(r, arg_part, task));
  for (int64_t i = 0; i < r->n; i++) {
    const int64_t key = task->rule.op == HEARTH_REDUCE_MAX ? ~own[i] : own[i];
    places[i] = (place){task->rule.dtype == HEARTH_INT64 ? key : key_of(&task->rule, ((double *)own)[i]), task->number[i]};
  }
  return HEARTH_OK;
}

static hearth_status check_places(const hearth_reducing *r, const place *places) {
  for (int64_t i = 0; i < r->n; i++)
    if (places[i].number == INT64_MAX) return hearth_fail(r->ctx, HEARTH_ERR_NOT_FINITE, "%s: all elements of a result are NaN", r->name);
  return HEARTH_OK;
}

static hearth_status arg(const hearth_reducing *r, int32_t op, hearth_array **result) {
  arg_task task = {.rule = hearth_extreme_rule(r, op)};
  place *places = NULL;
  int64_t *own = NULL, step = 1;
  for (int32_t d = r->array->layout->ndim - 1; d >= 0; d--) {
    if (!r->reduced[d]) continue;
    task.along[d] = step;
    step *= r->array->layout->shape[d];
  }
  hearth_status status = hearth_extreme_check(r);
  if (status == HEARTH_OK) status = hearth_allocate(r->ctx, r->n * (int64_t)sizeof *places, &places);
  if (status == HEARTH_OK) status = hearth_allocate(r->ctx, 2 * r->n * (int64_t)sizeof *own, &own);
  if (status == HEARTH_OK) status = find_places(r, &task, places, own);
  const bool nan = status == HEARTH_OK && task.rule.dtype == HEARTH_FLOAT64 && hearth_reduction_has_nan(r, r->n, (double *)own);
  status = hearth_reduction_agree(r, status, nan);
  if (status == HEARTH_OK) {
    status = hearth_group_merge(r->ctx, r->comm, places, r->n, (int64_t)sizeof *places, merge_places);
    for (int64_t i = 0; i < r->n; i++) own[i] = places[i].number;
    if (status == HEARTH_OK) status = check_places(r, places);
    status = hearth_reduction_finish(r, status, HEARTH_INT64, own, HEARTH_INT64, result);
  }
  hearth_deallocate(r->ctx, places);
  hearth_deallocate(r->ctx, own);
  return status;
}

static hearth_status argmin(const hearth_reducing *r, hearth_array **result) {
  return arg(r, HEARTH_REDUCE_MIN, result);
}

static hearth_status argmax(const hearth_reducing *r, hearth_array **result) {
  return arg(r, HEARTH_REDUCE_MAX, result);
}

hearth_status hearth_argmin(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("argmin", argmin, array, naxes, axes, options, result);
}

hearth_status hearth_argmax(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("argmax", argmax, array, naxes, axes, options, result);
}
