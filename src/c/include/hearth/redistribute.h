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
/* The same with axes in another order: dimension d of the target runs along axis axes[d] of the source (NumPy's transpose), so that
 * target->shape[d] = source->shape[axes[d]]. Source arrays have the layout `source`.
 * Collective. Ownership: the caller destroys *plan. Errors: ARGUMENT (axes that are no permutation), MISMATCH (shapes, contexts), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_plan_create_permuted(const hearth_layout *source, const hearth_layout *target, int32_t ndim,
                                                            HEARTH_EXTENT(ndim) HEARTH_INDEX const int32_t *axes, HEARTH_OUT hearth_plan **plan);
/* Runs the plan: one message per peer and round, the local part is copied while messages fly; buffers stay under the context's memory cap. The arrays must have
 * the plan's layouts; dtypes may differ.
 * Collective. Errors: MISMATCH, MEMORY, MPI, the status of an earlier local failure of an array. */
HEARTH_COLLECTIVE hearth_status hearth_plan_execute(hearth_plan *plan, const hearth_array *source, hearth_array *target);
/* Runs the plan for n arrays at once, sources[i] to targets[i], of any dtypes: one message per peer and round for all of them.
 * Collective. Errors: as hearth_plan_execute; ARGUMENT (a target that is another array of the call). */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_plan_execute_many(hearth_plan *plan, int32_t n, const hearth_array *const *sources,
                                                                       hearth_array *const *targets);
/* Elements that this rank sends to other ranks, receives from them, and copies locally. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_plan_volume(const hearth_plan *plan, HEARTH_OUT int64_t *sent, HEARTH_OUT int64_t *received, HEARTH_OUT int64_t *local);
/* Releases the plan; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_plan_destroy(hearth_plan **plan);

/* New arrays with the content, dtype and order of `array` and another layout. They take no workspace but the buffers of messages (at most 256 MiB, less under
 * the context's memory cap). All are collective; the caller destroys *result; errors: ARGUMENT, MISMATCH (ranks name different axes or ranks, layouts of
 * another shape or context), MEMORY, MPI, the status of an earlier local failure of the array. */

/* The balanced split along `axis`, the remainder on the first ranks; axis -1 (in every language): replicated on all ranks. Collective. */
HEARTH_COLLECTIVE hearth_status hearth_resplit(const hearth_array *array, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **result);
/* The same distributed dimensions, in parts of equal size: one distributed dimension is split evenly over all ranks, several keep their grid and blocks, with
 * cuts made even; boxes are split along the longest axis, index lists along their own. Collective. */
HEARTH_COLLECTIVE hearth_status hearth_balance(const hearth_array *array, HEARTH_OUT hearth_array **result);
/* The layout given. Collective. */
HEARTH_COLLECTIVE hearth_status hearth_redistribute(const hearth_array *array, const hearth_layout *layout, HEARTH_OUT hearth_array **result);
/* Everything on rank `rank` (0-based in every language), nothing on the others. Collective. */
HEARTH_COLLECTIVE hearth_status hearth_collect(const hearth_array *array, int32_t rank, HEARTH_OUT hearth_array **result);

#ifdef __cplusplus
}
#endif
#endif
