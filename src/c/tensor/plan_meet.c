/* Meetings with the ranks of a product layout: along each dimension, this rank's pieces are met with the processes of a grid axis. Of index lists the directory
 * says who has what of the ids that this rank has. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_index.h"
#include "tensor/layout_runs.h"
#include "tensor/plan_meet.h"

/* The overlaps of one piece with coordinates first .. first + n - 1 along one dimension. */
typedef struct table {
  int64_t first, n;
  hearth_overlap *overlap;
} table;

/* The coordinates that may have something between two indices of the box. */
static void candidates(const hearth_dim *dim, int64_t first, int64_t last, table *t) {
  t->first = 0;
  t->n = dim->processes;
  if (dim->kind != HEARTH_DIM_CUTS) return;
  t->first = hearth_dim_owner(dim, first);
  t->n = hearth_dim_owner(dim, last) + 1 - t->first;
}

static hearth_status meet_regular(hearth_meetings *m, int32_t piece, int32_t d, table *t) {
  const hearth_dim *dim = &m->theirs->dim[d];
  const hearth_span here = hearth_span_of(m->mine, piece, d, m->start);
  int64_t first = 0, last = 0;
  if (!hearth_span_ends(&here, m->plan->count[d], &first, &last)) return HEARTH_OK;
  candidates(dim, first + m->their_start[d], last + m->their_start[d], t);
  HEARTH_TRY(hearth_overlaps_add(m->plan, t->n, &t->overlap));
  for (int64_t c = 0; c < t->n; c++) {
    const hearth_span there = {.dim = dim, .coordinate = t->first + c, .start = m->their_start[d]};
    HEARTH_TRY(hearth_meetings_overlap(m, &here, &there, d, &t->overlap[c]));
  }
  return HEARTH_OK;
}

/* The ids of all pieces of this rank, in the other layout's numbers. */
static hearth_status list_own(const hearth_meetings *m, int32_t d, hearth_runs *own) {
  hearth_run_list list = {.ctx = m->plan->ctx};
  const int64_t count = m->plan->count[d];
  hearth_status status = HEARTH_OK;
  for (int32_t p = 0; p < m->npieces; p++) {
    const hearth_span span = hearth_span_of(m->mine, p, d, m->start);
    const int64_t n = hearth_span_runs(&span);
    for (int64_t k = 0; status == HEARTH_OK && k < n; k++) {
      const hearth_run run = hearth_span_run(&span, k);
      const int64_t begin = run.global - span.start, end = begin + run.count, low = begin > 0 ? begin : 0, high = end < count ? end : count;
      if (low < high) status = hearth_run_list_add(&list, low + m->their_start[d], high - low);
    }
  }
  hearth_runs_sort(list.runs.n, list.runs.run);
  list.runs.n = hearth_runs_unite(list.runs.n, list.runs.run);
  *own = list.runs;
  return status;
}

/* One piece with what the directory has found, which is sorted by coordinates. */
static hearth_status meet_found(hearth_meetings *m, int32_t piece, int32_t d, int64_t n, const hearth_owned *found, const hearth_run *run, table *t) {
  const hearth_span here = hearth_span_of(m->mine, piece, d, m->start);
  if (n == 0) return HEARTH_OK;
  t->first = found[0].coordinate;
  t->n = found[n - 1].coordinate + 1 - t->first;
  HEARTH_TRY(hearth_overlaps_add(m->plan, t->n, &t->overlap));
  for (int64_t k = 0, end; k < n; k = end) {
    for (end = k + 1; end < n && found[end].coordinate == found[k].coordinate;) end++;
    const hearth_span there = {.start = m->their_start[d], .n = end - k, .run = run + k};
    HEARTH_TRY(hearth_meetings_overlap(m, &here, &there, d, &t->overlap[found[k].coordinate - t->first]));
  }
  return HEARTH_OK;
}

/* Collective; not agreed. */
static hearth_status meet_list(hearth_meetings *m, int32_t d, table *tables, hearth_status mine) {
  const hearth_context *ctx = m->plan->ctx;
  hearth_runs own = {0, NULL};
  hearth_owned *found = NULL;
  hearth_run *run = NULL;
  int64_t n = 0;
  if (mine == HEARTH_OK) mine = list_own(m, d, &own);
  hearth_status status = hearth_index_find(m->theirs->dim[d].index, own.n, own.run, mine, &n, &found);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *run, &run);
  for (int64_t k = 0; status == HEARTH_OK && k < n; k++) run[k] = (hearth_run){found[k].global, found[k].local, found[k].count};
  for (int32_t p = 0; status == HEARTH_OK && p < m->npieces; p++) status = meet_found(m, p, d, n, found, run, &tables[p * m->plan->ndim + d]);
  hearth_deallocate(ctx, run);
  hearth_deallocate(ctx, found);
  hearth_runs_free(ctx, &own);
  return status;
}

static hearth_status meet_ranks(hearth_meetings *m, const table *tables) {
  const int32_t ndim = m->plan->ndim;
  for (int rank = 0; rank < m->plan->ctx->size; rank++) {
    int64_t coordinate[HEARTH_MAX_NDIM];
    if (m->npieces == 0 || !hearth_meetings_possible(m, rank)) continue;
    for (int32_t d = 0; d < ndim; d++) coordinate[d] = hearth_layout_coordinate(m->theirs, rank, m->theirs->dim[d].axis);
    for (int32_t p = 0; p < m->npieces; p++) {
      const hearth_overlap *overlap[HEARTH_MAX_NDIM];
      bool met = true;
      for (int32_t d = 0; d < ndim && met; d++) {
        const table *t = &tables[p * ndim + d];
        const int64_t c = coordinate[d] - t->first;
        met = c >= 0 && c < t->n;
        if (met) overlap[d] = &t->overlap[c];
      }
      if (met) HEARTH_TRY(hearth_meetings_add(m, rank, p, 0, overlap));
    }
  }
  return HEARTH_OK;
}

hearth_status hearth_meet_product(hearth_meetings *m, hearth_status mine) {
  const hearth_context *ctx = m->plan->ctx;
  const int32_t ndim = m->plan->ndim;
  table *tables = NULL;
  if (mine == HEARTH_OK) mine = hearth_allocate_zero(ctx, m->npieces * ndim * (int64_t)sizeof *tables, &tables);
  for (int32_t d = 0; d < ndim; d++) {
    if (m->theirs->dim[d].kind == HEARTH_DIM_INDEX)
      mine = meet_list(m, d, tables, mine);
    else
      for (int32_t p = 0; mine == HEARTH_OK && p < m->npieces; p++) mine = meet_regular(m, p, d, &tables[p * ndim + d]);
  }
  if (mine == HEARTH_OK) mine = meet_ranks(m, tables);
  hearth_deallocate(ctx, tables);
  return mine;
}
