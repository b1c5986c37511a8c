#include "kernels/normal.h"

double hearth_random_normal(const hearth_random *random, uint64_t element) {
  uint32_t word[4];
  double even, odd;
  hearth_random_block(random, element >> 1, hearth_random_tag(HEARTH_RANDOM_NORMAL, 0), word);
  hearth_normal_pair(word[0], word[1], word[2], word[3], &even, &odd);
  return element & 1 ? odd : even;
}
