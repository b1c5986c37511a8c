#include "kernels/cpu/map_block.h"
#include <stdlib.h>
#include <string.h>

static char *address(const hearth_plane *plane, int operand, const cpu_block *block) {
  return plane->data[operand] + block->row * plane->row_stride[operand] + block->column * plane->stride[operand];
}

/* Whether the block is one run of elements in memory. */
static bool is_flat(const hearth_plane *plane, int operand, const cpu_block *block, int64_t size) {
  const bool row = block->columns == 1 || plane->stride[operand] == size;
  return row && (block->rows == 1 || plane->row_stride[operand] == block->columns * size);
}

/* Rows that are the same: the first one, repeated. */
static void repeat(void *buffer, int64_t rows, int64_t bytes) {
  for (int64_t done = 1; done < rows; done *= 2) {
    const int64_t more = done < rows - done ? done : rows - done;
    memcpy((char *)buffer + done * bytes, buffer, (size_t)(more * bytes));
  }
}

/* The first `rows` of the elements at the end of a block, each to all columns of its row. What has not been read yet is never written over. */
#define SPREAD(type)                                                                                                                                           \
  static void spread_##type(int64_t rows, int64_t columns, void *buffer) {                                                                                     \
    type *to = buffer;                                                                                                                                         \
    const type *from = to + rows * (columns - 1);                                                                                                              \
    for (int64_t i = 0; i < rows; ++i) {                                                                                                                       \
      const type value = from[i];                                                                                                                              \
      for (int64_t j = 0; j < columns; ++j) *to++ = value;                                                                                                     \
    }                                                                                                                                                          \
  }
typedef struct pair {
  double part[2];
} pair;
SPREAD(uint8_t)
SPREAD(uint16_t)
SPREAD(uint32_t)
SPREAD(uint64_t)
SPREAD(pair)

static void spread(int64_t rows, int64_t columns, int64_t size, void *buffer) {
  if (size == 1) spread_uint8_t(rows, columns, buffer);
  if (size == 2) spread_uint16_t(rows, columns, buffer);
  if (size == 4) spread_uint32_t(rows, columns, buffer);
  if (size == 8) spread_uint64_t(rows, columns, buffer);
  if (size == 16) spread_pair(rows, columns, buffer);
}

const void *cpu_block_read(const hearth_plane *plane, int operand, const cpu_block *block, cpu_block_operand *o) {
  const int64_t size = hearth_dtype_size(o->dtype), stride = plane->stride[operand], row_stride = plane->row_stride[operand];
  const char *from = address(plane, operand, block);
  if (o->kept) return o->buffer;
  if (o->dtype == o->stored && is_flat(plane, operand, block, size)) return from;
  const cpu_convert_function load = cpu_convert_row(o->dtype, o->stored);
  const int64_t columns = block->columns, rows = block->rows;
  if (block->rows > 1 && is_flat(plane, operand, block, hearth_dtype_size(o->stored))) {
    load(rows * columns, o->buffer, size, from, hearth_dtype_size(o->stored));
  } else if (row_stride == 0 || rows == 1) {
    load(columns, o->buffer, size, from, stride);
    repeat(o->buffer, rows, columns * size);
    /* Whole rows that are all the same, or one number: the first block of a plane is the largest. */
    o->kept = row_stride == 0 && (columns == plane->n || stride == 0);
  } else if (stride == 0) {
    load(rows, (char *)o->buffer + rows * (columns - 1) * size, size, from, row_stride);
    spread(rows, columns, size, o->buffer);
  } else {
    for (int64_t i = 0; i < rows; ++i) load(columns, (char *)o->buffer + i * columns * size, size, from + i * row_stride, stride);
  }
  return o->buffer;
}

void *cpu_block_target(const hearth_plane *plane, int operand, const cpu_block *block, const cpu_block_operand *o) {
  return o->dtype == o->stored && is_flat(plane, operand, block, hearth_dtype_size(o->dtype)) ? address(plane, operand, block) : o->buffer;
}

void cpu_block_write(const hearth_plane *plane, int operand, const cpu_block *block, const cpu_block_operand *o, const void *from) {
  const int64_t size = hearth_dtype_size(o->dtype), stored = hearth_dtype_size(o->stored);
  const cpu_convert_function store = cpu_convert_row(o->stored, o->dtype);
  char *to = address(plane, operand, block);
  if (is_flat(plane, operand, block, stored)) {
    store(block->rows * block->columns, to, stored, from, size);
    return;
  }
  for (int64_t i = 0; i < block->rows; ++i)
    store(block->columns, to + i * plane->row_stride[operand], plane->stride[operand], (const char *)from + i * block->columns * size, size);
}

void cpu_blocks_run(const hearth_plane *plane, int operands, int64_t most, cpu_block_function work, void *task) {
  enum { ACROSS = 128 };
  int64_t columns = plane->n < most ? plane->n : most;
  for (int k = 1; k < operands; ++k) {
    const int64_t along = llabs(plane->stride[k]), down = llabs(plane->row_stride[k]);
    if (plane->data[k] && plane->rows > 1 && down > 0 && down < along && columns > ACROSS) columns = ACROSS;
  }
  const int64_t rows = most / columns < plane->rows ? most / columns : plane->rows;
  for (int64_t j = 0; j < plane->n; j += columns)
    for (int64_t i = 0; i < plane->rows; i += rows) {
      const cpu_block block = {i, j, plane->rows - i < rows ? plane->rows - i : rows, plane->n - j < columns ? plane->n - j : columns};
      work(task, plane, &block);
    }
}
