#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "comm/node.h"
#include "comm/comm_impl.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NAME_CAPACITY = 64, PAGE = 4096 };
static const int64_t area_bytes = (int64_t)2 << 20;

static int64_t pairs_bytes(int size) {
  const int64_t bytes = (int64_t)size * size * (int64_t)sizeof(hearth_node_pair);
  return (bytes + PAGE - 1) / PAGE * PAGE;
}

/* The node's ranks in the order of `local`, which has them all. */
static hearth_status number_ranks(const hearth_context *ctx, MPI_Comm local, hearth_node *node) {
  HEARTH_MPI(ctx, MPI_Comm_size, local, &node->size);
  HEARTH_MPI(ctx, MPI_Comm_rank, local, &node->self);
  int *const members = ctx->counts; /* node->size <= ctx->size of them */
  HEARTH_MPI(ctx, MPI_Allgather, &ctx->rank, 1, MPI_INT, members, 1, MPI_INT, local);
  for (int r = 0; r < ctx->size; r++) node->number_of[r] = -1;
  for (int k = 0; k < node->size; k++) node->number_of[members[k]] = k;
  return HEARTH_OK;
}

/* All of it is backed by memory when this returns: a full /dev/shm would be a signal later. -1 on failure. */
static int create_segment(const char *name, int64_t bytes) {
  const int file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (file >= 0 && posix_fallocate(file, 0, (off_t)bytes) == 0) return file;
  if (file >= 0) {
    close(file);
    shm_unlink(name);
  }
  return -1;
}

static void *map_segment(int file, int64_t bytes) {
  if (file < 0) return NULL;
  void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return memory == MAP_FAILED ? NULL : memory;
}

/* The first rank of the node makes the segment, the others open it by its name, and then it has none. What fails here is no error: there are messages. */
static hearth_status map_all(const hearth_context *ctx, MPI_Comm local, hearth_node *node) {
  static int made; /* names are told apart by process and number */
  char name[NAME_CAPACITY] = "";
  int file = -1, mapped = 0;
  node->bytes = pairs_bytes(node->size) + node->size * node->area;
  if (node->self == 0) {
    snprintf(name, sizeof name, "/hearth-%ld-%d", (long)getpid(), made++);
    file = create_segment(name, node->bytes);
    if (file < 0) name[0] = '\0';
  }
  HEARTH_MPI(ctx, MPI_Bcast, name, NAME_CAPACITY, MPI_CHAR, 0, local);
  if (node->self > 0 && name[0]) file = shm_open(name, O_RDWR, 0);
  node->memory = map_segment(file, node->bytes);
  mapped = node->memory != NULL;
  const int code = MPI_Allreduce(MPI_IN_PLACE, &mapped, 1, MPI_INT, MPI_MIN, local);
  if (node->self == 0 && name[0]) shm_unlink(name);
  HEARTH_TRY(hearth_mpi_check(ctx, code, "MPI_Allreduce"));
#if defined(MADV_HUGEPAGE)
  if (node->memory) madvise(node->memory, (size_t)node->bytes, MADV_HUGEPAGE); /* advice */
#endif
  return HEARTH_OK;
}

static hearth_status open_on_node(const hearth_context *ctx, hearth_node *node) {
  MPI_Comm local;
  HEARTH_MPI(ctx, MPI_Comm_split_type, ctx->comm, MPI_COMM_TYPE_SHARED, ctx->rank, MPI_INFO_NULL, &local);
  hearth_status status = number_ranks(ctx, local, node);
  if (status == HEARTH_OK && node->size > 1) status = map_all(ctx, local, node);
  MPI_Comm_free(&local);
  return status;
}

static hearth_status new_node(const hearth_context *ctx, hearth_node **node) {
  *node = calloc(1, sizeof **node);
  if (*node) (*node)->number_of = malloc((size_t)ctx->size * sizeof *(*node)->number_of);
  if (!*node || !(*node)->number_of) return hearth_fail(ctx, HEARTH_ERR_MEMORY, "no memory for the table of a node's ranks");
  (*node)->area = area_bytes;
  return HEARTH_OK;
}

hearth_status hearth_node_open(hearth_context *ctx) {
  if (ctx->node) return HEARTH_OK;
  hearth_status status = hearth_agree(ctx, new_node(ctx, &ctx->node));
  if (status == HEARTH_OK) status = open_on_node(ctx, ctx->node);
  if (status != HEARTH_OK) {
    hearth_node_close(ctx);
    return status;
  }
  int64_t fails[1] = {ctx->node->size > 1 && !ctx->node->memory};
  HEARTH_TRY(hearth_allreduce_i64(ctx, fails, 1, HEARTH_OP_MAX));
  if (fails[0] && ctx->node->memory) {
    munmap(ctx->node->memory, (size_t)ctx->node->bytes);
    ctx->node->memory = NULL;
  }
  return HEARTH_OK;
}

void hearth_node_close(hearth_context *ctx) {
  if (!ctx->node) return;
  if (ctx->node->memory) munmap(ctx->node->memory, (size_t)ctx->node->bytes);
  free(ctx->node->number_of);
  free(ctx->node);
  ctx->node = NULL;
}

bool hearth_node_has(const hearth_context *ctx, int rank) {
  return ctx->node && ctx->node->memory && ctx->node->number_of[rank] >= 0;
}

hearth_node_pair *hearth_node_pair_of(const hearth_node *node, int sender, int receiver) {
  return (hearth_node_pair *)(void *)node->memory + (int64_t)sender * node->size + receiver;
}

char *hearth_node_area(const hearth_node *node, int number) {
  return node->memory + pairs_bytes(node->size) + number * node->area;
}
