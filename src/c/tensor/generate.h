/* Arrays whose elements depend on their global index alone: the kernels of kernels/generate.h on every piece. */
#ifndef HEARTH_TENSOR_GENERATE_H
#define HEARTH_TENSOR_GENERATE_H
#include "kernels/generate.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

/* One kernel on one view. */
typedef hearth_status (*hearth_generator)(const hearth_context *ctx, const hearth_view *view, const hearth_numbers *numbers, const void *task);

/* Weights that number the elements of a shape in row-major order. */
void hearth_row_major_weights(const hearth_layout *layout, int64_t *weight);
/* The runs of a piece along dimension d, sorted by local index; hearth_runs_free afterwards, also after a failure. */
hearth_status hearth_runs_in_order(const hearth_layout *layout, int32_t piece, int32_t d, hearth_runs *runs);
/* Calls `generator` on every piece, where elements have the number sum of weight[d] * global index d. An array that kernels do not reach takes a temporary of
 * its size. Finished on return. Local. */
hearth_status hearth_generate(hearth_array *array, const int64_t *weight, hearth_generator generator, const void *task);
/* hearth_array_create and hearth_generate for arguments on which `mine` tells whether they are right and `numbers` (n, named by `what`) are to be the same on
 * all ranks; agreed. */
typedef struct hearth_recipe {
  hearth_status mine;
  const char *what;
  int64_t number[4];
  int64_t n;
  int64_t weight[HEARTH_MAX_NDIM];
  hearth_generator generator;
  const void *task;
} hearth_recipe;
hearth_status hearth_create_from(const hearth_layout *layout, int32_t dtype, int32_t order, const hearth_recipe *recipe, hearth_array **array);

/* Bits of a number, for agreement. */
int64_t hearth_real_bits(double value);
/* Whether dtype is an integer type that holds low .. high; false leaves a message. */
hearth_status hearth_integers_fit(const hearth_context *ctx, int32_t dtype, int64_t low, int64_t high);

#endif
