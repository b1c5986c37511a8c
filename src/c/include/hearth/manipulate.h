/* Views, shapes, joining. */
#ifndef HEARTH_MANIPULATE_H
#define HEARTH_MANIPULATE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
