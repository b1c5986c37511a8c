/* Matrices on a bridge: arrays brought there and back. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/bridge.h"
#include "tensor/array_impl.h"
#include "tensor/layout_make.h"
#include <hearth/redistribute.h>
#include <limits.h>

/* Ranks 0, 1, ... on the grid, others without a place. */
static hearth_status set_places(const hearth_bridge *bridge, hearth_layout *prototype, int32_t **place, int32_t **rank_at) {
  const int64_t positions = bridge->processes[0] * bridge->processes[1];
  if (positions == bridge->ctx->size) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(bridge->ctx, bridge->ctx->size * (int64_t)sizeof **place, place));
  HEARTH_TRY(hearth_allocate(bridge->ctx, positions * (int64_t)sizeof **rank_at, rank_at));
  for (int32_t r = 0; r < bridge->ctx->size; r++) (*place)[r] = r < positions ? r : -1;
  for (int32_t i = 0; i < positions; i++) (*rank_at)[i] = i;
  prototype->place = *place;
  prototype->rank_at = *rank_at;
  return HEARTH_OK;
}

static hearth_status make_layout(const hearth_bridge *bridge, int64_t m, int64_t n, hearth_layout **layout) {
  const int64_t shape[2] = {m, n};
  int32_t *place = NULL, *rank_at = NULL;
  hearth_layout prototype = hearth_layout_whole(bridge->ctx, 2, shape);
  prototype.grid_ndim = 2;
  for (int32_t d = 0; d < 2; d++) {
    prototype.grid[d] = bridge->processes[d];
    prototype.dim[d] = (hearth_dim){.kind = HEARTH_DIM_BLOCK_CYCLIC, .axis = d, .extent = shape[d], .processes = bridge->processes[d], .block = bridge->block};
    if (bridge->processes[d] == 1) prototype.dim[d] = (hearth_dim){.kind = HEARTH_DIM_WHOLE, .axis = d, .extent = shape[d], .processes = 1};
  }
  hearth_status status = set_places(bridge, &prototype, &place, &rank_at);
  if (status == HEARTH_OK) status = hearth_layout_duplicate(&prototype, layout);
  hearth_deallocate(bridge->ctx, place);
  hearth_deallocate(bridge->ctx, rank_at);
  return status;
}

static hearth_status describe(const hearth_bridge *bridge, hearth_bridge_matrix *x) {
  const hearth_view *view = hearth_array_view(x->array);
  const int64_t rows = view->extent[0], columns = view->extent[1], element = hearth_dtype_size((hearth_dtype)bridge->dtype);
  const int64_t leading = rows == 0 ? 1 : columns > 1 ? view->stride[1] / element : rows;
  if (bridge->distributed && view->extent[1] > INT_MAX / leading)
    return hearth_fail(bridge->ctx, HEARTH_ERR_UNSUPPORTED, "the part of rank %d, %lld x %lld, exceeds ScaLAPACK's 32 bits; use more ranks", bridge->ctx->rank,
                       (long long)rows, (long long)view->extent[1]);
  x->data = view->data ? view->data : x->descriptor; /* an address for nothing */
  x->local[0] = (int32_t)rows;
  x->local[1] = (int32_t)view->extent[1];
  x->leading = (int32_t)leading;
  const int64_t numbers[9] = {1, bridge->blacs, x->rows, x->columns, bridge->block, bridge->block, 0, 0, leading};
  for (int k = 0; k < 9; k++) x->descriptor[k] = (int32_t)numbers[k];
  return HEARTH_OK;
}

static hearth_status make(const hearth_bridge *bridge, int64_t m, int64_t n, hearth_bridge_matrix *x) {
  hearth_layout *layout = NULL;
  *x = (hearth_bridge_matrix){0};
  if (m > INT_MAX / 4 || n > INT_MAX / 4)
    return hearth_fail(bridge->ctx, HEARTH_ERR_UNSUPPORTED, "a matrix of %lld x %lld; LAPACK counts in 32 bits", (long long)m, (long long)n);
  x->rows = (int32_t)m;
  x->columns = (int32_t)n;
  HEARTH_TRY(make_layout(bridge, m, n, &layout));
  hearth_status status = hearth_array_create_in(layout, bridge->dtype, HEARTH_COLUMN_MAJOR, HEARTH_SPACE_HOST, &x->array);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK) status = describe(bridge, x);
  return status;
}

hearth_status hearth_bridge_make(const hearth_bridge *bridge, int64_t m, int64_t n, hearth_bridge_matrix *matrix) {
  const hearth_status status = hearth_agree(bridge->ctx, make(bridge, m, n, matrix));
  if (status != HEARTH_OK) hearth_bridge_release(matrix);
  return status;
}

hearth_status hearth_bridge_bring(const hearth_bridge *bridge, const hearth_array *array, hearth_bridge_matrix *matrix) {
  HEARTH_TRY(hearth_bridge_make(bridge, array->layout->shape[0], array->layout->shape[1], matrix));
  const hearth_status status = hearth_array_copy(array, matrix->array);
  if (status != HEARTH_OK) hearth_bridge_release(matrix);
  return status;
}

/* Local: whether this rank's part is what ScaLAPACK and LAPACK take; ranks differ in what they wrapped. */
static bool lies_right(const hearth_bridge *bridge, const hearth_array *array, const hearth_layout *layout) {
  const hearth_view *view = array->npieces == 1 ? hearth_array_view(array) : NULL;
  const int64_t element = hearth_dtype_size((hearth_dtype)bridge->dtype);
  int32_t equal = 0;
  if (!view || array->dtype != bridge->dtype || view->space != HEARTH_SPACE_HOST || (uintptr_t)view->data % (uintptr_t)element) return false;
  if (hearth_layout_equal(array->layout, layout, &equal) != HEARTH_OK || !equal) return false;
  const int64_t rows = view->extent[0], columns = view->extent[1], leading = view->stride[1] / element;
  if (rows == 0 || columns == 0) return true;
  return (rows == 1 || view->stride[0] == element) && (columns == 1 || (leading >= rows && leading <= INT_MAX / columns));
}

hearth_status hearth_bridge_borrow(const hearth_bridge *bridge, const hearth_array *array, hearth_bridge_matrix *matrix) {
  hearth_layout *layout = NULL;
  const hearth_status status = make_layout(bridge, array->layout->shape[0], array->layout->shape[1], &layout);
  int64_t moved[1] = {status != HEARTH_OK || !lies_right(bridge, array, layout)};
  hearth_layout_destroy(&layout);
  HEARTH_TRY(hearth_agree(bridge->ctx, status == HEARTH_OK ? hearth_array_pending(array) : status));
  HEARTH_TRY(hearth_allreduce_i64(bridge->ctx, moved, 1, HEARTH_OP_MAX));
  if (moved[0]) return hearth_bridge_bring(bridge, array, matrix);
  *matrix = (hearth_bridge_matrix){.array = (hearth_array *)(uintptr_t)array, .borrowed = true};
  matrix->rows = (int32_t)array->layout->shape[0];
  matrix->columns = (int32_t)array->layout->shape[1];
  return describe(bridge, matrix);
}

void hearth_bridge_release(hearth_bridge_matrix *matrix) {
  if (!matrix->borrowed) hearth_array_destroy(&matrix->array);
  *matrix = (hearth_bridge_matrix){0};
}

hearth_status hearth_bridge_store(const hearth_bridge_matrix *matrix, hearth_array *target) {
  const hearth_array *from = matrix->array;
  const int64_t start[2] = {0, 0};
  hearth_plan *plan = NULL;
  HEARTH_TRY(hearth_plan_create_box(from->layout, start, target->layout, start, target->layout->shape, &plan));
  const hearth_status status = hearth_plan_execute(plan, from, target);
  hearth_plan_destroy(&plan);
  return status;
}

hearth_status hearth_bridge_deliver(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, int64_t rows, int64_t columns, const hearth_layout *layout,
                                    int32_t dtype, int32_t order, hearth_array **result) {
  const int64_t shape[2] = {rows, columns};
  hearth_layout *split = NULL;
  hearth_array *made = NULL;
  hearth_status status = layout ? HEARTH_OK : hearth_layout_make_split(bridge->ctx, 2, shape, 0, &split);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout ? layout : split, dtype, order, &made);
  hearth_layout_destroy(&split);
  status = hearth_agree(bridge->ctx, status);
  if (status == HEARTH_OK) status = hearth_bridge_store(matrix, made);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}
