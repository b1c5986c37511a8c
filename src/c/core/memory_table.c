#include "core/memory_table.h"
#include <stdlib.h>

static int64_t home_of(const hearth_block_table *table, const void *data) {
  const uint64_t mixed = (uint64_t)((uintptr_t)data >> 6) * UINT64_C(0x9E3779B97F4A7C15);
  return (int64_t)((mixed >> 32) & (uint64_t)(table->capacity - 1));
}

static void place(hearth_block_table *table, hearth_block block) {
  int64_t slot = home_of(table, block.data);
  while (table->slots[slot].data) slot = (slot + 1) & (table->capacity - 1);
  table->slots[slot] = block;
  table->count++;
}

static bool grow(hearth_block_table *table) {
  hearth_block_table larger = {.capacity = table->capacity ? 2 * table->capacity : 64};
  larger.slots = calloc((size_t)larger.capacity, sizeof *larger.slots);
  if (!larger.slots) return false;
  for (int64_t i = 0; i < table->capacity; i++)
    if (table->slots[i].data) place(&larger, table->slots[i]);
  free(table->slots);
  *table = larger;
  return true;
}

bool hearth_block_table_add(hearth_block_table *table, hearth_block block) {
  if (2 * (table->count + 1) > table->capacity && !grow(table)) return false;
  place(table, block);
  return true;
}

/* Closes the hole at `hole`, so that probing needs no tombstones. */
static void close_hole(hearth_block_table *table, int64_t hole) {
  const int64_t mask = table->capacity - 1;
  for (int64_t next = (hole + 1) & mask; table->slots[next].data; next = (next + 1) & mask) {
    const int64_t home = home_of(table, table->slots[next].data);
    if (((next - home) & mask) < ((next - hole) & mask)) continue; /* would move in front of its home */
    table->slots[hole] = table->slots[next];
    hole = next;
  }
  table->slots[hole] = (hearth_block){0};
}

bool hearth_block_table_take(hearth_block_table *table, const void *data, hearth_block *block) {
  if (!table->capacity) return false;
  int64_t slot = home_of(table, data);
  while (table->slots[slot].data && table->slots[slot].data != data) slot = (slot + 1) & (table->capacity - 1);
  if (!table->slots[slot].data) return false;
  *block = table->slots[slot];
  close_hole(table, slot);
  table->count--;
  return true;
}

void hearth_block_table_free(hearth_block_table *table) {
  free(table->slots);
  *table = (hearth_block_table){0};
}
