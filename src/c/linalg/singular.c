#include "linalg/singular.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/small.h"
#include <math.h>
#include <string.h>

int32_t hearth_singular_dtype(int32_t dtype) {
  return hearth_bridge_result(dtype, true);
}

/* Column of the entry that decides about row i. */
static int64_t decisive(int32_t parts, int64_t k, int64_t n, const double *vt, int64_t i) {
  double largest = 0.0;
  for (int pass = 0; pass < 2; pass++)
    for (int64_t j = 0; j < n; j++) {
      const double *x = vt + parts * (i + j * k), size = parts == 2 ? hypot(x[0], x[1]) : fabs(x[0]);
      if (pass == 1 && size >= largest * (1.0 - 1e-6)) return j;
      if (size > largest) largest = size;
    }
  return 0;
}

/* x := x times (re, im), or its conjugate. */
static void turn(int32_t parts, double *x, double re, double im) {
  const double a = x[0], b = parts == 2 ? x[1] : 0.0;
  x[0] = a * re - b * im;
  if (parts == 2) x[1] = a * im + b * re;
}

void hearth_singular_signs(int32_t parts, int64_t m, int64_t k, int64_t n, double *u, double *vt) {
  for (int64_t i = 0; i < k && n > 0; i++) {
    const double *x = vt + parts * (i + decisive(parts, k, n, vt, i) * k), im = parts == 2 ? x[1] : 0.0, size = hypot(x[0], im);
    const double c = size > 0.0 ? x[0] / size : 1.0, s = size > 0.0 ? im / size : 0.0;
    for (int64_t j = 0; j < n; j++) turn(parts, vt + parts * (i + j * k), c, -s);
    for (int64_t j = 0; j < m; j++) turn(parts, u + parts * (j + i * m), c, s);
  }
}

static hearth_status solve(const hearth_factor *f, double *s, double *u, double *vt) {
  const hearth_tall *t = f->t;
  const int64_t n = t->n, numbers = n * n * t->parts;
  double *copy = NULL; /* one column more: OpenBLAS 0.3.21 reads one past the end of a row of complex numbers (its issue 4013) */
  HEARTH_TRY(hearth_allocate(t->ctx, (numbers + n * t->parts) * (int64_t)sizeof *copy, &copy));
  memcpy(copy, f->r, (size_t)numbers * sizeof *copy);
  const hearth_status status = hearth_small_svd(t->ctx, t->parts, n, n, copy, s, u, vt);
  if (status == HEARTH_OK && u) hearth_singular_signs(t->parts, n, n, n, u, vt);
  hearth_deallocate(t->ctx, copy);
  return status;
}

hearth_status hearth_singular_triangle(const hearth_factor *f, double *s, double *u, double *vt) {
  const hearth_context *ctx = f->t->ctx;
  const int64_t n = f->t->n, bytes = n * (int64_t)sizeof(double);
  if (n == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_agree(ctx, ctx->rank == 0 ? solve(f, s, u, vt) : HEARTH_OK));
  HEARTH_TRY(hearth_broadcast(ctx, s, bytes, 0));
  if (!u) return HEARTH_OK;
  HEARTH_TRY(hearth_broadcast(ctx, u, bytes * n * f->t->parts, 0));
  return hearth_broadcast(ctx, vt, bytes * n * f->t->parts, 0);
}
