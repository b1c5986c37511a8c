/* Reading and writing elements by index, slice, mask or index array. */
#ifndef HEARTH_INDEX_H
#define HEARTH_INDEX_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
