/* Exact sums over ranks. */
#ifndef HEARTH_TENSOR_EXACT_H
#define HEARTH_TENSOR_EXACT_H
#include "core/exact.h"
#include "tensor/array_impl.h"

/* Adds the ranks' n sums: every rank then has all of them. Two allreduces: one of a few numbers, one of the limbs that any rank uses. Takes along the agreement
 * on `mine` (a failure that this rank met before) and on n (`what` names it); `sums` may be NULL after a failure. Collective; agreed. */
hearth_status hearth_exact_combine(const hearth_context *ctx, hearth_status mine, const char *what, int64_t n, hearth_exact *sums);

/* The same among the ranks of a communicator (MPI_COMM_NULL: nobody else) that all have n sums and no failure to tell of. Collective on it. */
hearth_status hearth_exact_join(const hearth_context *ctx, MPI_Comm comm, int64_t n, hearth_exact *sums);

/* An array of shape [1] on every rank with the value re + i im. Local. */
hearth_status hearth_array_of_value(hearth_context *ctx, int32_t dtype, double re, double im, hearth_array **array);

#endif
