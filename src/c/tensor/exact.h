/* Exact sums over ranks. */
#ifndef HEARTH_TENSOR_EXACT_H
#define HEARTH_TENSOR_EXACT_H
#include "core/exact.h"
#include "tensor/array_impl.h"

/* Adds the ranks' n sums: every rank then has all of them. Two allreduces: one of a few numbers, one of the limbs that any rank uses. Takes along the agreement
 * on `mine` (a failure that this rank met before) and on n (`what` names it); `sums` may be NULL after a failure. Collective; agreed. */
hearth_status hearth_exact_combine(const hearth_context *ctx, hearth_status mine, const char *what, int64_t n, hearth_exact *sums);

/* The real (0) or imaginary (1) parts of the elements as a view of a real dtype; real elements have no imaginary part: false. */
bool hearth_view_real_part(const hearth_view *view, int imaginary, hearth_view *part);

/* An array of shape [1] on every rank with the value re + i im. Local. */
hearth_status hearth_array_of_value(hearth_context *ctx, int32_t dtype, double re, double im, hearth_array **array);

#endif
