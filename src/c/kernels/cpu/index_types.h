/* Elements are moved bit by bit: one set of functions per size. */
#ifndef HEARTH_KERNELS_CPU_INDEX_TYPES_H
#define HEARTH_KERNELS_CPU_INDEX_TYPES_H
#include "kernels/cpu/queue.h"

typedef struct cpu_index_functions {
  int64_t (*compress)(int64_t n, void *list, const char *src, int64_t stride, const uint8_t *mask);
  int64_t (*expand)(int64_t n, char *dst, int64_t stride, const uint8_t *mask, const char *src, int64_t src_stride);
  void (*fill)(int64_t n, char *dst, int64_t stride, const uint8_t *mask, const void *value);
  void (*pick)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const int64_t *from);
  void (*place)(int64_t n, char *dst, int64_t dst_stride, const int64_t *to, const char *src, int64_t src_stride, const int64_t *from, int64_t low,
                int64_t high);
  void (*gather)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const char *index, int64_t index_stride, int64_t across);
  void (*scatter)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const char *index, int64_t index_stride, int64_t across);
} cpu_index_functions;

const cpu_index_functions *cpu_index_of_size(int64_t bytes);

#endif
