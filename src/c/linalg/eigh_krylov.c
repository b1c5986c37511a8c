/* Block Krylov spaces from a random start (Musco and Musco 2015), with Rayleigh-Ritz and thick restarts (Stathopoulos and Saad 1998): the basis v of at most
 * 1 + GROWTH blocks has the products a v beside it, and grows by what is new in the products of its last block, or after a restart by the residuals. */
#include "linalg/eigh_krylov.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "linalg/operand.h"
#include <hearth/decomposition.h>
#include <hearth/elementwise.h>
#include <hearth/manipulate.h>
#include <hearth/matmul.h>
#include <hearth/random.h>
#include <math.h>

enum { GROWTH = 4, GUARDS = 10, STREAM = 71, PATIENCE = 4 };

typedef struct krylov {
  const char *name;
  const hearth_array *a;
  int64_t n, k, keep; /* keep: of Ritz vectors, some more than wanted */
  bool largest;
  hearth_array *v, *av; /* [n, columns] */
  hearth_array *next;   /* what the basis grows by */
  double *values;       /* of the kept Ritz vectors, ascending */
  double *norms;        /* of their residuals */
  double size;          /* largest magnitude of an eigenvalue that was met */
} krylov;

bool hearth_krylov_is_small(int64_t n, int64_t k) {
  return (1 + GROWTH) * (k + GUARDS) < n / 2;
}

static void replace(hearth_array **array, hearth_array *other) {
  hearth_array_destroy(array);
  *array = other;
}

/* *c := x^H y. */
static hearth_status inner(const hearth_array *x, const hearth_array *y, hearth_array **c) {
  hearth_array *conjugate = NULL, *turned = NULL;
  HEARTH_TRY(hearth_linalg_conjugate(x, &conjugate));
  hearth_status status = hearth_transpose(conjugate ? conjugate : x, 2, NULL, &turned);
  if (status == HEARTH_OK) status = hearth_matmul(turned, y, c);
  hearth_array_destroy(&turned);
  hearth_array_destroy(&conjugate);
  return status;
}

/* w := w - v v^H w, then orthonormal columns that span the same. */
static hearth_status orthonormalise(const hearth_array *v, hearth_array **w) {
  hearth_array *c = NULL, *part = NULL, *rest = NULL, *q = NULL, *r = NULL;
  hearth_status status = v ? inner(v, *w, &c) : HEARTH_OK;
  if (status == HEARTH_OK && v) status = hearth_matmul(v, c, &part);
  if (status == HEARTH_OK && v) status = hearth_subtract(*w, part, &rest);
  if (status == HEARTH_OK) status = hearth_qr(v ? rest : *w, NULL, &q, &r);
  if (status == HEARTH_OK) replace(w, q);
  hearth_array_destroy(&c);
  hearth_array_destroy(&part);
  hearth_array_destroy(&rest);
  hearth_array_destroy(&r);
  return status;
}

static hearth_status append(hearth_array **all, const hearth_array *more) {
  hearth_array *both = NULL;
  const hearth_array *const parts[2] = {*all, more};
  if (!*all) return hearth_array_clone(more, all);
  HEARTH_TRY(hearth_concatenate(2, parts, 1, &both));
  replace(all, both);
  return HEARTH_OK;
}

/* Twice: columns that were (nearly) in the space already are noise after the first time, and noise is not orthogonal to it. */
static hearth_status grow(krylov *t) {
  hearth_array *product = NULL;
  HEARTH_TRY(orthonormalise(t->v, &t->next));
  HEARTH_TRY(orthonormalise(t->v, &t->next));
  HEARTH_TRY(hearth_matmul(t->a, t->next, &product));
  hearth_status status = append(&t->v, t->next);
  if (status == HEARTH_OK) status = append(&t->av, product);
  if (status == HEARTH_OK)
    replace(&t->next, product);
  else
    hearth_array_destroy(&product);
  return status;
}

/* Columns first .. first + count - 1 of x times s. */
static hearth_status combine(hearth_array **x, const hearth_array *s, int64_t first, int64_t count) {
  int64_t shape[2];
  hearth_array *columns = NULL, *product = NULL;
  HEARTH_TRY(hearth_array_shape(s, 2, shape));
  HEARTH_TRY(hearth_slice(s, 2, (int64_t[]){0, first}, (int64_t[]){shape[0], count}, NULL, &columns));
  const hearth_status status = hearth_matmul(*x, columns, &product);
  hearth_array_destroy(&columns);
  if (status == HEARTH_OK) replace(x, product);
  return status;
}

/* next := a v - v diag(values), and its columns' norms. */
static hearth_status residuals(krylov *t, const hearth_array *w, int64_t first) {
  hearth_array *kept = NULL, *scaled = NULL, *rest = NULL, *norms = NULL, *everywhere = NULL;
  hearth_status status = hearth_slice(w, 1, &first, &t->keep, NULL, &kept);
  if (status == HEARTH_OK) status = hearth_multiply(t->v, kept, &scaled);
  if (status == HEARTH_OK) status = hearth_subtract(t->av, scaled, &rest);
  if (status == HEARTH_OK) status = hearth_norm(rest, 1, (int32_t[]){0}, NULL, &norms);
  if (status == HEARTH_OK) status = hearth_resplit(norms, -1, &everywhere);
  if (status == HEARTH_OK) status = hearth_agree(t->a->ctx, hearth_dense_read(everywhere, 0, t->keep, t->norms));
  if (status == HEARTH_OK)
    replace(&t->next, rest);
  else
    hearth_array_destroy(&rest);
  hearth_array_destroy(&kept);
  hearth_array_destroy(&scaled);
  hearth_array_destroy(&norms);
  hearth_array_destroy(&everywhere);
  return status;
}

/* The basis becomes the Ritz vectors at the wanted end. */
static hearth_status restart(krylov *t) {
  hearth_array *h = NULL, *w = NULL, *s = NULL;
  int64_t columns[1] = {0};
  double ends[2] = {0, 0};
  hearth_status status = inner(t->v, t->av, &h);
  if (status == HEARTH_OK) status = hearth_eigh(h, NULL, &w, &s);
  if (status == HEARTH_OK) status = hearth_array_shape(w, 1, columns);
  const int64_t first = t->largest ? columns[0] - t->keep : 0;
  if (status == HEARTH_OK) status = hearth_dense_read(w, 0, 1, &ends[0]);
  if (status == HEARTH_OK) status = hearth_dense_read(w, columns[0] - 1, 1, &ends[1]);
  if (status == HEARTH_OK) status = hearth_dense_read(w, first, t->keep, t->values);
  status = hearth_agree(t->a->ctx, status);
  if (status == HEARTH_OK) status = combine(&t->v, s, first, t->keep);
  if (status == HEARTH_OK) status = combine(&t->av, s, first, t->keep);
  t->size = fmax(t->size, fmax(fabs(ends[0]), fabs(ends[1])));
  if (status == HEARTH_OK) status = residuals(t, w, first);
  hearth_array_destroy(&h);
  hearth_array_destroy(&w);
  hearth_array_destroy(&s);
  return status;
}

/* Of the wanted ones: at the end, or at the beginning, of those kept. */
static double worst(const krylov *t) {
  double most = 0;
  for (int64_t i = 0; i < t->k; i++) most = fmax(most, t->norms[t->largest ? t->keep - 1 - i : i]);
  return most;
}

static hearth_status start(krylov *t) {
  const int64_t shape[2] = {t->n, t->keep};
  hearth_layout *layout = NULL;
  hearth_array *noise = NULL;
  hearth_status status = hearth_allocate(t->a->ctx, t->keep * (int64_t)sizeof *t->values, &t->values);
  if (status == HEARTH_OK) status = hearth_allocate(t->a->ctx, t->keep * (int64_t)sizeof *t->norms, &t->norms);
  HEARTH_TRY(hearth_agree(t->a->ctx, status));
  HEARTH_TRY(hearth_layout_split(t->a->ctx, 2, shape, 0, &layout));
  status = hearth_randn(layout, HEARTH_FLOAT64, t->a->order, STREAM, &noise);
  if (status == HEARTH_OK) status = hearth_array_cast(noise, t->a->dtype, &t->next);
  hearth_array_destroy(&noise);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status iterate(krylov *t, double tolerance, int32_t cycles) {
  HEARTH_TRY(start(t));
  int32_t cycle = 0;
  double before[PATIENCE] = {0}; /* residuals of earlier cycles */
  for (; cycle < cycles; cycle++) {
    for (int block = 0; block < GROWTH + (cycle == 0); block++) HEARTH_TRY(grow(t));
    HEARTH_TRY(restart(t));
    if (worst(t) <= tolerance * t->size) return HEARTH_OK;
    if (cycle >= PATIENCE && worst(t) > before[cycle % PATIENCE] / 2) break; /* too slow ever to arrive, or at the end of the digits */
    before[cycle % PATIENCE] = worst(t);
  }
  return hearth_fail(t->a->ctx, HEARTH_ERR_NUMERICAL,
                     "%s: %lld eigenvalues of a matrix of order %lld have residuals of %.2g (relative to the largest) after %d restarts, not %.2g; take the "
                     "dense method",
                     t->name, (long long)t->k, (long long)t->n, worst(t) / t->size, cycle, tolerance);
}

hearth_status hearth_krylov_eigh(const char *name, const hearth_array *a, int64_t k, bool largest, double tolerance, int32_t cycles, double *w,
                                 hearth_array **v) {
  krylov t = {.name = name, .a = a, .n = a->layout->shape[0], .k = k, .keep = k + GUARDS, .largest = largest};
  hearth_array *wanted = NULL;
  const int64_t first = largest ? GUARDS : 0;
  hearth_status status = iterate(&t, tolerance, cycles);
  if (status == HEARTH_OK) status = hearth_slice(t.v, 2, (int64_t[]){0, first}, (int64_t[]){t.n, k}, NULL, &wanted);
  if (status == HEARTH_OK) status = hearth_array_clone(wanted, v);
  for (int64_t i = 0; i < k && status == HEARTH_OK; i++) w[i] = t.values[first + i];
  hearth_array_destroy(&wanted);
  hearth_array_destroy(&t.v);
  hearth_array_destroy(&t.av);
  hearth_array_destroy(&t.next);
  hearth_deallocate(a->ctx, t.values);
  hearth_deallocate(a->ctx, t.norms);
  return status;
}
