/* Ranges, identity, tables. */
#include "kernels/generate.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/numbers.h"
#include "kernels/cpu/random.h"
#include <math.h>

CPU_CLONES static void whole_ramp(const void *task, int64_t n, const int64_t *number, void *out) {
  const int64_t base = ((const hearth_ramp *)task)->base, stride = ((const hearth_ramp *)task)->stride;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) ((int64_t *)out)[i] = base + number[i] * stride;
}

CPU_CLONES static void real_ramp(const void *task, int64_t n, const int64_t *number, void *out) {
  const hearth_ramp ramp = *(const hearth_ramp *)task;
  double *restrict to = out;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const double value = (double)number[i] / ramp.divide * ramp.step + ramp.start;
    to[i] = number[i] == ramp.last ? ramp.last_value : value;
  }
  if (ramp.down)
    for (int64_t i = 0; i < n; ++i) to[i] = floor(to[i]);
}

static hearth_status cpu_ramp(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_ramp *ramp) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "ramp", dst, numbers));
  cpu_make(queue, dst, numbers, &(cpu_maker){ramp->whole ? HEARTH_INT64 : HEARTH_FLOAT64, ramp->whole ? whole_ramp : real_ramp, NULL, ramp});
  return HEARTH_OK;
}

CPU_CLONES static void make_diagonal(const void *task, int64_t n, const int64_t *number, void *out) {
  const int64_t k = *(const int64_t *)task;
  uint8_t *restrict to = out;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) to[i] = number[i] == k;
}

static hearth_status cpu_diagonal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, int64_t k) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "diagonal", dst, numbers));
  cpu_make(queue, dst, numbers, &(cpu_maker){HEARTH_UINT8, make_diagonal, NULL, &k});
  return HEARTH_OK;
}

static void make_pick(const void *task, int64_t n, const int64_t *number, void *out) {
  for (int64_t i = 0; i < n; ++i) ((int64_t *)out)[i] = ((const int64_t *)task)[number[i]];
}

static hearth_status cpu_pick(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const int64_t *table) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "pick", dst, numbers));
  cpu_make(queue, dst, numbers, &(cpu_maker){HEARTH_INT64, make_pick, NULL, table});
  return HEARTH_OK;
}

const hearth_generate_kernels cpu_generate_kernels = {.ramp = cpu_ramp,
                                                      .diagonal = cpu_diagonal,
                                                      .pick = cpu_pick,
                                                      .uniform = cpu_uniform,
                                                      .normal = cpu_normal,
                                                      .integers = cpu_integers,
                                                      .permutation = cpu_permutation};
