/* Products whose long dimension is cut into parts for the threads. */
#ifndef HEARTH_KERNELS_CPU_GEMM_H
#define HEARTH_KERNELS_CPU_GEMM_H
#include "kernels/cpu/queue.h"
#include <stdbool.h>

/* Whether the contracted dimension is so much longer than the others that it is shared by the threads, and the product itself. */
bool cpu_gemm_is_deep(const hearth_view *a, const hearth_view *c);
hearth_status cpu_gemm_deep(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                            const hearth_view *c);
/* Whether c has so many more rows than the rest has anything that the rows are shared, and the product itself. */
bool cpu_gemm_is_tall(const hearth_view *a, const hearth_view *c);
hearth_status cpu_gemm_tall(hearth_queue *queue, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c);

/* Complex: c := its conjugate, in place. */
hearth_status cpu_conjugate(hearth_queue *queue, const hearth_view *c);
/* c := beta c, not read if beta = 0. Some BLAS forget it where there is nothing to add. */
hearth_status cpu_scale(hearth_queue *queue, double beta, const hearth_view *c);

#endif
