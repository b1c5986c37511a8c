/* The coarse grid of cells over a shape that a directory of boxes is kept by. */
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include <string.h>

/* The dimension with the longest cells that can have one more; -1 if none can. */
static int32_t longest(const hearth_cells *made, const bool *cut, int64_t limit) {
  int64_t product = 1;
  int32_t best = -1;
  for (int32_t d = 0; d < made->ndim; d++) product *= made->cells[d];
  for (int32_t d = 0; d < made->ndim; d++) {
    if (!cut[d] || made->cells[d] >= made->shape[d] || product / made->cells[d] * (made->cells[d] + 1) > limit) continue;
    if (best < 0 || made->shape[d] / made->cells[d] > made->shape[best] / made->cells[best]) best = d;
  }
  return best;
}

hearth_cells hearth_cells_make(int32_t ndim, const int64_t *shape, const bool *cut, int64_t limit) {
  hearth_cells made = {.ndim = ndim};
  for (int32_t d = 0; d < ndim; d++) {
    made.shape[d] = shape[d];
    made.cells[d] = 1;
  }
  for (int32_t d; (d = longest(&made, cut, limit)) >= 0;) made.cells[d]++;
  int64_t step = 1;
  for (int32_t d = ndim - 1; d >= 0; d--) {
    made.step[d] = step;
    step *= made.cells[d];
  }
  return made;
}

hearth_cell_walk hearth_cells_begin(const hearth_cells *cells, const int64_t *start, const int64_t *end) {
  hearth_cell_walk walk = {.done = false};
  for (int32_t d = 0; d < cells->ndim; d++) {
    walk.low[d] = walk.at[d] = hearth_even_owner(cells->shape[d], cells->cells[d], start[d]);
    walk.high[d] = hearth_even_owner(cells->shape[d], cells->cells[d], end[d] - 1);
    walk.number += walk.at[d] * cells->step[d];
  }
  return walk;
}

void hearth_cells_next(const hearth_cells *cells, hearth_cell_walk *walk) {
  int32_t d = cells->ndim - 1;
  for (; d >= 0 && walk->at[d] == walk->high[d]; d--) {
    walk->number -= (walk->at[d] - walk->low[d]) * cells->step[d];
    walk->at[d] = walk->low[d];
  }
  walk->done = d < 0;
  if (walk->done) return;
  walk->at[d]++;
  walk->number += cells->step[d];
}

int64_t hearth_cells_number(const hearth_cells *cells, const int64_t *point) {
  int64_t number = 0;
  for (int32_t d = 0; d < cells->ndim; d++) number += hearth_even_owner(cells->shape[d], cells->cells[d], point[d]) * cells->step[d];
  return number;
}
