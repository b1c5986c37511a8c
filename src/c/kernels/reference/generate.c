/* One element after the other, by the formulas of kernels/random.h. */
#include "kernels/generate.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <math.h>

static int64_t number_at(const hearth_view *view, const hearth_numbers *numbers, const int64_t *index) {
  int64_t number = 0;
  for (int d = 0; d < view->ndim; ++d)
    if (numbers->weight[d] != 0) number += numbers->weight[d] * hearth_run_global(numbers->nruns[d], numbers->run[d], index[d]);
  return number;
}

typedef struct maker {
  const hearth_ramp *ramp;
  const int64_t *table;
  hearth_random random;
  int64_t k, low;
  uint64_t range;
  hearth_feistel feistel;
} maker;

typedef reference_value (*make_function)(const maker *maker, int32_t dtype, int64_t number);

static void make(const hearth_view *dst, const hearth_numbers *numbers, make_function function, const maker *maker) {
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(dst) == 0) return;
  do {
    const reference_value value = function(maker, dst->dtype, number_at(dst, numbers, index));
    reference_store(dst->dtype, reference_at(dst, index), &value);
  } while (reference_next(dst, index));
}

static reference_value whole(int64_t x) {
  return (reference_value){1, x, (double)x, 0.0};
}

static reference_value real(double x) {
  return (reference_value){0, 0, x, 0.0};
}

static reference_value make_ramp(const maker *maker, int32_t dtype, int64_t number) {
  const hearth_ramp *ramp = maker->ramp;
  (void)dtype;
  if (ramp->whole) return whole(ramp->base + number * ramp->stride);
  const double value = number == ramp->last ? ramp->last_value : (double)number / ramp->divide * ramp->step + ramp->start;
  return real(ramp->down ? floor(value) : value);
}

static reference_value make_diagonal(const maker *maker, int32_t dtype, int64_t number) {
  (void)dtype;
  return whole(number == maker->k);
}

static reference_value make_pick(const maker *maker, int32_t dtype, int64_t number) {
  (void)dtype;
  return whole(maker->table[number]);
}

static reference_value make_uniform(const maker *maker, int32_t dtype, int64_t number) {
  uint32_t word[4];
  const int narrow = dtype == HEARTH_FLOAT32;
  hearth_random_block(&maker->random, (uint64_t)number >> (narrow ? 2 : 1), hearth_random_tag(HEARTH_RANDOM_UNIFORM, 0), word);
  const int first = narrow ? number & 3 : 2 * (number & 1);
  return real(narrow ? (double)hearth_uniform_float(word[first]) : hearth_uniform_double(word[first], word[first + 1]));
}

static reference_value make_normal(const maker *maker, int32_t dtype, int64_t number) {
  (void)dtype;
  return real(hearth_random_normal(&maker->random, (uint64_t)number));
}

static reference_value make_integer(const maker *maker, int32_t dtype, int64_t number) {
  (void)dtype;
  return whole((int64_t)((uint64_t)maker->low + hearth_random_below(&maker->random, HEARTH_RANDOM_INTEGER, (uint64_t)number, maker->range)));
}

static reference_value make_permuted(const maker *maker, int32_t dtype, int64_t number) {
  (void)dtype;
  return whole(hearth_random_permuted(&maker->random, &maker->feistel, number));
}

static hearth_status reference_ramp(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_ramp *ramp) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "ramp", dst, numbers));
  make(dst, numbers, make_ramp, &(maker){.ramp = ramp});
  return HEARTH_OK;
}

static hearth_status reference_diagonal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, int64_t k) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "diagonal", dst, numbers));
  make(dst, numbers, make_diagonal, &(maker){.k = k});
  return HEARTH_OK;
}

static hearth_status reference_pick(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const int64_t *table) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "pick", dst, numbers));
  make(dst, numbers, make_pick, &(maker){.table = table});
  return HEARTH_OK;
}

static hearth_status reference_uniform(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "uniform", dst, numbers));
  make(dst, numbers, make_uniform, &(maker){.random = *random});
  return HEARTH_OK;
}

static hearth_status reference_normal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "normal", dst, numbers));
  make(dst, numbers, make_normal, &(maker){.random = *random});
  return HEARTH_OK;
}

static hearth_status reference_integers(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t low,
                                        uint64_t range) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "integers", dst, numbers));
  make(dst, numbers, make_integer, &(maker){.random = *random, .low = low, .range = range});
  return HEARTH_OK;
}

static hearth_status reference_permutation(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t n) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "permutation", dst, numbers));
  make(dst, numbers, make_permuted, &(maker){.random = *random, .feistel = hearth_feistel_of(n)});
  return HEARTH_OK;
}

const hearth_generate_kernels reference_generate_kernels = {.ramp = reference_ramp,
                                                            .diagonal = reference_diagonal,
                                                            .pick = reference_pick,
                                                            .uniform = reference_uniform,
                                                            .normal = reference_normal,
                                                            .integers = reference_integers,
                                                            .permutation = reference_permutation};
