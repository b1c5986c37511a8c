/* What a stream says to other ranks, counted where it leaves the library, by the profiling interface of MPI: at most three calls when a bunch is full, none
 * between, for every method and mode; and the context's own count of them. */
#include "checkpoint_case.h"

static int64_t calls; /* since the last reset, on this rank */

#define COUNTED(name, parameters, arguments)                                                                                                                   \
  int MPI_##name parameters {                                                                                                                                  \
    calls++;                                                                                                                                                   \
    return PMPI_##name arguments;                                                                                                                              \
  }
COUNTED(Barrier, (MPI_Comm comm), (comm))
COUNTED(Bcast, (void *b, int n, MPI_Datatype t, int root, MPI_Comm comm), (b, n, t, root, comm))
COUNTED(Reduce, (const void *s, void *r, int n, MPI_Datatype t, MPI_Op op, int root, MPI_Comm comm), (s, r, n, t, op, root, comm))
COUNTED(Allreduce, (const void *s, void *r, int n, MPI_Datatype t, MPI_Op op, MPI_Comm comm), (s, r, n, t, op, comm))
COUNTED(Exscan, (const void *s, void *r, int n, MPI_Datatype t, MPI_Op op, MPI_Comm comm), (s, r, n, t, op, comm))
COUNTED(Gather, (const void *s, int n, MPI_Datatype t, void *r, int m, MPI_Datatype u, int root, MPI_Comm comm), (s, n, t, r, m, u, root, comm))
COUNTED(Allgather, (const void *s, int n, MPI_Datatype t, void *r, int m, MPI_Datatype u, MPI_Comm comm), (s, n, t, r, m, u, comm))
COUNTED(Allgatherv, (const void *s, int n, MPI_Datatype t, void *r, const int *m, const int *d, MPI_Datatype u, MPI_Comm comm), (s, n, t, r, m, d, u, comm))
COUNTED(Alltoall, (const void *s, int n, MPI_Datatype t, void *r, int m, MPI_Datatype u, MPI_Comm comm), (s, n, t, r, m, u, comm))
COUNTED(Send, (const void *b, int n, MPI_Datatype t, int rank, int tag, MPI_Comm comm), (b, n, t, rank, tag, comm))
COUNTED(Recv, (void *b, int n, MPI_Datatype t, int rank, int tag, MPI_Comm comm, MPI_Status *status), (b, n, t, rank, tag, comm, status))
COUNTED(Isend, (const void *b, int n, MPI_Datatype t, int rank, int tag, MPI_Comm comm, MPI_Request *request), (b, n, t, rank, tag, comm, request))
COUNTED(Irecv, (void *b, int n, MPI_Datatype t, int rank, int tag, MPI_Comm comm, MPI_Request *request), (b, n, t, rank, tag, comm, request))

typedef struct mode {
  int32_t method, reduction;
} mode;
static const mode modes[] = {{HEARTH_STREAM_BRAND, HEARTH_REDUCTION_FAST},
                             {HEARTH_STREAM_BRAND, HEARTH_REDUCTION_REPRODUCIBLE},
                             {HEARTH_STREAM_EXACT, HEARTH_REDUCTION_FAST},
                             {HEARTH_STREAM_EXACT, HEARTH_REDUCTION_REPRODUCIBLE},
                             {HEARTH_STREAM_SKETCH, HEARTH_REDUCTION_FAST}};

static hearth_context *open_context(const mode *m) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.reduction = m->reduction;
  options.leak_check = 1;
  return test_context_with(&options);
}

/* One sample; the calls that it took, which are the context's as well. */
static int64_t calls_of_sample(hearth_context *ctx, hearth_pca *pca, hearth_array *array, double time) {
  int64_t before[2], after[2], bytes;
  hearth_context_traffic(ctx, &before[0], &before[1], &bytes);
  calls = 0;
  const hearth_status status = hearth_pca_partial_fit(pca, array, time);
  const int64_t counted = calls;
  hearth_context_traffic(ctx, &after[0], &after[1], &bytes);
  assert_ok(status); /* makes a call of its own */
  assert_all(after[0] + after[1] - before[0] - before[1] == counted);
  return counted;
}

static void three_calls_per_bunch_none_between(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    for (int kind = 0; kind < TABLE_KINDS; kind += 6) {
      hearth_context *ctx = open_context(&modes[i]);
      hearth_array *array = state_array(ctx, kind, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
      hearth_pca_options options = small_bunch();
      hearth_pca *pca = NULL;
      options.stream_method = modes[i].method;
      options.max_samples = SAMPLES;
      assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
      int64_t full = 0;
      for (int t = 0; t < 3 * options.bunch; t++) {
        assert_ok(hearth_array_fill(array, (t * t) % 17));
        const int64_t counted = calls_of_sample(ctx, pca, array, t);
        if (t == 0) continue; /* takes memory and agrees on it */
        if ((t + 1) % options.bunch == 0)
          full += counted;
        else
          assert_all(counted == 0);
        if ((t + 1) % options.bunch == 0) assert_all(counted <= 3);
      }
      assert_all(full > 0 || test_size == 1); /* the counters are in the way of the calls */
      hearth_pca_destroy(&pca);
      hearth_array_destroy(&array);
      test_context_destroy(&ctx);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(three_calls_per_bunch_none_between)};
HEARTH_TEST_MAIN(tests)
