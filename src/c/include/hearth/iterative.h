/* Methods that know a matrix by its products only: conjugate gradients, Lanczos. */
#ifndef HEARTH_ITERATIVE_H
#define HEARTH_ITERATIVE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
