/* Rows of any operand as columns of float64, and back. */
#include "kernels/cpu/queue.h"
#include "kernels/cpu/tall.h"

enum { LINE = 8 };

#define T float
#define PARTS 1
#define NAME f32
#include "kernels/cpu/tall_move.h"
#define T double
#define PARTS 1
#define NAME f64
#include "kernels/cpu/tall_move.h"
#define T float
#define PARTS 2
#define NAME c64
#include "kernels/cpu/tall_move.h"
#define T double
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
