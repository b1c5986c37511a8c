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
 * towards zero (1 and -1 have powers other than 0); 0 to a negative power is 0. exp, log and power of real
 * numbers have the same bits on every backend, rank count and layout.
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

/* New arrays. What each gives is said at the top. */
HEARTH_COLLECTIVE hearth_status hearth_add(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_subtract(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_multiply(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_divide(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_power(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_minimum(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_maximum(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_equal(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_not_equal(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_less(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_less_equal(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_greater(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_greater_equal(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_logical_and(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_logical_or(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_logical_xor(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_logical_not(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_negative(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_absolute(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_sqrt(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_square(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_exp(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_log(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_isnan(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_isinf(const hearth_array *a, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_isfinite(const hearth_array *a, HEARTH_OUT hearth_array **result);
/* min(max(a, low), high); the bounds are numbers as in hearth_binary_scalar. */
HEARTH_COLLECTIVE hearth_status hearth_clip(const hearth_array *a, double low, double high, HEARTH_OUT hearth_array **result);
/* a where the condition is not 0, else b. */
HEARTH_COLLECTIVE hearth_status hearth_where(const hearth_array *condition, const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **result);

/* Any operation with that number of operands (hearth_operation), as a new array and into one that exists. */
HEARTH_COLLECTIVE hearth_status hearth_unary(const hearth_array *a, int32_t op, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_unary_into(const hearth_array *a, int32_t op, hearth_array *target);
HEARTH_COLLECTIVE hearth_status hearth_binary(const hearth_array *a, const hearth_array *b, int32_t op, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_binary_into(const hearth_array *a, const hearth_array *b, int32_t op, hearth_array *target);
HEARTH_COLLECTIVE hearth_status hearth_ternary(const hearth_array *a, const hearth_array *b, const hearth_array *c, int32_t op,
                                               HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_ternary_into(const hearth_array *a, const hearth_array *b, const hearth_array *c, int32_t op, hearth_array *target);
/* With a number as second operand. It adapts to the array: beside floats and complex numbers it has their type; beside integers a whole number that the type
 * can hold is of that type (int64 beside bool), any other number makes the result float64. For b - a and the like: RSUBTRACT, RDIVIDE, RPOWER.
 * Errors: also MISMATCH (the number differs between ranks). */
HEARTH_COLLECTIVE hearth_status hearth_binary_scalar(const hearth_array *a, double value, int32_t op, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_binary_scalar_into(const hearth_array *a, double value, int32_t op, hearth_array *target);

/* Several operations in one pass over memory: value := a, then value := ops[s](value, values[s]) for each step; numbers[s] is not looked at where the operation
 * takes one operand. x * 2 + 1 is MULTIPLY with 2, ADD with 1. All steps are computed in one type: a's, made floating if one of them asks for that. Only the
 * last step may be a comparison or test. At most 16 steps; `target` may be a.
 * Errors: also ARGUMENT (number of steps, an operation with three operands), MISMATCH (steps differ between ranks). */
HEARTH_COLLECTIVE hearth_status hearth_chain_scalars(const hearth_array *a, int32_t nsteps, HEARTH_EXTENT(nsteps) const int32_t *ops,
                                                     HEARTH_EXTENT(nsteps) const double *numbers, hearth_array *target);
/* The same with arrays as second operands: arrays[s], or numbers[s] where that is NULL. At most 6 second operands. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_chain(const hearth_array *a, int32_t nsteps, HEARTH_EXTENT(nsteps) const int32_t *ops,
                                                           HEARTH_EXTENT(nsteps) const hearth_array *const *arrays, HEARTH_EXTENT(nsteps) const double *numbers,
                                                           hearth_array *target);

/* A block of elements: n of them, contiguous, in host memory; in[k] and out[k] have the types of the arrays; out[k] may be one of the in[]. */
typedef void (*hearth_apply_function)(void *user, int64_t n, const void *const *in, void *const *out);
/* targets := function(inputs), in one pass: `function` is called with blocks of at most 2048 elements at the same places of all arrays until all elements of
 * this rank are done, in no particular order, by several threads at once. It must give for an element what depends on the inputs there only: replicas are
 * computed by every rank that holds them. Inputs are broadcast to the targets' shape; a target may be an input (in place). No more than 8 arrays in all.
 * Targets of a layout other than the first one's take a temporary.
 * Collective. Errors: ARGUMENT (NULL, numbers of arrays), MISMATCH (shapes, contexts), MEMORY, MPI. On failure targets may be written in part. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_apply(hearth_apply_function function, HEARTH_OPTIONAL void *user, int32_t n_in,
                                                           HEARTH_EXTENT(n_in) const hearth_array *const *inputs, int32_t n_out,
                                                           HEARTH_EXTENT(n_out) hearth_array *const *targets);

/* *answer = 1 if |a - b| <= atol + rtol |b| everywhere (numpy.allclose), else 0; infinities are equal to themselves, NaNs to NaNs if equal_nan is not 0.
 * The arrays are broadcast; one pass, no temporary but what redistribution of b takes. The answer is the same on all ranks.
 * Collective. Errors: ARGUMENT (NULL, negative or NaN tolerance), MISMATCH (shapes, contexts, tolerances that differ between ranks), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_allclose(const hearth_array *a, const hearth_array *b, double rtol, double atol, int32_t equal_nan,
                                                HEARTH_OUT int32_t *answer);
/* *answer = 1 if the shapes are the same and all elements are equal (NaN is not), else 0.
 * Collective. Errors: ARGUMENT (NULL), MISMATCH (contexts), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_array_equals(const hearth_array *a, const hearth_array *b, HEARTH_OUT int32_t *answer);

#ifdef __cplusplus
}
#endif
#endif
