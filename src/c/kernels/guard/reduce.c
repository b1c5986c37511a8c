#include "kernels/reduce.h"

const hearth_reduce_kernels guard_reduce_kernels = {.version = 1};
