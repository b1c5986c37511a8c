#include <hearth/matmul.h>
#include <hearth/reproducible.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/exact.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <stdlib.h>

/* This rank's part of a diagonal. real and imaginary have `count` numbers each, `whole` that of integers. */
typedef struct diagonal {
  const hearth_array *a;
  int64_t offset, count;
  double *numbers[2];
  int64_t *whole;
} diagonal;

static int by_global(const void *a, const void *b) {
  const int64_t x = ((const hearth_run *)a)->global, y = ((const hearth_run *)b)->global;
  return (x > y) - (x < y);
}

/* `n` elements from local place (i, j) on: into host memory, from number `at` on. */
static hearth_status take(const diagonal *d, const hearth_view *piece, int64_t i, int64_t j, int64_t n, int64_t at) {
  hearth_view from = *piece, to = {.space = HEARTH_SPACE_HOST, .dtype = HEARTH_FLOAT64, .ndim = 1, .extent = {n}, .stride = {8}};
  from.ndim = 1;
  from.data = (char *)piece->data + i * piece->stride[0] + j * piece->stride[1];
  from.extent[0] = n;
  from.stride[0] = piece->stride[0] + piece->stride[1];
  if (hearth_dtype_is_integer(from.dtype)) {
    to.dtype = HEARTH_INT64;
    to.data = d->whole + at;
    return hearth_view_copy(d->a->ctx, &to, &from);
  }
  for (int part = 0; part < 1 + hearth_dtype_is_complex(piece->dtype); part++) {
    const hearth_view component = hearth_dtype_is_complex(piece->dtype) ? hearth_view_component(&from, part) : from;
    to.data = d->numbers[part] + at;
    HEARTH_TRY(hearth_view_copy(d->a->ctx, &to, &component));
  }
  return HEARTH_OK;
}

/* Where rows and shifted columns meet; both lists ascend. Counts if there is no memory yet. */
static hearth_status meet(diagonal *d, const hearth_view *piece, const hearth_runs *rows, const hearth_runs *columns) {
  for (int64_t r = 0, c = 0; r < rows->n && c < columns->n;) {
    const hearth_run *x = &rows->run[r], *y = &columns->run[c];
    const int64_t begin = y->global - d->offset, x_end = x->global + x->count, y_end = begin + y->count;
    const int64_t first = x->global > begin ? x->global : begin, end = x_end < y_end ? x_end : y_end;
    if (end > first && (d->numbers[0] || d->whole)) HEARTH_TRY(take(d, piece, x->local + first - x->global, y->local + first - begin, end - first, d->count));
    if (end > first) d->count += end - first;
    if (x_end < y_end)
      r++;
    else
      c++;
  }
  return HEARTH_OK;
}

static hearth_status walk(diagonal *d) {
  const hearth_array *a = d->a;
  d->count = 0;
  for (int32_t p = 0; p < a->npieces && hearth_layout_is_primary(a->layout, a->ctx->rank); p++) {
    hearth_runs runs[2] = {{0}, {0}};
    hearth_status status = HEARTH_OK;
    for (int32_t k = 0; k < 2 && status == HEARTH_OK; k++) {
      status = hearth_layout_piece_runs(a->layout, p, k, &runs[k]);
      if (runs[k].n > 1) qsort(runs[k].run, (size_t)runs[k].n, sizeof *runs[k].run, by_global);
    }
    if (status == HEARTH_OK) status = meet(d, &a->piece[p].view, &runs[0], &runs[1]);
    for (int32_t k = 0; k < 2; k++) hearth_runs_free(a->ctx, &runs[k]);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

static hearth_status fetch(diagonal *d) {
  HEARTH_TRY(walk(d));
  if (hearth_dtype_is_integer(d->a->dtype)) {
    HEARTH_TRY(hearth_allocate(d->a->ctx, (d->count + 1) * (int64_t)sizeof *d->whole, &d->whole));
  } else {
    HEARTH_TRY(hearth_allocate_zero(d->a->ctx, 2 * (d->count + 1) * (int64_t)sizeof **d->numbers, &d->numbers[0]));
    d->numbers[1] = d->numbers[0] + d->count;
  }
  return walk(d);
}

static hearth_status sum_diagonal(diagonal *d, hearth_array **made) {
  hearth_context *ctx = d->a->ctx;
  HEARTH_TRY(hearth_agree(ctx, fetch(d)));
  if (d->whole) {
    int64_t sum = 0;
    for (int64_t i = 0; i < d->count; i++) sum = (int64_t)((uint64_t)sum + (uint64_t)d->whole[i]);
    HEARTH_TRY(hearth_allreduce_i64(ctx, &sum, 1, HEARTH_OP_SUM));
    HEARTH_TRY(hearth_array_of_value(ctx, HEARTH_INT64, 0.0, 0.0, made));
    const hearth_view from = {.data = &sum, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = 1, .extent = {1}, .stride = {sizeof sum}};
    return hearth_view_copy(ctx, hearth_array_view(*made), &from);
  }
  double sums[2];
  HEARTH_TRY(hearth_reproducible_sum(ctx, d->count, 2, d->numbers[0], sums));
  return hearth_array_of_value(ctx, d->a->dtype, sums[0], sums[1], made);
}

static hearth_status check_trace(const hearth_array *a, hearth_array *const *value) {
  HEARTH_REQUIRE(a->ctx, value, "trace: no place for the value (NULL)");
  HEARTH_REQUIRE(a->ctx, a->layout->ndim == 2, "trace of an array of %d dimensions, not 2", a->layout->ndim);
  return hearth_array_pending(a);
}

hearth_status hearth_trace(const hearth_array *a, int64_t offset, hearth_array **value) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (value) *value = NULL;
  HEARTH_TRY(hearth_agree_same(a->ctx, check_trace(a, value), "offset|", &offset, 1));
  diagonal d = {.a = a, .offset = offset};
  hearth_array *made = NULL;
  const hearth_status status = hearth_agree(a->ctx, sum_diagonal(&d, &made));
  hearth_deallocate(a->ctx, d.whole);
  hearth_deallocate(a->ctx, d.numbers[0]);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *value = made;
  return status;
}
