#include "kernels/map.h"

const hearth_map_kernels cpu_map_kernels = {.version = 1};
