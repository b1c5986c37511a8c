#include <hearth/index.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/shape_text.h"
#include "tensor/slice_impl.h"

static hearth_status check_source(const hearth_array *a, const hearth_array *source, const hearth_slicing *slicing) {
  const hearth_context *ctx = a->ctx;
  HEARTH_REQUIRE(ctx, source, "the source is NULL");
  if (source->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the source belongs to another context");
  HEARTH_TRY(hearth_array_pending(source));
  const int32_t ndim = a->layout->ndim, missing = ndim - source->layout->ndim;
  bool fits = missing >= 0;
  for (int32_t d = 0; fits && d < source->layout->ndim; d++) fits = source->layout->shape[d] == 1 || source->layout->shape[d] == slicing->count[d + missing];
  if (fits) return HEARTH_OK;
  char from[256], to[256];
  hearth_shape_text(source->layout->ndim, source->layout->shape, from, sizeof from);
  hearth_shape_text(ndim, slicing->count, to, sizeof to);
  return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "a source of shape %s does not broadcast to the slice's %s", from, to);
}

/* Into the slice, piece by piece; a source in the same memory is read first. */
static hearth_status copy_in(const hearth_array *source, hearth_array *sliced) {
  hearth_operand operand;
  const hearth_target target = {.array = sliced, .caller = sliced};
  HEARTH_TRY(hearth_operands_align(1, &source, sliced->layout, &operand));
  hearth_status status = hearth_operands_separate(1, &operand, &target);
  for (int32_t p = 0; status == HEARTH_OK && p < sliced->npieces; p++) status = hearth_view_copy(sliced->ctx, &sliced->piece[p].view, &operand.view[p]);
  hearth_operands_release(1, &operand);
  return hearth_agree(sliced->ctx, status);
}

/* source NULL: the value. */
static hearth_status set_slice(hearth_array *a, const hearth_slicing *slicing, const hearth_array *source, double value) {
  hearth_array *sliced = NULL;
  bool shares = false;
  HEARTH_TRY(hearth_slice_make(a, slicing, &sliced, &shares));
  hearth_status status = source ? copy_in(source, sliced) : hearth_array_fill(sliced, value);
  if (status == HEARTH_OK && !shares) status = hearth_agree(a->ctx, hearth_slice_move(a, slicing, sliced, true));
  hearth_array_destroy(&sliced);
  return status;
}

hearth_status hearth_set_slice(hearth_array *a, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step, const hearth_array *source) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  hearth_slicing slicing;
  hearth_status mine = hearth_array_pending(a);
  if (mine == HEARTH_OK) mine = hearth_slicing_set(a, ndim, start, count, step, &slicing);
  if (mine == HEARTH_OK) mine = check_source(a, source, &slicing);
  HEARTH_TRY(hearth_agree(a->ctx, mine));
  return set_slice(a, &slicing, source, 0);
}

hearth_status hearth_set_slice_scalar(hearth_array *a, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step, double value) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  hearth_slicing slicing;
  hearth_status mine = hearth_array_pending(a);
  if (mine == HEARTH_OK) mine = hearth_slicing_set(a, ndim, start, count, step, &slicing);
  HEARTH_TRY(hearth_agree(a->ctx, mine));
  return set_slice(a, &slicing, NULL, value);
}
