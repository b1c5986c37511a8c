#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/adjoint.h"
#include "linalg/decompose.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/svd_general.h"
#include "linalg/tall.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <hearth/manipulate.h>
#include <hearth/matmul.h>
#include <hearth/random.h>
#include <hearth/reduce.h>
#include <math.h>

static hearth_status check(const hearth_array *a, int64_t rank, const hearth_rsvd_options *options, bool places) {
  HEARTH_REQUIRE(a->ctx, places, "rsvd: no place for a result (NULL)");
  HEARTH_REQUIRE(a->ctx, rank >= 1, "rsvd: rank %lld", (long long)rank);
  HEARTH_REQUIRE(a->ctx, options->size == sizeof *options, "rsvd: the options' size is %zu, not %zu: begin with HEARTH_RSVD_OPTIONS_INIT", options->size,
                 sizeof *options);
  HEARTH_REQUIRE(a->ctx, options->oversample >= 0 && options->power >= 0 && options->stream >= 0, "rsvd: oversample %lld, power %d, stream %d",
                 (long long)options->oversample, options->power, options->stream);
  return hearth_check_matrix("rsvd", a);
}

static hearth_status test_matrix(const hearth_array *a, int64_t columns, int32_t stream, hearth_array **omega) {
  const int64_t shape[2] = {a->layout->shape[1], columns};
  hearth_layout *layout = NULL;
  hearth_array *real = NULL;
  const int32_t dtype = hearth_bridge_result(a->dtype, true);
  HEARTH_TRY(hearth_layout_split(a->ctx, 2, shape, -1, &layout));
  hearth_status status = hearth_randn(layout, dtype, HEARTH_ROW_MAJOR, stream, &real);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK && a->dtype != dtype) {
    status = hearth_array_cast(real, a->dtype, omega);
    hearth_array_destroy(&real);
  } else if (status == HEARTH_OK) {
    *omega = real;
  }
  return status;
}

/* *q := an orthonormal basis of the columns of *y, which is gone then. */
static hearth_status orthonormalise(hearth_array **y, hearth_array **q) {
  hearth_array *r = NULL;
  const hearth_status status = hearth_qr(*y, NULL, q, &r);
  hearth_array_destroy(&r);
  hearth_array_destroy(y);
  return status;
}

/* *q := orthonormal basis of a (a^H q). */
static hearth_status power_step(const hearth_array *a, const hearth_array *ah, hearth_array **q) {
  hearth_array *z = NULL, *basis = NULL, *y = NULL;
  hearth_status status = hearth_matmul(ah, *q, &z);
  if (status == HEARTH_OK) status = orthonormalise(&z, &basis);
  hearth_array_destroy(q);
  if (status == HEARTH_OK) status = hearth_matmul(a, basis, &y);
  if (status == HEARTH_OK) status = orthonormalise(&y, q);
  hearth_array_destroy(&z);
  hearth_array_destroy(&basis);
  hearth_array_destroy(&y);
  return status;
}

/* *all := [*all, q]. */
static hearth_status append(hearth_array **all, const hearth_array *q) {
  hearth_array *joined = NULL;
  if (!*all) return hearth_array_clone(q, all);
  HEARTH_TRY(hearth_concatenate(2, (const hearth_array *const[]){*all, q}, 1, &joined));
  hearth_array_destroy(all);
  *all = joined;
  return HEARTH_OK;
}

static hearth_status find_range(const hearth_array *a, const hearth_array *ah, int64_t columns, const hearth_rsvd_options *options, hearth_array **q) {
  const int64_t *shape = a->layout->shape, least = shape[0] < shape[1] ? shape[0] : shape[1];
  hearth_array *omega = NULL, *y = NULL, *all = NULL;
  hearth_status status = test_matrix(a, columns, options->stream, &omega);
  if (status == HEARTH_OK) status = hearth_matmul(a, omega, &y);
  if (status == HEARTH_OK) status = orthonormalise(&y, q);
  for (int32_t p = 0; status == HEARTH_OK && p < options->power; p++) {
    const bool room = options->krylov && (all ? all->layout->shape[1] : 0) + 2 * columns <= least;
    if (room) status = append(&all, *q);
    if (status == HEARTH_OK) status = power_step(a, ah, q);
  }
  if (status == HEARTH_OK && all) {
    status = append(&all, *q);
    hearth_array_destroy(q);
    if (status == HEARTH_OK) status = orthonormalise(&all, q);
  }
  hearth_array_destroy(&omega);
  hearth_array_destroy(&y);
  hearth_array_destroy(&all);
  return status;
}

/* The leading `count` along an axis, as an array of its own where that saves memory. */
static hearth_status leading(hearth_array **array, int32_t axis, int64_t count) {
  const int64_t start[2] = {0, 0};
  int64_t extents[2] = {(*array)->layout->shape[0], (*array)->layout->ndim > 1 ? (*array)->layout->shape[1] : 0};
  hearth_array *view = NULL, *copy = NULL;
  if (extents[axis] <= count) return HEARTH_OK;
  extents[axis] = count;
  hearth_status status = hearth_slice(*array, (*array)->layout->ndim, start, extents, NULL, &view);
  if (status == HEARTH_OK) status = hearth_array_clone(view, &copy);
  hearth_array_destroy(&view);
  if (status != HEARTH_OK) return status;
  hearth_array_destroy(array);
  *array = copy;
  return HEARTH_OK;
}

static hearth_status error_of(const hearth_array *a, const hearth_array *s, double *error) {
  hearth_reduce_options wide = HEARTH_REDUCE_OPTIONS_INIT;
  const hearth_array *const of[2] = {a, s};
  double size[2] = {0.0, 0.0};
  for (int i = 0; i < 2; i++) {
    hearth_array *norm = NULL;
    wide.dtype = hearth_dtype_is_complex(of[i]->dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64; /* the imaginary part is 0 */
    HEARTH_TRY(hearth_norm(of[i], 0, NULL, &wide, &norm));
    const hearth_status status = hearth_small_read(norm, 1, &size[i]);
    hearth_array_destroy(&norm);
    HEARTH_TRY(status);
  }
  const double share = size[0] > 0.0 ? size[1] / size[0] : 1.0;
  *error = share < 1.0 ? sqrt((1.0 - share) * (1.0 + share)) : 0.0;
  return HEARTH_OK;
}

static hearth_status decompose(const hearth_array *a, int64_t rank, const hearth_rsvd_options *options, hearth_array *result[3], double *error) {
  const int64_t *shape = a->layout->shape, least = shape[0] < shape[1] ? shape[0] : shape[1];
  const int64_t kept = rank < least ? rank : least, columns = kept + options->oversample < least ? kept + options->oversample : least;
  hearth_array *ah = NULL, *q = NULL, *qh = NULL, *b = NULL, *left = NULL;
  hearth_status status = hearth_adjoint(a, &ah);
  if (status == HEARTH_OK) status = find_range(a, ah, columns, options, &q);
  if (status == HEARTH_OK) status = hearth_adjoint(q, &qh);
  if (status == HEARTH_OK) status = hearth_matmul(qh, a, &b);
  if (status == HEARTH_OK) status = hearth_svd(b, NULL, &left, &result[1], &result[2]);
  if (status == HEARTH_OK) status = leading(&left, 1, kept);
  if (status == HEARTH_OK) status = leading(&result[1], 0, kept);
  if (status == HEARTH_OK) status = leading(&result[2], 0, kept);
  if (status == HEARTH_OK) status = hearth_matmul(q, left, &result[0]);
  if (status == HEARTH_OK) status = hearth_svd_signs(result[0], result[2]);
  if (status == HEARTH_OK) status = error_of(a, result[1], error);
  hearth_array *all[] = {ah, q, qh, b, left};
  for (int i = 0; i < 5; i++) hearth_array_destroy(&all[i]);
  return status;
}

hearth_status hearth_rsvd(const hearth_array *a, int64_t rank, const hearth_rsvd_options *options, hearth_array **u, hearth_array **s, hearth_array **vt,
                          double *error) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  const hearth_rsvd_options defaults = HEARTH_RSVD_OPTIONS_INIT;
  const hearth_rsvd_options *const o = options ? options : &defaults;
  hearth_array *result[3] = {NULL}, *floats = NULL;
  if (u) *u = NULL;
  if (s) *s = NULL;
  if (vt) *vt = NULL;
  const hearth_status mine = check(a, rank, o, u && s && vt && error);
  HEARTH_TRY(hearth_agree_same(a->ctx, mine, "rank|oversample|power|krylov|stream", (int64_t[]){rank, o->oversample, o->power, o->krylov, o->stream}, 5));
  HEARTH_TRY(hearth_require_finite(a, "rsvd"));
  const int32_t dtype = hearth_bridge_result(a->dtype, false);
  if (dtype != a->dtype) HEARTH_TRY(hearth_array_cast(a, dtype, &floats));
  const hearth_status status = decompose(floats ? floats : a, rank, o, result, error);
  hearth_array_destroy(&floats);
  if (status != HEARTH_OK) {
    for (int i = 0; i < 3; i++) hearth_array_destroy(&result[i]);
    return status;
  }
  *u = result[0];
  *s = result[1];
  *vt = result[2];
  return HEARTH_OK;
}
