/* Sums that depend on no order, rank count or layout. */
#ifndef HEARTH_REPRODUCIBLE_H
#define HEARTH_REPRODUCIBLE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
