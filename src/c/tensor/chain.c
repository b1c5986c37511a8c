/* Several operations in one pass. */
#include <hearth/elementwise.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/elementwise_call.h"

static hearth_status add_step(hearth_element_call *call, int32_t s, int32_t op, const hearth_array *array, const double *numbers) {
  const int32_t operands = hearth_map_operands(op);
  HEARTH_REQUIRE(call->ctx, operands > 0, "step %d: %d is no operation", s, op);
  HEARTH_REQUIRE(call->ctx, operands < 3, "step %d: %s takes three operands, a step of a chain no more than two", s, hearth_map_name(op));
  call->step[call->nsteps++] = (hearth_map_step){op, {call->n, 0}};
  if (operands == 1) return HEARTH_OK;
  HEARTH_REQUIRE(call->ctx, array || numbers, "step %d: %s has neither an array nor a number as second operand", s, hearth_map_name(op));
  HEARTH_REQUIRE(call->ctx, call->n < HEARTH_MAP_SOURCES, "more than %d second operands", HEARTH_MAP_SOURCES - 1);
  call->source[call->n++] = array ? (hearth_element_source){array, 0, false} : (hearth_element_source){NULL, numbers[s], true};
  return HEARTH_OK;
}

static hearth_status describe(hearth_element_call *call, int32_t nsteps, const int32_t *ops, const hearth_array *const *arrays, const double *numbers) {
  HEARTH_REQUIRE(call->ctx, nsteps >= 1 && nsteps <= HEARTH_MAP_STEPS, "%d steps; 1 to %d are possible", nsteps, HEARTH_MAP_STEPS);
  HEARTH_REQUIRE(call->ctx, ops, "the operations are NULL");
  for (int32_t s = 0; s < nsteps; s++) HEARTH_TRY(add_step(call, s, ops[s], arrays ? arrays[s] : NULL, numbers));
  return HEARTH_OK;
}

hearth_status hearth_chain(const hearth_array *a, int32_t nsteps, const int32_t *ops, const hearth_array *const *arrays, const double *numbers,
                           hearth_array *target) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  hearth_element_call call = {.ctx = a->ctx, .n = 1, .source = {{.array = a}}};
  return hearth_element_into(&call, describe(&call, nsteps, ops, arrays, numbers), target);
}

hearth_status hearth_chain_scalars(const hearth_array *a, int32_t nsteps, const int32_t *ops, const double *numbers, hearth_array *target) {
  return hearth_chain(a, nsteps, ops, NULL, numbers, target);
}
