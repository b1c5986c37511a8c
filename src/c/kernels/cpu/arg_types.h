/* Template: the loops of one floating-point type T; wants it, undefines it. */
#define NAME min
#define JOIN LESS_OR_NAN(T)
#define BEFORE IS_LESS
#define NAN_FIRST 1
#include "kernels/cpu/arg_line.h"
#define NAME min_omit
#define JOIN LESS_NOT_NAN(T)
#define BEFORE IS_LESS
#define NAN_FIRST 0
#include "kernels/cpu/arg_line.h"
#define NAME max
#define JOIN GREATER_OR_NAN(T)
#define BEFORE IS_GREATER
#define NAN_FIRST 1
#include "kernels/cpu/arg_line.h"
#define NAME max_omit
#define JOIN GREATER_NOT_NAN(T)
#define BEFORE IS_GREATER
#define NAN_FIRST 0
#include "kernels/cpu/arg_line.h"
#undef T
