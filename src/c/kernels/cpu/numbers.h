/* The numbers of a view's elements, chunk by chunk, for kernels that make elements from them (kernels/generate.h). */
#ifndef HEARTH_KERNELS_CPU_NUMBERS_H
#define HEARTH_KERNELS_CPU_NUMBERS_H
#include "kernels/cpu/queue.h"
#include "kernels/generate.h"

enum { CPU_NUMBERS = 512 }; /* most elements of a chunk */

typedef struct cpu_maker {
  int32_t dtype;                                                               /* of what is made; converted to the view's */
  void (*some)(const void *task, int64_t n, const int64_t *number, void *out); /* out[i] := element number[i]; n <= CPU_NUMBERS */
  void (*row)(const void *task, int64_t n, int64_t first, void *out);          /* out[i] := element first + i; NULL: no faster than some */
  const void *task;
} cpu_maker;

/* dst has passed its check. */
void cpu_make(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const cpu_maker *maker);

#endif
