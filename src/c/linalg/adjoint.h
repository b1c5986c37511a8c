#ifndef HEARTH_LINALG_ADJOINT_H
#define HEARTH_LINALG_ADJOINT_H
#include <hearth/array.h>

/* a^H of a 2-d array: a view for real elements, a conjugated copy behind a view for complex ones. Collective. The caller destroys *adjoint. */
hearth_status hearth_adjoint(const hearth_array *a, hearth_array **adjoint);

#endif
