/* Through the bridge to LAPACK and ScaLAPACK, whose triangles have diagonals of any sign. */
#include "comm/comm.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/tall.h"
#include "linalg/decompose.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/tall.h"
#include "tensor/layout_impl.h"
#include <hearth/creation.h>
#include <hearth/elementwise.h>
#include <hearth/reduce.h>
#include <math.h>

/* diagonal (host) of r [k, n], k <= n or not; elements of `parts` numbers. */
static hearth_status read_diagonal(const hearth_array *r, int32_t parts, double *diagonal) {
  hearth_array *eye = NULL, *only = NULL, *sums = NULL;
  const int32_t axis = 1;
  hearth_status status = hearth_eye(r->layout, 0, r->dtype, r->order, &eye);
  if (status == HEARTH_OK) status = hearth_multiply(r, eye, &only);
  if (status == HEARTH_OK) status = hearth_sum(only, 1, &axis, NULL, &sums);
  if (status == HEARTH_OK) status = hearth_small_read(sums, parts, diagonal);
  hearth_array_destroy(&eye);
  hearth_array_destroy(&only);
  hearth_array_destroy(&sums);
  return status;
}

/* Phases of what is not 0, 1 of the rest; where they are all 1 nothing is left to do. */
static bool make_phases(int64_t k, int32_t parts, double *values) {
  bool all_one = true;
  for (int64_t i = 0; i < k; i++) {
    double *x = values + i * parts;
    const double im = parts == 2 ? x[1] : 0.0, size = hypot(x[0], im);
    x[0] = size > 0.0 ? x[0] / size : 1.0;
    if (parts == 2) x[1] = size > 0.0 ? im / size : 0.0;
    all_one = all_one && x[0] == 1.0;
  }
  return all_one;
}

/* target := target * phases along axis `axis` (conjugated or not). */
static hearth_status turn(hearth_array *target, int32_t axis, int64_t k, int32_t parts, double *phases, bool conjugate) {
  hearth_array *factors = NULL;
  for (int64_t i = 0; conjugate && parts == 2 && i < k; i++) phases[2 * i + 1] = -phases[2 * i + 1];
  const hearth_status made = hearth_small_array(target->ctx, parts, axis == 0 ? k : 1, axis == 0 ? 1 : k, phases, target->dtype, target->order, &factors);
  hearth_status status = hearth_agree(target->ctx, made);
  if (status == HEARTH_OK) status = hearth_binary_into(target, factors, HEARTH_OP_MULTIPLY, target);
  hearth_array_destroy(&factors);
  return status;
}

static hearth_status fix_phases(hearth_array *q, hearth_array *r) {
  const int64_t k = r->layout->shape[0];
  const int32_t parts = hearth_tall_parts(r->dtype);
  double *phases = NULL;
  if (k == 0 || r->layout->shape[1] == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_agree(r->ctx, hearth_allocate(r->ctx, k * parts * (int64_t)sizeof *phases, &phases)));
  hearth_status status = read_diagonal(r, parts, phases);
  if (status == HEARTH_OK && !make_phases(k, parts, phases)) {
    status = turn(q, 1, k, parts, phases, false);
    if (status == HEARTH_OK) status = turn(r, 0, k, parts, phases, true);
  }
  hearth_deallocate(r->ctx, phases);
  return status;
}

hearth_status hearth_qr_general(const char *name, const hearth_array *a, hearth_array **q, hearth_array **r) {
  HEARTH_TRY(hearth_bridge_qr(name, a, false, NULL, NULL, q, r));
  return fix_phases(*q, *r);
}
