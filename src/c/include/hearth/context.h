/* One library instance on one duplicated communicator: backend, threads, memory account, last error, callbacks. There is no other state. */
#ifndef HEARTH_CONTEXT_H
#define HEARTH_CONTEXT_H
#include <hearth/export.h>
#include <hearth/status.h>
#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_context hearth_context;

typedef enum hearth_backend {
  HEARTH_BACKEND_DEFAULT = 0, /* the environment variable HEARTH_BACKEND if set, else cpu */
  HEARTH_BACKEND_CPU = 1,
  HEARTH_BACKEND_REFERENCE = 2, /* plain loops, the oracle of the tests */
  HEARTH_BACKEND_GUARD = 3,     /* a make-believe device in protected pages: finds code that bypasses the backend */
  HEARTH_BACKEND_CUDA = 4,
  HEARTH_BACKEND_HIP = 5
} hearth_backend;

typedef enum hearth_reduction {
  HEARTH_REDUCTION_FAST = 0,
  HEARTH_REDUCTION_REPRODUCIBLE = 1 /* same bits for any number of ranks, threads and layout; functions without such a form refuse */
} hearth_reduction;

typedef enum hearth_log_level { HEARTH_LOG_ERROR = 1, HEARTH_LOG_WARNING = 2, HEARTH_LOG_INFO = 3, HEARTH_LOG_DEBUG = 4 } hearth_log_level;

/* What the Fortran binding does with a failure that the caller did not ask for by stat=. */
typedef enum hearth_on_error {
  HEARTH_ON_ERROR_CONTINUE = 0, /* in-situ verbs print once, disable their object and go on; constructors stop */
  HEARTH_ON_ERROR_STOP = 1
} hearth_on_error;

typedef struct hearth_context_options {
  size_t size;        /* sizeof(hearth_context_options), set by the initialiser: lets the struct grow */
  int32_t backend;    /* hearth_backend */
  int32_t reduction;  /* hearth_reduction */
  int32_t threads;    /* OpenMP threads per rank; 0: OpenMP's own choice */
  int32_t on_error;   /* hearth_on_error */
  int64_t memory_cap; /* bytes per rank that the library may hold; 0: no cap */
  uint64_t seed;      /* of the random numbers */
  int32_t leak_check; /* not 0: hearth_context_destroy reports objects and memory that are still alive */
  int32_t reserved;
} hearth_context_options;
#define HEARTH_CONTEXT_OPTIONS_INIT                                                                                                                            \
  { sizeof(hearth_context_options), HEARTH_BACKEND_DEFAULT, HEARTH_REDUCTION_FAST, 0, HEARTH_ON_ERROR_CONTINUE, 0, 0, 0, 0 }

/* Called on the rank that logs; `message` lives for the call. */
typedef void (*hearth_log_function)(void *user, int32_t level, int32_t rank, const char *message);
/* Called on rank 0 of the context; `done` of `total` units of `phase`. */
typedef void (*hearth_progress_function)(void *user, const char *phase, int64_t done, int64_t total);

/* Makes a context on a duplicate of `comm`. If MPI is not initialised yet, it is, and is finalized at exit (serial models).
 * Collective on comm. options may be NULL. Ownership: the caller destroys *ctx; the communicator given stays the caller's.
 * Errors: ARGUMENT (unknown backend, negative numbers), NOT_BUILT (backend not in this build), MISMATCH (options differ between ranks), MEMORY, MPI. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_context_create(MPI_Comm comm, HEARTH_OPTIONAL const hearth_context_options *options,
                                                                    HEARTH_OUT hearth_context **ctx);

/* The same for a Fortran communicator handle (an INTEGER; comm%MPI_VAL of mpi_f08).
 * Collective on comm. Errors: as hearth_context_create. */
HEARTH_COLLECTIVE hearth_status hearth_context_create_fortran(int32_t comm, HEARTH_OPTIONAL const hearth_context_options *options,
                                                              HEARTH_OUT hearth_context **ctx);

/* Releases the caller's reference and sets *ctx to NULL; NULL is accepted. Objects made from the context keep it alive until they are destroyed.
 * Local. Errors: LEAK, if the option leak_check is set and objects or memory are alive (the last error says which; the reference is released all the same). */
HEARTH_LOCAL hearth_status hearth_context_destroy(hearth_context **ctx);

/* Rank of the caller and number of ranks in the context's communicator.
 * Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_context_rank(const hearth_context *ctx, HEARTH_OUT int32_t *rank);
HEARTH_LOCAL hearth_status hearth_context_size(const hearth_context *ctx, HEARTH_OUT int32_t *size);

/* Name of the backend in use ("cpu", "reference", "guard"); static storage.
 * Local; "" for NULL. */
HEARTH_LOCAL const char *hearth_context_backend(const hearth_context *ctx);

/* Bytes that the library holds on this rank now, at most so far, and may hold (0: no cap). Borrowed windows do not count; recycled blocks count as free.
 * Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_context_memory(const hearth_context *ctx, HEARTH_OUT int64_t *in_use, HEARTH_OUT int64_t *peak, HEARTH_OUT int64_t *cap);
/* Sets the peak back to what is held now. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_context_memory_reset_peak(hearth_context *ctx);
/* Gives recycled blocks back to the system. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_context_memory_trim(hearth_context *ctx);

/* Number of MPI calls that communicate, and of bytes handed to them by this rank, since the context was made.
 * Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_context_traffic(const hearth_context *ctx, HEARTH_OUT int64_t *collectives, HEARTH_OUT int64_t *messages,
                                                  HEARTH_OUT int64_t *bytes);

/* Routes messages of `level` and below (more severe) to `log`; NULL: silence (the default). The library prints nothing by itself.
 * Local. Errors: ARGUMENT (NULL ctx, unknown level). */
HEARTH_C_ONLY HEARTH_LOCAL hearth_status hearth_context_set_log(hearth_context *ctx, int32_t level, HEARTH_OPTIONAL hearth_log_function log,
                                                                HEARTH_OPTIONAL void *user);
/* Reports the progress of long calls; NULL: none (the default). Local. Errors: ARGUMENT (NULL ctx). */
HEARTH_C_ONLY HEARTH_LOCAL hearth_status hearth_context_set_progress(hearth_context *ctx, HEARTH_OPTIONAL hearth_progress_function progress,
                                                                     HEARTH_OPTIONAL void *user);

/* The last failure that this rank was told of: its status, the rank that met it, and a message with object and numbers. After a collective call every
 * rank holds the same three. HEARTH_OK and "" if there was none. message may be NULL; it is cut at `capacity` - 1 characters.
 * With ctx NULL: the last failure on this thread that had no context, that of hearth_context_create above all.
 * Local; never fails. */
HEARTH_LOCAL hearth_status hearth_last_error(HEARTH_OPTIONAL const hearth_context *ctx, HEARTH_OUT int32_t *status, HEARTH_OUT int32_t *rank,
                                             HEARTH_TEXT(capacity) char *message, int64_t capacity);

#ifdef __cplusplus
}
#endif
#endif
