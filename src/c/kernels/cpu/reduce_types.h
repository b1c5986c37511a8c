/* Template: all loops of one real type T; wants it, undefines it. */
#define ACC double
#define JOIN ADD
#define NAME sum
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#define NAME sum_omit
#define TERM or_zero
#include "kernels/cpu/reduce_columns.h"
#define NAME squares
#define TERM SQUARE
#include "kernels/cpu/reduce_columns.h"
#define NAME squares_omit
#define TERM square_or_zero
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#define JOIN MULTIPLY
#define NAME prod
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#define NAME prod_omit
#define TERM or_one
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#undef ACC
#define ACC T
#define JOIN LESS_OR_NAN(T)
#define NAME min
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#define JOIN LESS_NOT_NAN(T)
#define NAME min_omit
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#define JOIN GREATER_OR_NAN(T)
#define NAME max
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#define JOIN GREATER_NOT_NAN(T)
#define NAME max_omit
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#undef ACC
#define ACC int64_t
#define JOIN ADD
#define NAME nonzero
#define TERM IS_NONZERO
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#undef ACC
#include "kernels/cpu/reduce_moments.h"
#undef T
