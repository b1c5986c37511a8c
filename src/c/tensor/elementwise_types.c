/* In which type elementwise functions are computed, and which type they give. */
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/elementwise_call.h"
#include <math.h>

static int32_t promoted(int32_t a, int32_t b) {
  int32_t dtype = HEARTH_DTYPE_NONE;
  if (a == HEARTH_DTYPE_NONE) return b;
  hearth_promote((hearth_dtype)a, (hearth_dtype)b, &dtype);
  return dtype;
}

static bool is_complex(int32_t dtype) {
  return dtype >= HEARTH_COMPLEX64;
}

static bool is_whole(double x, double low, double high) {
  return x >= low && x <= high && floor(x) == x;
}

/* Whether an integer type holds the number. */
static bool holds(int32_t dtype, double x) {
  switch ((hearth_dtype)dtype) {
  case HEARTH_INT8:
    return is_whole(x, INT8_MIN, INT8_MAX);
  case HEARTH_UINT8:
    return is_whole(x, 0, UINT8_MAX);
  case HEARTH_INT16:
    return is_whole(x, INT16_MIN, INT16_MAX);
  case HEARTH_INT32:
    return is_whole(x, INT32_MIN, INT32_MAX);
  default: /* INT64 */
    return is_whole(x, -0x1p63, 0x1.fffffffffffffp62);
  }
}

/* The type of a number beside arrays of type `dtype`. */
static int32_t adapted(int32_t dtype, double x) {
  if (dtype >= HEARTH_FLOAT16) return dtype;
  if (dtype == HEARTH_BOOL) return holds(HEARTH_INT64, x) ? HEARTH_INT64 : HEARTH_FLOAT64;
  return holds(dtype, x) ? dtype : HEARTH_FLOAT64;
}

/* What an operation makes of the type of its operands. */
static int32_t asked_for(int32_t op, int32_t dtype) {
  switch ((hearth_operation)op) {
  case HEARTH_OP_SQRT:
  case HEARTH_OP_EXP:
  case HEARTH_OP_LOG:
  case HEARTH_OP_ISNAN:
  case HEARTH_OP_ISINF:
  case HEARTH_OP_ISFINITE:
    return promoted(dtype, HEARTH_FLOAT16);
  case HEARTH_OP_DIVIDE:
  case HEARTH_OP_RDIVIDE:
    return dtype < HEARTH_FLOAT16 ? HEARTH_FLOAT64 : dtype;
  case HEARTH_OP_POWER:
  case HEARTH_OP_RPOWER:
  case HEARTH_OP_SQUARE:
    return dtype == HEARTH_BOOL ? HEARTH_INT8 : dtype;
  default:
    return dtype;
  }
}

static int32_t computed_in(int32_t op, int32_t dtype) {
  if (hearth_map_exists(op, HEARTH_BOOL)) return HEARTH_BOOL;
  switch ((hearth_dtype)dtype) {
  case HEARTH_FLOAT16:
    return HEARTH_FLOAT32;
  case HEARTH_BOOL:
  case HEARTH_INT8:
  case HEARTH_UINT8:
  case HEARTH_INT16:
    return HEARTH_INT32;
  default:
    return dtype;
  }
}

static bool is_meaningless_for_bool(int32_t op) {
  return op == HEARTH_OP_NEGATIVE || op == HEARTH_OP_SUBTRACT || op == HEARTH_OP_RSUBTRACT;
}

hearth_status hearth_element_types(const hearth_element_call *call, int32_t *compute, int32_t *result) {
  const int32_t first = call->step[0].op == HEARTH_OP_WHERE ? 1 : 0, last = call->step[call->nsteps - 1].op;
  int32_t dtype = HEARTH_DTYPE_NONE, arrays = HEARTH_DTYPE_NONE;
  for (int32_t i = first; i < call->n; i++)
    if (!call->source[i].is_number) arrays = promoted(arrays, call->source[i].array->dtype);
  dtype = arrays;
  for (int32_t i = first; i < call->n; i++)
    if (call->source[i].is_number) dtype = promoted(dtype, adapted(arrays, call->source[i].number));
  for (int32_t s = 0; s < call->nsteps; s++) {
    if (dtype == HEARTH_BOOL && is_meaningless_for_bool(call->step[s].op))
      return hearth_fail(call->ctx, HEARTH_ERR_UNSUPPORTED, "%s has no meaning for bool (logical_not and logical_xor have)", hearth_map_name(call->step[s].op));
    dtype = asked_for(call->step[s].op, dtype);
  }
  *compute = computed_in(call->step[0].op, dtype);
  for (int32_t s = 0; s < call->nsteps; s++)
    if (!hearth_map_exists(call->step[s].op, *compute))
      return hearth_fail(call->ctx, HEARTH_ERR_UNSUPPORTED, "%s is not available for type %s", hearth_map_name(call->step[s].op), hearth_dtype_name(dtype));
  const int32_t kind = hearth_map_result(last, *compute);
  *result = kind == HEARTH_BOOL || (last == HEARTH_OP_ABSOLUTE && is_complex(dtype)) ? kind : dtype;
  return HEARTH_OK;
}
