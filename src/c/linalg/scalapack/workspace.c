#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/routines.h"
#include <float.h>
#include <limits.h>
#include <math.h>

static bool is_single(int32_t dtype) {
  return dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64;
}

/* Sizes come back as floating-point numbers, which may have been rounded down. */
static hearth_status whole_size(const hearth_bridge *b, const char *routine, double size, int32_t *result) {
  size = ceil(size * (1.0 + 2.0 * (is_single(b->dtype) ? (double)FLT_EPSILON : DBL_EPSILON)));
  if (!(size < (double)INT_MAX))
    return hearth_fail(b->ctx, HEARTH_ERR_UNSUPPORTED, "%s wants a workspace of %.0f numbers, LAPACK counts in 32 bits; use more ranks", routine, size);
  *result = size < 1.0 ? 1 : (int32_t)size;
  return HEARTH_OK;
}

static hearth_status reserve(const hearth_bridge *b, const char *routine, double work, double real, int64_t whole, hearth_workspace *w) {
  const int64_t element = hearth_dtype_size((hearth_dtype)b->dtype);
  HEARTH_TRY(whole_size(b, routine, work, &w->lwork));
  HEARTH_TRY(whole_size(b, routine, real, &w->lreal));
  HEARTH_TRY(whole_size(b, routine, (double)whole, &w->lwhole));
  if (!b->here) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(b->ctx, w->lwork * element, &w->work));
  HEARTH_TRY(hearth_allocate(b->ctx, w->lreal * (is_single(b->dtype) ? 4 : 8), &w->real));
  return hearth_allocate(b->ctx, w->lwhole * (int64_t)sizeof *w->whole, &w->whole);
}

static void release(const hearth_bridge *b, hearth_workspace *w) {
  hearth_deallocate(b->ctx, w->work);
  hearth_deallocate(b->ctx, w->real);
  hearth_deallocate(b->ctx, w->whole);
  *w = (hearth_workspace){0};
}

hearth_status hearth_workspace_open(const hearth_bridge *b, const char *routine, int32_t info, double work, double real, int64_t whole,
                                    hearth_workspace *workspace) {
  *workspace = (hearth_workspace){0};
  hearth_status status = HEARTH_OK;
  if (info != 0) status = hearth_fail(b->ctx, HEARTH_ERR_INTERNAL, "%s refused its argument %d", routine, -info);
  if (status == HEARTH_OK) status = reserve(b, routine, work, real, whole, workspace);
  status = hearth_agree(b->ctx, status);
  if (status != HEARTH_OK) release(b, workspace);
  return status;
}

hearth_status hearth_workspace_close(const hearth_bridge *b, const char *routine, int32_t mine, hearth_workspace *workspace, int32_t *info) {
  int64_t ends[2] = {mine, -(int64_t)mine};
  if (workspace) release(b, workspace);
  HEARTH_TRY(hearth_allreduce_i64(b->ctx, ends, 2, HEARTH_OP_MAX));
  if (ends[1] > 0) return hearth_fail(b->ctx, HEARTH_ERR_INTERNAL, "%s refused its argument %lld", routine, (long long)ends[1]);
  if (info)
    *info = (int32_t)ends[0];
  else if (ends[0] > 0)
    return hearth_fail(b->ctx, HEARTH_ERR_INTERNAL, "%s failed unexpectedly (info %lld)", routine, (long long)ends[0]);
  return HEARTH_OK;
}
