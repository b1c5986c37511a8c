/* Covariance and correlation: means first, then products of what is left, block by block; one reduction over the ranks each. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/align.h"
#include "tensor/reduce_impl.h"
#include <hearth/statistics.h>
#include <math.h>

enum { BLOCK_BYTES = 4 << 20 };

typedef struct cov_task {
  int32_t variables, observations; /* dimensions */
  const double *mean;              /* of the variables, in the backend's space */
  void *block;                     /* n x `columns` float64 */
  int64_t columns;
  hearth_view gram;
  int64_t infinite;
} cov_task;

/* The block as the source's dimensions see it, variables next to each other: what syrk wants as rows are then columns of contiguous numbers. */
static hearth_view block_view(const cov_task *task, const hearth_view *src) {
  hearth_view block = *src;
  block.data = task->block;
  block.dtype = HEARTH_FLOAT64;
  block.stride[task->variables] = (int64_t)sizeof(double) * src->extent[task->observations];
  block.stride[task->observations] = sizeof(double);
  return block;
}

static hearth_status add_products(const hearth_reducing *r, const hearth_part *part, void *user) {
  cov_task *task = user;
  const hearth_context *ctx = r->ctx;
  const int64_t observations = part->src.extent[task->observations];
  for (int64_t j = 0; j < observations; j += task->columns) {
    const int64_t n = observations - j < task->columns ? observations - j : task->columns;
    const hearth_view src = hearth_view_part(&part->src, task->observations, j, n), block = block_view(task, &src);
    hearth_view mean = block;
    mean.data = (void *)task->mean;
    mean.stride[task->variables] = sizeof(double);
    mean.stride[task->observations] = 0;
    HEARTH_TRY(ctx->backend->pack(ctx->queue, &block, &src, &mean, NULL, NULL, &task->infinite));
    const hearth_view rows = task->variables == 0 ? block : hearth_view_transposed(&block);
    HEARTH_TRY(ctx->backend->syrk(ctx->queue, 1.0, &rows, 1.0, &task->gram));
  }
  return HEARTH_OK;
}

/* The means of all observations, on every rank. */
static hearth_status find_means(const hearth_reducing *r, double **mean) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_SUM, HEARTH_FLOAT64, false};
  void *acc = NULL;
  hearth_status status = hearth_reduction_local(r, &rule, 1, &acc);
  *mean = acc;
  HEARTH_TRY(hearth_reduction_agree(r, status, status == HEARTH_OK && hearth_reduction_has_nan(r, r->n, acc)));
  HEARTH_TRY(hearth_reduction_combine(r, &rule, r->n, acc));
  for (int64_t i = 0; i < r->n; i++) (*mean)[i] /= (double)r->volume;
  return HEARTH_OK;
}

static hearth_view dense(void *data, int32_t space, int32_t ndim, int64_t n) {
  return (hearth_view){.data = data, .dtype = HEARTH_FLOAT64, .space = space, .ndim = ndim, .extent = {n, n}, .stride = {ndim == 2 ? 8 * n : 8, 8}};
}

/* gram (host, [n, n]) := this rank's sums of products. */
static hearth_status local_products(const hearth_reducing *r, cov_task *task, double *mean, double *gram) {
  const hearth_context *ctx = r->ctx;
  const int64_t n = r->n;
  void *means = NULL, *products = NULL;
  task->columns = BLOCK_BYTES / (int64_t)sizeof(double) / (n > 0 ? n : 1);
  if (task->columns < 64) task->columns = 64;
  hearth_status status = ctx->backend->allocate(ctx->queue, n * (int64_t)sizeof(double), &means);
  if (status == HEARTH_OK) status = ctx->backend->allocate(ctx->queue, n * n * (int64_t)sizeof(double), &products);
  if (status == HEARTH_OK) status = ctx->backend->allocate(ctx->queue, n * task->columns * (int64_t)sizeof(double), &task->block);
  if (status == HEARTH_OK && n > 0) {
    const hearth_view here = dense(mean, HEARTH_SPACE_HOST, 1, n), there = dense(means, ctx->backend->space, 1, n);
    const hearth_view result = dense(gram, HEARTH_SPACE_HOST, 2, n);
    task->mean = means;
    task->gram = dense(products, ctx->backend->space, 2, n);
    status = hearth_view_copy(ctx, &there, &here);
    if (status == HEARTH_OK) status = ctx->backend->fill(ctx->queue, &task->gram, 0.0);
    if (status == HEARTH_OK) status = hearth_reduction_each(r, add_products, task);
    if (status == HEARTH_OK) status = hearth_view_copy(ctx, &result, &task->gram);
  }
  ctx->backend->release(ctx->queue, means);
  ctx->backend->release(ctx->queue, products);
  ctx->backend->release(ctx->queue, task->block);
  if (status == HEARTH_OK && task->infinite > 0)
    status = hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "%s: %lld infinite values on rank %d", r->name, (long long)task->infinite, ctx->rank);
  return status;
}

/* NumPy's order of operations; what rounding leaves outside -1 .. 1 is cut off. */
static void correlate(int64_t n, double *gram) {
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < i; j++) {
      const double x = gram[i * n + j] / sqrt(gram[i * n + i]) / sqrt(gram[j * n + j]);
      gram[i * n + j] = gram[j * n + i] = x > 1.0 ? 1.0 : x < -1.0 ? -1.0 : x;
    }
  for (int64_t i = 0; i < n; i++) gram[i * n + i] = gram[i * n + i] > 0.0 ? 1.0 : NAN;
}

static hearth_status store(const hearth_reducing *r, double *gram, hearth_array **result) {
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_make_split(r->ctx, 2, (int64_t[]){r->n, r->n}, -1, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, HEARTH_FLOAT64, r->array->order, &made);
  for (int32_t p = 0; status == HEARTH_OK && p < made->npieces; p++) { /* symmetric: either order will do */
    const hearth_view values = dense(gram, HEARTH_SPACE_HOST, 2, r->n);
    status = hearth_view_copy(r->ctx, &made->piece[p].view, &values);
  }
  hearth_layout_destroy(&layout);
  status = hearth_agree(r->ctx, status);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

static hearth_status products(const hearth_reducing *r, cov_task *task, bool correlation, hearth_array **result) {
  double *mean = NULL, *gram = NULL;
  const int64_t numbers = r->n * r->n;
  const double divisor = (double)r->volume - r->options.ddof;
  hearth_status status = find_means(r, &mean);
  if (status == HEARTH_OK) status = hearth_allocate_zero(r->ctx, numbers * (int64_t)sizeof *gram, &gram);
  if (status == HEARTH_OK) status = local_products(r, task, mean, gram);
  status = hearth_agree(r->ctx, status);
  if (status == HEARTH_OK) {
    if (!hearth_layout_is_primary(r->array->layout, r->ctx->rank))
      for (int64_t i = 0; i < numbers; i++) gram[i] = 0.0;
    status = hearth_allreduce_f64(r->ctx, gram, numbers, HEARTH_OP_SUM);
    for (int64_t i = 0; i < numbers; i++) gram[i] /= divisor > 0.0 ? divisor : 0.0;
    if (correlation) correlate(r->n, gram);
    status = store(r, gram, result);
  }
  hearth_deallocate(r->ctx, mean);
  hearth_deallocate(r->ctx, gram);
  return status;
}

/* Every rank has all variables of its observations. */
static hearth_status bring_together(const hearth_array *array, int32_t variables, const hearth_array **together, hearth_array **made) {
  const hearth_layout *layout = array->layout;
  hearth_layout *split = NULL;
  *together = array;
  *made = NULL;
  if (hearth_layout_is_separable(layout) && !layout->place && layout->dim[variables].kind == HEARTH_DIM_WHOLE) return HEARTH_OK;
  hearth_status status = hearth_agree(array->ctx, hearth_layout_make_split(array->ctx, 2, layout->shape, 1 - variables, &split));
  if (status == HEARTH_OK) status = hearth_array_align(array, split, together, made);
  hearth_layout_destroy(&split);
  return status;
}

static hearth_status check(const char *name, const hearth_array *array, int32_t ddof, hearth_array **result) {
  HEARTH_REQUIRE(array->ctx, result, "%s: no place for the result (NULL)", name);
  HEARTH_REQUIRE(array->ctx, array->layout->ndim == 2, "%s: an array of %d dimensions, not 2", name, array->layout->ndim);
  HEARTH_REQUIRE(array->ctx, ddof >= 0, "%s: ddof is negative: %d", name, ddof);
  if (hearth_dtype_is_complex(array->dtype))
    return hearth_fail(array->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s", name, hearth_dtype_name((hearth_dtype)array->dtype));
  if (array->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    return hearth_fail(array->ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "%s has no reproducible form", name);
  return hearth_array_pending(array);
}

static hearth_status run(const char *name, bool correlation, const hearth_array *array, int32_t rowvar, int32_t ddof, hearth_array **result) {
  const int32_t variables = rowvar ? 0 : 1, observations = 1 - variables;
  const hearth_array *together;
  hearth_array *made = NULL;
  hearth_reducing r;
  HEARTH_GUARD_FP(array->ctx);
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree_same(array->ctx, check(name, array, ddof, result), "rowvar|ddof", (int64_t[]){rowvar != 0, ddof}, 2));
  HEARTH_TRY(bring_together(array, variables, &together, &made));
  hearth_status status = hearth_reduction_begin(&r, name, together, 1, &observations, NULL, result);
  if (status == HEARTH_OK) {
    cov_task task = {.variables = variables, .observations = observations};
    r.options.ddof = ddof;
    status = products(&r, &task, correlation, result);
    hearth_reduction_end(&r);
  }
  hearth_array_destroy(&made);
  return status;
}

hearth_status hearth_cov(const hearth_array *array, int32_t rowvar, int32_t ddof, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  return run("cov", false, array, rowvar, ddof, result);
}

hearth_status hearth_corrcoef(const hearth_array *array, int32_t rowvar, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  return run("corrcoef", true, array, rowvar, 1, result);
}
