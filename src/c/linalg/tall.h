/* Matrices of which every rank has whole rows, and what is made of them row by row. Small matrices here are column-major in host memory, the same on all ranks,
 * of real numbers or, if `parts` is 2, of pairs. */
#ifndef HEARTH_LINALG_TALL_H
#define HEARTH_LINALG_TALL_H
#include "kernels/tall.h"
#include "tensor/array_impl.h"

typedef struct hearth_tall {
  hearth_context *ctx;
  hearth_layout *layout;      /* ranks have whole rows; the array's, but for how ranks are empty */
  const hearth_array *array;  /* of a floating-point type, in reach of the kernels, with whole rows */
  const hearth_array *beside; /* another one of the same rows, or NULL: x is a row of both, one after the other */
  hearth_array *made[4];      /* what had to be converted or moved for that */
  int64_t m, n;               /* n: columns (elements) of both */
  int32_t parts;              /* real numbers per element */
  bool counted;               /* this rank's rows are not another's replicas */
  double *scale;              /* powers of two per column (element), or NULL */
  double *wide;               /* the same per column of the kernels */
  int32_t nsteps;
  hearth_tall_step step[HEARTH_TALL_STEPS]; /* what rows go through; matrices are owned */
} hearth_tall;

/* The matrix of the 2-d array a, where it lies if ranks have whole rows, else split along them. The array has no pending failure; shapes were checked.
 * Collective; agreed. hearth_tall_close afterwards, also after a failure. */
hearth_status hearth_tall_open(const hearth_array *a, hearth_tall *t);
void hearth_tall_close(hearth_tall *t);
/* Puts b, of as many rows, beside the matrix; before the first step. Real and complex matrices do not go together. Collective; agreed. */
hearth_status hearth_tall_beside(hearth_tall *t, const hearth_array *b);
/* Appends x := x R^-1 or x := x Z; matrix [columns now, columns]. Local. */
hearth_status hearth_tall_push(hearth_tall *t, bool solve, int64_t columns, const double *matrix);
void hearth_tall_pop(hearth_tall *t);
/* Columns (elements) after the steps. */
int64_t hearth_tall_columns(const hearth_tall *t);
/* Whether a piece has rows: ranks without any may hold nothing of them in either way. */
bool hearth_tall_holds_rows(const hearth_tall *t, int32_t piece);
/* gram := X^H X of the rows after the steps. Collective; agreed. */
hearth_status hearth_tall_gram(const hearth_tall *t, double *gram);
/* The rows of target (the layout of t's array) := the rows after the steps. Local. */
hearth_status hearth_tall_write(const hearth_tall *t, hearth_array *target);
/* Makes scale from the columns' largest entries, so that squares neither overflow nor vanish. NOT_FINITE names the first entry that is none. Collective;
 * agreed. */
hearth_status hearth_tall_rescale(hearth_tall *t);

/* A new array of `columns` columns, the same type, and rows where t has them. Collective; agreed. */
hearth_status hearth_tall_target(const hearth_tall *t, int64_t columns, int32_t order, hearth_array **target);

/* A new array [m, n] on every rank with these elements. Local: the caller agrees. */
hearth_status hearth_small_array(hearth_context *ctx, int32_t parts, int64_t m, int64_t n, const double *values, int32_t dtype, int32_t order,
                                 hearth_array **array);
/* The same for a vector of real numbers. */
hearth_status hearth_small_vector(hearth_context *ctx, int64_t n, const double *values, int32_t dtype, hearth_array **array);
/* The elements of a small matrix or vector (n = 1) of any layout, in host memory of every rank. Collective; agreed. */
hearth_status hearth_small_read(const hearth_array *array, int32_t parts, double *values);
/* NOT_FINITE with the first place where `a` is not finite, HEARTH_OK if there is none. Collective; agreed. */
hearth_status hearth_require_finite(const hearth_array *a, const char *name);

#endif
