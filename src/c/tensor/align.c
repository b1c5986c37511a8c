#include "tensor/align.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"

/* Whether kernels can reach all pieces of this rank: the host program's memory beside a device is out of their reach. */
static bool in_reach(const hearth_array *array) {
  for (int32_t p = 0; p < array->npieces; p++)
    if (array->piece[p].view.space != array->ctx->backend->space) return false;
  return true;
}

hearth_status hearth_array_align(const hearth_array *array, const hearth_layout *layout, const hearth_array **aligned, hearth_array **made) {
  int32_t equal = 0;
  int64_t copied[1];
  *aligned = array;
  *made = NULL;
  HEARTH_TRY(hearth_agree(array->ctx, hearth_layout_equal(array->layout, layout, &equal)));
  copied[0] = !equal || !in_reach(array);
  HEARTH_TRY(hearth_allreduce_i64(array->ctx, copied, 1, HEARTH_OP_MAX));
  if (!copied[0]) return HEARTH_OK;
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
