/* A few eigenvalues of a large matrix from products with blocks of vectors. */
#ifndef HEARTH_LINALG_EIGH_KRYLOV_H
#define HEARTH_LINALG_EIGH_KRYLOV_H
#include <hearth/array.h>
#include <stdbool.h>

/* Whether the spaces that the method builds are small beside a problem of order n. */
bool hearth_krylov_is_small(int64_t n, int64_t k);
/* The k largest or smallest eigenvalues w [k] (ascending, memory of the caller, the same on all ranks) and vectors *v [n, k] of the Hermitian a, float64 or
 * complex128, all of which is read. Residuals |a v - w v| are below `tolerance` times the largest |w| met. Errors: NUMERICAL (not within `cycles` restarts, or
 * not halved by four). Collective; agreed. */
hearth_status hearth_krylov_eigh(const char *name, const hearth_array *a, int64_t k, bool largest, double tolerance, int32_t cycles, double *w,
                                 hearth_array **v);

#endif
