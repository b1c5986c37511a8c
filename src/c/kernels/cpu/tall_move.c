/* Rows of any operand as columns of float64, and back. */
#include "kernels/cpu/queue.h"
#include "kernels/cpu/tall.h"

#include <stdbool.h>

enum { LINE = 8 };
typedef double eight __attribute__((vector_size(64), aligned(8), may_alias));
typedef float eight_floats __attribute__((vector_size(32), aligned(4), may_alias));

/* y := the transpose of the 8 x 8 numbers x: pairs, then pairs of pairs, then halves change places. */
static inline __attribute__((always_inline)) void turn(const eight *x, eight *y) {
  eight t[LINE], u[LINE];
#pragma GCC unroll 8
  for (int i = 0; i < LINE; i += 2) {
    t[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
#pragma GCC unroll 8
  for (int i = 0; i < LINE; i += (i % 4 == 1) ? 3 : 1) {
    u[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    u[i + 2] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 8
  for (int i = 0; i < LINE / 2; ++i) {
    y[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    y[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

#define T float
#define T8 eight_floats
#define PARTS 1
#define NAME f32
#include "kernels/cpu/tall_move.h"
#define T double
#define T8 eight
#define PARTS 1
#define NAME f64
#include "kernels/cpu/tall_move.h"
#define T float
#define T8 eight_floats
#define PARTS 2
#define NAME c64
#include "kernels/cpu/tall_move.h"
#define T double
#define T8 eight
#define PARTS 2
#define NAME c128
#include "kernels/cpu/tall_move.h"

typedef struct move {
  int32_t dtype;
  void (*gather)(const hearth_view *view, int64_t first, int64_t count, const double *scale, double *columns, int64_t leading);
  void (*scatter)(const hearth_view *view, int64_t first, int64_t count, const double *columns, int64_t leading);
} move;
static const move moves[] = {{HEARTH_FLOAT32, gather_f32, scatter_f32},
                             {HEARTH_FLOAT64, gather_f64, scatter_f64},
                             {HEARTH_COMPLEX64, gather_c64, scatter_c64},
                             {HEARTH_COMPLEX128, gather_c128, scatter_c128}};

static const move *move_of(int32_t dtype) {
  const move *found = moves;
  while (found->dtype != dtype) ++found;
  return found;
}

void cpu_tall_gather(const hearth_view *view, int64_t first, int64_t count, const double *scale, double *columns, int64_t leading) {
  move_of(view->dtype)->gather(view, first, count, scale, columns, leading);
}

void cpu_tall_scatter(const hearth_view *view, int64_t first, int64_t count, const double *columns, int64_t leading) {
  move_of(view->dtype)->scatter(view, first, count, columns, leading);
}
