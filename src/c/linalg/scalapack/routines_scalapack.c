#if defined(HEARTH_HAVE_SCALAPACK)
#define DISTRIBUTED 1
#define JOIN_NAMES(letter, name) p##letter##name##_
#define NAMES(letter, name) JOIN_NAMES(letter, name)
#define AT(x) (x)->data, &first, &first, (x)->descriptor
#define AT_TYPES void *, const int *, const int *, const int *
static const int first = 1;
#include "linalg/scalapack/routines_types.h"

const hearth_bridge_routines *hearth_routines_scalapack(int32_t dtype) {
  return table_of(dtype);
}
#else
#include "linalg/scalapack/routines.h"
#include <stddef.h>

const hearth_bridge_routines *hearth_routines_scalapack(int32_t dtype) {
  (void)dtype;
  return NULL;
}
#endif
