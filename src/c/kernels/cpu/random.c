/* kernels/random.h, many elements at a time: Philox fills words, loops that vectorise make numbers of them. */
#include "kernels/cpu/random.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/philox.h"
#include "kernels/normal.h"

/* One kind of numbers. A block of four words serves 1 << shared neighbours. */
typedef struct random_task {
  hearth_random random;
  uint32_t tag;
  int shared;
  /* Elements of words->block[0 .. n - 1], all of each block. */
  void (*blocks)(const struct random_task *task, int64_t n, const cpu_words *words, void *out);
  void (*some)(const struct random_task *task, int64_t n, const int64_t *number, const cpu_words *words, void *out);
  int64_t size; /* bytes of an element */
} random_task;

static void make_some(const void *context, int64_t n, const int64_t *number, void *out) {
  const random_task *task = context;
  cpu_words words;
  for (int64_t i = 0; i < n; ++i) words.block[i] = (uint64_t)number[i] >> task->shared;
  cpu_philox(&task->random, task->tag, n, &words);
  task->some(task, n, number, &words, out);
}

/* Fewer elements than a block has. */
static void make_edge(const random_task *task, int64_t n, int64_t first, char *out) {
  int64_t number[4];
  for (int64_t i = 0; i < n; ++i) number[i] = first + i;
  if (n > 0) make_some(task, n, number, out);
}

static void make_row(const void *context, int64_t n, int64_t first, void *to) {
  enum { BLOCKS = CPU_NUMBERS / 2 }; /* words and elements stay in the first cache */
  const random_task *task = context;
  const int64_t share = (int64_t)1 << task->shared, before = -first & (share - 1), head = before < n ? before : n;
  char *out = to;
  cpu_words words;
  make_edge(task, head, first, out);
  first += head;
  n -= head;
  out += head * task->size;
  while (n >= share) {
    const int64_t left = n >> task->shared, blocks = left < BLOCKS ? left : BLOCKS;
    const uint64_t block = (uint64_t)first >> task->shared;
    for (int64_t i = 0; i < blocks; ++i) words.block[i] = block + (uint64_t)i;
    cpu_philox(&task->random, task->tag, blocks, &words);
    task->blocks(task, blocks, &words, out);
    first += blocks << task->shared;
    n -= blocks << task->shared;
    out += (blocks << task->shared) * task->size;
  }
  make_edge(task, n, first, out);
}

static void run(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, int32_t dtype, random_task task) {
  task.size = hearth_dtype_size((hearth_dtype)dtype);
  cpu_make(queue, dst, numbers, &(cpu_maker){dtype, make_some, make_row, &task});
}

#define WORDS(words)                                                                                                                                           \
  const uint32_t *restrict a = (words)->word[0], *restrict b = (words)->word[1], *restrict c = (words)->word[2], *restrict d = (words)->word[3]

CPU_CLONES static void double_blocks(const random_task *task, int64_t n, const cpu_words *words, void *to) {
  double *restrict out = to;
  WORDS(words);
  (void)task;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    out[2 * i] = hearth_uniform_double(a[i], b[i]);
    out[2 * i + 1] = hearth_uniform_double(c[i], d[i]);
  }
}

CPU_CLONES static void double_some(const random_task *task, int64_t n, const int64_t *number, const cpu_words *words, void *to) {
  double *restrict out = to;
  WORDS(words);
  (void)task;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t odd = 0 - (uint32_t)(number[i] & 1);
    out[i] = hearth_uniform_double(a[i] ^ ((a[i] ^ c[i]) & odd), b[i] ^ ((b[i] ^ d[i]) & odd));
  }
}

CPU_CLONES static void float_blocks(const random_task *task, int64_t n, const cpu_words *words, void *to) {
  float *restrict out = to;
  WORDS(words);
  (void)task;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    out[4 * i] = hearth_uniform_float(a[i]);
    out[4 * i + 1] = hearth_uniform_float(b[i]);
    out[4 * i + 2] = hearth_uniform_float(c[i]);
    out[4 * i + 3] = hearth_uniform_float(d[i]);
  }
}

static void float_some(const random_task *task, int64_t n, const int64_t *number, const cpu_words *words, void *out) {
  (void)task;
  for (int64_t i = 0; i < n; ++i) ((float *)out)[i] = hearth_uniform_float(words->word[number[i] & 3][i]);
}

hearth_status cpu_uniform(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "uniform", dst, numbers));
  const bool narrow = dst->dtype == HEARTH_FLOAT32;
  run(queue, dst, numbers, dst->dtype,
      (random_task){.random = *random,
                    .tag = hearth_random_tag(HEARTH_RANDOM_UNIFORM, 0),
                    .shared = narrow ? 2 : 1,
                    .blocks = narrow ? float_blocks : double_blocks,
                    .some = narrow ? float_some : double_some});
  return HEARTH_OK;
}

CPU_CLONES static void normal_blocks(const random_task *task, int64_t n, const cpu_words *words, void *to) {
  double *restrict out = to;
  WORDS(words);
  (void)task;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    double even, odd;
    hearth_normal_pair(a[i], b[i], c[i], d[i], &even, &odd);
    out[2 * i] = even;
    out[2 * i + 1] = odd;
  }
}

CPU_CLONES static void normal_some(const random_task *task, int64_t n, const int64_t *number, const cpu_words *words, void *to) {
  double *restrict out = to;
  WORDS(words);
  (void)task;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    double even, odd;
    hearth_normal_pair(a[i], b[i], c[i], d[i], &even, &odd);
    out[i] = hearth_choose(HEARTH_WHEN(number[i] & 1), odd, even);
  }
}

hearth_status cpu_normal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random) {
  HEARTH_TRY(hearth_check_generate(queue->ctx, HEARTH_SPACE_HOST, "normal", dst, numbers));
  run(queue, dst, numbers, HEARTH_FLOAT64,
      (random_task){.random = *random, .tag = hearth_random_tag(HEARTH_RANDOM_NORMAL, 0), .shared = 1, .blocks = normal_blocks, .some = normal_some});
  return HEARTH_OK;
}
