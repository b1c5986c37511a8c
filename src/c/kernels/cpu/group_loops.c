#include "kernels/cpu/groups.h"

#define REAL float
#include "kernels/cpu/groups_rows.h"
#define REAL double
#include "kernels/cpu/groups_rows.h"

const cpu_group_loops *cpu_sum_loops(int32_t dtype) {
  static const cpu_group_loops loops[] = {{row_sum_float, column_sum_float, column_scatter_float}, {row_sum_double, column_sum_double, column_scatter_double}};
  return &loops[dtype == HEARTH_FLOAT64];
}

const cpu_group_loops *cpu_square_loops(int32_t dtype) {
  static const cpu_group_loops loops[] = {{row_squares_float, column_squares_float, NULL}, {row_squares_double, column_squares_double, NULL}};
  return &loops[dtype == HEARTH_FLOAT64];
}

const cpu_center_loops *cpu_center_loops_of(int32_t dtype) {
  static const cpu_center_loops loops[] = {{row_center_float, column_center_float, column_gather_float},
                                           {row_center_double, column_center_double, column_gather_double}};
  return &loops[dtype == HEARTH_FLOAT64];
}
