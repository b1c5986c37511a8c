/* What each element of a random array should be, by the formulas of kernels/random.h one at a time, and arrays compared with that. */
#ifndef HEARTH_TESTS_RANDOM_VALUES_H
#define HEARTH_TESTS_RANDOM_VALUES_H
#include "array_values.h"
#include "kernels/random.h"

enum drawn { UNIFORM, NORMAL, INTEGER, PERMUTATION };

typedef struct drawing {
  enum drawn kind;
  hearth_random random;
  int64_t low, high;
  const int64_t *shape;
  int64_t wrong, seen;
} drawing;

static inline double drawn_real(const drawing *d, int32_t dtype, uint64_t number) {
  uint32_t word[4];
  if (d->kind == NORMAL) return hearth_random_normal(&d->random, number);
  if (dtype == HEARTH_FLOAT32) {
    hearth_random_block(&d->random, number / 4, HEARTH_RANDOM_UNIFORM, word);
    return (double)(word[number % 4] >> 8) / (1 << 24);
  }
  hearth_random_block(&d->random, number / 2, HEARTH_RANDOM_UNIFORM, word);
  const uint64_t bits = (uint64_t)(word[2 * (number % 2)] >> 5) << 26 | word[2 * (number % 2) + 1] >> 6;
  return (double)bits / ((double)((int64_t)1 << 53));
}

static inline int64_t drawn_integer(const drawing *d, uint64_t number) {
  if (d->kind == PERMUTATION) {
    const hearth_feistel feistel = hearth_feistel_of(d->high);
    return hearth_random_permuted(&d->random, &feistel, (int64_t)number);
  }
  return (int64_t)((uint64_t)d->low + hearth_random_below(&d->random, HEARTH_RANDOM_INTEGER, number, (uint64_t)d->high - (uint64_t)d->low));
}

static inline bool drawn_right(const drawing *d, const void *address, int32_t dtype, uint64_t number) {
  if (dtype == HEARTH_FLOAT32) return *(const float *)address == (float)drawn_real(d, dtype, number);
  if (dtype == HEARTH_FLOAT64) return *(const double *)address == drawn_real(d, dtype, number);
  if (dtype == HEARTH_INT64) return *(const int64_t *)address == drawn_integer(d, number);
  return value_get(address, dtype) == (double)drawn_integer(d, number);
}

static inline void drawn_check(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  drawing *d = user;
  uint64_t number = 0;
  for (int32_t k = 0; k < ndim; k++) number = number * (uint64_t)d->shape[k] + (uint64_t)global[k];
  d->wrong += !drawn_right(d, address, dtype, number);
  d->seen++;
}

/* Local: elements of this rank that are not as they should be. */
static inline int64_t drawn_wrong(hearth_array *array, drawing d) {
  d.wrong = d.seen = 0;
  const int64_t failed = values_visit(array, HEARTH_READ, drawn_check, &d);
  return d.wrong + failed;
}

#endif
