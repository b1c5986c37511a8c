#include "kernels/reduce.h"

const hearth_reduce_kernels reference_reduce_kernels = {.version = 1};
