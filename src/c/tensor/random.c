#include <hearth/random.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/generate.h"

/* What is drawn. */
typedef struct draw {
  hearth_random random;
  int64_t low;
  uint64_t range;
} draw;

/* Called after the agreement: all ranks number alike. Streams that callers name end at 2^31 - 1. */
static hearth_random stream_of(hearth_context *ctx, int32_t stream) {
  const uint32_t automatic = (uint32_t)1 << 31;
  return (hearth_random){ctx->options.seed, stream >= 0 ? (uint32_t)stream : automatic | (ctx->streams++ & (automatic - 1))};
}

static hearth_status draw_uniform(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task) {
  return ctx->backend->generate->uniform(ctx->queue, view, numbers, &((const draw *)task)->random);
}

static hearth_status draw_normal(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task) {
  return ctx->backend->generate->normal(ctx->queue, view, numbers, &((const draw *)task)->random);
}

static hearth_status draw_integers(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task) {
  const draw *draw = task;
  return ctx->backend->generate->integers(ctx->queue, view, numbers, &draw->random, draw->low, draw->range);
}

static hearth_status check_float(const hearth_context *ctx, int32_t dtype) {
  if (dtype == HEARTH_FLOAT32 || dtype == HEARTH_FLOAT64) return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "random numbers of this kind are float32 or float64, not %s", hearth_dtype_name((hearth_dtype)dtype));
}

static hearth_status check_integers(const hearth_context *ctx, int64_t low, int64_t high, int32_t dtype) {
  HEARTH_REQUIRE(ctx, low < high, "no number is at least %lld and below %lld", (long long)low, (long long)high);
  return hearth_integers_fit(ctx, dtype, low, high - 1);
}

/* `mine` is about the arguments that are not in `array`. */
static hearth_status draw_into(hearth_array *array, hearth_status mine, int32_t stream, int64_t low, int64_t high, hearth_generator generator) {
  hearth_context *ctx = array->ctx;
  const int64_t number[3] = {stream, low, high};
  int64_t weight[HEARTH_MAX_NDIM];
  if (mine == HEARTH_OK) mine = hearth_array_pending(array);
  HEARTH_TRY(hearth_agree_same(ctx, mine, "the stream|low|high", number, 3));
  hearth_row_major_weights(array->layout, weight);
  const draw draw = {stream_of(ctx, stream), low, (uint64_t)high - (uint64_t)low};
  return hearth_agree(ctx, hearth_generate(array, weight, generator, &draw));
}

/* `mine` is about the arguments but layout, dtype, order and place. */
static hearth_status draw_new(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_status mine, int32_t stream, int64_t low, int64_t high,
                              hearth_generator generator, hearth_array **array) {
  if (array) *array = NULL;
  HEARTH_TRY(hearth_agree(layout->ctx, mine));
  HEARTH_TRY(hearth_array_create(layout, dtype, order, array));
  const hearth_status status = draw_into(*array, HEARTH_OK, stream, low, high, generator);
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}

hearth_status hearth_rand(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t stream, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  return draw_new(layout, dtype, order, check_float(layout->ctx, dtype), stream, 0, 0, draw_uniform, array);
}

hearth_status hearth_randn(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t stream, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  return draw_new(layout, dtype, order, check_float(layout->ctx, dtype), stream, 0, 0, draw_normal, array);
}

hearth_status hearth_randint(const hearth_layout *layout, int64_t low, int64_t high, int32_t dtype, int32_t order, int32_t stream, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  return draw_new(layout, dtype, order, check_integers(layout->ctx, low, high, dtype), stream, low, high, draw_integers, array);
}

hearth_status hearth_rand_into(hearth_array *array, int32_t stream) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  return draw_into(array, check_float(array->ctx, array->dtype), stream, 0, 0, draw_uniform);
}

hearth_status hearth_randn_into(hearth_array *array, int32_t stream) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  return draw_into(array, check_float(array->ctx, array->dtype), stream, 0, 0, draw_normal);
}

hearth_status hearth_randint_into(hearth_array *array, int64_t low, int64_t high, int32_t stream) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  return draw_into(array, check_integers(array->ctx, low, high, array->dtype), stream, low, high, draw_integers);
}

/* Permutations of few numbers are shuffled (D. Knuth, TAOCP 2, algorithm P), so that all of them are equally likely. */
enum { SHUFFLED = 4096 };

typedef struct permute {
  hearth_random random;
  int64_t n;
} permute;

static hearth_status draw_permutation(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task) {
  const permute *permute = task;
  int64_t table[SHUFFLED];
  if (permute->n > SHUFFLED) return ctx->backend->generate->permutation(ctx->queue, view, numbers, &permute->random, permute->n);
  for (int64_t i = 0; i < permute->n; i++) {
    const int64_t j = (int64_t)hearth_random_below(&permute->random, HEARTH_RANDOM_SHUFFLE, (uint64_t)i, (uint64_t)i + 1);
    table[i] = i; /* the place that is swapped with a lower one or itself */
    table[i] = table[j];
    table[j] = i;
  }
  HEARTH_TRY(ctx->backend->generate->pick(ctx->queue, view, numbers, table));
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_permutation(const hearth_layout *layout, int32_t stream, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  if (array) *array = NULL;
  hearth_status mine = HEARTH_OK;
  if (layout->ndim != 1) mine = hearth_fail(layout->ctx, HEARTH_ERR_ARGUMENT, "a permutation has one dimension, the layout %d", layout->ndim);
  const int64_t number[1] = {stream}, weight[HEARTH_MAX_NDIM] = {1};
  HEARTH_TRY(hearth_agree_same(layout->ctx, mine, "the stream|", number, 1));
  HEARTH_TRY(hearth_array_create(layout, HEARTH_INT64, HEARTH_ROW_MAJOR, array));
  const permute permute = {stream_of(layout->ctx, stream), layout->shape[0]};
  const hearth_status status = hearth_agree(layout->ctx, hearth_generate(*array, weight, draw_permutation, &permute));
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}
