#include "linalg/small.h"
#if defined(_OPENMP)
#include <omp.h>
#endif

int hearth_small_threads(int threads) {
#if defined(_OPENMP)
  const int before = omp_get_max_threads();
  if (!omp_in_parallel()) omp_set_num_threads(threads);
  return before;
#else
  (void)threads;
  return 1;
#endif
}
