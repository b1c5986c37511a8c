#include "tensor/views.h"
#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_impl.h"

hearth_status hearth_hand_over(const hearth_context *ctx, hearth_status mine, hearth_array **made, hearth_array **result) {
  const hearth_status status = hearth_agree(ctx, mine);
  if (status != HEARTH_OK) {
    hearth_array_destroy(made);
    return status;
  }
  *result = *made;
  *made = NULL;
  return HEARTH_OK;
}

bool hearth_layout_is_product(const hearth_layout *layout) {
  if (layout->boxes) return false;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (layout->dim[d].kind > HEARTH_DIM_CUTS) return false;
  return true;
}

bool hearth_axis_is_whole(const hearth_layout *layout, int32_t axis) {
  return hearth_layout_is_product(layout) && layout->dim[axis].processes == 1;
}

bool hearth_layout_is_whole(const hearth_layout *layout) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (!hearth_axis_is_whole(layout, d)) return false;
  return !layout->place;
}

hearth_status hearth_view_dims(const hearth_array *array, const hearth_layout *layout, const int32_t *from, hearth_array **view) {
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_array_alias(array, layout, &made));
  if (made->npieces != array->npieces) {
    const int32_t n = made->npieces;
    hearth_array_destroy(&made);
    return hearth_fail(array->ctx, HEARTH_ERR_INTERNAL, "a view of %d pieces of an array of %d", n, array->npieces);
  }
  for (int32_t p = 0; p < made->npieces; p++) {
    const hearth_view *base = &array->piece[p].view;
    hearth_view *v = &made->piece[p].view;
    *v = *base;
    v->ndim = layout->ndim;
    for (int32_t k = 0; k < v->ndim; k++) {
      v->extent[k] = hearth_layout_piece_extent(layout, p, k); /* 0 on a rank that held no index of a dimension left out */
      v->stride[k] = from[k] < 0 ? hearth_dtype_size((hearth_dtype)array->dtype) : base->stride[from[k]];
    }
  }
  *view = made;
  return HEARTH_OK;
}

hearth_status hearth_array_copy_box(const hearth_array *source, const int64_t *source_start, hearth_array *target, const int64_t *target_start,
                                    const int64_t *count) {
  hearth_plan *plan = NULL;
  HEARTH_TRY(hearth_plan_create_box(source->layout, source_start, target->layout, target_start, count, &plan));
  const hearth_status status = hearth_plan_execute(plan, source, target);
  hearth_plan_destroy(&plan);
  return status;
}
