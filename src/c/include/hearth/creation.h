/* Arrays made from nothing or like others. */
#ifndef HEARTH_CREATION_H
#define HEARTH_CREATION_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
