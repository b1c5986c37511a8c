#include "linalg/svd_general.h"
#include "comm/comm.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/tall.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/tall.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/creation.h>
#include <hearth/elementwise.h>
#include <hearth/reduce.h>
#include <math.h>

/* true at the first entry along `axis` whose magnitude is within 1e-6 of the largest there, false elsewhere. */
static hearth_status mark_decisive(const hearth_array *x, int32_t axis, hearth_array **marks) {
  hearth_reduce_options keep = HEARTH_REDUCE_OPTIONS_INIT;
  hearth_array *size = NULL, *largest = NULL, *bound = NULL, *near = NULL, *place = NULL, *numbers = NULL;
  keep.keepdims = 1;
  hearth_status status = hearth_absolute(x, &size);
  if (status == HEARTH_OK) status = hearth_max(size, 1, &axis, &keep, &largest);
  if (status == HEARTH_OK) status = hearth_binary_scalar(largest, 1.0 - 1e-6, HEARTH_OP_MULTIPLY, &bound);
  if (status == HEARTH_OK) status = hearth_greater_equal(size, bound, &near);
  if (status == HEARTH_OK) status = hearth_argmax(near, 1, &axis, &keep, &place);
  if (status == HEARTH_OK) status = hearth_indices(x->layout, axis, HEARTH_INT64, x->order, &numbers);
  if (status == HEARTH_OK) status = hearth_equal(numbers, place, marks);
  hearth_array *const all[] = {size, largest, bound, near, place, numbers};
  for (int i = 0; i < 6; i++) {
    hearth_array *one = all[i];
    hearth_array_destroy(&one);
  }
  return status;
}

/* The entries that decide, one per vector, on every rank; vectors lie along `axis`. */
static hearth_status decisive_entries(const hearth_array *x, int32_t axis, int32_t parts, double *entries) {
  hearth_array *marks = NULL, *only = NULL, *sums = NULL;
  hearth_status status = mark_decisive(x, axis, &marks);
  if (status == HEARTH_OK) status = hearth_multiply(x, marks, &only);
  if (status == HEARTH_OK) status = hearth_sum(only, 1, &axis, NULL, &sums);
  if (status == HEARTH_OK) status = hearth_small_read(sums, parts, entries);
  hearth_array_destroy(&marks);
  hearth_array_destroy(&only);
  hearth_array_destroy(&sums);
  return status;
}

static hearth_status multiply_vectors(hearth_array *target, int32_t axis, int64_t k, int32_t parts, const double *factors) {
  hearth_array *factor = NULL;
  const hearth_status made = hearth_small_array(target->ctx, parts, axis == 1 ? k : 1, axis == 1 ? 1 : k, factors, target->dtype, target->order, &factor);
  hearth_status status = hearth_agree(target->ctx, made);
  if (status == HEARTH_OK) status = hearth_binary_into(target, factor, HEARTH_OP_MULTIPLY, target);
  hearth_array_destroy(&factor);
  return status;
}

hearth_status hearth_svd_signs(hearth_array *u, hearth_array *vt) {
  if (vt->layout->shape[0] == 0) return HEARTH_OK;
  const bool by_right = u->layout->shape[0] >= vt->layout->shape[1];
  const int64_t k = vt->layout->shape[0];
  const int32_t parts = hearth_tall_parts(u->dtype);
  double *phases = NULL;
  HEARTH_TRY(hearth_agree(u->ctx, hearth_allocate(u->ctx, k * parts * (int64_t)sizeof *phases, &phases)));
  hearth_status status = by_right ? decisive_entries(vt, 1, parts, phases) : decisive_entries(u, 0, parts, phases);
  for (int64_t i = 0; i < k; i++) {
    double *x = phases + i * parts;
    const double im = parts == 2 ? x[1] : 0.0, size = hypot(x[0], im);
    x[0] = size > 0.0 ? x[0] / size : 1.0;
    if (parts == 2) x[1] = size > 0.0 ? im / size : 0.0;
  }
  if (status == HEARTH_OK) status = multiply_vectors(by_right ? u : vt, by_right ? 0 : 1, k, parts, phases);
  for (int64_t i = 0; parts == 2 && i < k; i++) phases[2 * i + 1] = -phases[2 * i + 1];
  if (status == HEARTH_OK) status = multiply_vectors(by_right ? vt : u, by_right ? 1 : 0, k, parts, phases);
  hearth_deallocate(u->ctx, phases);
  return status;
}

hearth_status hearth_svd_general(const char *name, const hearth_array *a, double *s, hearth_array **u, hearth_array **vt) {
  HEARTH_TRY(hearth_bridge_svd(name, a, NULL, NULL, s, u, vt));
  return u ? hearth_svd_signs(*u, *vt) : HEARTH_OK;
}
