/* The elementwise functions by their names. */
#include <hearth/elementwise.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/elementwise_call.h"

/* One operation on up to three operands. The first one's context is that of the call: it is not NULL. */
static hearth_element_call call_of(int32_t op, const hearth_array *a, int32_t n) {
  return (hearth_element_call){.ctx = a->ctx, .nsteps = 1, .n = n, .step = {{op, {1, 2}}}, .source = {{.array = a}}};
}

static hearth_status check_op(const hearth_context *ctx, int32_t op, int32_t operands) {
  HEARTH_REQUIRE(ctx, hearth_map_operands(op) > 0, "%d is no operation", op);
  HEARTH_REQUIRE(ctx, hearth_map_operands(op) == operands, "%s takes %d operands, not %d", hearth_map_name(op), hearth_map_operands(op), operands);
  return HEARTH_OK;
}

hearth_status hearth_unary(const hearth_array *a, int32_t op, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  const hearth_element_call call = call_of(op, a, 1);
  return hearth_element_new(&call, check_op(a->ctx, op, 1), result);
}

hearth_status hearth_unary_into(const hearth_array *a, int32_t op, hearth_array *target) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  const hearth_element_call call = call_of(op, a, 1);
  return hearth_element_into(&call, check_op(a->ctx, op, 1), target);
}

hearth_status hearth_binary(const hearth_array *a, const hearth_array *b, int32_t op, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  hearth_element_call call = call_of(op, a, 2);
  call.source[1].array = b;
  return hearth_element_new(&call, check_op(a->ctx, op, 2), result);
}

hearth_status hearth_binary_into(const hearth_array *a, const hearth_array *b, int32_t op, hearth_array *target) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  hearth_element_call call = call_of(op, a, 2);
  call.source[1].array = b;
  return hearth_element_into(&call, check_op(a->ctx, op, 2), target);
}

static hearth_element_call ternary_call(int32_t op, const hearth_array *a, const hearth_array *b, const hearth_array *c) {
  hearth_element_call call = call_of(op, a, 3);
  call.source[1].array = b;
  call.source[2].array = c;
  return call;
}

hearth_status hearth_ternary(const hearth_array *a, const hearth_array *b, const hearth_array *c, int32_t op, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  const hearth_element_call call = ternary_call(op, a, b, c);
  return hearth_element_new(&call, check_op(a->ctx, op, 3), result);
}

hearth_status hearth_ternary_into(const hearth_array *a, const hearth_array *b, const hearth_array *c, int32_t op, hearth_array *target) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  const hearth_element_call call = ternary_call(op, a, b, c);
  return hearth_element_into(&call, check_op(a->ctx, op, 3), target);
}

static hearth_element_call scalar_call(int32_t op, const hearth_array *a, double value) {
  hearth_element_call call = call_of(op, a, 2);
  call.source[1] = (hearth_element_source){NULL, value, true};
  return call;
}

hearth_status hearth_binary_scalar(const hearth_array *a, double value, int32_t op, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  const hearth_element_call call = scalar_call(op, a, value);
  return hearth_element_new(&call, check_op(a->ctx, op, 2), result);
}

hearth_status hearth_binary_scalar_into(const hearth_array *a, double value, int32_t op, hearth_array *target) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  const hearth_element_call call = scalar_call(op, a, value);
  return hearth_element_into(&call, check_op(a->ctx, op, 2), target);
}

hearth_status hearth_clip(const hearth_array *a, double low, double high, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "operand 0 is NULL");
  hearth_element_call call = call_of(HEARTH_OP_CLIP, a, 3);
  call.source[1] = (hearth_element_source){NULL, low, true};
  call.source[2] = (hearth_element_source){NULL, high, true};
  return hearth_element_new(&call, HEARTH_OK, result);
}

hearth_status hearth_where(const hearth_array *condition, const hearth_array *a, const hearth_array *b, hearth_array **result) {
  return hearth_ternary(condition, a, b, HEARTH_OP_WHERE, result);
}

#define BINARY(name, op)                                                                                                                                       \
  hearth_status hearth_##name(const hearth_array *a, const hearth_array *b, hearth_array **result) {                                                           \
    return hearth_binary(a, b, op, result);                                                                                                                    \
  }
BINARY(add, HEARTH_OP_ADD)
BINARY(subtract, HEARTH_OP_SUBTRACT)
BINARY(multiply, HEARTH_OP_MULTIPLY)
BINARY(divide, HEARTH_OP_DIVIDE)
BINARY(power, HEARTH_OP_POWER)
BINARY(minimum, HEARTH_OP_MINIMUM)
BINARY(maximum, HEARTH_OP_MAXIMUM)
BINARY(equal, HEARTH_OP_EQUAL)
BINARY(not_equal, HEARTH_OP_NOT_EQUAL)
BINARY(less, HEARTH_OP_LESS)
BINARY(less_equal, HEARTH_OP_LESS_EQUAL)
BINARY(greater, HEARTH_OP_GREATER)
BINARY(greater_equal, HEARTH_OP_GREATER_EQUAL)
BINARY(logical_and, HEARTH_OP_LOGICAL_AND)
BINARY(logical_or, HEARTH_OP_LOGICAL_OR)
BINARY(logical_xor, HEARTH_OP_LOGICAL_XOR)

#define UNARY(name, op)                                                                                                                                        \
  hearth_status hearth_##name(const hearth_array *a, hearth_array **result) {                                                                                  \
    return hearth_unary(a, op, result);                                                                                                                        \
  }
UNARY(logical_not, HEARTH_OP_LOGICAL_NOT)
UNARY(negative, HEARTH_OP_NEGATIVE)
UNARY(absolute, HEARTH_OP_ABSOLUTE)
UNARY(sqrt, HEARTH_OP_SQRT)
UNARY(square, HEARTH_OP_SQUARE)
UNARY(exp, HEARTH_OP_EXP)
UNARY(log, HEARTH_OP_LOG)
UNARY(isnan, HEARTH_OP_ISNAN)
UNARY(isinf, HEARTH_OP_ISINF)
UNARY(isfinite, HEARTH_OP_ISFINITE)
