#include <hearth/version.h>

const char *hearth_version(void) {
  return HEARTH_VERSION;
}
