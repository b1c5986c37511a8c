#include "kernels/cpu/order.h"

const hearth_order_kernels cpu_order_kernels = {
    .records = cpu_records,
    .values = cpu_values,
    .indices = cpu_indices,
    .sort = cpu_sort,
    .merge = cpu_merge,
    .below = cpu_below,
    .pick = cpu_pick,
    .distinct = cpu_distinct,
    .smallest = cpu_smallest,
    .search = cpu_search,
    .extremes = cpu_extremes,
    .bins = cpu_bins,
    .collect = cpu_collect,
    .histogram = cpu_histogram,
};
