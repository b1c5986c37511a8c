/* A tile: some rows of an operand as float64 columns, one under the other. */
#ifndef HEARTH_KERNELS_CPU_TALL_H
#define HEARTH_KERNELS_CPU_TALL_H
#include "kernels/backend.h"

/* Columns of real numbers at columns + j * leading := rows first .. first + count - 1 of the view, times scale[j] where scale is not NULL. */
void cpu_tall_gather(const hearth_view *view, int64_t first, int64_t count, const double *scale, double *columns, int64_t leading);
/* The other way round. */
void cpu_tall_scatter(const hearth_view *view, int64_t first, int64_t count, const double *columns, int64_t leading);

#endif
