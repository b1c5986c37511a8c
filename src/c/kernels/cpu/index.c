#include "kernels/index.h"

const hearth_index_kernels cpu_index_kernels = {.version = 1};
