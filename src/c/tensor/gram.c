#include "tensor/gram.h"
#include <hearth/reproducible.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"

static hearth_status check_gram(const hearth_array *array, int32_t axis, hearth_array *const *gram) {
  HEARTH_REQUIRE(array->ctx, gram, "no place for the Gram matrix (NULL)");
  HEARTH_TRY(hearth_array_pending(array));
  HEARTH_REQUIRE(array->ctx, axis >= 0 && axis < array->layout->ndim, "axis %d of %d dimensions", axis, array->layout->ndim);
  if (array->dtype == HEARTH_COMPLEX64 || array->dtype == HEARTH_COMPLEX128)
    return hearth_fail(array->ctx, HEARTH_ERR_UNSUPPORTED, "a Gram matrix of %s elements; real types only", hearth_dtype_name(array->dtype));
  const int64_t n = array->layout->shape[axis];
  HEARTH_REQUIRE(array->ctx, n < (int64_t)1 << 28, "a Gram matrix of %lld rows is more than can be addressed", (long long)n);
  return HEARTH_OK;
}

typedef struct fast_task {
  const hearth_context *ctx;
  const hearth_view *product;
} fast_task;

static hearth_status add_product(void *task, const hearth_view *matrix) {
  const fast_task *fast = task;
  HEARTH_TRY(fast->ctx->backend->syrk(fast->ctx->queue, 1.0, matrix, 1.0, fast->product));
  return fast->ctx->backend->wait(fast->ctx->queue);
}

/* The result's own memory takes this rank's sum. */
static hearth_status gram_fast(const hearth_gram_rows *rows, const hearth_view *result, const hearth_view *host) {
  const hearth_context *ctx = rows->array->ctx;
  fast_task task = {ctx, result};
  hearth_status mine = rows->n > 0 ? ctx->backend->fill(ctx->queue, result, 0.0) : HEARTH_OK;
  if (mine == HEARTH_OK) mine = hearth_gram_blocks(rows, true, add_product, &task);
  if (mine == HEARTH_OK) mine = hearth_view_copy(ctx, host, result);
  HEARTH_TRY(hearth_agree(ctx, mine));
  return hearth_allreduce_f64(ctx, host->data, rows->n * rows->n, HEARTH_OP_SUM);
}

static hearth_status make_result(hearth_context *ctx, int64_t n, hearth_array **made, hearth_view *host) {
  const int64_t shape[2] = {n, n};
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_layout_make_split(ctx, 2, shape, -1, &layout));
  hearth_status status = hearth_array_create_local(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, made);
  hearth_layout_destroy(&layout);
  *host = (hearth_view){.dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {n, n}, .stride = {n * 8, 8}};
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * n * (int64_t)sizeof(double), &host->data);
  return status;
}

static hearth_status compute(const hearth_array *array, int32_t axis, const hearth_layout *layout, hearth_array **made) {
  hearth_context *ctx = array->ctx;
  hearth_array *copy = NULL;
  hearth_view host = {0};
  hearth_gram_rows rows = {NULL, axis, array->layout->shape[axis], hearth_layout_is_primary(layout, ctx->rank)};
  HEARTH_TRY(hearth_array_align(array, layout, &rows.array, &copy));
  hearth_status status = hearth_agree(ctx, make_result(ctx, rows.n, made, &host));
  if (status == HEARTH_OK && ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    status = hearth_gram_exact(&rows, host.data);
  else if (status == HEARTH_OK)
    status = gram_fast(&rows, &(*made)->piece[0].view, &host);
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_view_copy(ctx, &(*made)->piece[0].view, &host));
  hearth_deallocate(ctx, host.data);
  hearth_array_destroy(&copy);
  return status;
}

hearth_status hearth_gram(const hearth_array *array, int32_t axis, hearth_array **gram) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  if (gram) *gram = NULL;
  const int64_t number = axis;
  HEARTH_TRY(hearth_agree_same(array->ctx, check_gram(array, axis, gram), "axis", &number, 1));
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_with_whole(array->layout, axis, &layout);
  if (status == HEARTH_OK) status = compute(array, axis, layout, &made);
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *gram = made;
  return status;
}
