#include "kernels/cpu/index_types.h"

#define TYPE uint8_t
#define NAME(function) function##_1
#include "kernels/cpu/index_body.h"
#define TYPE uint16_t
#define NAME(function) function##_2
#include "kernels/cpu/index_body.h"
#define TYPE uint32_t
#define NAME(function) function##_4
#include "kernels/cpu/index_body.h"
#define TYPE uint64_t
#define NAME(function) function##_8
#include "kernels/cpu/index_body.h"
typedef struct pair {
  uint64_t half[2];
} pair;
#define TYPE pair
#define NAME(function) function##_16
#include "kernels/cpu/index_body.h"

#define FUNCTIONS(size)                                                                                                                                        \
  { compress_##size, expand_##size, fill_##size, pick_##size, place_##size, gather_##size, scatter_##size }
static const cpu_index_functions functions[] = {FUNCTIONS(1), FUNCTIONS(2), FUNCTIONS(4), FUNCTIONS(8), FUNCTIONS(16)};

const cpu_index_functions *cpu_index_of_size(int64_t bytes) {
  int which = 0;
  while (which < 4 && (int64_t)1 << which < bytes) ++which;
  return &functions[which];
}
