#ifndef HEARTH_VERSION_H
#define HEARTH_VERSION_H
#include <hearth/export.h>

#define HEARTH_VERSION_MAJOR 0
#define HEARTH_VERSION_MINOR 1
#define HEARTH_VERSION_PATCH 0
#define HEARTH_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif
/* The version of the library in use, as "major.minor.patch"; static storage.
 * Local; never fails. */
HEARTH_LOCAL const char *hearth_version(void);
#ifdef __cplusplus
}
#endif
#endif
