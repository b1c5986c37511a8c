/* Linear systems: solve, triangular solve, inverse, determinant, condition, least squares. */
#ifndef HEARTH_SOLVE_H
#define HEARTH_SOLVE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
