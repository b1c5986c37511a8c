#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/hsvd_impl.h"
#include "linalg/singular.h"
#include "linalg/small.h"
#include <float.h>
#include <math.h>
#include <string.h>

static double square(double x) {
  return x * x;
}

static double power_near(double x) {
  int exponent = 0;
  if (x > 0.0) frexp(x, &exponent);
  return ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
}

/* n of the values are known, `rest` is the square of what is left out in any case. Sums from the small end, which keeps small numbers. */
static void count_in(hearth_hsvd *h, hearth_hsvd_cut *cut, int64_t most, int64_t n, double rest) {
  double all = rest, left = rest;
  if (h->unit == 0.0) h->unit = 1.0;
  for (int64_t i = n - 1; i >= 0; i--) all += square(cut->s[i] * h->unit);
  h->total = h->discarded + all;
  const double allowed = h->rtol * h->rtol * h->total - h->discarded;
  for (cut->kept = n; cut->kept > 0; cut->kept--) {
    const double last = cut->s[cut->kept - 1], with = left + square(last * h->unit);
    const bool rounding = last <= DBL_EPSILON * (double)cut->n * cut->s[0];
    if (cut->kept <= most && !rounding && !(h->rtol >= 1.0 || (h->rtol > 0.0 && with <= allowed))) break;
    left = with;
  }
  h->discarded += left;
}

/* Eigenvectors of the Gram matrix, on one rank: enough where squares still hold the last value that is kept, and the tolerance. */
static hearth_status try_gram(const hearth_tall *t, double *gram, int64_t most, hearth_hsvd *h, hearth_hsvd_cut *cut, bool *good) {
  const int64_t n = cut->n, count = h->rtol > 0.0 || cut->parts == 2 || most > n ? n : most;
  const double floor = t->array->dtype == HEARTH_FLOAT64 || t->array->dtype == HEARTH_COMPLEX128 ? 1e-10 : 1e-12;
  const hearth_hsvd before = *h;
  double trace = 0.0;
  *good = false;
  for (int64_t j = 0; j < n; j++) trace += gram[cut->parts * (j + j * n)];
  if (!(trace > 1e-280 && trace < 1e280) || (h->rtol > 0.0 && square(h->rtol) < 1e4 * DBL_EPSILON * (double)n)) return HEARTH_OK;
  if (cut->parts == 2) {
    HEARTH_TRY(hearth_small_svd(t->ctx, 2, n, n, gram, cut->s, cut->v, cut->u));
  } else {
    HEARTH_TRY(hearth_small_eigh(t->ctx, n, gram, count, cut->s, cut->v));
  }
  double rest = trace;
  if (h->unit == 0.0) h->unit = power_near(sqrt(cut->s[0]));
  for (int64_t i = 0; i < n; i++) {
    cut->s[i] = i < count && cut->s[i] > 0.0 ? sqrt(cut->s[i]) : 0.0;
    rest -= square(cut->s[i]);
  }
  /* what rounding hides is counted as left out, so that the error stays a bound */
  rest = (count < n ? fmax(rest, 0.0) : 0.0) + DBL_EPSILON * (double)n * trace;
  count_in(h, cut, most, count, rest * square(h->unit));
  *good = cut->kept > 0 && square(cut->s[cut->kept - 1] / cut->s[0]) >= floor;
  if (!*good) *h = before;
  return HEARTH_OK;
}

typedef struct cut_message {
  hearth_hsvd h;
  int64_t kept, good;
} cut_message;

static hearth_status by_gram(hearth_tall *t, double *gram, int64_t most, hearth_hsvd *h, hearth_hsvd_cut *cut) {
  const hearth_context *ctx = t->ctx;
  cut_message message = {.h = *h};
  bool good = false;
  HEARTH_TRY(hearth_tall_gram(t, gram));
  const hearth_status mine = ctx->rank == 0 ? try_gram(t, gram, most, &message.h, cut, &good) : HEARTH_OK;
  message.kept = cut->kept;
  message.good = good;
  HEARTH_TRY(hearth_agree(ctx, mine));
  HEARTH_TRY(hearth_broadcast(ctx, &message, sizeof message, 0));
  cut->by_gram = message.good;
  if (!cut->by_gram) return HEARTH_OK;
  *h = message.h;
  cut->kept = message.kept;
  HEARTH_TRY(hearth_broadcast(ctx, cut->s, cut->n * (int64_t)sizeof(double), 0));
  return hearth_broadcast(ctx, cut->v, cut->n * cut->kept * cut->parts * (int64_t)sizeof(double), 0);
}

/* vt is made v in place of `gram`, which is of no more use. */
static hearth_status by_triangle(hearth_tall *t, double *vt, int64_t most, hearth_hsvd *h, hearth_hsvd_cut *cut) {
  const int64_t n = cut->n;
  const int32_t parts = cut->parts;
  HEARTH_TRY(hearth_factor_make(t, HEARTH_QR_AUTO, &cut->f));
  HEARTH_TRY(hearth_singular_triangle(&cut->f, cut->s, cut->u, vt));
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < n; i++)
      for (int32_t part = 0; part < parts; part++) cut->v[parts * (j + i * n) + part] = (part ? -1.0 : 1.0) * vt[parts * (i + j * n) + part];
  if (h->unit == 0.0) h->unit = power_near(cut->s[0]);
  count_in(h, cut, most, n, 0.0);
  return HEARTH_OK;
}

hearth_status hearth_hsvd_cut_make(hearth_tall *t, int64_t most, hearth_hsvd *h, hearth_hsvd_cut *cut) {
  const int64_t bytes = t->n * t->n * t->parts * (int64_t)sizeof(double);
  double *gram = NULL;
  *cut = (hearth_hsvd_cut){.n = t->n, .parts = t->parts};
  if (t->n == 0) return HEARTH_OK;
  hearth_status mine = hearth_allocate(t->ctx, bytes, &gram);
  if (mine == HEARTH_OK) mine = hearth_allocate(t->ctx, t->n * (int64_t)sizeof(double), &cut->s);
  if (mine == HEARTH_OK) mine = hearth_allocate(t->ctx, bytes, &cut->v);
  if (mine == HEARTH_OK) mine = hearth_allocate(t->ctx, bytes, &cut->u);
  hearth_status status = hearth_agree(t->ctx, mine);
  if (status == HEARTH_OK) status = by_gram(t, gram, most, h, cut);
  if (status == HEARTH_OK && !cut->by_gram) status = by_triangle(t, gram, most, h, cut);
  hearth_deallocate(t->ctx, gram);
  return status;
}

void hearth_hsvd_cut_free(const hearth_context *ctx, hearth_hsvd_cut *cut) {
  hearth_factor_free(&cut->f);
  hearth_deallocate(ctx, cut->s);
  hearth_deallocate(ctx, cut->v);
  hearth_deallocate(ctx, cut->u);
  *cut = (hearth_hsvd_cut){0};
}
