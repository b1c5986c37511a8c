#include "kernels/exact.h"

const hearth_exact_kernels reference_exact_kernels = {.version = 1};
