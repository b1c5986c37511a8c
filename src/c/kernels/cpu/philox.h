/* hearth_random_block for many blocks at once. */
#ifndef HEARTH_KERNELS_CPU_PHILOX_H
#define HEARTH_KERNELS_CPU_PHILOX_H
#include "kernels/cpu/numbers.h"

/* Word k of block[i] goes to word[k][i]; room for CPU_NUMBERS in both, whose rest may be read and written. */
typedef struct cpu_words {
  _Alignas(64) uint64_t block[CPU_NUMBERS];
  uint32_t word[4][CPU_NUMBERS];
} cpu_words;

void cpu_philox(const hearth_random *random, uint32_t tag, int64_t n, cpu_words *words);

#endif
