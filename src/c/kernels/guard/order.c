#include "kernels/order.h"

const hearth_order_kernels guard_order_kernels = {.version = 1};
