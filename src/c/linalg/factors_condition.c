/* How large the inverse is, from a few solutions: the method of Hager and Higham (N. J. Higham, ACM TOMS 14, 1988), which looks for the column of a^-1 with the
 * largest sum by ascent, and tries one vector of alternating signs beside. ScaLAPACK's own pdgecon stops too early (seen: 4.4 times off where LAPACK's was
 * right), so this one serves both. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/memory.h"
#include "core/error.h"
#include "linalg/dense.h"
#include "tensor/reduce_impl.h"
#include <math.h>
#include <string.h>

enum { STEPS = 5 };

typedef struct ascent {
  const hearth_factors *f;
  hearth_bridge_matrix column;
  double *x, *y; /* pairs, on every rank */
  int64_t n;
} ascent;

/* y := a^-1 x, or a^-H x. */
static hearth_status apply(ascent *s, bool adjoint) {
  const hearth_bridge *bridge = &s->f->bridge;
  hearth_bridge_set_column(bridge, &s->column, s->x);
  HEARTH_TRY(bridge->call->lu_solve(bridge, adjoint ? 'C' : 'N', &s->f->lu, s->f->pivots, &s->column));
  return hearth_bridge_get_column(bridge, &s->column, s->y);
}

static double size_of(const ascent *s) {
  double sum = 0;
  for (int64_t i = 0; i < s->n; i++) sum += hypot(s->y[2 * i], s->y[2 * i + 1]);
  return sum;
}

/* x := y_i / |y_i|. */
static void take_directions(ascent *s) {
  for (int64_t i = 0; i < s->n; i++) {
    const double size = hypot(s->y[2 * i], s->y[2 * i + 1]);
    s->x[2 * i] = size > 0 ? s->y[2 * i] / size : 1;
    s->x[2 * i + 1] = size > 0 ? s->y[2 * i + 1] / size : 0;
  }
}

static int64_t steepest(const ascent *s) {
  int64_t best = 0;
  for (int64_t i = 1; i < s->n; i++)
    if (hypot(s->y[2 * i], s->y[2 * i + 1]) > hypot(s->y[2 * best], s->y[2 * best + 1])) best = i;
  return best;
}

static hearth_status ascend(ascent *s, double *largest) {
  int64_t at = -1;
  for (int64_t i = 0; i < s->n; i++) s->x[2 * i] = 1.0 / (double)s->n;
  for (int step = 0; step < STEPS; step++) {
    HEARTH_TRY(apply(s, false));
    const double size = size_of(s);
    if (step > 0 && !(size > *largest)) break;
    *largest = size;
    take_directions(s);
    HEARTH_TRY(apply(s, true));
    const int64_t next = steepest(s);
    if (next == at) break;
    at = next;
    memset(s->x, 0, 2 * (size_t)s->n * sizeof *s->x);
    s->x[2 * at] = 1;
  }
  memset(s->x, 0, 2 * (size_t)s->n * sizeof *s->x);
  for (int64_t i = 0; i < s->n; i++) s->x[2 * i] = (i % 2 ? -1 : 1) * (1 + (s->n > 1 ? (double)i / (double)(s->n - 1) : 0));
  HEARTH_TRY(apply(s, false));
  const double other = 2 * size_of(s) / (3 * (double)s->n);
  if (other > *largest) *largest = other;
  return HEARTH_OK;
}

hearth_status hearth_factors_condition(const hearth_factors *f, double *reciprocal) {
  hearth_context *ctx = f->bridge.ctx;
  ascent s = {.f = f, .n = f->lu.rows};
  double largest = 0;
  HEARTH_TRY(hearth_bridge_make(&f->bridge, s.n, 1, &s.column));
  hearth_status status = hearth_allocate_zero(ctx, 2 * s.n * (int64_t)sizeof *s.x, &s.x);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, 2 * s.n * (int64_t)sizeof *s.y, &s.y);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = ascend(&s, &largest);
  hearth_deallocate(ctx, s.x);
  hearth_deallocate(ctx, s.y);
  hearth_bridge_release(&s.column);
  if (status == HEARTH_OK) *reciprocal = largest > 0 && f->norm > 0 ? 1 / largest / f->norm : 0;
  return status;
}
