/* Layouts of index lists. */
#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include "tensor/layout_make.h"
#include "tensor/layout_runs.h"
#include <stdlib.h>

static hearth_status check(const hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, int64_t n, const int64_t *indices,
                           hearth_layout **layout) {
  HEARTH_REQUIRE(ctx, layout, "no place for the layout (NULL)");
  HEARTH_TRY(hearth_shape_check(ctx, ndim, shape));
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < ndim, "axis %d of %d dimensions", axis, ndim);
  HEARTH_REQUIRE(ctx, n >= 0, "%lld ids", (long long)n);
  HEARTH_REQUIRE(ctx, n == 0 || indices, "the ids are NULL");
  for (int64_t i = 0; i < n; i++)
    if (indices[i] < 0 || indices[i] >= shape[axis])
      return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "id %lld, number %lld of rank %d, is not in [0, %lld)", (long long)indices[i], (long long)i, ctx->rank,
                         (long long)shape[axis]);
  return HEARTH_OK;
}

static hearth_status make_runs(const hearth_context *ctx, int64_t n, const int64_t *indices, hearth_runs *runs) {
  hearth_run_list list = {.ctx = ctx};
  hearth_status status = HEARTH_OK;
  for (int64_t i = 0; status == HEARTH_OK && i < n; i++) status = hearth_run_list_add(&list, indices[i], 1);
  *runs = list.runs;
  return status;
}

/* A coordinate's first id and number of runs. */
typedef struct first_run {
  int64_t global, runs, coordinate;
} first_run;

static int by_global(const void *a, const void *b) {
  const first_run *x = a, *y = b;
  if (x->global != y->global) return x->global < y->global ? -1 : 1;
  return (x->coordinate > y->coordinate) - (x->coordinate < y->coordinate);
}

/* Where no coordinate has more than one run, the dimension is cut, and its processes are numbered anew in the order of the cuts. `first` has one entry per
 * rank, then room for one per coordinate. */
static hearth_status become_cuts(hearth_layout *prototype, int32_t d, first_run *first, int32_t *place) {
  hearth_dim *dim = &prototype->dim[d];
  const hearth_index *index = dim->index;
  first_run *of = first + prototype->ctx->size;
  int64_t *cuts = NULL, *to = NULL, next = 0;
  for (int64_t c = 0; c < dim->processes; c++) of[c] = (first_run){dim->extent, 0, c};
  for (int r = 0; r < prototype->ctx->size; r++) {
    const int64_t c = first[r].coordinate;
    if (c >= 0 && first[r].runs > 0) of[c].global = first[r].global;
  }
  qsort(of, (size_t)dim->processes, sizeof *of, by_global);
  HEARTH_TRY(hearth_allocate(prototype->ctx, (dim->processes + 1) * (int64_t)sizeof *cuts, &cuts));
  const hearth_status status = hearth_allocate(prototype->ctx, dim->processes * (int64_t)sizeof *to, &to);
  if (status != HEARTH_OK) {
    hearth_deallocate(prototype->ctx, cuts);
    return status;
  }
  for (int64_t k = 0; k < dim->processes; k++) {
    cuts[k] = next;
    next += index->counts[of[k].coordinate];
    to[of[k].coordinate] = k;
  }
  cuts[dim->processes] = next;
  hearth_layout_number(prototype, dim->axis, to, place);
  hearth_deallocate(prototype->ctx, to);
  *dim = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = dim->axis, .extent = dim->extent, .processes = dim->processes, .cuts = cuts};
  return HEARTH_OK;
}

hearth_status hearth_layout_list(hearth_layout *prototype, int32_t d, int64_t extent, hearth_runs *runs, int32_t *place, hearth_status mine) {
  hearth_context *ctx = prototype->ctx;
  hearth_dim *dim = &prototype->dim[d];
  hearth_index *index = NULL;
  first_run *first = NULL, own = {0, 0, -1};
  HEARTH_TRY(hearth_index_make(prototype, dim->axis, extent, runs, mine, &index));
  *dim = (hearth_dim){.kind = HEARTH_DIM_INDEX, .axis = dim->axis, .extent = extent, .processes = dim->processes, .index = index};
  prototype->shape[d] = extent;
  own = (first_run){index->nruns > 0 ? index->run[0].global : 0, index->nruns, index->coordinate};
  hearth_status status = hearth_agree(ctx, hearth_allocate(ctx, (ctx->size + dim->processes) * (int64_t)sizeof *first, &first));
  if (status == HEARTH_OK) status = hearth_allgather(ctx, &own, (int64_t)sizeof own, first);
  int64_t most = 0;
  for (int r = 0; status == HEARTH_OK && r < ctx->size; r++) most = first[r].runs > most ? first[r].runs : most;
  if (status == HEARTH_OK && most <= 1) {
    status = hearth_agree(ctx, become_cuts(prototype, d, first, place));
    if (dim->kind == HEARTH_DIM_CUTS) hearth_index_release(&index);
  }
  hearth_deallocate(ctx, first);
  return status;
}

/* The arguments are right on all ranks. */
static hearth_status make(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, int64_t n, const int64_t *indices, hearth_layout **layout) {
  hearth_layout prototype = hearth_layout_whole(ctx, ndim, shape);
  hearth_runs runs = {0, NULL};
  int32_t *place = NULL, *rank_at = NULL;
  prototype.dim[axis].axis = 0;
  prototype.dim[axis].processes = ctx->size;
  hearth_status mine = hearth_layout_places(&prototype, &place);
  if (mine == HEARTH_OK) mine = make_runs(ctx, n, indices, &runs);
  hearth_status status = hearth_layout_list(&prototype, axis, shape[axis], &runs, place, mine);
  if (status == HEARTH_OK) {
    mine = hearth_layout_set_places(&prototype, place);
    rank_at = prototype.rank_at;
    if (mine == HEARTH_OK) mine = hearth_layout_duplicate(&prototype, layout);
    status = hearth_agree(ctx, mine);
  }
  hearth_dim_release(ctx, &prototype.dim[axis]);
  hearth_deallocate(ctx, rank_at);
  hearth_deallocate(ctx, place);
  return status;
}

hearth_status hearth_layout_from_indices(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, int64_t n, const int64_t *indices,
                                         hearth_layout **layout) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  if (layout) *layout = NULL;
  const hearth_status mine = check(ctx, ndim, shape, axis, n, indices, layout);
  int64_t number[2 + HEARTH_MAX_NDIM] = {ndim, axis};
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) number[2 + d] = shape[d];
  HEARTH_TRY(hearth_agree_same(ctx, mine, "the layout (ndim, axis, shape)", number, 2 + HEARTH_MAX_NDIM));
  hearth_layout *made = NULL;
  const hearth_status status = make(ctx, ndim, shape, axis, n, indices, &made);
  if (status != HEARTH_OK)
    hearth_layout_destroy(&made);
  else
    *layout = made;
  return status;
}
