/* Shapes in messages. */
#ifndef HEARTH_TENSOR_SHAPE_TEXT_H
#define HEARTH_TENSOR_SHAPE_TEXT_H
#include <stdint.h>
#include <stdio.h>

/* "(3, 4)" */
static inline void hearth_shape_text(int32_t ndim, const int64_t *shape, char *text, size_t capacity) {
  size_t used = (size_t)snprintf(text, capacity, "(");
  for (int32_t d = 0; d < ndim && used < capacity; d++) used += (size_t)snprintf(text + used, capacity - used, d ? ", %lld" : "%lld", (long long)shape[d]);
  if (used < capacity) snprintf(text + used, capacity - used, ")");
}

#endif
