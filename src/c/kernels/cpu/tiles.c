#include "kernels/cpu/tiles.h"

const cpu_tiles *cpu_tiles_choose(void) {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return &cpu_tiles_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &cpu_tiles_avx2;
#endif
  return &cpu_tiles_generic;
}

int64_t cpu_tiles_packed_size(const cpu_tiles *tiles, int64_t k, int64_t n) {
  return (n + tiles->panel - 1) / tiles->panel * tiles->panel * k;
}

void cpu_tiles_pack(const cpu_tiles *tiles, int64_t k, int64_t n, double alpha, const char *z, int64_t row_stride, int64_t column_stride, double *packed) {
  for (int64_t first = 0; first < n; first += tiles->panel)
    for (int64_t l = 0; l < k; ++l)
      for (int64_t j = first; j < first + tiles->panel; ++j) *packed++ = j < n ? alpha * *(const double *)(z + l * row_stride + j * column_stride) : 0.0;
}

int64_t cpu_tiles_triangle_size(const cpu_tiles *tiles, int64_t n) {
  const int64_t panels = (n + tiles->panel - 1) / tiles->panel;
  return panels * (panels + 1) / 2 * tiles->panel * tiles->panel;
}

void cpu_tiles_pack_triangle(const cpu_tiles *tiles, int64_t n, const double *r, double *packed) {
  for (int64_t first = 0; first < n; first += tiles->panel)
    for (int64_t l = 0; l < first + tiles->panel; ++l)
      for (int64_t j = first; j < first + tiles->panel; ++j) {
        const double value = l <= j && j < n ? r[l + j * n] : 0.0;
        *packed++ = l == j && j < n ? 1.0 / value : -value;
      }
}

int64_t cpu_tiles_rows(int64_t columns) {
  enum { CACHE = 200 << 10, FEWEST = 192, MOST = 1008, UNIT = CPU_TILES_UNIT };
  const int64_t rows = CACHE / (8 * (columns > 0 ? columns : 1)) / UNIT * UNIT;
  return rows < FEWEST ? FEWEST : rows > MOST ? MOST : rows;
}
