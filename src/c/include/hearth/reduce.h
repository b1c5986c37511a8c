/* Reductions over any axes. */
#ifndef HEARTH_REDUCE_H
#define HEARTH_REDUCE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
