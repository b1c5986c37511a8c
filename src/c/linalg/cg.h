/* Conjugate gradients with and without a matrix. */
#ifndef HEARTH_LINALG_CG_H
#define HEARTH_LINALG_CG_H
#include "tensor/array_impl.h"
#include <hearth/iterative.h>

typedef struct hearth_cg_call {
  hearth_operator op, preconditioner; /* the latter may be NULL */
  void *user, *preconditioner_user;
} hearth_cg_call;

/* Local. */
hearth_status hearth_cg_check(const hearth_array *b, const hearth_cg_options *options, const hearth_array *x, const int64_t *iterations,
                              const double *residual);
/* Collective; agreed. */
hearth_status hearth_cg_agree(const hearth_context *ctx, hearth_status mine, const hearth_cg_options *options);
hearth_status hearth_cg_run(const hearth_cg_call *call, const hearth_array *b, const hearth_cg_options *options, hearth_array *x, int64_t *iterations,
                            double *residual);

#endif
