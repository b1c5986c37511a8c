/* The same elements with their dimensions in another order, or with dimensions of extent 1 more or fewer. */
#include <hearth/manipulate.h>
#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/layout_impl.h"
#include "tensor/views.h"

static hearth_status check_view(const hearth_array *a, hearth_array **view) {
  HEARTH_REQUIRE(a->ctx, view, "no place for the view (NULL)");
  return hearth_array_pending(a);
}

/* Row-major turned round is column-major; for other orders of dimensions the strides say what is contiguous. */
static bool is_reversed(int32_t ndim, const int32_t *axes) {
  for (int32_t d = 0; d < ndim; d++)
    if (axes[d] != ndim - 1 - d) return false;
  return true;
}

hearth_status hearth_transpose(const hearth_array *a, int32_t ndim, const int32_t *axes, hearth_array **view) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  int32_t order[HEARTH_MAX_NDIM];
  if (view) *view = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check_view(a, view)));
  for (int32_t d = 0; d < a->layout->ndim; d++) order[d] = a->layout->ndim - 1 - d;
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_layout_permute(a->layout, axes ? ndim : a->layout->ndim, axes ? axes : order, &layout));
  if (axes)
    for (int32_t d = 0; d < ndim; d++) order[d] = axes[d];
  const hearth_status status = hearth_view_dims(a, layout, order, &made);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK && made->layout->ndim > 1 && is_reversed(made->layout->ndim, order))
    made->order = a->order == HEARTH_ROW_MAJOR ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR;
  return hearth_hand_over(a->ctx, status, &made, view);
}

/* See hearth_view_dims. */
typedef struct renaming {
  int32_t n, from[HEARTH_MAX_NDIM], kept[HEARTH_MAX_NDIM], nkept, at; /* at: of the new dimension, or -1 */
} renaming;

static hearth_status make_view(const hearth_array *a, const renaming *r, hearth_array **view) {
  hearth_layout *layout = NULL;
  hearth_status status = r->at >= 0 ? hearth_layout_insert(a->layout, r->at, 1, &layout) : hearth_layout_squeeze(a->layout, r->nkept, r->kept, &layout);
  if (status == HEARTH_OK) status = hearth_view_dims(a, layout, r->from, view);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status rename_dims(const hearth_array *a, const renaming *r, hearth_array **view) {
  hearth_array *made = NULL, *copy = NULL;
  hearth_status status = hearth_hand_over(a->ctx, make_view(a, r, &made), &made, view);
  if (status != HEARTH_ERR_UNSUPPORTED) return status;
  HEARTH_TRY(hearth_resplit(a, 0, &copy)); /* boxes, index lists */
  status = hearth_hand_over(a->ctx, make_view(copy, r, &made), &made, view);
  hearth_array_destroy(&copy);
  return status;
}

static hearth_status check_expand(const hearth_array *a, int32_t axis, hearth_array **view) {
  HEARTH_TRY(check_view(a, view));
  HEARTH_REQUIRE(a->ctx, axis >= 0 && axis <= a->layout->ndim, "a new axis %d for an array of %d dimensions", axis, a->layout->ndim);
  HEARTH_REQUIRE(a->ctx, a->layout->ndim < HEARTH_MAX_NDIM, "the array has %d dimensions already, the most that are possible", a->layout->ndim);
  return HEARTH_OK;
}

hearth_status hearth_expand_dims(const hearth_array *a, int32_t axis, hearth_array **view) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  const int64_t number[1] = {axis};
  if (view) *view = NULL;
  HEARTH_TRY(hearth_agree_same(a->ctx, check_expand(a, axis, view), "axis|", number, 1));
  renaming r = {.n = a->layout->ndim + 1, .at = axis};
  for (int32_t k = 0; k < r.n; k++) r.from[k] = k == axis ? -1 : k - (k > axis);
  return rename_dims(a, &r, view);
}

static hearth_status check_squeeze(const hearth_array *a, int32_t naxes, const int32_t *axes, hearth_array **view, bool *drop) {
  const hearth_layout *layout = a->layout;
  HEARTH_TRY(check_view(a, view));
  for (int32_t d = 0; d < layout->ndim; d++) drop[d] = !axes && layout->shape[d] == 1;
  HEARTH_REQUIRE(a->ctx, naxes >= 0 && (!axes || naxes <= layout->ndim), "%d axes of an array of %d dimensions", naxes, layout->ndim);
  for (int32_t k = 0; axes && k < naxes; k++) {
    const int32_t d = axes[k];
    HEARTH_REQUIRE(a->ctx, d >= 0 && d < layout->ndim, "axis %d of an array of %d dimensions", d, layout->ndim);
    HEARTH_REQUIRE(a->ctx, layout->shape[d] == 1, "axis %d has %lld elements; only axes of one element can be left out", d, (long long)layout->shape[d]);
    HEARTH_REQUIRE(a->ctx, !drop[d], "axis %d twice", d);
    drop[d] = true;
  }
  return HEARTH_OK;
}

hearth_status hearth_squeeze(const hearth_array *a, int32_t naxes, const int32_t *axes, hearth_array **view) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  bool drop[HEARTH_MAX_NDIM] = {false};
  int64_t number[HEARTH_MAX_NDIM] = {0};
  if (view) *view = NULL;
  const hearth_status mine = check_squeeze(a, naxes, axes, view, drop);
  for (int32_t d = 0; d < a->layout->ndim; d++) number[d] = drop[d];
  HEARTH_TRY(hearth_agree_same(a->ctx, mine, "the axes to leave out", number, HEARTH_MAX_NDIM));
  renaming r = {.at = -1};
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (!drop[d]) r.from[r.nkept] = d, r.kept[r.nkept++] = d;
  if (r.nkept == 0) r.from[0] = 0, r.kept[r.nkept++] = 0; /* an array has one dimension at least */
  r.n = r.nkept;
  return rename_dims(a, &r, view);
}
