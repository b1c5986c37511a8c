/* Operands brought to one layout and into reach of the kernels, and results back to where the caller has them. */
#ifndef HEARTH_TENSOR_ALIGN_H
#define HEARTH_TENSOR_ALIGN_H
#include "tensor/array_impl.h"

enum { HEARTH_OPERANDS_MAX = 16 };

/* *aligned has the layout given and memory that kernels reach: it is `array` itself where that is so already, else *made, a copy of the same dtype and order,
 * which the caller destroys (NULL otherwise). Shapes are equal. Collective; agreed. */
hearth_status hearth_array_align(const hearth_array *array, const hearth_layout *layout, const hearth_array **aligned, hearth_array **made);

/* NumPy's broadcasting: shapes are lined up at their last dimensions; extents are equal, or one of them is 1. Errors: MISMATCH (the message has both shapes).
 * Local. */
hearth_status hearth_broadcast_shape(int32_t n, const hearth_array *const *arrays, int32_t *ndim, int64_t *shape);
/* The layout of what is computed from the arrays, of their broadcast shape: that of the first array which has this shape. If none has, that of the largest
 * array (the first of those, and one that is not replicated before those that are), its dimensions of full extent as they are and the others inserted as
 * whole ones; for layouts that dimensions cannot be taken out of, the balanced split of the first dimension. Local; the caller destroys *layout. */
hearth_status hearth_broadcast_layout(int32_t n, const hearth_array *const *arrays, int32_t ndim, const int64_t *shape, hearth_layout **layout);

/* An array as the pieces of a layout see it, in memory that kernels reach. */
typedef struct hearth_operand {
  const hearth_array *array; /* as it was given */
  hearth_array *made;        /* a copy with another layout, or NULL */
  int32_t npieces;           /* of the layout */
  hearth_view *view;         /* of each piece: its extents, stride 0 along the dimensions that are broadcast */
  void **memory;             /* what a piece's view needed of its own, or NULL */
} hearth_operand;

/* Operand i is arrays[i], whose shape broadcasts to that of `layout`: used in place where its own layout is the projection of `layout` on its dimensions,
 * else redistributed to that (dimensions along unused grid axes: replicated); a piece of boxes or index lists takes its part of a broadcast operand that is
 * collected on every rank. At most HEARTH_OPERANDS_MAX. Workspace: the copies. Collective; agreed. hearth_operands_release afterwards, not after a failure. */
hearth_status hearth_operands_align(int32_t n, const hearth_array *const *arrays, const hearth_layout *layout, hearth_operand *operands);
void hearth_operands_release(int32_t n, hearth_operand *operands);

/* What kernels write: `array` is the caller's own where they reach it, else a temporary of the same layout, dtype and order. */
typedef struct hearth_target {
  hearth_array *array;
  hearth_array *caller;
  hearth_array *made; /* the temporary, or NULL */
} hearth_target;

/* keep: elements that the kernels do not write stay, or are read. Local. hearth_target_close afterwards, not after a failure. */
hearth_status hearth_target_open(hearth_array *caller, bool keep, hearth_target *target);
/* If `status` is HEARTH_OK brings the result to where the caller has it; releases; passes the status on. Local. */
hearth_status hearth_target_close(hearth_target *target, hearth_status status);
/* Copies operands whose memory overlaps that of the target without being the same elements at the same places: pieces can be written in any order then.
 * Local. */
hearth_status hearth_operands_separate(int32_t n, hearth_operand *operands, const hearth_target *target);

#endif
