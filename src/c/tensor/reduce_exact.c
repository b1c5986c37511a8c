/* Exact sums of the terms of each result. They take 576 bytes each, so that many results are done in lots: accumulators that follow each other. */
#include "tensor/reduce_exact.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/exact.h"
#include <math.h>
#include <string.h>

/* Lots that nobody else has a part in stay in the second cache; others are worth a message. */
enum { WORKSPACE = 16 << 20, WORKSPACE_ALONE = 1 << 20 };

bool hearth_reduction_is_exact(const hearth_reducing *r) {
  return r->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE;
}

/* The accumulators of one lot. */
typedef struct lot {
  const hearth_exact_sums *sums;
  int components;                                                           /* sums per accumulator */
  int64_t extent[HEARTH_MAX_NDIM];                                          /* of all accumulators along the operand's dimensions, 1 if reduced */
  int64_t first[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], base, n, at_once; /* those of this lot: n from number `base` on */
  hearth_exact *exact;                                                      /* [components][n] */
} lot;

/* Dimensions from the slowest to the fastest; a lot is one index along the slow ones, some along one, and all along the rest. */
static int32_t slower(const hearth_reducing *r, int32_t k) {
  return r->array->order == HEARTH_COLUMN_MAJOR ? r->array->layout->ndim - 1 - k : k;
}

static void plan_lots(const hearth_reducing *r, const hearth_exact_sums *sums, lot *lot) {
  const hearth_layout *layout = r->array->layout;
  const int64_t most = (r->comm == MPI_COMM_NULL || r->ctx->size == 1 ? WORKSPACE_ALONE : WORKSPACE) / (int64_t)sizeof(hearth_exact);
  memset(lot, 0, sizeof *lot);
  lot->sums = sums;
  lot->components = hearth_dtype_is_complex(r->array->dtype) && sums->kind == HEARTH_EXACT_VALUE ? 2 : 1;
  lot->at_once = r->n > 0;
  for (int32_t d = 0; d < layout->ndim; d++) lot->extent[d] = lot->count[d] = 1;
  for (int32_t k = layout->ndim - 1; k >= 0; k--) {
    const int32_t d = slower(r, k);
    if (r->reduced[d] || r->n == 0) continue;
    lot->extent[d] = r->everywhere ? layout->shape[d] : hearth_layout_piece_extent(layout, 0, d);
    const int64_t room = most / lot->components / lot->at_once, whole = lot->at_once == r->stride[d];
    lot->count[d] = !whole || room < 1 ? 1 : lot->extent[d] < room ? lot->extent[d] : room;
    lot->at_once *= lot->count[d];
  }
}

/* The lot that begins at lot->first. */
static void begin_lot(const hearth_reducing *r, lot *lot) {
  lot->base = 0;
  lot->n = 1;
  for (int32_t d = 0; d < r->array->layout->ndim; d++) {
    const int64_t left = lot->extent[d] - lot->first[d];
    lot->base += lot->first[d] * r->stride[d];
    lot->n *= left < lot->count[d] ? left : lot->count[d];
  }
}

static bool next_lot(const hearth_reducing *r, lot *lot) {
  for (int32_t k = r->array->layout->ndim - 1; k >= 0; k--) {
    const int32_t d = slower(r, k);
    lot->first[d] += lot->count[d];
    if (lot->first[d] < lot->extent[d]) return true;
    lot->first[d] = 0;
  }
  return false;
}

/* A view of the part, cut to the lot: `low` are local indices in the part. */
static hearth_view cut(const hearth_view *view, const int64_t *low, const int64_t *count) {
  hearth_view part = *view;
  for (int32_t d = 0; d < view->ndim; d++) {
    part.data = (char *)part.data + low[d] * part.stride[d];
    part.extent[d] = count[d];
  }
  return part;
}

/* Where the part and the lot meet; false if they do not. */
static bool meet(const hearth_reducing *r, const lot *lot, const hearth_part *part, int64_t *low, int64_t *count) {
  for (int32_t d = 0; d < part->src.ndim; d++) {
    low[d] = 0;
    count[d] = part->src.extent[d];
    if (r->reduced[d]) continue;
    const int64_t at = part->at / r->stride[d] % lot->extent[d], end = at + part->src.extent[d];
    const int64_t last = lot->first[d] + lot->count[d] < end ? lot->first[d] + lot->count[d] : end;
    low[d] = lot->first[d] > at ? lot->first[d] - at : 0;
    count[d] = last - at - low[d];
    if (count[d] <= 0) return false;
  }
  return true;
}

/* The second operand of the terms, or false. */
static bool second(const hearth_reducing *r, const lot *lot, const hearth_part *part, int component, hearth_view *y) {
  const hearth_exact_sums *sums = lot->sums;
  const int64_t components = hearth_dtype_is_complex(r->array->dtype) ? 2 : 1;
  if (sums->weights) {
    const hearth_view *weights = &sums->weights->view[part->piece];
    *y = cut(weights, part->first, part->src.extent);
    return true;
  }
  if (!sums->center) return false;
  *y = hearth_reduction_accumulators(r, part, (void *)(uintptr_t)(sums->center + component), HEARTH_FLOAT64, components * (int64_t)sizeof(double));
  return true;
}

static hearth_status add_part(const hearth_reducing *r, const hearth_part *part, void *user) {
  const lot *lot = user;
  const bool wide = hearth_dtype_is_complex(part->src.dtype);
  int64_t low[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM];
  if (!meet(r, lot, part, low, count)) return HEARTH_OK;
  for (int component = 0; component < (wide ? 2 : 1); component++) {
    const hearth_view src = wide ? hearth_view_component(&part->src, component) : part->src, x = cut(&src, low, count);
    hearth_view y, target = hearth_reduction_accumulators(r, part, NULL, HEARTH_INT64, sizeof(hearth_exact));
    const bool two = second(r, lot, part, component, &y);
    int64_t at = part->at - lot->base + (lot->components == 2 ? component * lot->n : 0);
    for (int32_t d = 0; d < x.ndim; d++) at += low[d] * r->stride[d];
    target.data = lot->exact + at;
    memcpy(target.extent, x.extent, sizeof x.extent);
    if (two) y = cut(&y, low, count);
    const hearth_exact_terms terms = {lot->sums->kind, r->options.nan_policy == HEARTH_NAN_OMIT, lot->sums->scale, &x, two ? &y : NULL};
    HEARTH_TRY(r->ctx->backend->exact->sum(r->ctx->queue, &terms, &target));
  }
  return r->ctx->backend->wait(r->ctx->queue);
}

/* One lot: goes on after a failure of this rank, because others wait. */
static hearth_status run_lot(const hearth_reducing *r, hearth_status mine, lot *lot, double *values, bool *nan) {
  const int64_t n = lot->components * lot->n;
  memset(lot->exact, 0, (size_t)n * sizeof *lot->exact);
  if (mine == HEARTH_OK) mine = hearth_reduction_each(r, add_part, lot);
  for (int64_t i = 0; i < n; i++) *nan |= lot->exact[i].nan > 0;
  const hearth_status joined = hearth_exact_join(r->ctx, r->comm, n, lot->exact);
  for (int component = 0; component < lot->components; component++)
    for (int64_t i = 0; i < lot->n; i++) values[(lot->base + i) * lot->components + component] = hearth_exact_round(&lot->exact[component * lot->n + i]);
  return mine == HEARTH_OK ? joined : mine;
}

hearth_status hearth_reduction_exact(const hearth_reducing *r, const hearth_exact_sums *sums, double **values, bool *nan) {
  lot lot;
  plan_lots(r, sums, &lot);
  *values = NULL;
  hearth_status mine = hearth_allocate(r->ctx, lot.components * r->n * (int64_t)sizeof **values, values);
  if (mine == HEARTH_OK) mine = hearth_allocate(r->ctx, lot.components * lot.at_once * (int64_t)sizeof *lot.exact, &lot.exact);
  mine = hearth_agree(r->ctx, mine);
  if (mine == HEARTH_OK && r->n > 0) do {
      begin_lot(r, &lot);
      mine = run_lot(r, mine, &lot, *values, nan);
    } while (next_lot(r, &lot));
  hearth_deallocate(r->ctx, lot.exact);
  return mine;
}
