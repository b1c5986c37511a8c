/* Between the two files of a rotation. */
#ifndef HEARTH_ANALYSIS_PCA_ROTATE_IMPL_H
#define HEARTH_ANALYSIS_PCA_ROTATE_IMPL_H
#include "analysis/pca_impl.h"

/* rotation [n, n], column-major: L' = L R for the loadings of the first n modes; varimax, or promax to `power` if that is not 0. Collective. */
hearth_status hearth_pca_find_rotation(const hearth_pca *pca, int64_t n, double power, double *rotation);

#endif
