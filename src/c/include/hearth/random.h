/* Random numbers that depend on seed, stream and global index alone. */
#ifndef HEARTH_RANDOM_H
#define HEARTH_RANDOM_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
