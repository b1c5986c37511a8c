/* The layouts of every way to multiply two matrices. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/product_impl.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"

/* The rules before the grids: what lies somewhere already. */
enum { OWN_LEFT, OWN_RIGHT, OWN_GRID, SPLIT_DEPTH, GRIDS };

void product_way_clear(product_way *way) {
  hearth_layout_destroy(&way->a);
  hearth_layout_destroy(&way->b);
  hearth_layout_destroy(&way->c);
}

static hearth_dim whole(int64_t extent) {
  return (hearth_dim){.kind = HEARTH_DIM_WHOLE, .axis = -1, .extent = extent, .processes = 1};
}

/* A matrix on the grid and places of `like`; the dimensions may be borrowed ones. */
static hearth_status matrix_on(const hearth_layout *like, hearth_dim rows, hearth_dim columns, hearth_layout **layout) {
  hearth_layout prototype = *like;
  prototype.boxes = NULL;
  prototype.ndim = 2;
  prototype.dim[0] = rows;
  prototype.dim[1] = columns;
  prototype.shape[0] = rows.extent;
  prototype.shape[1] = columns.extent;
  return hearth_layout_duplicate(&prototype, layout);
}

/* Even cuts of `extent` over a grid axis; the caller deallocates dim->cuts. */
static hearth_status even(const hearth_layout *grid, int32_t axis, int64_t extent, hearth_dim *dim) {
  const int64_t parts = grid->grid[axis];
  *dim = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = axis, .extent = extent, .processes = parts};
  HEARTH_TRY(hearth_allocate(grid->ctx, (parts + 1) * (int64_t)sizeof *dim->cuts, &dim->cuts));
  for (int64_t c = 0; c <= parts; c++) dim->cuts[c] = hearth_even_cut(extent, parts, c);
  return HEARTH_OK;
}

/* Whether an operand can stay where it is: every element in one place, by dimensions of their own. */
static bool may_stay(const hearth_layout *layout) {
  return !layout->boxes && !hearth_layout_is_replicated(layout);
}

/* The dimension of c that is dealt out along the axis of k, where the sums are too many for every rank: the one that is whole, if it is long enough. */
static int32_t scattered_dimension(const product *p, const hearth_layout *stays, int32_t kept, int64_t parts) {
  const int64_t extent[2] = {p->m, p->n};
  if (p->m * p->n <= PRODUCT_REPLICATED || parts == 1) return -1;
  const bool kept_whole = stays->dim[kept].axis < 0;
  if (kept_whole && (extent[kept] >= extent[1 - kept] || extent[1 - kept] < parts)) return kept;
  return extent[1 - kept] >= parts ? 1 - kept : -1;
}

/* `stays` is the layout of a (kept = 0: its rows become those of c) or of b (kept = 1). */
static hearth_status stationary(const product *p, const hearth_layout *stays, int32_t kept, product_way *way) {
  const hearth_dim depth = stays->dim[1 - kept], other = whole(kept == 0 ? p->n : p->m);
  hearth_dim of_c[2] = {whole(p->m), whole(p->n)}, cut = {0};
  way->kind = kept == 0 ? PRODUCT_LEFT : PRODUCT_RIGHT;
  way->reduced = depth.processes > 1 ? depth.axis : -1;
  way->scattered = way->reduced < 0 ? -1 : scattered_dimension(p, stays, kept, depth.processes);
  of_c[kept] = stays->dim[kept];
  hearth_status status = HEARTH_OK;
  if (way->scattered >= 0) {
    status = even(stays, way->reduced, of_c[way->scattered].extent, &cut);
    of_c[way->scattered] = cut;
  }
  *(kept == 0 ? &way->a : &way->b) = hearth_layout_retain(stays);
  if (status == HEARTH_OK) status = kept == 0 ? matrix_on(stays, depth, other, &way->b) : matrix_on(stays, other, depth, &way->a);
  if (status == HEARTH_OK) status = matrix_on(stays, of_c[0], of_c[1], &way->c);
  hearth_deallocate(p->ctx, cut.cuts);
  return status;
}

static hearth_status grid(const product *p, const hearth_layout *like, hearth_dim rows, hearth_dim columns, product_way *way) {
  way->kind = PRODUCT_GRID;
  way->reduced = way->scattered = -1;
  HEARTH_TRY(matrix_on(like, rows, whole(p->k), &way->a));
  HEARTH_TRY(matrix_on(like, whole(p->k), columns, &way->b));
  return matrix_on(like, rows, columns, &way->c);
}

static hearth_status even_grid(const product *p, int64_t down, product_way *way) {
  hearth_layout like = hearth_layout_whole(p->ctx, 2, (const int64_t[]){p->m, p->n});
  hearth_dim rows = {0}, columns = {0};
  like.grid_ndim = 2;
  like.grid[0] = down;
  like.grid[1] = p->ctx->size / down;
  hearth_status status = even(&like, 0, p->m, &rows);
  if (status == HEARTH_OK) status = even(&like, 1, p->n, &columns);
  if (status == HEARTH_OK) status = grid(p, &like, rows, columns, way);
  hearth_deallocate(p->ctx, rows.cuts);
  hearth_deallocate(p->ctx, columns.cuts);
  return status;
}

/* The rows of a and the columns of b lie on different axes of one grid that has no other: block-cyclic stays block-cyclic. */
static bool shares_grid(const hearth_layout *a, const hearth_layout *b) {
  if (a->boxes || b->boxes || a->place || b->place || a->grid_ndim != b->grid_ndim) return false;
  const int32_t down = a->dim[0].axis, across = b->dim[1].axis;
  bool same = down != across || down < 0;
  for (int32_t g = 0; g < a->grid_ndim; g++) same = same && a->grid[g] == b->grid[g] && (g == down || g == across || a->grid[g] == 1);
  return same;
}

static hearth_status split_depth(const product *p, product_way *way) {
  hearth_layout *split = NULL;
  HEARTH_TRY(hearth_layout_make_split(p->ctx, 2, p->a->layout->shape, 1, &split));
  const hearth_status status = stationary(p, split, 0, way);
  hearth_layout_destroy(&split);
  return status;
}

hearth_status product_way_make(const product *p, int64_t number, bool *exists, bool *possible, product_way *way) {
  const hearth_layout *a = p->a->layout, *b = p->b->layout;
  const int64_t down = number - GRIDS + 1, ranks = p->ctx->size;
  *way = (product_way){0};
  *exists = *possible = true;
  if (number == OWN_LEFT && may_stay(a)) return stationary(p, a, 0, way);
  if (number == OWN_RIGHT && may_stay(b)) return stationary(p, b, 1, way);
  if (number == OWN_GRID && shares_grid(a, b)) return grid(p, a, a->dim[0], b->dim[1], way);
  if (number == SPLIT_DEPTH) return split_depth(p, way);
  if (number >= GRIDS && down <= ranks && ranks % down == 0) return even_grid(p, down, way);
  *exists = number < GRIDS || down <= ranks;
  *possible = false;
  return HEARTH_OK;
}
