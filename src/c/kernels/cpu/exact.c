#include "kernels/exact.h"

const hearth_exact_kernels cpu_exact_kernels = {.version = 1};
