/* The one allocator: counts what the context holds, enforces the cap, aligns blocks of 2 MiB and more to 2 MiB, advises huge pages, and recycles.
 * The account counts bytes as asked for; a context is used by one thread at a time, so nothing here is locked. */
#ifndef HEARTH_CORE_MEMORY_H
#define HEARTH_CORE_MEMORY_H
#include <hearth/context.h>
#include <stddef.h>

typedef struct hearth_memory hearth_memory;

hearth_status hearth_memory_create(int64_t cap, hearth_memory **memory);
/* Frees recycled blocks and the account; blocks still held stay valid (leaked) and are counted in the return value. */
int64_t hearth_memory_destroy(hearth_memory **memory);

/* Gives recycled blocks back to the system. */
void hearth_memory_trim(hearth_memory *memory);
void hearth_memory_reset_peak(hearth_memory *memory);

/* Host memory, uninitialised, 64-byte aligned. bytes 0 gives NULL and HEARTH_OK. Local; sets the last error ("needs N bytes, holds M, cap C"). */
HEARTH_FAMILY hearth_status hearth_allocate(const hearth_context *ctx, int64_t bytes, void *pointer_to_pointer);
/* The same, set to zero. */
HEARTH_FAMILY hearth_status hearth_allocate_zero(const hearth_context *ctx, int64_t bytes, void *pointer_to_pointer);
/* Gives back host memory; NULL is accepted. */
HEARTH_FAMILY void hearth_deallocate(const hearth_context *ctx, void *pointer);

/* Counts memory that a backend with its own space takes (bytes > 0: checks the cap) or gives back (bytes < 0). */
hearth_status hearth_memory_account(const hearth_context *ctx, int64_t bytes);
void hearth_memory_usage(const hearth_memory *memory, int64_t *in_use, int64_t *peak, int64_t *cap);

#endif
