#include "kernels/order.h"

const hearth_order_kernels reference_order_kernels = {.version = 1};
