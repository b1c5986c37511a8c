/* The chain over blocks of columns. What is cut off a matrix [y x] has rows that are orthogonal to all rows of what is kept and of what comes later, so that
 * the squares of what was cut off add up to the square of the error exactly (Iwen and Ong 2016; Himpe, Leibner and Rave 2018 bound trees of such steps). */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/hsvd_impl.h"
#include "linalg/singular.h"
#include "linalg/small.h"
#include "tensor/layout_impl.h"
#include <float.h>
#include <hearth/manipulate.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 1024 };

typedef struct chain {
  hearth_context *ctx;
  hearth_hsvd *h;
  int32_t parts;
  int64_t seen, kept; /* columns */
  double *v;          /* [seen, kept] */
  hearth_array *y;    /* [m, kept]: the columns seen are about y v^H */
} chain;

/* z := the first `kept` columns of matrix [n, .], each times its value to that power (-1, 0, 1). */
static hearth_status scaled_columns(const hearth_context *ctx, const hearth_hsvd_cut *cut, const double *matrix, int power, double **z) {
  const int64_t numbers = cut->n * cut->parts;
  HEARTH_TRY(hearth_allocate(ctx, numbers * cut->kept * (int64_t)sizeof **z, z));
  for (int64_t j = 0; j < cut->kept; j++)
    for (int64_t i = 0; i < numbers; i++)
      (*z)[i + j * numbers] = power == 0 ? matrix[i + j * numbers] : power > 0 ? matrix[i + j * numbers] * cut->s[j] : matrix[i + j * numbers] / cut->s[j];
  return HEARTH_OK;
}

/* target := x v (power 1: left vectors times values) or left vectors (0). */
static hearth_status write_left(hearth_tall *t, hearth_hsvd_cut *cut, int power, hearth_array *target) {
  double *z = NULL;
  hearth_status status = scaled_columns(t->ctx, cut, cut->by_gram ? cut->v : cut->u, cut->by_gram ? power - 1 : power, &z);
  if (status == HEARTH_OK && cut->by_gram) {
    status = hearth_tall_push(t, false, cut->kept, z);
    if (status == HEARTH_OK) status = hearth_tall_write(t, target);
  }
  status = hearth_agree(t->ctx, status);
  if (status == HEARTH_OK && !cut->by_gram) status = hearth_factor_write(&cut->f, cut->kept, z, target);
  hearth_deallocate(t->ctx, z);
  return status;
}

/* Left vectors by division lose their angles with the squares of the values: one Cholesky factor more makes them orthonormal again, in place. */
static hearth_status straighten(hearth_array *u) {
  hearth_tall t;
  double *gram = NULL;
  int64_t failed = 0;
  hearth_status status = hearth_tall_open(u, &t);
  if (status == HEARTH_OK) status = hearth_agree(t.ctx, hearth_allocate(t.ctx, t.n * t.n * t.parts * (int64_t)sizeof *gram, &gram));
  if (status == HEARTH_OK) status = hearth_tall_gram(&t, gram);
  if (status == HEARTH_OK) {
    if (t.ctx->rank == 0) failed = hearth_small_cholesky_upper(t.parts, t.n, gram);
    status = hearth_broadcast(t.ctx, &failed, sizeof failed, 0);
  }
  if (status == HEARTH_OK && failed == 0) status = hearth_broadcast(t.ctx, gram, t.n * t.n * t.parts * (int64_t)sizeof *gram, 0);
  if (status == HEARTH_OK && failed == 0 && t.array == u) {
    hearth_status mine = hearth_tall_push(&t, true, t.n, gram);
    if (mine == HEARTH_OK) mine = hearth_tall_write(&t, u);
    status = hearth_agree(t.ctx, mine);
  }
  hearth_deallocate(u->ctx, gram);
  hearth_tall_close(&t);
  return status;
}

/* v := [v 0; 0 1] w, w [kept + fresh, cut's kept]. */
static hearth_status extend(chain *c, int64_t fresh, const hearth_hsvd_cut *cut) {
  const int64_t rows = c->seen + fresh, p = c->parts, kept = cut->kept;
  double *v = NULL, *top = NULL, *head = NULL;
  hearth_status status = hearth_allocate_zero(c->ctx, (rows * kept * p + 1) * (int64_t)sizeof *v, &v);
  if (status == HEARTH_OK) status = hearth_allocate(c->ctx, (c->kept * kept * p + 1) * (int64_t)sizeof *head, &head);
  if (status == HEARTH_OK) status = hearth_allocate(c->ctx, (c->seen * kept * p + 1) * (int64_t)sizeof *top, &top);
  for (int64_t j = 0; status == HEARTH_OK && j < kept; j++) {
    memcpy(head + j * c->kept * p, cut->v + j * cut->n * p, (size_t)(c->kept * p) * sizeof *v);
    memcpy(v + (j * rows + c->seen) * p, cut->v + (j * cut->n + c->kept) * p, (size_t)(fresh * p) * sizeof *v);
  }
  if (status == HEARTH_OK && c->seen > 0) {
    hearth_small_product(c->parts, false, c->seen, kept, c->kept, c->v, head, top);
    for (int64_t j = 0; j < kept; j++) memcpy(v + j * rows * p, top + j * c->seen * p, (size_t)(c->seen * p) * sizeof *v);
  }
  hearth_deallocate(c->ctx, head);
  hearth_deallocate(c->ctx, top);
  if (status != HEARTH_OK) {
    hearth_deallocate(c->ctx, v);
    return status;
  }
  hearth_deallocate(c->ctx, c->v);
  c->v = v;
  c->seen = rows;
  c->kept = kept;
  return HEARTH_OK;
}

/* Takes in the columns of x; afterwards y is what is kept of all, or, of the last block, u, and s its values. */
static hearth_status take(chain *c, const hearth_array *x, bool last, int64_t most, double *s, int32_t order) {
  hearth_array *joined = NULL, *next = NULL;
  hearth_tall t = {.ctx = c->ctx};
  hearth_hsvd_cut cut = {0};
  hearth_status status = HEARTH_OK;
  if (c->y) status = hearth_concatenate(2, (const hearth_array *const[]){c->y, x}, 1, &joined);
  if (status == HEARTH_OK) status = hearth_tall_open(joined ? joined : x, &t);
  if (status == HEARTH_OK) status = hearth_hsvd_cut_make(&t, most, c->h, &cut);
  if (status == HEARTH_OK) status = hearth_tall_target(&t, cut.kept, order, &next);
  if (status == HEARTH_OK && cut.kept > 0) status = write_left(&t, &cut, last ? 0 : 1, next);
  if (status == HEARTH_OK && cut.kept > 0 && last && cut.by_gram) status = straighten(next);
  if (status == HEARTH_OK) status = hearth_agree(c->ctx, extend(c, x->layout->shape[1], &cut));
  if (status == HEARTH_OK && last && cut.kept > 0) memcpy(s, cut.s, (size_t)cut.kept * sizeof *s);
  hearth_hsvd_cut_free(c->ctx, &cut);
  hearth_tall_close(&t);
  hearth_array_destroy(&joined);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&next);
    return status;
  }
  hearth_array_destroy(&c->y);
  c->y = next;
  return HEARTH_OK;
}

static int64_t between(const hearth_hsvd *h) {
  return h->rank > INT64_MAX / 4 ? INT64_MAX : h->rank + (h->rank / 2 > 10 ? h->rank / 2 : 10);
}

static hearth_status all_blocks(chain *c, const hearth_array *a, double *s) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1];
  const int64_t step = c->h->block > 0 ? c->h->block : n <= 2 * BLOCK ? (n > 0 ? n : 1) : BLOCK;
  for (int64_t first = 0; first == 0 || first < n; first += step) {
    const int64_t start[2] = {0, first}, count[2] = {m, n - first < step ? n - first : step};
    const bool last = first + step >= n;
    hearth_array *block = NULL;
    HEARTH_TRY(hearth_slice(a, 2, start, count, NULL, &block));
    const hearth_status status = take(c, block, last, last ? c->h->rank : between(c->h), s, a->order);
    hearth_array_destroy(&block);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

/* vt = v^H with signs by its rows; u to match by a turn of its columns where one is needed. */
static hearth_status finish(chain *c, const hearth_array *a, const double *s, hearth_array **u, hearth_array **s_array, hearth_array **vt) {
  const int64_t k = c->kept, n = c->seen, p = c->parts;
  double *rows = NULL, *turns = NULL;
  hearth_tall t = {.ctx = c->ctx};
  hearth_status mine = hearth_allocate(c->ctx, (k * n * p + 1) * (int64_t)sizeof *rows, &rows);
  if (mine == HEARTH_OK) mine = hearth_allocate_zero(c->ctx, (k * k * p + 1) * (int64_t)sizeof *turns, &turns);
  for (int64_t j = 0; mine == HEARTH_OK && j < n; j++)
    for (int64_t i = 0; i < k; i++)
      for (int64_t part = 0; part < p; part++) rows[p * (i + j * k) + part] = (part ? -1.0 : 1.0) * c->v[p * (j + i * n) + part];
  for (int64_t i = 0; mine == HEARTH_OK && i < k; i++) turns[p * (i + i * k)] = 1.0;
  if (mine == HEARTH_OK) hearth_singular_signs(c->parts, k, k, n, turns, rows);
  hearth_status status = hearth_agree(c->ctx, mine);
  if (status == HEARTH_OK && k > 0) {
    status = hearth_tall_open(c->y, &t);
    mine = status == HEARTH_OK ? hearth_tall_push(&t, false, k, turns) : status;
    if (mine == HEARTH_OK) mine = hearth_tall_write(&t, c->y);
    if (status == HEARTH_OK) status = hearth_agree(c->ctx, mine);
    hearth_tall_close(&t);
  }
  if (status == HEARTH_OK) {
    mine = hearth_small_array(c->ctx, c->parts, k, n, rows, c->y->dtype, a->order, vt);
    if (mine == HEARTH_OK) mine = hearth_small_vector(c->ctx, k, s, hearth_singular_dtype(a->dtype), s_array);
    status = hearth_agree(c->ctx, mine);
  }
  hearth_deallocate(c->ctx, rows);
  hearth_deallocate(c->ctx, turns);
  if (status != HEARTH_OK) {
    hearth_array_destroy(vt);
    hearth_array_destroy(s_array);
    return status;
  }
  *u = c->y;
  c->y = NULL;
  return HEARTH_OK;
}

hearth_status hearth_hsvd_run(const hearth_array *a, hearth_hsvd *h, hearth_array **u, hearth_array **s, hearth_array **vt) {
  const int64_t n = a->layout->shape[1];
  chain c = {.ctx = a->ctx, .h = h};
  hearth_tall t;
  double *values = NULL;
  hearth_status status = hearth_tall_open(a, &t); /* converted and laid out once, not block by block */
  c.parts = t.parts;
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, hearth_allocate(a->ctx, (n + 1) * (int64_t)sizeof *values, &values));
  if (status == HEARTH_OK) status = all_blocks(&c, t.array, values);
  if (status == HEARTH_OK) status = finish(&c, a, values, u, s, vt);
  hearth_array_destroy(&c.y);
  hearth_deallocate(a->ctx, c.v);
  hearth_deallocate(a->ctx, values);
  hearth_tall_close(&t);
  return status;
}
