/* From a Gram matrix to modes, and the judgement of what the data were. */
#include "analysis/pca_fit_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include <float.h>
#include <math.h>
#include <string.h>

hearth_status hearth_pca_judge(hearth_pca_fit_job *job) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  int64_t sums[2] = {job->infinite, job->taking_part};
  HEARTH_TRY(hearth_allreduce_i64(ctx, &job->bad_point, 1, HEARTH_OP_MIN));
  HEARTH_TRY(hearth_allreduce_i64(ctx, sums, 2, HEARTH_OP_SUM));
  if (sums[0] > 0) return hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "the data hold %lld infinite values", (long long)sums[0]);
  if (job->bad_point != INT64_MAX && pca->options.gaps == HEARTH_GAPS_ERROR) {
    char where[160];
    hearth_pca_describe_point(pca, job->bad_point, where, sizeof where);
    return hearth_fail(ctx, HEARTH_ERR_NOT_FINITE,
                       "values are missing (NaN) at some samples but not all, first %s (0-based): leave such points out (drop), or fill them", where);
  }
  if (sums[1] == 0) return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no point takes part: all are missing or have weight 0");
  const int64_t most = job->n - 1 < sums[1] ? job->n - 1 : sums[1];
  HEARTH_REQUIRE(ctx, pca->n_components <= most, "%d components are more than min(samples - 1, points) = min(%lld, %lld)", pca->n_components,
                 (long long)(job->n - 1), (long long)sums[1]);
  return HEARTH_OK;
}

/* What rank 0 sends: status, number of modes, total; then eigenvalues and vectors. */
typedef struct hearth_solution {
  int64_t status, modes, unsafe;
  double total;
} hearth_solution;

/* Whether a trace over so many squares tells that some may have overflowed or vanished. */
static bool is_unsafe(const hearth_pca_fit_job *job, double trace) {
  const double mean = trace / ((double)job->n * (double)job->pca->space.global_points), limit = job->float32 && !job->fixed ? 1e20 : 1e280;
  return !(mean < limit) || (mean < 1 / limit && (mean > 0 || job->float32));
}

static hearth_solution solve_here(const hearth_pca_fit_job *job, int64_t side, double *matrix, double *vectors) {
  hearth_pca *pca = job->pca;
  hearth_solution found = {.status = HEARTH_OK};
  for (int64_t i = 0; i < side; i++) found.total += matrix[i * side + i];
  found.unsafe = is_unsafe(job, found.total);
  if (found.unsafe) return found;
  const int64_t wanted = pca->n_components < side ? pca->n_components : side;
  /* LAPACK's bits depend on the number of threads. */
  const bool fixed = pca->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE;
  const int threads = fixed ? hearth_small_threads(1) : 0;
  found.status = hearth_small_eigh(pca->ctx, side, matrix, wanted, pca->sigma, vectors);
  if (fixed) hearth_small_threads(threads);
  /* Directions that rounding of the matrix cannot tell from nothing are no modes. */
  const double least = pca->sigma[0] * DBL_EPSILON * (double)side;
  if (found.status == HEARTH_OK)
    while (found.modes < wanted && pca->sigma[found.modes] > least && found.total > 0) found.modes++;
  return found;
}

hearth_status hearth_pca_solve(hearth_pca_fit_job *job, int64_t side, double *host, double *vectors) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t wanted = pca->n_components < side ? pca->n_components : side;
  hearth_solution found = {0};
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate_zero(ctx, pca->n_components * (int64_t)sizeof *pca->sigma, &pca->sigma)));
  if (ctx->rank == 0) found = solve_here(job, side, host, vectors);
  HEARTH_TRY(hearth_agree(ctx, (hearth_status)found.status));
  HEARTH_TRY(hearth_broadcast(ctx, &found, sizeof found, 0));
  job->unsafe = found.unsafe;
  if (job->unsafe && (job->fixed || !(job->float32 || job->may_give_up)))
    return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the squares of the data leave the range of float64: scale the data, or choose solver auto");
  if (job->unsafe) return HEARTH_OK;
  HEARTH_TRY(hearth_broadcast(ctx, pca->sigma, wanted * (int64_t)sizeof *pca->sigma, 0));
  HEARTH_TRY(hearth_broadcast(ctx, vectors, wanted * side * (int64_t)sizeof *vectors, 0));
  if (found.modes == 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the data do not vary: all anomalies are 0, there is no mode");
  for (int64_t k = 0; k < wanted; k++) pca->sigma[k] = sqrt(fmax(pca->sigma[k], 0));
  pca->modes = pca->rows = (int32_t)found.modes;
  pca->total = found.total;
  return HEARTH_OK;
}

/* A relative error of epsilon in the Gram matrix is one of epsilon (sigma_1 / sigma_k)^2 in eigenvalue k: 1e-4 at this share of sigma_1, and with float32
 * products, whose eigenvalues are known to 1e-8 of the largest, 1e-2. */
#define LEAST_SHARE 1e-6
#define LEAST_SHARE_FLOAT32 1e-3

bool hearth_pca_gave_up(hearth_pca_fit_job *job) {
  const hearth_pca *pca = job->pca;
  if (job->unsafe) return true;
  const double least = pca->sigma[0] * (job->float32 ? LEAST_SHARE_FLOAT32 : LEAST_SHARE);
  job->insufficient = job->may_give_up && (pca->modes < pca->n_components || pca->sigma[pca->modes - 1] < least);
  if (!job->insufficient && pca->modes < pca->n_components)
    hearth_log_write(pca->ctx, HEARTH_LOG_WARNING, "the data have numerical rank %d: that many modes are found, not the %d asked for", pca->modes,
                     pca->n_components);
  return job->insufficient;
}
