/* The table [type][operation] of elementwise loops, made from the templates. */
#include "kernels/cpu/map_rows.h"
#include "kernels/cpu/queue.h"
#include "kernels/math.h"
#include <complex.h>
#include <float.h>
#include <math.h>

#include "kernels/cpu/map_loop.h"

#define T float
#define MAP_NAME(op) op##_float
#define ABS fabsf
#define SQRT sqrtf
#define EXP hearth_exp_f32
#define LOG hearth_log_f32
#define POW hearth_pow_f32
#define MOST FLT_MAX
#include "kernels/cpu/map_real.h"

#define T double
#define MAP_NAME(op) op##_double
#define ABS fabs
#define SQRT sqrt
#define EXP hearth_exp_f64
#define LOG hearth_log_f64
#define POW hearth_pow_f64
#define MOST DBL_MAX
#include "kernels/cpu/map_real.h"

#define T int32_t
#define U uint32_t
#define MAP_NAME(op) op##_int32
#include "kernels/cpu/map_integer.h"

#define T int64_t
#define U uint64_t
#define MAP_NAME(op) op##_int64
#include "kernels/cpu/map_integer.h"

typedef struct __attribute__((may_alias)) pair_float {
  float re, im;
} pair_float;
#define T pair_float
#define REAL float
#define C float _Complex
#define F(name) name##f
#define MOST FLT_MAX
#define MAP_NAME(op) op##_complex_float
#include "kernels/cpu/map_complex.h"

typedef struct __attribute__((may_alias)) pair_double {
  double re, im;
} pair_double;
#define T pair_double
#define REAL double
#define C double _Complex
#define F(name) name
#define MOST DBL_MAX
#define MAP_NAME(op) op##_complex_double
#include "kernels/cpu/map_complex.h"

#define T uint8_t
#define MAP_NAME(op) op##_bool
MAP_1(logical_not, T, a == 0)
MAP_2(logical_and, T, (a != 0) & (b != 0))
MAP_2(logical_or, T, (a != 0) | (b != 0))
MAP_2(logical_xor, T, (a != 0) ^ (b != 0))
static const cpu_map_row rows_bool[] = {
    MAP_ENTRY(LOGICAL_NOT, logical_not),
    MAP_ENTRY(LOGICAL_AND, logical_and),
    MAP_ENTRY(LOGICAL_OR, logical_or),
    MAP_ENTRY(LOGICAL_XOR, logical_xor),
};
#undef T

static const cpu_map_row *const tables[] = {[HEARTH_BOOL] = rows_bool,
                                            [HEARTH_INT32] = rows_int32,
                                            [HEARTH_INT64] = rows_int64,
                                            [HEARTH_FLOAT32] = rows_float,
                                            [HEARTH_FLOAT64] = rows_double,
                                            [HEARTH_COMPLEX64] = rows_complex_float,
                                            [HEARTH_COMPLEX128] = rows_complex_double};

cpu_map_row cpu_map_row_of(int32_t op, int32_t compute) {
  return hearth_map_exists(op, compute) ? tables[compute][op] : NULL;
}
