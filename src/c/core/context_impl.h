/* What a context holds. Other folders reach it through the functions below and read rank, size, comm, backend and queue directly. */
#ifndef HEARTH_CORE_CONTEXT_IMPL_H
#define HEARTH_CORE_CONTEXT_IMPL_H
#include <hearth/context.h>
#include <stdbool.h>

struct hearth_memory;        /* core/memory.h */
struct hearth_error;         /* core/error.c */
struct hearth_backend_table; /* kernels/backend.h */
struct hearth_queue;
struct hearth_group;    /* comm/group.c */
struct hearth_io_table; /* analysis/io_table.h */

/* Kinds of objects that a context counts; a leak report names them. */
/* clang-format off */
#define HEARTH_OBJECT_LIST(X) \
  X(LAYOUT, "layout") \
  X(BUILDER, "layout builder") \
  X(ARRAY, "array") \
  X(PLAN, "plan") \
  X(HALO, "halo") \
  X(METRIC, "metric") \
  X(STATE, "state") \
  X(SOURCE, "source") \
  X(PCA, "pca") \
  X(FILE, "file") \
  X(VARIABLE, "variable") \
  X(OUTPUT, "output") \
  X(BLACS, "BLACS context")
/* clang-format on */
#define HEARTH_OBJECT_ENUM(name, text) HEARTH_OBJECT_##name,
typedef enum hearth_object_kind { HEARTH_OBJECT_LIST(HEARTH_OBJECT_ENUM) HEARTH_OBJECT_KINDS } hearth_object_kind;
#undef HEARTH_OBJECT_ENUM

typedef struct hearth_traffic {
  int64_t collectives, messages, bytes;
} hearth_traffic;

struct hearth_context {
  MPI_Comm comm;
  int rank, size;
  int threads;
  hearth_context_options options;
  const struct hearth_backend_table *backend;
  struct hearth_queue *queue;
  struct hearth_memory *memory;
  struct hearth_error *error;
  const struct hearth_io_table *io; /* NULL until hearth_io_attach */
  hearth_traffic *traffic;          /* behind a pointer: counted through const contexts */
  hearth_log_function log;
  void *log_user;
  int32_t log_level;
  hearth_progress_function progress;
  void *progress_user;
  int64_t message_limit;       /* most elements or bytes that one MPI call carries; tests lower it */
  int64_t alone_below;         /* order below which dense problems are solved on one rank; 0: linalg/scalapack/bridge.c decides; tests lower it */
  int *counts;                 /* 2 * size: scratch of the collectives that take counts per rank, so that none of them can fail for want of memory */
  struct hearth_group *groups; /* of ranks, that were needed so far */
  struct hearth_node *node;    /* comm/node.h: what this rank shares with others on its node; NULL until somebody asks */
  uint32_t streams;            /* of random numbers that were chosen automatically so far */
  int64_t references;          /* the user's one, and one per object */
  int64_t objects[HEARTH_OBJECT_KINDS];
};

/* An object of this kind was made / is gone. The context outlives its objects. NULL is ignored. */
HEARTH_FAMILY void hearth_context_hold(const hearth_context *ctx, hearth_object_kind kind);
HEARTH_FAMILY void hearth_context_drop(const hearth_context *ctx, hearth_object_kind kind);

/* Sends a message to the log callback, if its level is wanted. */
HEARTH_FAMILY void hearth_log_write(const hearth_context *ctx, int32_t level, const char *format, ...) HEARTH_PRINTF(3, 4);
HEARTH_FAMILY void hearth_progress(const hearth_context *ctx, const char *phase, int64_t done, int64_t total);

#endif
