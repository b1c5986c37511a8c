#include "kernels/generate.h"

const hearth_generate_kernels reference_generate_kernels = {.version = 1};
