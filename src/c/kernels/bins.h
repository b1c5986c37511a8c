/* Which bin a value lies in, the same on every backend. Bins are half open, the last one has its right edge. */
#ifndef HEARTH_KERNELS_BINS_H
#define HEARTH_KERNELS_BINS_H
#include <stdint.h>

/* NumPy's linspace. */
static inline double hearth_uniform_edge(double low, double high, int64_t n, int64_t i) {
  return i == n ? high : (double)i * ((high - low) / (double)n) + low;
}

/* NumPy's rule for uniform bins: a first guess by arithmetic, corrected where rounding put it beside the edges. n: in no bin. */
static inline int64_t hearth_uniform_bin(int64_t n, const double *edge, double low, double width, double count, double x) {
  if (!(x >= low && x <= edge[n])) return n;
  int64_t bin = (int64_t)((x - low) / width * count);
  bin -= bin >= n;
  bin -= x < edge[bin];
  return bin + (bin < n - 1 && x >= edge[bin + 1]);
}

/* Any ascending edges. */
static inline int64_t hearth_search_bin(int64_t n, const double *edge, double x) {
  if (!(x >= edge[0] && x <= edge[n])) return n;
  int64_t low = 0, high = n - 1; /* the last bin with edge[bin] <= x */
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (edge[middle] <= x)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

#endif
