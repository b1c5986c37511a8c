#define DISTRIBUTED 0
#define JOIN_NAMES(letter, name) letter##name##_
#define NAMES(letter, name) JOIN_NAMES(letter, name)
#define AT(x) (x)->data, &(x)->leading
#define AT_TYPES void *, const int *
#include "linalg/scalapack/routines_types.h"

const hearth_bridge_routines *hearth_routines_lapack(int32_t dtype) {
  return table_of(dtype);
}
