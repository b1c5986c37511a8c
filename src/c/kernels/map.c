/* What is known of the elementwise operations without computing them, and the checks of their kernels. */
#include "kernels/map.h"
#include "core/error.h"
#include "kernels/check.h"

#define OPERANDS_CASE(name, code, operands, text)                                                                                                              \
  case name:                                                                                                                                                   \
    return operands;
int32_t hearth_map_operands(int32_t op) {
  switch ((hearth_operation)op) {
    HEARTH_OPERATION_LIST(OPERANDS_CASE)
  default:
    return 0;
  }
}

#define NAME_CASE(name, code, operands, text)                                                                                                                  \
  case name:                                                                                                                                                   \
    return text;
const char *hearth_map_name(int32_t op) {
  switch ((hearth_operation)op) {
    HEARTH_OPERATION_LIST(NAME_CASE)
  default:
    return "?";
  }
}

static bool is_complex(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}

static bool is_test(int32_t op) {
  return (op >= HEARTH_OP_ISNAN && op <= HEARTH_OP_LOGICAL_NOT) || (op >= HEARTH_OP_EQUAL && op <= HEARTH_OP_LOGICAL_XOR);
}

int32_t hearth_map_result(int32_t op, int32_t compute) {
  if (is_test(op)) return HEARTH_BOOL;
  if (op == HEARTH_OP_ABSOLUTE && is_complex(compute)) return compute == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
  return compute;
}

int32_t hearth_map_source(int32_t op, int32_t compute, int32_t operand) {
  return op == HEARTH_OP_WHERE && operand == 0 ? HEARTH_BOOL : compute;
}

bool hearth_map_exists(int32_t op, int32_t compute) {
  const bool integer = compute == HEARTH_INT32 || compute == HEARTH_INT64, real = compute == HEARTH_FLOAT32 || compute == HEARTH_FLOAT64;
  switch ((hearth_operation)op) {
  case HEARTH_OP_LOGICAL_NOT:
  case HEARTH_OP_LOGICAL_AND:
  case HEARTH_OP_LOGICAL_OR:
  case HEARTH_OP_LOGICAL_XOR:
    return compute == HEARTH_BOOL;
  case HEARTH_OP_SQRT:
  case HEARTH_OP_EXP:
  case HEARTH_OP_LOG:
  case HEARTH_OP_DIVIDE:
  case HEARTH_OP_RDIVIDE:
  case HEARTH_OP_ISNAN:
  case HEARTH_OP_ISINF:
  case HEARTH_OP_ISFINITE:
    return real || is_complex(compute);
  case HEARTH_OP_MINIMUM:
  case HEARTH_OP_MAXIMUM:
  case HEARTH_OP_CLIP:
  case HEARTH_OP_LESS:
  case HEARTH_OP_LESS_EQUAL:
  case HEARTH_OP_GREATER:
  case HEARTH_OP_GREATER_EQUAL:
    return integer || real;
  default:
    return hearth_map_operands(op) > 0 && (integer || real || is_complex(compute));
  }
}

static hearth_status check_steps(const hearth_context *ctx, int32_t compute, int32_t nsteps, const hearth_map_step *steps, int32_t n) {
  if (nsteps < 1 || nsteps > HEARTH_MAP_STEPS) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "map: %d steps", nsteps);
  for (int32_t s = 0; s < nsteps; ++s) {
    const int32_t op = steps[s].op, operands = hearth_map_operands(op);
    if (!hearth_map_exists(op, compute))
      return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "%s is not available in type %s", hearth_map_name(op), hearth_dtype_name(compute));
    for (int32_t k = 0; k + 1 < operands; ++k)
      if (steps[s].operand[k] < 0 || steps[s].operand[k] >= n)
        return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "map: step %d takes operand %d of %d", s, steps[s].operand[k], n);
    if ((s + 1 < nsteps && hearth_map_result(op, compute) != compute) || (op == HEARTH_OP_WHERE && nsteps > 1))
      return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "%s cannot be step %d of %d: its type is not that of the chain", hearth_map_name(op), s, nsteps);
  }
  return HEARTH_OK;
}

hearth_status hearth_check_map(const hearth_context *ctx, int32_t space, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst,
                               int32_t n, const hearth_view *const *src) {
  if (n < 1 || n > HEARTH_MAP_SOURCES) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "map: %d operands", n);
  HEARTH_TRY(check_steps(ctx, compute, nsteps, steps, n));
  HEARTH_TRY(hearth_check_target(ctx, space, "map", dst));
  for (int32_t i = 0; i < n; ++i) {
    HEARTH_TRY(hearth_check_source(ctx, space, "map", src[i], dst));
    for (int32_t d = 0; d < src[i]->ndim && src[i]->space != space; ++d)
      if (src[i]->stride[d] != 0) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "map: operand %d is in host memory and more than one number", i);
  }
  return HEARTH_OK;
}

hearth_status hearth_check_count_far(const hearth_context *ctx, int32_t space, int32_t compute, const hearth_view *a, const hearth_view *b) {
  if (compute != HEARTH_INT64 && compute != HEARTH_FLOAT64 && compute != HEARTH_COMPLEX128)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "count_far is not available in type %s", hearth_dtype_name(compute));
  HEARTH_TRY(hearth_check_source(ctx, space, "count_far", a, b));
  return hearth_check_source(ctx, space, "count_far", b, a);
}

hearth_status hearth_check_blocks(const hearth_context *ctx, int32_t space, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                                  const hearth_view *const *out) {
  if (n_in < 0 || n_out < 1 || n_in + n_out > HEARTH_BLOCK_OPERANDS)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "blocks: %d inputs and %d outputs", n_in, n_out);
  for (int32_t k = 0; k < n_out; ++k) {
    HEARTH_TRY(hearth_check_target(ctx, space, "blocks", out[k]));
    HEARTH_TRY(hearth_check_source(ctx, space, "blocks", out[k], out[0]));
  }
  for (int32_t k = 0; k < n_in; ++k) HEARTH_TRY(hearth_check_source(ctx, space, "blocks", in[k], out[0]));
  return HEARTH_OK;
}
