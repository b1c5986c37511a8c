#include "kernels/reduce.h"

const hearth_reduce_kernels cpu_reduce_kernels = {.version = 1};
