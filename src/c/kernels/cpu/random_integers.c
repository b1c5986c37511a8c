/* Integers below a bound, and permutations. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/philox.h"
#include "kernels/cpu/random.h"

typedef struct integer_task {
  hearth_random random;
  int64_t low;
  uint64_t range, refused;
} integer_task;

/* The first word of each element by the vector; the few that are refused one by one. */
CPU_CLONES static int64_t narrow_first(const integer_task *task, int64_t n, const uint32_t *word, int64_t *restrict out) {
  const uint64_t range = task->range, refused = task->refused, low = (uint64_t)task->low;
  int64_t again = 0;
#pragma omp simd reduction(+ : again)
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t product = word[i] * range;
    again += (product & 0xffffffffu) < refused;
    out[i] = (int64_t)(low + (product >> 32));
  }
  return again;
}

static void narrow_again(const integer_task *task, int64_t n, const int64_t *number, const uint32_t *word, int64_t *out) {
  for (int64_t i = 0; i < n; ++i)
    if ((word[i] * task->range & 0xffffffffu) < task->refused)
      out[i] = (int64_t)((uint64_t)task->low + hearth_random_below(&task->random, HEARTH_RANDOM_INTEGER, (uint64_t)number[i], task->range));
}

static void narrow_some(const void *context, int64_t n, const int64_t *number, void *out) {
  const integer_task *task = context;
  cpu_words words;
  uint32_t word[CPU_NUMBERS];
  for (int64_t i = 0; i < n; ++i) words.block[i] = (uint64_t)number[i] >> 2;
  cpu_philox(&task->random, hearth_random_tag(HEARTH_RANDOM_INTEGER, 0), n, &words);
  for (int64_t i = 0; i < n; ++i) word[i] = words.word[number[i] & 3][i];
  if (narrow_first(task, n, word, out) > 0) narrow_again(task, n, number, word, out);
}

static void narrow_row(const void *context, int64_t n, int64_t first, void *to) {
  const integer_task *task = context;
  int64_t *out = to, number[CPU_NUMBERS];
  cpu_words words;
  uint32_t word[CPU_NUMBERS];
  while (n > 0) {
    const int64_t skip = first & 3, most = CPU_NUMBERS - skip, m = n < most ? n : most, blocks = (skip + m + 3) / 4;
    for (int64_t i = 0; i < blocks; ++i) words.block[i] = ((uint64_t)first >> 2) + (uint64_t)i;
    cpu_philox(&task->random, hearth_random_tag(HEARTH_RANDOM_INTEGER, 0), blocks, &words);
    for (int64_t i = 0; i < blocks; ++i)
      for (int k = 0; k < 4; ++k) word[4 * i + k] = words.word[k][i];
    if (narrow_first(task, m, word + skip, out) > 0) {
      for (int64_t i = 0; i < m; ++i) number[i] = first + i;
      narrow_again(task, m, number, word + skip, out);
    }
    first += m;
    n -= m;
    out += m;
  }
}

static void wide_some(const void *context, int64_t n, const int64_t *number, void *out) {
  const integer_task *task = context;
  for (int64_t i = 0; i < n; ++i)
    ((int64_t *)out)[i] = (int64_t)((uint64_t)task->low + hearth_random_below(&task->random, HEARTH_RANDOM_INTEGER, (uint64_t)number[i], task->range));
}

hearth_status cpu_integers(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t low,
                           uint64_t range) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "integers", dst, numbers));
  const bool narrow = range <= (uint64_t)1 << 32;
  const integer_task task = {*random, low, range, narrow ? (((uint64_t)1 << 32) - range) % range : 0};
  cpu_make(queue, dst, numbers, &(cpu_maker){HEARTH_INT64, narrow ? narrow_some : wide_some, narrow ? narrow_row : NULL, &task});
  return HEARTH_OK;
}

typedef struct permutation_task {
  hearth_random random;
  hearth_feistel feistel;
} permutation_task;

/* One half is changed by what the other gives. */
static void feistel_round(const hearth_random *random, uint32_t round, int64_t n, const uint32_t *from, uint32_t mask, uint32_t *to, cpu_words *words) {
  for (int64_t i = 0; i < n; ++i) words->block[i] = from[i];
  cpu_philox(random, hearth_random_tag(HEARTH_RANDOM_PERMUTATION, round), n, words);
  for (int64_t i = 0; i < n; ++i) to[i] ^= words->word[0][i] & mask;
}

static void permuted_some(const void *context, int64_t n, const int64_t *number, void *out) {
  const permutation_task *task = context;
  const hearth_feistel *feistel = &task->feistel;
  uint64_t x[CPU_NUMBERS];
  uint32_t low[CPU_NUMBERS], high[CPU_NUMBERS];
  int32_t at[CPU_NUMBERS]; /* whose place the walkers come from */
  cpu_words words;
  int64_t walking = n;
  for (int64_t i = 0; i < n; ++i) {
    at[i] = (int32_t)i;
    x[i] = (uint64_t)number[i];
  }
  while (walking > 0) {
    for (int64_t i = 0; i < walking; ++i) {
      low[i] = (uint32_t)x[i] & feistel->low_mask;
      high[i] = (uint32_t)(x[i] >> feistel->low_bits);
    }
    for (uint32_t round = 0; round < HEARTH_FEISTEL_ROUNDS; round += 2) {
      feistel_round(&task->random, round, walking, low, feistel->high_mask, high, &words);
      feistel_round(&task->random, round + 1, walking, high, feistel->low_mask, low, &words);
    }
    int64_t left = 0;
    for (int64_t i = 0; i < walking; ++i) {
      const uint64_t y = (uint64_t)high[i] << feistel->low_bits | low[i];
      if (y < feistel->n) {
        ((int64_t *)out)[at[i]] = (int64_t)y;
      } else {
        x[left] = y;
        at[left++] = at[i];
      }
    }
    walking = left;
  }
}

hearth_status cpu_permutation(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t n) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "permutation", dst, numbers));
  cpu_make(queue, dst, numbers, &(cpu_maker){HEARTH_INT64, permuted_some, NULL, &(permutation_task){*random, hearth_feistel_of(n)}});
  return HEARTH_OK;
}
