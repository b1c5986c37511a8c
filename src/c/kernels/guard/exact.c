#include "kernels/exact.h"

const hearth_exact_kernels guard_exact_kernels = {.version = 1};
