/* MPI with 64-bit counts. The only files that cast a count to int are in this folder. All of these count into the context's traffic and turn an MPI failure
 * into HEARTH_ERR_MPI with MPI's own text. Collective on the context's communicator unless said otherwise. */
#ifndef HEARTH_COMM_COMM_H
#define HEARTH_COMM_COMM_H
#include <hearth/context.h>
#include <stdbool.h>

typedef enum hearth_op { HEARTH_OP_SUM, HEARTH_OP_MIN, HEARTH_OP_MAX } hearth_op;

/* In-place reductions to all ranks. */
HEARTH_FAMILY hearth_status hearth_allreduce_f64(const hearth_context *ctx, double *values, int64_t n, hearth_op op);
HEARTH_FAMILY hearth_status hearth_allreduce_i64(const hearth_context *ctx, int64_t *values, int64_t n, hearth_op op);
HEARTH_FAMILY hearth_status hearth_broadcast(const hearth_context *ctx, void *data, int64_t bytes, int root);
/* Every rank gives `bytes` bytes; all receive size * bytes. */
HEARTH_FAMILY hearth_status hearth_allgather(const hearth_context *ctx, const void *send, int64_t bytes, void *receive);
/* bytes[r] from rank r, at offsets[r]; both arrays are the same on all ranks, and bytes[own rank] is send_bytes. */
HEARTH_FAMILY hearth_status hearth_allgatherv(const hearth_context *ctx, const void *send, int64_t send_bytes, void *receive, const int64_t *bytes,
                                              const int64_t *offsets);
/* send[r] goes to rank r. */
HEARTH_FAMILY hearth_status hearth_alltoall_i64(const hearth_context *ctx, const int64_t *send, int64_t *receive);
/* Bytes send_at[r] .. send_at[r + 1] go to rank r; those of rank r arrive at receive_at[r] .. receive_at[r + 1]: both have size + 1 entries, 64-bit. */
HEARTH_FAMILY hearth_status hearth_alltoallv(const hearth_context *ctx, const void *send, const int64_t *send_at, void *receive, const int64_t *receive_at);
HEARTH_FAMILY hearth_status hearth_barrier(const hearth_context *ctx);

/* Point to point; a message above 2^31 - 1 bytes is sent as one message of a derived type. Local; completed by hearth_wait_all. */
HEARTH_FAMILY hearth_status hearth_isend(const hearth_context *ctx, const void *data, int64_t bytes, int to, int tag, MPI_Request *request);
HEARTH_FAMILY hearth_status hearth_irecv(const hearth_context *ctx, void *data, int64_t bytes, int from, int tag, MPI_Request *request);
HEARTH_FAMILY hearth_status hearth_wait_all(const hearth_context *ctx, int64_t n, MPI_Request *requests);
/* Waits for any request; *index is -1 when none is left. */
HEARTH_FAMILY hearth_status hearth_wait_any(const hearth_context *ctx, int64_t n, MPI_Request *requests, int64_t *index);
/* The same without waiting: *index is -1 when none is complete. *left: whether some are not. */
HEARTH_FAMILY hearth_status hearth_test_any(const hearth_context *ctx, int64_t n, MPI_Request *requests, int64_t *index, bool *left);

/* All ranks leave with the same status: the one of the lowest rank that failed, whose message becomes every rank's last error. One allreduce if all is well. */
HEARTH_FAMILY hearth_status hearth_agree(const hearth_context *ctx, hearth_status mine);
/* Fails with MISMATCH on all ranks if the n numbers are not the same everywhere; the message names `what`, the position, and both values. One allreduce.
 * `what` names the numbers together, and a message says what[i]; or each of them: "rows|columns|seed".
 * Also agrees on `mine` (a failure found before the numbers were known). */
HEARTH_FAMILY hearth_status hearth_agree_same(const hearth_context *ctx, hearth_status mine, const char *what, const int64_t *values, int64_t n);

#endif
