/* Samples in groups, each of which has its own mean. */
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <string.h>

static hearth_status check_given(const hearth_pca *pca, int32_t ngroups, int64_t n, const int32_t *labels, const char *function) {
  HEARTH_REQUIRE(pca->ctx, ngroups >= 1 && n >= 0 && (labels || n == 0), "%s: %d groups, %lld labels", function, ngroups, (long long)n);
  for (int64_t i = 0; i < n; i++)
    HEARTH_REQUIRE(pca->ctx, labels[i] >= 0 && labels[i] < ngroups, "%s: label %lld is %d, outside 0..%d", function, (long long)i, labels[i], ngroups - 1);
  return HEARTH_OK;
}

/* A copy of the labels, which are the same on all ranks. Collective. */
static hearth_status take_labels(const hearth_pca *pca, int32_t ngroups, int64_t n, const int32_t *labels, const char *function, int32_t **copy) {
  hearth_context *ctx = pca->ctx;
  *copy = NULL;
  hearth_status status = check_given(pca, ngroups, n, labels, function);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof **copy, copy);
  uint64_t checksum = 0;
  for (int64_t i = 0; status == HEARTH_OK && i < n; i++) checksum = checksum * 1000003u + (uint32_t)labels[i];
  const int64_t numbers[] = {ngroups, n, (int64_t)(checksum >> 2)};
  status = hearth_agree_same(ctx, status, "groups|number of labels|checksum of the labels", numbers, 3);
  if (status != HEARTH_OK) {
    hearth_deallocate(ctx, *copy);
    return status;
  }
  if (n) memcpy(*copy, labels, n * sizeof **copy);
  return HEARTH_OK;
}

static void keep(hearth_pca *pca, int64_t n, int32_t *labels) {
  hearth_deallocate(pca->ctx, pca->labels);
  pca->labels = labels;
  pca->nlabels = n;
}

hearth_status hearth_pca_set_groups(hearth_pca *pca, int32_t ngroups, int64_t n, const int32_t *labels) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_set_groups: the estimator is NULL");
  int32_t *copy = NULL;
  HEARTH_TRY(take_labels(pca, ngroups, n, labels, "hearth_pca_set_groups", &copy));
  hearth_pca_clear(pca);
  keep(pca, n, copy);
  pca->ngroups = ngroups;
  return HEARTH_OK;
}

hearth_status hearth_pca_set_labels(hearth_pca *pca, int64_t n, const int32_t *labels) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_set_labels: the estimator is NULL");
  int32_t *copy = NULL;
  HEARTH_TRY(take_labels(pca, pca->ngroups, n, labels, "hearth_pca_set_labels", &copy));
  keep(pca, n, copy);
  return HEARTH_OK;
}

hearth_status hearth_pca_check_labels(const hearth_pca *pca, int64_t n) {
  if (pca->ngroups == 1 || pca->nlabels == n) return HEARTH_OK;
  return hearth_fail(pca->ctx, HEARTH_ERR_ARGUMENT, "the samples form %d groups, %lld of them have labels, there are %lld: hearth_pca_set_labels", pca->ngroups,
                     (long long)pca->nlabels, (long long)n);
}

int64_t hearth_pca_group_run(const hearth_pca *pca, int64_t t, int64_t most, int32_t *group) {
  int64_t run = 1;
  *group = 0;
  if (pca->ngroups == 1) return most;
  *group = pca->labels[t];
  while (run < most && pca->labels[t + run] == *group) run++;
  return run;
}
