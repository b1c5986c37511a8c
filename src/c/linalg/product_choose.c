/* Which way a product goes: the one whose slowest rank is estimated to be done first. The estimate knows operations, bytes that a rank receives or copies, and
 * bytes of sums that are joined; its constants only have to weigh these against each other. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/product_impl.h"
#include <math.h>

static const double operation_seconds = 1.0 / 4e10, received_seconds = 1.0 / 2e9, copied_seconds = 1.0 / 6e9, joined_seconds = 1.0 / 1e9;

enum { BUDGET = 256 << 20, BUDGET_LEAST = 1 << 20 };

/* Indices that two ascending lists of runs have in common; those in another order count as none. */
static int64_t common(const hearth_runs *x, const hearth_runs *y) {
  int64_t sum = 0;
  for (int64_t i = 0, j = 0; i < x->n && j < y->n;) {
    const hearth_run *r = &x->run[i], *s = &y->run[j];
    const int64_t r_end = r->global + r->count, s_end = s->global + s->count;
    const int64_t first = r->global > s->global ? r->global : s->global, end = r_end < s_end ? r_end : s_end;
    if (end > first) sum += end - first;
    if (r_end < s_end)
      i++;
    else
      j++;
  }
  return sum;
}

/* Elements of this rank's part of `wanted` that it has in one piece of `layout`. */
static hearth_status overlap(const hearth_layout *layout, int32_t piece, const hearth_layout *wanted, double *elements) {
  *elements = 1.0;
  for (int32_t d = 0; d < 2; d++) {
    hearth_runs have = {0}, want = {0};
    hearth_status status = hearth_layout_piece_runs(layout, piece, d, &have);
    if (status == HEARTH_OK) status = hearth_layout_piece_runs(wanted, 0, d, &want);
    if (status == HEARTH_OK) *elements *= (double)common(&have, &want);
    hearth_runs_free(layout->ctx, &have);
    hearth_runs_free(layout->ctx, &want);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

/* Seconds until this rank has its part of `wanted`. */
static hearth_status moving(const hearth_array *array, const hearth_layout *wanted, double *seconds) {
  const double size = (double)hearth_dtype_size((hearth_dtype)array->dtype);
  int32_t equal = 0;
  *seconds = 0.0;
  HEARTH_TRY(hearth_layout_equal(array->layout, wanted, &equal));
  if (equal) return HEARTH_OK;
  const double all = (double)hearth_layout_local_volume(wanted);
  double here = 0.0;
  for (int32_t p = 0; p < array->npieces; p++) {
    double some;
    HEARTH_TRY(overlap(array->layout, p, wanted, &some));
    here += some;
  }
  *seconds = size * (here * copied_seconds + (all > here ? all - here : 0.0) * received_seconds) + 1e-5;
  return HEARTH_OK;
}

static hearth_status estimate(const product *p, const product_way *way, double *seconds) {
  const double numbers = p->dtype == HEARTH_COMPLEX64 || p->dtype == HEARTH_COMPLEX128 ? 4.0 : 1.0;
  const double rows = (double)hearth_layout_piece_extent(way->a, 0, 0), depth = (double)hearth_layout_piece_extent(way->a, 0, 1);
  const double columns = (double)hearth_layout_piece_extent(way->b, 0, 1);
  double left, right;
  HEARTH_TRY(moving(p->a, way->a, &left));
  HEARTH_TRY(moving(p->b, way->b, &right));
  const double joined = way->reduced < 0 ? 0.0 : rows * columns * (double)hearth_dtype_size((hearth_dtype)p->dtype) * joined_seconds + 1e-5;
  *seconds = 2.0 * numbers * rows * columns * depth * operation_seconds + left + right + joined * (way->scattered < 0 ? 2.0 : 1.0);
  return HEARTH_OK;
}

/* Copies of operands take a quarter of what is left under the cap, and never more than 256 MiB. */
static int64_t budget_of(const hearth_context *ctx) {
  int64_t held, peak, cap;
  hearth_memory_usage(ctx->memory, &held, &peak, &cap);
  const int64_t left = cap > 0 ? (cap - held) / 4 : BUDGET;
  return left > BUDGET ? BUDGET : left < BUDGET_LEAST ? BUDGET_LEAST : left;
}

static hearth_status estimate_all(const product *p, int64_t n, double *seconds) {
  for (int64_t i = 0; i < n; i++) {
    bool exists, possible;
    product_way way;
    hearth_status status = product_way_make(p, i, &exists, &possible, &way);
    seconds[i] = INFINITY;
    if (status == HEARTH_OK && possible) status = estimate(p, &way, &seconds[i]);
    product_way_clear(&way);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

static int64_t count_ways(const product *p) {
  return 4 + p->ctx->size;
}

hearth_status product_choose(product *p) {
  const int64_t n = count_ways(p);
  double *seconds = NULL;
  bool exists, possible;
  hearth_status status = hearth_allocate(p->ctx, (n + 1) * (int64_t)sizeof *seconds, &seconds);
  if (status == HEARTH_OK) status = estimate_all(p, n, seconds);
  status = hearth_agree(p->ctx, status);
  if (status == HEARTH_OK) {
    seconds[n] = -(double)budget_of(p->ctx);
    status = hearth_allreduce_f64(p->ctx, seconds, n + 1, HEARTH_OP_MAX);
  }
  if (status == HEARTH_OK) {
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
      if (seconds[i] < seconds[best]) best = i;
    p->budget = (int64_t)-seconds[n];
    status = hearth_agree(p->ctx, product_way_make(p, best, &exists, &possible, &p->way));
  }
  hearth_deallocate(p->ctx, seconds);
  return status;
}
