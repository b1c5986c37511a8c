#include "kernels/map.h"

const hearth_map_kernels guard_map_kernels = {.version = 1};
