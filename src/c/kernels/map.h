/* Elementwise kernels. */
#ifndef HEARTH_KERNELS_MAP_H
#define HEARTH_KERNELS_MAP_H
#include "kernels/backend.h"
#include <hearth/elementwise.h>
#include <stdbool.h>

enum { HEARTH_MAP_SOURCES = 7, HEARTH_MAP_STEPS = 16 };

/* One operation of a chain: value := op(value, source operand[0], source operand[1]), as many as the operation takes. */
typedef struct hearth_map_step {
  int32_t op; /* hearth_operation */
  int32_t operand[2];
} hearth_map_step;

/* n elements in host memory, contiguous: out[k][i] from in[k][i]; an output may be an input. */
typedef void (*hearth_block_function)(void *user, int64_t n, const void *const *in, void *const *out);

/* |a - b| <= atol + rtol |b|, NumPy's isclose; infinities are equal to themselves, NaNs if nan_equal. */
typedef struct hearth_closeness {
  double rtol, atol;
  bool nan_equal;
} hearth_closeness;

typedef struct hearth_map_kernels {
  /* dst := the value that begins as src[0] and goes through the steps, in type `compute` (bool, int32, int64, float32, float64, complex64, complex128), in one
   * pass. Sources are converted to `compute` when they are read (the condition of WHERE to bool), the result (hearth_map_result) to dst's type when it is
   * written. Only the last step may give another type than `compute`; WHERE stands alone. dst may be a source (the same view), else they do not overlap.
   * A source in host memory is one number: all its strides are 0. */
  hearth_status (*map)(hearth_queue *queue, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst, int32_t n,
                       const hearth_view *const *src);
  /* *count += the number of elements that are not close, in type `compute` (int64, float64, complex128). */
  hearth_status (*count_far)(hearth_queue *queue, int32_t compute, const hearth_view *a, const hearth_view *b, const hearth_closeness *close, int64_t *count);
  /* Hands out[k] := function(in[...]) out in blocks of at most HEARTH_BLOCK_ELEMENTS; views have one shape. An output may be an input (the same view). */
  hearth_status (*blocks)(hearth_queue *queue, hearth_block_function function, void *user, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                          const hearth_view *const *out);
} hearth_map_kernels;

enum { HEARTH_BLOCK_ELEMENTS = 2048, HEARTH_BLOCK_OPERANDS = 8 };

/* Operands that `op` takes, 0 for a value that is no operation. */
int32_t hearth_map_operands(int32_t op);
/* NumPy's name. */
const char *hearth_map_name(int32_t op);
/* Type of the result of `op` in `compute`: bool of comparisons and tests, the real type of complex absolute values, else `compute`. */
int32_t hearth_map_result(int32_t op, int32_t compute);
/* Type in which operand `operand` (0, 1, 2) is read. */
int32_t hearth_map_source(int32_t op, int32_t compute, int32_t operand);
/* Whether the operation exists in that type. */
bool hearth_map_exists(int32_t op, int32_t compute);

hearth_status hearth_check_map(const hearth_context *ctx, int32_t space, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst,
                               int32_t n, const hearth_view *const *src);
hearth_status hearth_check_count_far(const hearth_context *ctx, int32_t space, int32_t compute, const hearth_view *a, const hearth_view *b);
hearth_status hearth_check_blocks(const hearth_context *ctx, int32_t space, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                                  const hearth_view *const *out);

extern const hearth_map_kernels cpu_map_kernels, reference_map_kernels, guard_map_kernels;

#endif
