/* Normal random numbers. */
#ifndef HEARTH_KERNELS_NORMAL_H
#define HEARTH_KERNELS_NORMAL_H
#include "kernels/math.h"
#include "kernels/random.h"

/* Box and Muller: two independent standard normal numbers of one block. The first uniform number lies in (0, 1]. */
HEARTH_INLINE void hearth_normal_pair(uint32_t word0, uint32_t word1, uint32_t word2, uint32_t word3, double *even, double *odd) {
  const double radius = sqrt(-2.0 * hearth_log_f64(hearth_uniform_double(word0, word1) + 0x1p-53));
  double sine, cosine;
  hearth_sincos_turns(hearth_uniform_double(word2, word3), &sine, &cosine);
  *even = radius * cosine;
  *odd = radius * sine;
}

#endif
