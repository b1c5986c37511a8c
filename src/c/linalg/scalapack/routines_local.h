/* The part of routines_body.h where LAPACK's interfaces differ from ScaLAPACK's. */
#if COMPLEX
#define REAL_ARGUMENT REAL *rwork,
#define REAL_WORK w.real,
#else
#define REAL_ARGUMENT
#define REAL_WORK
#endif

void F(gesdd)(const char *jobz, const int *m, const int *n, AT_TYPES, REAL *s, AT_TYPES, AT_TYPES, TYPE *work, const int *lwork, REAL_ARGUMENT int *iwork,
              int *info, size_t);
void F(gesvd)(const char *jobu, const char *jobvt, const int *m, const int *n, AT_TYPES, REAL *s, AT_TYPES, AT_TYPES, TYPE *work, const int *lwork,
              REAL_ARGUMENT int *info, size_t, size_t);
#if COMPLEX
void F(heevd)(const char *jobz, const char *uplo, const int *n, AT_TYPES, REAL *w, TYPE *work, const int *lwork, REAL *rwork, const int *lrwork, int *iwork,
              const int *liwork, int *info, size_t, size_t);
void F(heevr)(const char *jobz, const char *range, const char *uplo, const int *n, AT_TYPES, const REAL *vl, const REAL *vu, const int *il, const int *iu,
              const REAL *abstol, int *m, REAL *w, AT_TYPES, int *isuppz, TYPE *work, const int *lwork, REAL *rwork, const int *lrwork, int *iwork,
              const int *liwork, int *info, size_t, size_t, size_t);
#else
void F(syevd)(const char *jobz, const char *uplo, const int *n, AT_TYPES, REAL *w, TYPE *work, const int *lwork, int *iwork, const int *liwork, int *info,
              size_t, size_t);
void F(syevr)(const char *jobz, const char *range, const char *uplo, const int *n, AT_TYPES, const REAL *vl, const REAL *vu, const int *il, const int *iu,
              const REAL *abstol, int *m, REAL *w, AT_TYPES, int *isuppz, TYPE *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t,
              size_t, size_t);
#endif

/* n results in place, which were written as REAL. */
static void N(widen)(int64_t n, double *values) {
  for (int64_t i = n - 1; i >= 0; i--) {
    REAL value;
    memcpy(&value, (const char *)values + i * (int64_t)sizeof value, sizeof value);
    values[i] = (double)value;
  }
}

/* Divide and conquer. */
static hearth_status N(svd)(const hearth_bridge *b, const hearth_matrix *a, double *s, const hearth_matrix *u, const hearth_matrix *vt, int32_t *info) {
  TYPE size = 0;
  int mine = 0;
  const int query = -1, unused = 1;
  const int64_t k = a->rows < a->columns ? a->rows : a->columns, most = a->rows < a->columns ? a->columns : a->rows;
  const char *job = u ? "S" : "N";
  hearth_workspace w = {0};
  const hearth_matrix none = {.data = &size, .leading = unused};
  if (!u) u = vt = &none;
  if (b->here) F(gesdd)(job, &a->rows, &a->columns, AT(a), (void *)s, AT(u), AT(vt), &size, &query, REAL_WORK NULL, &mine, LENGTHS1);
  const double reals = COMPLEX ? (double)k * (double)(5 * k + 7 > 2 * most + 2 * k + 1 ? 5 * k + 7 : 2 * most + 2 * k + 1) : 0;
  HEARTH_TRY(hearth_workspace_open(b, "gesdd", mine, (double)size, reals, 8 * k, &w));
  if (b->here) F(gesdd)(job, &a->rows, &a->columns, AT(a), (void *)s, AT(u), AT(vt), w.work, &w.lwork, REAL_WORK w.whole, &mine, LENGTHS1);
  if (b->here && mine >= 0) N(widen)(k, s);
  return hearth_workspace_close(b, "gesdd", mine, &w, info);
}

#define SYEVR F(HERMITIAN(evr))
#define SYEVD F(HERMITIAN(evd))
#if COMPLEX
#define QUERY &size, &query, &reals, &query, &whole, &query
#define WORK w.work, &w.lwork, w.real, &w.lreal, w.whole, &whole
#else
#define QUERY &size, &query, &whole, &query
#define WORK w.work, &w.lwork, w.whole, &whole
#endif
/* All eigenvectors by divide and conquer, in place of a. */
static hearth_status N(eigh_all)(const hearth_bridge *b, const hearth_matrix *a, double *values, const hearth_matrix *z, int32_t *info) {
  TYPE size = 0;
  REAL reals = 0;
  int mine = 0, whole = 0;
  const int query = -1;
  hearth_workspace w = {0};
  if (b->here) SYEVD("V", "L", &a->rows, AT(a), (void *)values, QUERY, &mine, LENGTHS2);
  HEARTH_TRY(hearth_workspace_open(b, "syevd", mine, (double)size + 64.0 * a->rows, (double)reals, whole, &w));
  if (b->here) {
    SYEVD("V", "L", &a->rows, AT(a), (void *)values, WORK, &mine, LENGTHS2);
    N(widen)(a->rows, values);
    hearth_bridge_copy(b, z, a);
  }
  return hearth_workspace_close(b, "syevd", mine, &w, info);
}

/* Some by relatively robust representations. */
static hearth_status N(eigh)(const hearth_bridge *b, const hearth_matrix *a, int32_t low, int32_t high, double *values, const hearth_matrix *z, int32_t *info) {
  TYPE size = 0;
  REAL reals = 0;
  int mine = 0, found = 0, whole = 0;
  const int query = -1, il = low + 1, iu = high + 1, n = a->rows, count = high - low + 1;
  const REAL none = 0;
  const char *job = z ? "V" : "N", *range = count == n ? "A" : "I";
  const hearth_matrix unused = {.data = &size, .leading = 1};
  hearth_workspace w = {0};
  if (z && count == n) return N(eigh_all)(b, a, values, z, info);
  if (!z) z = &unused;
  if (b->here) SYEVR(job, range, "L", &n, AT(a), &none, &none, &il, &iu, &none, &found, (void *)values, AT(z), NULL, QUERY, &mine, LENGTHS3);
  HEARTH_TRY(hearth_workspace_open(b, "syevr", mine, (double)size, (double)reals, whole + 2 * (int64_t)n, &w));
  if (b->here) {
    int *support = w.whole + whole;
    SYEVR(job, range, "L", &n, AT(a), &none, &none, &il, &iu, &none, &found, (void *)values, AT(z), support, WORK, &mine, LENGTHS3);
    if (mine == 0 && found != count) mine = n + 1;
    N(widen)(n, values);
  }
  return hearth_workspace_close(b, "syevr", mine, &w, info);
}
#undef SYEVR
#undef SYEVD
#undef QUERY
#undef WORK
#undef REAL_ARGUMENT
#undef REAL_WORK
