/* The blocks that are alive, by address. A side table, because a header in front of a block would spoil its 2 MiB alignment. */
#ifndef HEARTH_CORE_MEMORY_TABLE_H
#define HEARTH_CORE_MEMORY_TABLE_H
#include <stdbool.h>
#include <stdint.h>

typedef struct hearth_block {
  void *data;
  int64_t bytes;    /* asked for */
  int64_t capacity; /* taken from the system */
} hearth_block;

typedef struct hearth_block_table {
  hearth_block *slots; /* open addressing, linear probing; data NULL: empty */
  int64_t capacity;    /* 0 or a power of two */
  int64_t count;
} hearth_block_table;

/* False if the table cannot grow. */
bool hearth_block_table_add(hearth_block_table *table, hearth_block block);
/* Takes the block at `data` out; false if there is none. */
bool hearth_block_table_take(hearth_block_table *table, const void *data, hearth_block *block);
void hearth_block_table_free(hearth_block_table *table);

#endif
