/* Sorting and searching. */
#ifndef HEARTH_SORT_H
#define HEARTH_SORT_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
