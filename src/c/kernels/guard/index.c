#include "kernels/index.h"

const hearth_index_kernels guard_index_kernels = {.version = 1};
