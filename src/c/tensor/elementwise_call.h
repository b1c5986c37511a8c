/* Elementwise functions in general: steps on operands that are arrays or numbers. */
#ifndef HEARTH_TENSOR_ELEMENTWISE_CALL_H
#define HEARTH_TENSOR_ELEMENTWISE_CALL_H
#include "kernels/map.h"
#include "tensor/array_impl.h"
#include <hearth/elementwise.h>

typedef struct hearth_element_source {
  const hearth_array *array;
  double number;
  bool is_number; /* and not an array, which may be NULL by mistake */
} hearth_element_source;

/* Source 0 is what the steps begin with, an array. */
typedef struct hearth_element_call {
  hearth_context *ctx;
  int32_t nsteps, n;
  hearth_map_step step[HEARTH_MAP_STEPS];
  hearth_element_source source[HEARTH_MAP_SOURCES];
} hearth_element_call;

/* Collective; agreed. `early`: a failure of this rank that came before. */
hearth_status hearth_element_new(const hearth_element_call *call, hearth_status early, hearth_array **result);
hearth_status hearth_element_into(const hearth_element_call *call, hearth_status early, hearth_array *target);

/* NumPy's types for the call. Local. Errors: UNSUPPORTED. */
hearth_status hearth_element_types(const hearth_element_call *call, int32_t *compute, int32_t *result);

#endif
