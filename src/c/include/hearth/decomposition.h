/* QR, singular values, eigenvalues, polar and Cholesky decompositions. */
#ifndef HEARTH_DECOMPOSITION_H
#define HEARTH_DECOMPOSITION_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
