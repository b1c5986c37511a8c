/* The part of routines_body.h where ScaLAPACK's interfaces differ from LAPACK's. */
#if COMPLEX
void F(gesvd)(const char *jobu, const char *jobvt, const int *m, const int *n, AT_TYPES, REAL *s, AT_TYPES, AT_TYPES, TYPE *work, const int *lwork, REAL *rwork,
              int *info, size_t, size_t);
void F(heevd)(const char *jobz, const char *uplo, const int *n, AT_TYPES, REAL *w, AT_TYPES, TYPE *work, const int *lwork, REAL *rwork, const int *lrwork,
              int *iwork, const int *liwork, int *info, size_t, size_t);
#define QUERY size, &query, reals, &query, &whole, &query
#define WORK w.work, &w.lwork, w.real, &w.lreal, w.whole, &w.lwhole
#else
void F(gesvd)(const char *jobu, const char *jobvt, const int *m, const int *n, AT_TYPES, REAL *s, AT_TYPES, AT_TYPES, TYPE *work, const int *lwork, int *info,
              size_t, size_t);
void F(syevd)(const char *jobz, const char *uplo, const int *n, AT_TYPES, REAL *w, AT_TYPES, TYPE *work, const int *lwork, int *iwork, const int *liwork,
              int *info, size_t, size_t);
#define QUERY size, &query, &whole, &query
#define WORK w.work, &w.lwork, w.whole, &w.lwhole
#endif
#define SYEVD F(HERMITIAN(evd))
#define SYTRD F(HERMITIAN(trd))
#define ORMTR F(UNITARY(mtr))
void SYTRD(const char *uplo, const int *n, AT_TYPES, REAL *d, REAL *e, TYPE *tau, TYPE *work, const int *lwork, int *info, size_t);
void ORMTR(const char *side, const char *uplo, const char *trans, const int *m, const int *n, AT_TYPES, const TYPE *tau, AT_TYPES, TYPE *work, const int *lwork,
           int *info, size_t, size_t, size_t);

/* n results in place, which were written as REAL. */
static void N(widen)(int64_t n, double *values) {
  for (int64_t i = n - 1; i >= 0; i--) {
    REAL value;
    memcpy(&value, (const char *)values + i * (int64_t)sizeof value, sizeof value);
    values[i] = (double)value;
  }
}

static hearth_status N(svd)(const hearth_bridge *b, const hearth_matrix *a, double *s, const hearth_matrix *u, const hearth_matrix *vt, int32_t *info) {
  TYPE size = 0;
  int mine = 0;
  const int query = -1;
  const int64_t k = a->rows < a->columns ? a->rows : a->columns, most = a->rows < a->columns ? a->columns : a->rows;
  const char *job = u ? "V" : "N";
  hearth_workspace w = {0};
  const hearth_matrix *left = u ? u : a, *right = vt ? vt : a; /* not looked at, but checked */
#if COMPLEX
  REAL reals[1] = {0};
  if (b->here) F(gesvd)(job, job, &a->rows, &a->columns, AT(a), (void *)s, AT(left), AT(right), &size, &query, reals, &mine, LENGTHS2);
  HEARTH_TRY(hearth_workspace_open(b, "gesvd", mine, (double)size, 2.0 + 4.0 * (double)most, 0, &w));
  if (b->here) F(gesvd)(job, job, &a->rows, &a->columns, AT(a), (void *)s, AT(left), AT(right), w.work, &w.lwork, w.real, &mine, LENGTHS2);
#else
  (void)most;
  if (b->here) F(gesvd)(job, job, &a->rows, &a->columns, AT(a), (void *)s, AT(left), AT(right), &size, &query, &mine, LENGTHS2);
  HEARTH_TRY(hearth_workspace_open(b, "gesvd", mine, (double)size, 0, 0, &w));
  if (b->here) F(gesvd)(job, job, &a->rows, &a->columns, AT(a), (void *)s, AT(left), AT(right), w.work, &w.lwork, &mine, LENGTHS2);
#endif
  if (b->here && mine >= 0) N(widen)(k, s);
  return hearth_workspace_close(b, "gesvd", mine, &w, info);
}

/* All eigenvalues and vectors by divide and conquer. Its query forgets what pdlasrt wants, and counts the back-transformation without its blocks
 * (Reference-ScaLAPACK issue 74): both are added. */
static hearth_status N(eigh)(const hearth_bridge *b, const hearth_matrix *a, int32_t low, int32_t high, double *values, const hearth_matrix *z, int32_t *info) {
  TYPE size[3] = {0};
  REAL reals[3] = {0};
  int mine = 0, whole = 0;
  const int query = -1;
  const double more = (double)(a->local[0] + a->local[1] + 2 * b->block) * (double)b->block + 2.0 * a->rows;
  hearth_workspace w = {0};
  (void)low, (void)high;
  if (b->here) SYEVD("V", "L", &a->rows, AT(a), (void *)values, AT(z), QUERY, &mine, LENGTHS2);
  HEARTH_TRY(hearth_workspace_open(b, "syevd", mine, (double)size[0] + more, COMPLEX ? (double)reals[0] + more : 0.0, whole, &w));
  if (b->here) {
    SYEVD("V", "L", &a->rows, AT(a), (void *)values, AT(z), WORK, &mine, LENGTHS2);
    if (mine >= 0) N(widen)(a->rows, values);
  }
  return hearth_workspace_close(b, "syevd", mine, &w, info);
}

/* The diagonals are tied to the local columns, the same in all rows of processes: those of the first row are told. */
static hearth_status N(tridiagonal)(const hearth_bridge *b, const hearth_matrix *a, double *d, double *e, void *tau) {
  TYPE size[3] = {0};
  int info = 0;
  const int query = -1;
  hearth_workspace w = {0};
  REAL unused = 0;
  if (b->here) SYTRD("L", &a->rows, AT(a), &unused, &unused, tau, size, &query, &info, LENGTHS1);
  HEARTH_TRY(hearth_workspace_open(b, "sytrd", info, (double)size[0], 2.0 * a->local[1] + 2, 0, &w));
  REAL *diagonal = w.real, *below = diagonal + a->local[1] + 1;
  if (b->here) SYTRD("L", &a->rows, AT(a), diagonal, below, tau, w.work, &w.lwork, &info, LENGTHS1);
  for (int64_t i = 0; i < a->rows; i++) d[i] = e[i] = 0;
  for (int64_t j = 0; b->ctx->rank < b->processes[1] && j < a->local[1]; j++) {
    const int64_t column = hearth_layout_local_to_global(a->array->layout, b->ctx->rank, 1, j);
    d[column] = (double)diagonal[j];
    if (column < a->rows - 1) e[column] = (double)below[j];
  }
  HEARTH_TRY(hearth_workspace_close(b, "sytrd", info, &w, NULL));
  HEARTH_TRY(hearth_allreduce_f64(b->ctx, d, a->rows, HEARTH_OP_SUM));
  return hearth_allreduce_f64(b->ctx, e, a->rows, HEARTH_OP_SUM);
}

static hearth_status N(from_tridiagonal)(const hearth_bridge *b, const hearth_matrix *a, const void *tau, const hearth_matrix *z, int32_t k) {
  TYPE size[3] = {0};
  int info = 0;
  const int query = -1;
  hearth_workspace w = {0};
  if (b->here) ORMTR("L", "L", "N", &a->rows, &k, AT(a), tau, AT(z), size, &query, &info, LENGTHS3);
  HEARTH_TRY(hearth_workspace_open(b, "ormtr", info, (double)size[0], 0, 0, &w));
  if (b->here) ORMTR("L", "L", "N", &a->rows, &k, AT(a), tau, AT(z), w.work, &w.lwork, &info, LENGTHS3);
  return hearth_workspace_close(b, "ormtr", info, &w, NULL);
}
#undef QUERY
#undef WORK
#undef SYEVD
#undef SYTRD
#undef ORMTR
