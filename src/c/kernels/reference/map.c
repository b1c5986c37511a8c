#include "kernels/map.h"

const hearth_map_kernels reference_map_kernels = {.version = 1};
