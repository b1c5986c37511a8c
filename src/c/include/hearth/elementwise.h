/* Elementwise functions with broadcasting.
 *
 * Operands: shapes are lined up at their last dimensions; extents are equal, or one of them is 1 and that operand is repeated. Layouts may differ: operands are
 * redistributed to what the result needs (workspace: those copies).
 *
 * Results: a new array has the broadcast shape, the layout of the first operand that has this shape, and the memory order of that operand. If no operand has
 * it, the largest operand's layout is extended by whole dimensions. Functions with `_into` write to an array that exists, of exactly the broadcast shape; it
 * may be an operand (in place), and of any type that NumPy's `same_kind` rule allows (hearth_can_cast).
 *
 * Types follow NumPy's: operands are promoted (hearth_promote) and computed in that type; integers wrap around; division gives floats (float64 for integers);
 * sqrt, exp and log of integers give the smallest float that holds the type (float16 for 8 bits, float32 for 16, else float64); comparisons, logical functions
 * and is* give bool; absolute of complex numbers is real. Half precision is computed in float32 and rounded once. Not for bool: negative and subtract. Not for
 * complex numbers: minimum, maximum, clip, and comparisons but (not_)equal.
 * Minimum, maximum and clip give NaN where an operand is NaN. Division by zero gives infinity or NaN. Integer powers with a negative exponent are rounded
 * towards zero (1 and -1 have powers other than 0); 0 to a negative power is 0. exp, log and power have the same bits on every backend, rank count and layout.
 *
 * All of these are collective. Ownership: the caller destroys *result. Errors: ARGUMENT (NULL, an operation that takes another number of operands),
 * MISMATCH (shapes that do not broadcast, a target of another shape, arrays of different contexts), UNSUPPORTED (an operation that the types do not have, a
 * target type that the result cannot be cast to), MEMORY, MPI, the status of an earlier local failure of an array. On failure nothing has changed, except that
 * after MPI a target may be written in part. */
#ifndef HEARTH_ELEMENTWISE_H
#define HEARTH_ELEMENTWISE_H
#include <hearth/array.h>

/* X(name, code, operands, NumPy's name or what it does). */
#define HEARTH_OPERATION_LIST(X)                                                                                                                               \
  X(HEARTH_OP_NEGATIVE, 1, 1, "negative")                                                                                                                      \
  X(HEARTH_OP_ABSOLUTE, 2, 1, "absolute")                                                                                                                      \
  X(HEARTH_OP_SQRT, 3, 1, "sqrt")                                                                                                                              \
  X(HEARTH_OP_SQUARE, 4, 1, "square")                                                                                                                          \
  X(HEARTH_OP_EXP, 5, 1, "exp")                                                                                                                                \
  X(HEARTH_OP_LOG, 6, 1, "log")                                                                                                                                \
  X(HEARTH_OP_ISNAN, 7, 1, "isnan")                                                                                                                            \
  X(HEARTH_OP_ISINF, 8, 1, "isinf")                                                                                                                            \
  X(HEARTH_OP_ISFINITE, 9, 1, "isfinite")                                                                                                                      \
  X(HEARTH_OP_LOGICAL_NOT, 10, 1, "logical_not")                                                                                                               \
  X(HEARTH_OP_ADD, 16, 2, "add")                                                                                                                               \
  X(HEARTH_OP_SUBTRACT, 17, 2, "subtract")                                                                                                                     \
  X(HEARTH_OP_MULTIPLY, 18, 2, "multiply")                                                                                                                     \
  X(HEARTH_OP_DIVIDE, 19, 2, "divide")                                                                                                                         \
  X(HEARTH_OP_POWER, 20, 2, "power")                                                                                                                           \
  X(HEARTH_OP_MINIMUM, 21, 2, "minimum")                                                                                                                       \
  X(HEARTH_OP_MAXIMUM, 22, 2, "maximum")                                                                                                                       \
  X(HEARTH_OP_EQUAL, 23, 2, "equal")                                                                                                                           \
  X(HEARTH_OP_NOT_EQUAL, 24, 2, "not_equal")                                                                                                                   \
  X(HEARTH_OP_LESS, 25, 2, "less")                                                                                                                             \
  X(HEARTH_OP_LESS_EQUAL, 26, 2, "less_equal")                                                                                                                 \
  X(HEARTH_OP_GREATER, 27, 2, "greater")                                                                                                                       \
  X(HEARTH_OP_GREATER_EQUAL, 28, 2, "greater_equal")                                                                                                           \
  X(HEARTH_OP_LOGICAL_AND, 29, 2, "logical_and")                                                                                                               \
  X(HEARTH_OP_LOGICAL_OR, 30, 2, "logical_or")                                                                                                                 \
  X(HEARTH_OP_LOGICAL_XOR, 31, 2, "logical_xor")                                                                                                               \
  X(HEARTH_OP_RSUBTRACT, 32, 2, "b - a")                                                                                                                       \
  X(HEARTH_OP_RDIVIDE, 33, 2, "b / a")                                                                                                                         \
  X(HEARTH_OP_RPOWER, 34, 2, "b to the power a")                                                                                                               \
  X(HEARTH_OP_CLIP, 48, 3, "clip")                                                                                                                             \
  X(HEARTH_OP_WHERE, 49, 3, "where")                                                                                                                           \
  X(HEARTH_OP_MULTIPLY_ADD, 50, 3, "a * b + c, rounded twice")

#define HEARTH_OPERATION_ENUM(name, code, operands, text) name = code,
typedef enum hearth_operation { HEARTH_OPERATION_LIST(HEARTH_OPERATION_ENUM) HEARTH_OP_FORCE_INT = 0x7fffffff } hearth_operation;
#undef HEARTH_OPERATION_ENUM

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
