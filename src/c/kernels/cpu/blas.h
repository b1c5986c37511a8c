/* BLAS by its Fortran symbols, on views. The only place of this backend with 32-bit integers. */
#ifndef HEARTH_KERNELS_CPU_BLAS_H
#define HEARTH_KERNELS_CPU_BLAS_H
#include "kernels/cpu/queue.h"
#include <stdbool.h>

/* No extent that reaches a BLAS call is larger; the callers cut. */
#define CPU_BLAS_EXTENT_MAX ((int64_t)1 << 30)

/* Whether BLAS can take the matrix as it is: one unit stride, the other a leading dimension that fits. */
bool cpu_blas_takes(const hearth_view *matrix);
/* Whether its columns are contiguous, as BLAS sees it. */
bool cpu_blas_columns(const hearth_view *matrix);

/* c := alpha a b + beta c, all of one dtype, float or complex; BLAS takes all three, and the columns of c are contiguous. conjugate: as gemm of the backend;
 * BLAS conjugates only what it transposes: operands that cpu_blas_conjugates. */
void cpu_blas_gemm(int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c);
bool cpu_blas_conjugates(const hearth_view *matrix);
/* Lower triangle (in column-major terms) of c := alpha a a^H + beta c; a and c of one dtype, float or complex. Of a complex a without contiguous columns
 * (cpu_blas_conjugates) it is the conjugate of a a^H that is added. */
void cpu_blas_syrk(double alpha, const hearth_view *a, double beta, const hearth_view *c);

/* x := x r^-1, r [n, n] upper triangular; x and r float64 with contiguous columns. */
void cpu_blas_solve_upper(const hearth_view *x, const hearth_view *r);

/* Lets BLAS use the queue's threads; returns what cpu_blas_leave restores. */
int cpu_blas_enter(const hearth_queue *queue);
void cpu_blas_leave(int before);

#endif
