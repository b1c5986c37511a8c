/* Singular value decompositions of tall matrices whose small factors are in host memory. */
#ifndef HEARTH_LINALG_SINGULAR_H
#define HEARTH_LINALG_SINGULAR_H
#include "linalg/factor.h"

/* s [n], u [n, n] and vt [n, n] of f's r, the same on every rank, by the sign rule for vt. u and vt NULL: s alone. Collective; agreed. */
hearth_status hearth_singular_triangle(const hearth_factor *f, double *s, double *u, double *vt);
/* The sign rule: makes the entry of largest magnitude of each of k rows of vt [k, n] real and positive, and the columns of u [m, k] to match. Local. */
void hearth_singular_signs(int32_t parts, int64_t m, int64_t k, int64_t n, double *u, double *vt);
/* The type of singular values of an array. */
int32_t hearth_singular_dtype(int32_t dtype);

#endif
