#include <hearth/halo.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/halo_impl.h"
#include "tensor/plan_round.h"

static hearth_status check_create(const hearth_layout *layout, int32_t ndim, const int64_t *low, const int64_t *high, const int32_t *periodic,
                                  hearth_halo **halo) {
  HEARTH_REQUIRE(layout->ctx, halo, "no place for the halo (NULL)");
  HEARTH_TRY(hearth_halo_check_widths(layout, ndim, low, high));
  HEARTH_REQUIRE(layout->ctx, periodic, "the list of periodic dimensions is NULL");
  for (int32_t d = 0; d < ndim; d++)
    HEARTH_REQUIRE(layout->ctx, !periodic[d] || (low[d] <= layout->shape[d] && high[d] <= layout->shape[d]),
                   "the halo of dimension %d is %lld and %lld wide, more than the %lld elements of the periodic dimension", d, (long long)low[d],
                   (long long)high[d], (long long)layout->shape[d]);
  return HEARTH_OK;
}

static hearth_status new_halo(const hearth_layout *layout, const int64_t *low, const int64_t *high, const int32_t *periodic, hearth_halo **halo) {
  hearth_halo *made = NULL;
  HEARTH_TRY(hearth_allocate_zero(layout->ctx, (int64_t)sizeof *made, &made));
  made->ctx = layout->ctx;
  made->layout = hearth_layout_retain(layout);
  made->plan = (hearth_plan){.ctx = made->ctx, .source = made->layout, .target = made->layout, .arrays = made->layout, .ndim = layout->ndim};
  for (int32_t d = 0; d < layout->ndim; d++) {
    made->low[d] = low[d];
    made->high[d] = high[d];
    made->periodic[d] = periodic[d] != 0;
    made->plan.axes[d] = d;
  }
  hearth_context_hold(made->ctx, HEARTH_OBJECT_HALO);
  *halo = made;
  return HEARTH_OK;
}

hearth_status hearth_halo_create(const hearth_layout *layout, int32_t ndim, const int64_t *low, const int64_t *high, const int32_t *periodic,
                                 hearth_halo **halo) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  if (halo) *halo = NULL;
  const hearth_status mine = check_create(layout, ndim, low, high, periodic, halo);
  int64_t number[1 + 3 * HEARTH_MAX_NDIM] = {ndim};
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) {
    number[1 + 3 * d] = low[d];
    number[2 + 3 * d] = high[d];
    number[3 + 3 * d] = periodic[d] != 0;
  }
  HEARTH_TRY(hearth_agree_same(layout->ctx, mine, "the halo (ndim; low, high, periodic per dimension)", number, 1 + 3 * HEARTH_MAX_NDIM));
  hearth_halo *made = NULL;
  hearth_status status = hearth_agree(layout->ctx, new_halo(layout, low, high, periodic, &made));
  if (status == HEARTH_OK) status = hearth_halo_find_peers(made);
  if (status != HEARTH_OK)
    hearth_halo_destroy(&made);
  else
    *halo = made;
  return status;
}

static hearth_status check_array(const hearth_halo *halo, const hearth_array *array) {
  HEARTH_REQUIRE(halo->ctx, array, "the array is NULL");
  int32_t equal = 0;
  HEARTH_TRY(hearth_layout_equal(array->layout, halo->layout, &equal));
  if (!equal) return hearth_fail(halo->ctx, HEARTH_ERR_MISMATCH, "the array does not have the halo's layout");
  for (int32_t d = 0; d < halo->layout->ndim; d++)
    HEARTH_REQUIRE(halo->ctx, !array->storage || (array->halo_low[d] >= halo->low[d] && array->halo_high[d] >= halo->high[d]),
                   "dimension %d of the array has a halo of %lld and %lld elements, not of %lld and %lld (hearth_array_create_halo)", d,
                   (long long)array->halo_low[d], (long long)array->halo_high[d], (long long)halo->low[d], (long long)halo->high[d]);
  return hearth_array_pending(array);
}

static hearth_status check_arrays(const hearth_halo *halo, int32_t n, hearth_array *const *arrays) {
  HEARTH_REQUIRE(halo->ctx, n >= 0, "%d arrays", n);
  HEARTH_REQUIRE(halo->ctx, n == 0 || arrays, "the list of arrays is NULL");
  for (int32_t i = 0; i < n; i++) {
    HEARTH_TRY(check_array(halo, arrays[i]));
    for (int32_t k = 0; k < i; k++) HEARTH_REQUIRE(halo->ctx, arrays[k] != arrays[i], "arrays %d and %d are the same", k, i);
  }
  return HEARTH_OK;
}

hearth_status hearth_halo_exchange(hearth_halo *halo, hearth_array *array) {
  HEARTH_REQUIRE(NULL, halo, "the halo is NULL");
  HEARTH_GUARD_FP(halo->ctx);
  const hearth_array *source = array;
  return hearth_plan_run(&halo->plan, check_array(halo, array), 1, &source, &array);
}

hearth_status hearth_halo_exchange_many(hearth_halo *halo, int32_t n, hearth_array *const *arrays) {
  HEARTH_REQUIRE(NULL, halo, "the halo is NULL");
  HEARTH_GUARD_FP(halo->ctx);
  const int64_t number[1] = {n};
  HEARTH_TRY(hearth_agree_same(halo->ctx, check_arrays(halo, n, arrays), "n|", number, 1));
  return n > 0 ? hearth_plan_run(&halo->plan, HEARTH_OK, n, (const hearth_array *const *)arrays, arrays) : HEARTH_OK;
}

hearth_status hearth_halo_destroy(hearth_halo **halo) {
  if (!halo || !*halo) return HEARTH_OK;
  hearth_halo *gone = *halo;
  hearth_context *ctx = gone->ctx;
  *halo = NULL;
  hearth_deallocate(ctx, gone->peers);
  hearth_deallocate(ctx, gone->parts);
  hearth_deallocate(ctx, gone->overlaps);
  hearth_deallocate(ctx, gone->sections);
  hearth_layout_destroy(&gone->layout);
  hearth_deallocate(ctx, gone);
  hearth_context_drop(ctx, HEARTH_OBJECT_HALO);
  return HEARTH_OK;
}
