/* The inner kernels of products with few columns: float64, columns contiguous and given by their addresses, a tile of some hundred rows at a time.
 * Written once (tile_kernels.h), compiled for several instruction sets, chosen at run time. FMA is used where the set has it. */
#ifndef HEARTH_KERNELS_CPU_TILES_H
#define HEARTH_KERNELS_CPU_TILES_H
#include <stdint.h>

typedef struct cpu_tiles {
  int panel; /* columns of z that combine wants packed together */
  /* c[i + j ldc] += sum over r < rows of a[i][r] b[j][r], i < m, j < n. lower: b is a, and only what is on and below the diagonal has to be right. */
  void (*dots)(int64_t rows, int64_t m, const double *const *a, int64_t n, const double *const *b, int lower, double *c, int64_t ldc);
  /* y[j][r] := beta y[j][r] + sum over l < k of x[l][r] z(l, j), j < n, r < rows; y is not read if beta = 0.
   * z as cpu_tiles_pack lays it out. */
  void (*combine)(int64_t rows, int64_t k, const double *const *x, int64_t n, const double *z, double beta, double *const *y);
  /* x := x R^-1 in place, x [rows, n] with rows a multiple of CPU_TILES_UNIT; R as cpu_tiles_pack_triangle lays it out. */
  void (*solve)(int64_t rows, int64_t n, double *const *x, const double *r);
} cpu_tiles;

/* Whole blocks of every instruction set. */
enum { CPU_TILES_UNIT = 24 };

extern const cpu_tiles cpu_tiles_generic, cpu_tiles_avx2, cpu_tiles_avx512;

const cpu_tiles *cpu_tiles_choose(void);
/* Doubles that packed coefficients take. */
int64_t cpu_tiles_packed_size(const cpu_tiles *tiles, int64_t k, int64_t n);
/* Panels of columns, rows one after the other in each, zeros past the last column: z(l, j) = alpha value, from row-and-column byte strides. */
void cpu_tiles_pack(const cpu_tiles *tiles, int64_t k, int64_t n, double alpha, const char *z, int64_t row_stride, int64_t column_stride, double *packed);
/* The same for the upper triangle r [n, n], column-major, that solve divides by: of each panel what stands above its diagonal block, negative, and the block
 * with the reciprocals of its diagonal. */
int64_t cpu_tiles_triangle_size(const cpu_tiles *tiles, int64_t n);
void cpu_tiles_pack_triangle(const cpu_tiles *tiles, int64_t n, const double *r, double *packed);
/* Rows of a tile so that `columns` columns of it stay in the second cache. */
int64_t cpu_tiles_rows(int64_t columns);

#endif
