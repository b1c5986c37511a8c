#include "kernels/generate.h"

const hearth_generate_kernels cpu_generate_kernels = {.version = 1};
