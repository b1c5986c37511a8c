/* Template for one instruction set. Wants V (vector of W doubles), V_LOAD, V_STORE, V_SET, V_FMA(a, b, c) = a b + c, S_FMA (the same of
 * single numbers, with the same roundings), V_SUM, TARGET and the block sizes: MR x NR
 * accumulators of dots, RV vectors x NC columns of combine; both have to fit the registers beside their operands. TILES names the table. */
#include "kernels/cpu/tiles.h"

#define ALWAYS TARGET static inline __attribute__((always_inline))

/* out[i][j] := a[i] . b[j]; asks for as many rows at next[0] and next[1] on the way. */
TARGET static void dots_block(int64_t rows, const double *const *a, const double *const *b, const double *const *next, double (*out)[NR]) {
  V sum[MR][NR];
  const int64_t whole = rows - rows % W;
#pragma GCC unroll 8
  for (int i = 0; i < MR; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < NR; ++j) sum[i][j] = V_SET(0.0);
  for (int64_t r = 0; r < whole; r += W) {
    V x[MR];
    __builtin_prefetch(next[0] + r, 0, 2);
    __builtin_prefetch(next[1] + r, 0, 2);
#pragma GCC unroll 8
    for (int i = 0; i < MR; ++i) x[i] = V_LOAD(a[i] + r);
#pragma GCC unroll 8
    for (int j = 0; j < NR; ++j) {
      const V y = V_LOAD(b[j] + r);
#pragma GCC unroll 8
      for (int i = 0; i < MR; ++i) sum[i][j] = V_FMA(x[i], y, sum[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < MR; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < NR; ++j) out[i][j] = V_SUM(sum[i][j]);
  for (int64_t r = whole; r < rows; ++r)
    for (int i = 0; i < MR; ++i)
      for (int j = 0; j < NR; ++j) out[i][j] += a[i][r] * b[j][r];
}

/* Column `index` of a, then of b, below this tile; past the last one some address that is in the cache. */
TARGET static inline const double *column_below(int64_t rows, int64_t m, const double *const *a, int64_t n, const double *const *b, int64_t index) {
  return index < m ? a[index] + rows : index < m + n ? b[index - m] + rows : a[0];
}

/* Blocks that reach over the edge repeat the last column; what that gives is dropped. While a tile is multiplied, the rows below it, the next tile most likely,
 * are brought into the second cache, two columns per block: the processor does not foresee as many streams by itself. */
TARGET static void dots(int64_t rows, int64_t m, const double *const *a, int64_t n, const double *const *b, int lower, double *c, int64_t ldc) {
  int64_t below = 0;
  for (int64_t j = 0; j < n; j += NR) {
    const double *right[NR];
    for (int64_t q = 0; q < NR; ++q) right[q] = b[j + q < n ? j + q : n - 1];
    for (int64_t i = lower ? j / MR * MR : 0; i < m; i += MR) {
      const double *left[MR];
      double out[MR][NR];
      for (int64_t p = 0; p < MR; ++p) left[p] = a[i + p < m ? i + p : m - 1];
      const double *const next[] = {column_below(rows, m, a, lower ? 0 : n, b, below), column_below(rows, m, a, lower ? 0 : n, b, below + 1)};
      below += 2;
      dots_block(rows, left, right, next, out);
      for (int64_t q = 0; q < NR && j + q < n; ++q)
        for (int64_t p = 0; p < MR && i + p < m; ++p) c[i + p + (j + q) * ldc] += out[p][q];
    }
  }
}

/* `vectors` (a constant) vectors of rows from r on, NC columns, of which `n` are stored. ahead (a constant): asks for the rows of the block after the next. */
ALWAYS void combine_block(const int vectors, const int ahead, int64_t r, int64_t k, const double *const *x, int64_t n, const double *z, double beta,
                          double *const *y) {
  V sum[RV][NC];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v)
#pragma GCC unroll 8
    for (int j = 0; j < NC; ++j) sum[v][j] = V_SET(0.0);
  for (int64_t l = 0; l < k; ++l, z += NC) {
    V rows[RV];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) {
      rows[v] = V_LOAD(x[l] + r + v * W);
      if (ahead) __builtin_prefetch(x[l] + r + v * W + 2 * RV * W, 0, 3);
    }
#pragma GCC unroll 8
    for (int j = 0; j < NC; ++j) {
      const V factor = V_SET(z[j]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[v][j] = V_FMA(rows[v], factor, sum[v][j]);
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < NC; ++j) {
    if (j >= n) break;
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) {
      double *at = y[j] + r + v * W;
      V_STORE(at, beta == 0.0 ? sum[v][j] : V_FMA(V_SET(beta), V_LOAD(at), sum[v][j]));
    }
  }
}

TARGET static void combine_first(int64_t r, int64_t k, const double *const *x, int64_t n, const double *z, double beta, double *const *y) {
  combine_block(RV, 1, r, k, x, n, z, beta, y);
}

TARGET static void combine_full(int64_t r, int64_t k, const double *const *x, int64_t n, const double *z, double beta, double *const *y) {
  combine_block(RV, 0, r, k, x, n, z, beta, y);
}

TARGET static void combine_single(int64_t r, int64_t k, const double *const *x, int64_t n, const double *z, double beta, double *const *y) {
  combine_block(1, 0, r, k, x, n, z, beta, y);
}

/* One row, with the vectors' roundings: what combine makes of a row does not depend on where the row lies. */
TARGET static void combine_scalar(int64_t r, int64_t k, const double *const *x, int64_t n, const double *z, double beta, double *const *y) {
  double sum[NC] = {0.0};
  for (int64_t l = 0; l < k; ++l, z += NC)
    for (int j = 0; j < NC; ++j) sum[j] = S_FMA(x[l][r], z[j], sum[j]);
  for (int64_t j = 0; j < n; ++j) y[j][r] = beta == 0.0 ? sum[j] : S_FMA(beta, y[j][r], sum[j]);
}

TARGET static void combine(int64_t rows, int64_t k, const double *const *x, int64_t n, const double *z, double beta, double *const *y) {
  for (int64_t r = 0; r < rows;) {
    const int64_t left = rows - r, step = left >= RV * W ? RV * W : left >= W ? W : 1;
    for (int64_t j = 0; j < n; j += NC) {
      const double *panel = z + j * k;
      const int64_t columns = n - j < NC ? n - j : NC;
      if (step == RV * W)
        (j == 0 ? combine_first : combine_full)(r, k, x, columns, panel, beta, y + j);
      else if (step == W)
        combine_single(r, k, x, columns, panel, beta, y + j);
      else
        combine_scalar(r, k, x, columns, panel, beta, y + j);
    }
    r += step;
  }
}

/* Panel x[k] .. x[k + n - 1] of RV vectors of rows: what the columns before contribute, then substitution in registers. */
ALWAYS void solve_block(int64_t r, int64_t k, int64_t n, double *const *x, const double *z) {
  V sum[RV][NC];
#pragma GCC unroll 8
  for (int j = 0; j < NC; ++j)
#pragma GCC unroll 8
    for (int v = 0; v < RV; ++v) sum[v][j] = V_LOAD(x[j < n ? k + j : k] + r + v * W);
  for (int64_t l = 0; l < k; ++l, z += NC) {
    V rows[RV];
#pragma GCC unroll 8
    for (int v = 0; v < RV; ++v) rows[v] = V_LOAD(x[l] + r + v * W);
#pragma GCC unroll 8
    for (int j = 0; j < NC; ++j) {
      const V factor = V_SET(z[j]);
#pragma GCC unroll 8
      for (int v = 0; v < RV; ++v) sum[v][j] = V_FMA(rows[v], factor, sum[v][j]);
    }
  }
#pragma GCC unroll 8
  for (int l = 0; l < NC; ++l, z += NC) {
    const V reciprocal = V_SET(z[l]);
#pragma GCC unroll 8
    for (int v = 0; v < RV; ++v) sum[v][l] = sum[v][l] * reciprocal;
#pragma GCC unroll 8
    for (int j = l + 1; j < NC; ++j) {
      const V factor = V_SET(z[j]);
#pragma GCC unroll 8
      for (int v = 0; v < RV; ++v) sum[v][j] = V_FMA(sum[v][l], factor, sum[v][j]);
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < NC; ++j) {
    if (j >= n) break;
#pragma GCC unroll 8
    for (int v = 0; v < RV; ++v) V_STORE(x[k + j] + r + v * W, sum[v][j]);
  }
}

TARGET static void solve(int64_t rows, int64_t n, double *const *x, const double *r) {
  for (int64_t row = 0; row < rows; row += RV * W) {
    const double *panel = r;
    for (int64_t j = 0; j < n; panel += (j + NC) * NC, j += NC) solve_block(row, j, n - j < NC ? n - j : NC, x, panel);
  }
}

const cpu_tiles TILES = {NC, dots, combine, solve};
