/* Products of two distributed matrices: what hearth_matmul and the rest of linalg multiply with. */
#ifndef HEARTH_LINALG_PRODUCT_H
#define HEARTH_LINALG_PRODUCT_H
#include "tensor/array_impl.h"

/* *c := a b, a [m, k], b [k, n], both of the one float or complex dtype that c has; conjugate as in the backend's gemm (HEARTH_CONJUGATE_A, _B). The layout of
 * c is that of hearth_matmul. Arguments are known to agree. Collective; agreed. The caller destroys *c. */
hearth_status hearth_product(int32_t conjugate, const hearth_array *a, const hearth_array *b, hearth_array **c);

#endif
