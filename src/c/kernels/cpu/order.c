#include "kernels/order.h"

const hearth_order_kernels cpu_order_kernels = {.version = 1};
