#include "tensor/align.h"
#include "comm/comm.h"
#include "core/error.h"

hearth_status hearth_array_align(const hearth_array *array, const hearth_layout *layout, const hearth_array **aligned, hearth_array **made) {
  int32_t equal = 0;
  *aligned = array;
  *made = NULL;
  HEARTH_TRY(hearth_agree(array->ctx, hearth_layout_equal(array->layout, layout, &equal)));
  if (equal) return HEARTH_OK;
  hearth_array *copy = NULL;
  hearth_status status = hearth_agree(array->ctx, hearth_array_create_local(layout, array->dtype, array->order, &copy));
  if (status == HEARTH_OK) status = hearth_array_copy(array, copy);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&copy);
    return status;
  }
  *aligned = *made = copy;
  return HEARTH_OK;
}
