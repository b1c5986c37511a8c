#include "comm/communicator.h"
#include "comm/comm_impl.h"
#include <stdlib.h>

/* Communicators in the order of creation, which is the same on all ranks that share them: freed in this order, collective frees cannot cross. */
struct kept {
  MPI_Comm comm;
  struct kept *next;
};

/* Where the list hangs on MPI_COMM_SELF. One per process, as MPI is. */
static int keyval = MPI_KEYVAL_INVALID;

static void finalize_at_exit(void) {
  int finalized = 0;
  MPI_Finalized(&finalized); /* the host may have done it, as it may in any program */
  if (!finalized) MPI_Finalize();
}

hearth_status hearth_mpi_start(void) {
  int initialized = 0, finalized = 0, provided;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  if (finalized) return hearth_fail(NULL, HEARTH_ERR_MPI, "MPI has been finalized; create contexts before MPI_Finalize");
  if (initialized) return HEARTH_OK;
  HEARTH_MPI(NULL, MPI_Init_thread, NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (atexit(finalize_at_exit) != 0) return hearth_fail(NULL, HEARTH_ERR_MEMORY, "the exit handler that finalizes MPI could not be registered");
  return HEARTH_OK;
}

/* MPI_Finalize deletes the attributes of MPI_COMM_SELF first, while MPI still works. */
static int free_all(MPI_Comm self, int key, void *attribute, void *extra) {
  (void)self, (void)extra;
  struct kept *head = attribute;
  while (head) {
    struct kept *next = head->next;
    if (head->comm != MPI_COMM_NULL) MPI_Comm_free(&head->comm);
    free(head);
    head = next;
  }
  keyval = MPI_KEYVAL_INVALID;
  return MPI_Comm_free_keyval(&key);
}

/* The list's head, a node that holds no communicator. */
static hearth_status list_head(const hearth_context *ctx, struct kept **head) {
  int found = 0;
  if (keyval == MPI_KEYVAL_INVALID) HEARTH_MPI(ctx, MPI_Comm_create_keyval, MPI_COMM_NULL_COPY_FN, free_all, &keyval, NULL);
  HEARTH_MPI(ctx, MPI_Comm_get_attr, MPI_COMM_SELF, keyval, head, &found);
  if (found) return HEARTH_OK;
  *head = malloc(sizeof **head);
  if (!*head) return hearth_fail(ctx, HEARTH_ERR_MEMORY, "no memory for the list of communicators");
  **head = (struct kept){MPI_COMM_NULL, NULL};
  const int code = MPI_Comm_set_attr(MPI_COMM_SELF, keyval, *head);
  if (code != MPI_SUCCESS) free(*head);
  return hearth_mpi_check(ctx, code, "MPI_Comm_set_attr");
}

hearth_status hearth_communicator_keep(const hearth_context *ctx) {
  return hearth_communicator_keep_group(ctx, ctx->comm);
}

hearth_status hearth_communicator_keep_group(const hearth_context *ctx, MPI_Comm comm) {
  struct kept *last;
  HEARTH_TRY(list_head(ctx, &last));
  struct kept *node = malloc(sizeof *node);
  if (!node) return hearth_fail(ctx, HEARTH_ERR_MEMORY, "no memory for the list of communicators");
  *node = (struct kept){comm, NULL};
  while (last->next) last = last->next;
  last->next = node;
  return HEARTH_OK;
}

void hearth_communicator_free(hearth_context *ctx) {
  struct kept *before;
  int found = 0;
  if (keyval != MPI_KEYVAL_INVALID) MPI_Comm_get_attr(MPI_COMM_SELF, keyval, &before, &found);
  for (; found && before->next; before = before->next)
    if (before->next->comm == ctx->comm) {
      struct kept *node = before->next;
      before->next = node->next;
      free(node);
      break;
    }
  MPI_Comm_free(&ctx->comm);
}

hearth_status hearth_communicator_duplicate(hearth_context *ctx, MPI_Comm comm) {
  MPI_Errhandler handler;
  int between = 0;
  if (comm == MPI_COMM_NULL) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "the communicator is MPI_COMM_NULL");
  HEARTH_MPI(NULL, MPI_Comm_test_inter, comm, &between);
  if (between) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "the communicator is an inter-communicator; merge it with MPI_Intercomm_merge first");
  HEARTH_MPI(NULL, MPI_Comm_get_errhandler, comm, &handler);
  MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN); /* a failing duplication must not end the host program */
  const int code = MPI_Comm_dup(comm, &ctx->comm);
  MPI_Comm_set_errhandler(comm, handler);
  MPI_Errhandler_free(&handler);
  HEARTH_TRY(hearth_mpi_check(NULL, code, "MPI_Comm_dup"));
  HEARTH_MPI(NULL, MPI_Comm_set_errhandler, ctx->comm, MPI_ERRORS_RETURN);
  HEARTH_MPI(NULL, MPI_Comm_rank, ctx->comm, &ctx->rank);
  HEARTH_MPI(NULL, MPI_Comm_size, ctx->comm, &ctx->size);
  return HEARTH_OK;
}
