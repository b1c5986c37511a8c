/* The operand's parts and their accumulators; how accumulators of ranks join; the result. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_impl.h"
#include <math.h>

bool hearth_dtype_is_integer(int32_t dtype) {
  return dtype >= HEARTH_BOOL && dtype <= HEARTH_INT64;
}

int32_t hearth_reduction_float(const hearth_reducing *r) {
  return hearth_dtype_is_integer(r->array->dtype) ? HEARTH_FLOAT64 : r->array->dtype;
}

/* A piece, cut along the kept dimensions into runs of global indices, for accumulators that are numbered by global index. */
static hearth_status each_run(const hearth_reducing *r, hearth_part *part, int32_t k, hearth_part_function function, void *user) {
  hearth_runs runs = {0, NULL};
  if (k == r->nkept) return function(r, part, user);
  const int32_t d = r->kept[k];
  hearth_status status = hearth_layout_piece_runs(r->array->layout, part->piece, d, &runs);
  for (int64_t i = 0; i < runs.n && status == HEARTH_OK; i++) {
    hearth_part narrow = *part;
    narrow.src = part->src;
    narrow.src.extent[d] = runs.run[i].count;
    narrow.src.data = (char *)part->src.data + runs.run[i].local * part->src.stride[d];
    narrow.first[d] = runs.run[i].local;
    narrow.at += runs.run[i].global * r->stride[d];
    status = each_run(r, &narrow, k + 1, function, user);
  }
  hearth_runs_free(r->ctx, &runs);
  return status;
}

hearth_status hearth_reduction_each(const hearth_reducing *r, hearth_part_function function, void *user) {
  for (int32_t p = 0; p < r->array->npieces && r->counted; p++) {
    hearth_part part = {.piece = p, .src = r->array->piece[p].view};
    int64_t volume = 1;
    for (int32_t d = 0; d < part.src.ndim; d++) volume *= part.src.extent[d];
    if (volume > 0) HEARTH_TRY(each_run(r, &part, r->everywhere ? 0 : r->nkept, function, user));
  }
  return HEARTH_OK;
}

hearth_view hearth_reduction_accumulators(const hearth_reducing *r, const hearth_part *part, void *data, int32_t dtype, int64_t bytes) {
  hearth_view view = part->src;
  view.data = (char *)data + part->at * bytes;
  view.dtype = dtype;
  view.space = HEARTH_SPACE_HOST;
  for (int32_t d = 0; d < view.ndim; d++) view.stride[d] = r->stride[d] * bytes;
  return view;
}

typedef struct local_task {
  const hearth_reduce_rule *rule;
  char *acc;
} local_task;

static hearth_status accumulate_part(const hearth_reducing *r, const hearth_part *part, void *user) {
  const local_task *task = user;
  const hearth_reduce_rule *rule = task->rule;
  const hearth_context *ctx = r->ctx;
  const int64_t bytes = hearth_reduce_bytes(rule);
  const bool both = hearth_dtype_is_complex(part->src.dtype) && rule->dtype == HEARTH_FLOAT64;
  hearth_view acc = hearth_reduction_accumulators(r, part, task->acc, rule->dtype, bytes);
  if (!both) return ctx->backend->reduce->accumulate(ctx->queue, rule, &acc, &part->src, NULL);
  for (int which = 0; which < 2; which++) {
    const hearth_view src = hearth_view_component(&part->src, which);
    char *set = task->acc + (rule->op == HEARTH_REDUCE_SUM ? which * bytes : rule->op == HEARTH_REDUCE_MOMENTS ? which * r->n * bytes : 0);
    acc = hearth_reduction_accumulators(r, part, set, rule->dtype, rule->op == HEARTH_REDUCE_SUM ? 2 * bytes : bytes);
    HEARTH_TRY(ctx->backend->reduce->accumulate(ctx->queue, rule, &acc, &src, NULL));
  }
  return HEARTH_OK;
}

hearth_status hearth_reduction_local(const hearth_reducing *r, const hearth_reduce_rule *rule, int64_t sets, void **acc) {
  *acc = NULL;
  HEARTH_TRY(hearth_allocate(r->ctx, sets * r->n * hearth_reduce_bytes(rule), acc));
  hearth_reduce_start(rule, sets * r->n, *acc);
  return hearth_reduction_each(r, accumulate_part, &(local_task){rule, *acc});
}

/* MPI's functions know no rule. */
static void merge_moments(void *in, void *inout, int *n, MPI_Datatype *type) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_MOMENTS, HEARTH_FLOAT64, false};
  (void)type;
  hearth_reduce_merge(&rule, *n, inout, in);
}

static void merge_complex_products(void *in, void *inout, int *n, MPI_Datatype *type) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_PROD, HEARTH_COMPLEX128, false};
  (void)type;
  hearth_reduce_merge(&rule, *n, inout, in);
}

#define EXTREME(name, which, left_out)                                                                                                                         \
  static void name(void *in, void *inout, int *n, MPI_Datatype *type) {                                                                                        \
    const hearth_reduce_rule rule = {which, HEARTH_FLOAT64, left_out};                                                                                         \
    (void)type;                                                                                                                                                \
    hearth_reduce_merge(&rule, *n, inout, in);                                                                                                                 \
  }
EXTREME(merge_min, HEARTH_REDUCE_MIN, false)
EXTREME(merge_min_omit, HEARTH_REDUCE_MIN, true)
EXTREME(merge_max, HEARTH_REDUCE_MAX, false)
EXTREME(merge_max_omit, HEARTH_REDUCE_MAX, true)

hearth_status hearth_reduction_combine(const hearth_reducing *r, const hearth_reduce_rule *rule, int64_t n, void *acc) {
  const bool min = rule->op == HEARTH_REDUCE_MIN, max = rule->op == HEARTH_REDUCE_MAX, product = rule->op == HEARTH_REDUCE_PROD;
  if (rule->dtype == HEARTH_INT64)
    return hearth_group_allreduce(r->ctx, r->comm, acc, n, MPI_INT64_T, min ? MPI_MIN : max ? MPI_MAX : product ? MPI_PROD : MPI_SUM);
  const int64_t bytes = hearth_reduce_bytes(rule);
  if (rule->dtype == HEARTH_COMPLEX128) return hearth_group_merge(r->ctx, r->comm, acc, n, bytes, merge_complex_products);
  if (rule->op == HEARTH_REDUCE_MOMENTS) return hearth_group_merge(r->ctx, r->comm, acc, n, bytes, merge_moments);
  if (min) return hearth_group_merge(r->ctx, r->comm, acc, n, bytes, rule->omit ? merge_min_omit : merge_min);
  if (max) return hearth_group_merge(r->ctx, r->comm, acc, n, bytes, rule->omit ? merge_max_omit : merge_max);
  return hearth_group_allreduce(r->ctx, r->comm, acc, n, MPI_DOUBLE, product ? MPI_PROD : MPI_SUM);
}

static hearth_status store_result(const hearth_reducing *r, void *values, int32_t from, hearth_array *made) {
  for (int32_t p = 0; p < made->npieces; p++) {
    hearth_view view = made->piece[p].view; /* dense and in the operand's order, as the values are */
    view.data = values;
    view.dtype = from;
    view.space = HEARTH_SPACE_HOST;
    hearth_strides(view.ndim, view.extent, hearth_dtype_size((hearth_dtype)from), made->order, view.stride);
    HEARTH_TRY(hearth_view_copy(r->ctx, &made->piece[p].view, &view));
  }
  return HEARTH_OK;
}

hearth_status hearth_reduction_finish(const hearth_reducing *r, hearth_status mine, int32_t dtype, void *values, int32_t from, hearth_array **result) {
  hearth_array *made = NULL;
  if (mine == HEARTH_OK) mine = hearth_array_create_local(r->layout, dtype, r->array->order, &made);
  if (mine == HEARTH_OK) mine = store_result(r, values, from, made);
  const hearth_status status = hearth_agree(r->ctx, mine);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}
