/* Tall matrices, row by row: many rows, few columns, everything that factorisations make of them in one pass over the rows. */
#ifndef HEARTH_KERNELS_TALL_H
#define HEARTH_KERNELS_TALL_H
#include "kernels/backend.h"
#include <stdbool.h>

enum { HEARTH_TALL_SOURCES = 2, HEARTH_TALL_STEPS = 8 };

/* One operation on a row x. Matrices are float64, column-major, in host memory, their leading dimension is their number of rows. */
typedef struct hearth_tall_step {
  bool solve;       /* x := x R^-1 by substitution, R [columns, columns] upper triangular; else x := x Z, Z [width of x, columns] */
  int64_t columns;  /* of the matrix, and of x afterwards */
  const double *at; /* the matrix */
} hearth_tall_step;

/* A row x is the rows of the sources one after the other in float64, a complex element as two columns (its parts), so that a complex matrix is a real one of
 * twice the width, and a complex factor the real matrix with a block [re im; -im re] for every element. x is multiplied by `scale`, goes through the steps, and
 * then: gram += x^T x over all rows, and the row of the target is x. */
typedef struct hearth_tall_pass {
  int32_t nsources, nsteps;
  const hearth_view *source[HEARTH_TALL_SOURCES]; /* [rows, .], float32, float64, complex64 or complex128 */
  const double *scale;                            /* one factor per column of x, host memory; NULL: 1 */
  hearth_tall_step step[HEARTH_TALL_STEPS];
  double *gram;              /* [columns, columns], symmetric, host memory; NULL: not wanted */
  const hearth_view *target; /* [rows, columns], any of the four types; may be a source (the same view); NULL: not wanted */
} hearth_tall_pass;

typedef struct hearth_tall_kernels {
  hearth_status (*pass)(hearth_queue *queue, const hearth_tall_pass *pass);
} hearth_tall_kernels;

/* Real numbers per element: 2 of complex types, 1 of the other two, 0 of those that the pass does not take. */
int32_t hearth_tall_parts(int32_t dtype);
/* Columns of x that an operand stands for; of x at the beginning and at the end; the most on the way. */
int64_t hearth_tall_width(const hearth_view *view);
int64_t hearth_tall_first(const hearth_tall_pass *pass);
int64_t hearth_tall_last(const hearth_tall_pass *pass);
int64_t hearth_tall_widest(const hearth_tall_pass *pass);
hearth_status hearth_check_tall(const hearth_context *ctx, int32_t space, const hearth_tall_pass *pass);

extern const hearth_tall_kernels cpu_tall_kernels, reference_tall_kernels, guard_tall_kernels;

#endif
