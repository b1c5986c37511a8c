/* Blocks from and to the operating system. */
#ifndef HEARTH_CORE_MEMORY_SYSTEM_H
#define HEARTH_CORE_MEMORY_SYSTEM_H
#include "core/memory_table.h"

/* From this size on a block has its own pages, is aligned to this much, and may be recycled. */
#define HEARTH_LARGE_BLOCK (INT64_C(2) << 20)

/* What a block of `bytes` takes: bytes rounded up to the alignment, or to pages for large blocks. */
int64_t hearth_system_capacity(int64_t bytes);
/* Memory of `capacity` bytes (a result of hearth_system_capacity); NULL if the system refuses. */
void *hearth_system_take(int64_t capacity);
void hearth_system_give(void *data, int64_t capacity);

/* For AddressSanitizer, which does not look into mapped pages by itself: only the first `bytes` of `capacity` may be touched. */
void hearth_system_mark(void *data, int64_t bytes, int64_t capacity);

#endif
