/* Solvers on the matrix of anomalies [points, columns]. */
#include "analysis/pca_matrix_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"

const char *hearth_pca_solver_name(int32_t solver) {
  static const char *const names[] = {"auto",           "the Gram matrix", "CholeskyQR", "TSQR", "a randomized range finder", "hierarchical singular values",
                                      "singular values"};
  return solver >= 0 && solver <= HEARTH_PCA_FULL ? names[solver] : "?";
}

hearth_status hearth_pca_solve_matrix(hearth_pca_fit_job *job, int32_t solver) {
  (void)solver;
  return hearth_fail(job->pca->ctx, HEARTH_ERR_UNSUPPORTED, "soon");
}
