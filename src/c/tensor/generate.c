#include "tensor/generate.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/check.h"
#include "tensor/align.h"
#include <stdlib.h>
#include <string.h>

void hearth_row_major_weights(const hearth_layout *layout, int64_t *weight) {
  int64_t next = 1;
  for (int32_t d = layout->ndim - 1; d >= 0; d--) {
    weight[d] = next;
    next *= layout->shape[d];
  }
}

static int by_local(const void *a, const void *b) {
  const int64_t x = ((const hearth_run *)a)->local, y = ((const hearth_run *)b)->local;
  return (x > y) - (x < y);
}

hearth_status hearth_runs_in_order(const hearth_layout *layout, int32_t piece, int32_t d, hearth_runs *runs) {
  HEARTH_TRY(hearth_layout_piece_runs(layout, piece, d, runs));
  bool sorted = true;
  for (int64_t k = 1; k < runs->n; k++) sorted = sorted && runs->run[k - 1].local < runs->run[k].local;
  if (!sorted) qsort(runs->run, (size_t)runs->n, sizeof *runs->run, by_local);
  return HEARTH_OK;
}

static hearth_status generate_piece(const hearth_array *array, int32_t piece, const int64_t *weight, hearth_generator generator, const void *task) {
  const hearth_view *view = &array->piece[piece].view;
  hearth_runs runs[HEARTH_MAX_NDIM] = {{0, NULL}};
  hearth_numbers numbers = {.weight = {0}};
  hearth_status status = HEARTH_OK;
  if (hearth_view_elements(view) == 0) return HEARTH_OK;
  for (int32_t d = 0; d < view->ndim && status == HEARTH_OK; d++) {
    if (weight[d] == 0) continue;
    status = hearth_runs_in_order(array->layout, piece, d, &runs[d]);
    numbers.weight[d] = weight[d];
    numbers.nruns[d] = runs[d].n;
    numbers.run[d] = runs[d].run;
  }
  if (status == HEARTH_OK) status = generator(array->ctx, view, &numbers, task);
  for (int32_t d = 0; d < view->ndim; d++) hearth_runs_free(array->ctx, &runs[d]);
  return status;
}

hearth_status hearth_generate(hearth_array *array, const int64_t *weight, hearth_generator generator, const void *task) {
  hearth_target target;
  hearth_status status = HEARTH_OK;
  HEARTH_TRY(hearth_target_open(array, false, &target));
  for (int32_t p = 0; p < target.array->npieces && status == HEARTH_OK; p++) status = generate_piece(target.array, p, weight, generator, task);
  if (status == HEARTH_OK) status = array->ctx->backend->wait(array->ctx->queue);
  return hearth_target_close(&target, status);
}

hearth_status hearth_create_from(const hearth_layout *layout, int32_t dtype, int32_t order, const hearth_recipe *recipe, hearth_array **array) {
  if (array) *array = NULL;
  HEARTH_TRY(hearth_agree_same(layout->ctx, recipe->mine, recipe->what, recipe->number, recipe->n));
  HEARTH_TRY(hearth_array_create(layout, dtype, order, array));
  const hearth_status status = hearth_agree(layout->ctx, hearth_generate(*array, recipe->weight, recipe->generator, recipe->task));
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}

int64_t hearth_real_bits(double value) {
  int64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

hearth_status hearth_integers_fit(const hearth_context *ctx, int32_t dtype, int64_t low, int64_t high) {
  const struct {
    int32_t dtype;
    int64_t low, high;
  } types[] = {{HEARTH_INT8, INT8_MIN, INT8_MAX},
               {HEARTH_UINT8, 0, UINT8_MAX},
               {HEARTH_INT16, INT16_MIN, INT16_MAX},
               {HEARTH_INT32, INT32_MIN, INT32_MAX},
               {HEARTH_INT64, INT64_MIN, INT64_MAX}};
  for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
    if (types[k].dtype != dtype) continue;
    HEARTH_REQUIRE(ctx, low >= types[k].low && high <= types[k].high, "%s does not hold the values %lld to %lld", hearth_dtype_name((hearth_dtype)dtype),
                   (long long)low, (long long)high);
    return HEARTH_OK;
  }
  return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "%s is no integer type", hearth_dtype_name((hearth_dtype)dtype));
}
