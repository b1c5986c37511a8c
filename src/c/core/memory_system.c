#include "core/memory_system.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#define SMALL_ALIGNMENT INT64_C(64)

static int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

int64_t hearth_system_capacity(int64_t bytes) {
  return round_up(bytes, bytes < HEARTH_LARGE_BLOCK ? SMALL_ALIGNMENT : (int64_t)sysconf(_SC_PAGESIZE));
}

/* Maps one alignment more than needed and gives the ends back: mmap itself aligns to small pages only. */
static void *map_aligned(int64_t capacity) {
  const size_t mapped = (size_t)(capacity + HEARTH_LARGE_BLOCK);
  char *start = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  const size_t before = (size_t)((HEARTH_LARGE_BLOCK - (int64_t)((uintptr_t)start % (uintptr_t)HEARTH_LARGE_BLOCK)) % HEARTH_LARGE_BLOCK);
  const size_t after = mapped - before - (size_t)capacity;
  if (before) munmap(start, before);
  if (after) munmap(start + before + capacity, after);
#if defined(MADV_HUGEPAGE)
  madvise(start + before, (size_t)capacity, MADV_HUGEPAGE); /* advice: small pages serve as well */
#endif
  return start + before;
}

void *hearth_system_take(int64_t capacity) {
  return capacity < HEARTH_LARGE_BLOCK ? aligned_alloc((size_t)SMALL_ALIGNMENT, (size_t)capacity) : map_aligned(capacity);
}

void hearth_system_give(void *data, int64_t capacity) {
  hearth_system_mark(data, capacity, capacity);
  if (capacity < HEARTH_LARGE_BLOCK)
    free(data);
  else
    munmap(data, (size_t)capacity);
}

void hearth_system_mark(void *data, int64_t bytes, int64_t capacity) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(data, (size_t)capacity);
  __asan_unpoison_memory_region(data, (size_t)bytes);
#else
  (void)data, (void)bytes, (void)capacity;
#endif
}
