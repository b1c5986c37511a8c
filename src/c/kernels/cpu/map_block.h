/* Blocks of a plane as contiguous operands: a block is `rows` rows of `columns` elements, in the first cache. What is contiguous in memory already, and of the
 * type wanted, is used where it is. */
#ifndef HEARTH_KERNELS_CPU_MAP_BLOCK_H
#define HEARTH_KERNELS_CPU_MAP_BLOCK_H
#include "kernels/cpu/convert.h"
#include "kernels/loops.h"
#include <stdbool.h>

/* One operand of a plane; `dtype` is the type wanted. */
typedef struct cpu_block_operand {
  int32_t dtype, stored; /* wanted, and in memory */
  void *buffer;          /* of a block's elements */
  bool kept;             /* the buffer holds what every block of this plane needs */
} cpu_block_operand;

typedef struct cpu_block {
  int64_t row, column; /* where it begins in the plane */
  int64_t rows, columns;
} cpu_block;

/* The operand's elements in the block: in place or in its buffer. */
const void *cpu_block_read(const hearth_plane *plane, int operand, const cpu_block *block, cpu_block_operand *o);
/* Where to write: in place if that is possible, else the buffer, from which cpu_block_write brings it to its place. */
void *cpu_block_target(const hearth_plane *plane, int operand, const cpu_block *block, const cpu_block_operand *o);
void cpu_block_write(const hearth_plane *plane, int operand, const cpu_block *block, const cpu_block_operand *o, const void *from);

/* Calls `work` on the blocks of a plane, of at most `most` elements. Fewer columns where an operand runs across the rows: its lines stay in the first cache
 * until the last row has used them. */
typedef void (*cpu_block_function)(void *task, const hearth_plane *plane, const cpu_block *block);
void cpu_blocks_run(const hearth_plane *plane, int operands, int64_t most, cpu_block_function work, void *task);

#endif
