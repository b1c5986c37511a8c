#include "kernels/generate.h"

const hearth_generate_kernels guard_generate_kernels = {.version = 1};
