/* Moving data between layouts: the plan is made once from two layouts and run on any arrays that have them. */
#ifndef HEARTH_REDISTRIBUTE_H
#define HEARTH_REDISTRIBUTE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_plan hearth_plan;

/* Plans the copy of an array with layout `source` into one of the same shape with layout `target`. Of replicas, the first sends; all receive.
 * Collective. Ownership: the caller destroys *plan. Errors: MISMATCH (shapes or contexts differ), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_plan_create(const hearth_layout *source, const hearth_layout *target, HEARTH_OUT hearth_plan **plan);
/* The same for a box: element source_start + i of the source goes to element target_start + i of the target, 0 <= i < count in every dimension.
 * Collective. Errors: ARGUMENT (box outside a shape), MISMATCH, MEMORY. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_plan_create_box(const hearth_layout *source, HEARTH_INDEX const int64_t *source_start,
                                                                     const hearth_layout *target, HEARTH_INDEX const int64_t *target_start,
                                                                     const int64_t *count, HEARTH_OUT hearth_plan **plan);
/* Runs the plan: one message per peer and round, the local part is copied while messages fly; buffers stay under the context's memory cap. The arrays must have
 * the plan's layouts; dtypes may differ.
 * Collective. Errors: MISMATCH, MEMORY, MPI, the status of an earlier local failure of an array. */
HEARTH_COLLECTIVE hearth_status hearth_plan_execute(hearth_plan *plan, const hearth_array *source, hearth_array *target);
/* Elements that this rank sends to other ranks, receives from them, and copies locally. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_plan_volume(const hearth_plan *plan, HEARTH_OUT int64_t *sent, HEARTH_OUT int64_t *received, HEARTH_OUT int64_t *local);
/* Releases the plan; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_plan_destroy(hearth_plan **plan);

#ifdef __cplusplus
}
#endif
#endif
