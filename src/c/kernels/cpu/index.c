#include "kernels/cpu/index.h"

const hearth_index_kernels cpu_index_kernels = {cpu_index_move,    cpu_index_count,   cpu_index_compress, cpu_index_expand, cpu_index_fill,
                                                cpu_index_nonzero, cpu_index_outside, cpu_index_gather,   cpu_index_scatter};
