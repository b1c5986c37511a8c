/* Memory that may be touched inside kernels only: allocations of whole pages that are closed unless a kernel holds them open. */
#ifndef HEARTH_KERNELS_GUARD_PAGES_H
#define HEARTH_KERNELS_GUARD_PAGES_H
#include "core/error.h"
#include "kernels/backend.h"

typedef struct guard_block {
  char *start;
  int64_t bytes; /* whole pages */
  int64_t asked; /* what of it the owner may use */
  int open;      /* operands of the running kernel that lie in it */
} guard_block;

struct hearth_queue {
  const hearth_context *ctx;
  hearth_queue *host; /* of the backend that does the work */
  guard_block *blocks;
  int64_t count, capacity;
};

enum { GUARD_OPERANDS = 12 };

/* The operands of one kernel as the host sees them, while their pages are open. */
typedef struct guard_operands {
  hearth_view view[GUARD_OPERANDS];
  const hearth_view *at[GUARD_OPERANDS]; /* NULL where the operand is */
  int64_t block[GUARD_OPERANDS];         /* -1: host memory, or nothing to open */
  int count;
} guard_operands;

hearth_status guard_allocate(hearth_queue *queue, int64_t bytes, void **data);
void guard_release(hearth_queue *queue, void *data);
/* Opens what the operands lie in. Those in host memory pass as they are: which operands may is the kernel's own check, on `space` as it was given. */
hearth_status guard_open(hearth_queue *queue, const char *operation, int count, const hearth_view *const *views, uint32_t host_allowed,
                         guard_operands *operands);
/* Closes them again and passes `status` on. */
hearth_status guard_close(hearth_queue *queue, guard_operands *operands, hearth_status status);

/* One kernel: OPENED(queue, "name", operands given, host memory allowed for (bits), call on the opened operands v[0], v[1], ...). */
#define OPERANDS(...) ((const hearth_view *const[]){__VA_ARGS__})
#define COUNT(...) (int)(sizeof OPERANDS(__VA_ARGS__) / sizeof(hearth_view *))
#define OPENED(name, host_allowed, call, ...)                                                                                                                  \
  do {                                                                                                                                                         \
    guard_operands operands_;                                                                                                                                  \
    HEARTH_TRY(guard_open(queue, name, COUNT(__VA_ARGS__), OPERANDS(__VA_ARGS__), host_allowed, &operands_));                                                  \
    const hearth_view *const *const v = operands_.at;                                                                                                          \
    return guard_close(queue, &operands_, call);                                                                                                               \
  } while (0)

#endif
