/* Elementwise functions with broadcasting. */
#ifndef HEARTH_ELEMENTWISE_H
#define HEARTH_ELEMENTWISE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
