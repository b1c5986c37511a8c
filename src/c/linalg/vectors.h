/* Vectors of iterative methods: arrays of one layout and dtype in memory that kernels reach. Local unless said otherwise. */
#ifndef HEARTH_LINALG_VECTORS_H
#define HEARTH_LINALG_VECTORS_H
#include "tensor/layout_impl.h"
#include "tensor/array_impl.h"
#include <hearth/iterative.h>

/* target := factor a + b; the target may be a or b. */
hearth_status hearth_vectors_add(double factor, const hearth_array *a, const hearth_array *b, hearth_array *target);
/* a := 0. */
hearth_status hearth_vectors_clear(hearth_array *a);
/* a := factor a. */
hearth_status hearth_vectors_scale(double factor, hearth_array *a);
/* sums[0] + i sums[1] += sum of conj(a) b over this rank's elements, in float64; of replicas one counts. */
hearth_status hearth_vectors_inner(const hearth_array *a, const hearth_array *b, double sums[2]);
/* The 2-norm. Collective; agreed. */
hearth_status hearth_vectors_norm(const hearth_array *a, double *norm);

/* y := A x by the host program's function; its failure is everybody's, and the message says whose it was. Collective; agreed. */
hearth_status hearth_operator_apply(hearth_operator op, void *user, const char *name, const hearth_array *x, hearth_array *y);
/* A matrix as an operator: `user` is the array [n, n], of the vectors' dtype. */
hearth_status hearth_operator_of_matrix(void *user, const hearth_array *x, hearth_array *y);
/* A matrix that can be one: square, without an earlier failure. */
hearth_status hearth_operator_check_matrix(const char *name, const hearth_array *a);

#endif
