#include "kernels/cpu/blas.h"
#include "kernels/check.h"
#if defined(_OPENMP)
#include <omp.h>
#endif

/* The hidden lengths of the character arguments are not passed: every BLAS in C or Fortran reads the first character only. */
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *);
void sgemm_(const char *, const char *, const int *, const int *, const int *, const float *, const float *, const int *, const float *, const int *,
            const float *, float *, const int *);
void zgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const void *, const int *, const void *, const int *,
            const double *, void *, const int *);
void cgemm_(const char *, const char *, const int *, const int *, const int *, const float *, const void *, const int *, const void *, const int *,
            const float *, void *, const int *);
void dsyrk_(const char *, const char *, const int *, const int *, const double *, const double *, const int *, const double *, double *, const int *);
void ssyrk_(const char *, const char *, const int *, const int *, const float *, const float *, const int *, const float *, float *, const int *);
void zherk_(const char *, const char *, const int *, const int *, const double *, const void *, const int *, const double *, void *, const int *);
void cherk_(const char *, const char *, const int *, const int *, const float *, const void *, const int *, const float *, void *, const int *);
void dtrsm_(const char *, const char *, const char *, const char *, const int *, const int *, const double *, const double *, const int *, double *,
            const int *);

typedef struct operand {
  const void *data;
  char transposed; /* 'N': column-major */
  int leading;
} operand;

/* The leading dimension if dimension `unit` has unit stride, else 0. */
static int64_t leading_dimension(const hearth_view *matrix, int unit) {
  const int64_t size = hearth_dtype_size(matrix->dtype), length = matrix->extent[unit], stride = matrix->stride[1 - unit];
  const int64_t least = length > 1 ? length : 1;
  if (length > 1 && matrix->stride[unit] != size) return 0;
  if (matrix->extent[1 - unit] <= 1) return least <= INT32_MAX ? least : 0;
  return stride % size == 0 && stride / size >= least && stride / size <= INT32_MAX ? stride / size : 0;
}

bool cpu_blas_columns(const hearth_view *matrix) {
  return leading_dimension(matrix, 0) > 0;
}

bool cpu_blas_takes(const hearth_view *matrix) {
  return leading_dimension(matrix, 0) > 0 || leading_dimension(matrix, 1) > 0;
}

bool cpu_blas_conjugates(const hearth_view *matrix) {
  return leading_dimension(matrix, 0) == 0 && leading_dimension(matrix, 1) > 0;
}

static operand describe(const hearth_view *matrix, bool conjugate) {
  const int64_t columns = leading_dimension(matrix, 0);
  return (operand){matrix->data, columns ? 'N' : conjugate ? 'C' : 'T', (int)(columns ? columns : leading_dimension(matrix, 1))};
}

void cpu_blas_gemm(int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  const operand x = describe(a, conjugate & HEARTH_CONJUGATE_A), y = describe(b, conjugate & HEARTH_CONJUGATE_B), z = describe(c, false);
  const int m = (int)c->extent[0], n = (int)c->extent[1], k = (int)a->extent[1];
  const double alpha64[2] = {alpha, 0.0}, beta64[2] = {beta, 0.0};
  const float alpha32[2] = {(float)alpha, 0.0F}, beta32[2] = {(float)beta, 0.0F};
  if (c->dtype == HEARTH_FLOAT64)
    dgemm_(&x.transposed, &y.transposed, &m, &n, &k, alpha64, x.data, &x.leading, y.data, &y.leading, beta64, c->data, &z.leading);
  else if (c->dtype == HEARTH_FLOAT32)
    sgemm_(&x.transposed, &y.transposed, &m, &n, &k, alpha32, x.data, &x.leading, y.data, &y.leading, beta32, c->data, &z.leading);
  else if (c->dtype == HEARTH_COMPLEX128)
    zgemm_(&x.transposed, &y.transposed, &m, &n, &k, alpha64, x.data, &x.leading, y.data, &y.leading, beta64, c->data, &z.leading);
  else
    cgemm_(&x.transposed, &y.transposed, &m, &n, &k, alpha32, x.data, &x.leading, y.data, &y.leading, beta32, c->data, &z.leading);
}

void cpu_blas_syrk(double alpha, const hearth_view *a, double beta, const hearth_view *c) {
  const operand x = describe(a, hearth_dtype_is_complex(a->dtype)), z = describe(c, false);
  const int n = (int)a->extent[0], k = (int)a->extent[1];
  const float alpha32 = (float)alpha, beta32 = (float)beta;
  if (c->dtype == HEARTH_FLOAT64)
    dsyrk_("L", &x.transposed, &n, &k, &alpha, x.data, &x.leading, &beta, c->data, &z.leading);
  else if (c->dtype == HEARTH_FLOAT32)
    ssyrk_("L", &x.transposed, &n, &k, &alpha32, x.data, &x.leading, &beta32, c->data, &z.leading);
  else if (c->dtype == HEARTH_COMPLEX128)
    zherk_("L", &x.transposed, &n, &k, &alpha, x.data, &x.leading, &beta, c->data, &z.leading);
  else
    cherk_("L", &x.transposed, &n, &k, &alpha32, x.data, &x.leading, &beta32, c->data, &z.leading);
}

void cpu_blas_solve_upper(const hearth_view *x, const hearth_view *r) {
  const operand left = describe(x, false), triangle = describe(r, false);
  const int m = (int)x->extent[0], n = (int)x->extent[1];
  const double one = 1.0;
  dtrsm_("R", "U", "N", "N", &m, &n, &one, triangle.data, &triangle.leading, x->data, &left.leading);
}

int cpu_blas_enter(const hearth_queue *queue) {
#if defined(_OPENMP)
  const int before = omp_get_max_threads();
  if (!omp_in_parallel()) omp_set_num_threads(queue->threads);
  return before;
#else
  (void)queue;
  return 0;
#endif
}

void cpu_blas_leave(int before) {
#if defined(_OPENMP)
  if (!omp_in_parallel()) omp_set_num_threads(before);
#else
  (void)before;
#endif
}
