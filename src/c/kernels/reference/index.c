#include "kernels/index.h"

const hearth_index_kernels reference_index_kernels = {.version = 1};
