/* Singular values and vectors of matrices that are large both ways. */
#ifndef HEARTH_LINALG_SVD_GENERAL_H
#define HEARTH_LINALG_SVD_GENERAL_H
#include <hearth/array.h>

/* Through the bridge, by the sign rule of hearth_svd; s in memory of the caller; u and vt NULL: s alone. Collective; agreed. */
hearth_status hearth_svd_general(const char *name, const hearth_array *a, double *s, hearth_array **u, hearth_array **vt);
/* The sign rule of hearth_svd on arrays of any layout: the shorter vectors (columns of u, or rows of vt) times the conjugate phases of the entries that decide,
 * the others times the phases. Collective; agreed. */
hearth_status hearth_svd_signs(hearth_array *u, hearth_array *vt);

#endif
