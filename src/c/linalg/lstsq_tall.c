#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/lstsq_impl.h"
#include "linalg/singular.h"
#include "linalg/small.h"
#include "tensor/layout_impl.h"
#include <float.h>
#include <math.h>
#include <string.h>

int64_t hearth_lstsq_rank(const hearth_least_squares *p, int64_t n, const double *s) {
  const int64_t *shape = p->a->layout->shape, longer = shape[0] > shape[1] ? shape[0] : shape[1];
  const double epsilon = p->real == HEARTH_FLOAT32 ? FLT_EPSILON : DBL_EPSILON, threshold = p->rcond < 0.0 ? epsilon * (double)longer : p->rcond;
  int64_t rank = 0;
  while (rank < n && s[rank] > threshold * s[0]) rank++;
  return rank;
}

typedef struct tall_problem {
  int32_t parts;
  int64_t n, k;
  double *s, *u, *vt; /* of r */
  double *c, *x;      /* q^H b, and the solution */
} tall_problem;

static hearth_status prepare(const hearth_context *ctx, tall_problem *w) {
  const int64_t square = w->n * w->n * w->parts * (int64_t)sizeof(double), sides = w->n * w->k * w->parts * (int64_t)sizeof(double);
  HEARTH_TRY(hearth_allocate(ctx, w->n * (int64_t)sizeof(double), &w->s));
  HEARTH_TRY(hearth_allocate(ctx, square, &w->u));
  HEARTH_TRY(hearth_allocate(ctx, square, &w->vt));
  HEARTH_TRY(hearth_allocate(ctx, sides, &w->c));
  return hearth_allocate(ctx, sides, &w->x);
}

static void finish(const hearth_context *ctx, tall_problem *w) {
  double *const all[] = {w->s, w->u, w->vt, w->c, w->x};
  for (int i = 0; i < 5; i++) hearth_deallocate(ctx, all[i]);
}

/* A power of two that brings b near 1, for both its squares and those of q beside it. */
static hearth_status scale_of(const hearth_array *b, hearth_tall *t, int64_t n, double *factor) {
  hearth_tall alone;
  hearth_status status = hearth_tall_open(b, &alone);
  if (status == HEARTH_OK) status = hearth_tall_rescale(&alone);
  double most = 0.0;
  for (int64_t j = 0; status == HEARTH_OK && j < alone.n; j++) most = most == 0.0 || alone.scale[j] < most ? alone.scale[j] : most;
  *factor = most > 0.0 ? most : 1.0;
  hearth_tall_close(&alone);
  if (status == HEARTH_OK) status = hearth_agree(t->ctx, hearth_allocate(t->ctx, t->n * t->parts * (int64_t)sizeof(double), &t->wide));
  for (int64_t j = 0; status == HEARTH_OK && j < t->n * t->parts; j++) t->wide[j] = j < n * t->parts ? 1.0 : *factor;
  return status;
}

/* c := q^H b, a block of the Gram matrix of [q b]. */
static hearth_status project(const hearth_array *q, const hearth_array *b, tall_problem *w) {
  const int64_t all = w->n + w->k, p = w->parts;
  double *gram = NULL, factor = 1.0;
  hearth_tall t;
  hearth_status status = hearth_tall_open(q, &t);
  if (status == HEARTH_OK) status = hearth_tall_beside(&t, b);
  if (status == HEARTH_OK) status = scale_of(b, &t, w->n, &factor);
  if (status == HEARTH_OK) status = hearth_agree(t.ctx, hearth_allocate(t.ctx, all * all * p * (int64_t)sizeof *gram, &gram));
  if (status == HEARTH_OK) status = hearth_tall_gram(&t, gram);
  for (int64_t j = 0; status == HEARTH_OK && j < w->k; j++)
    for (int64_t i = 0; i < w->n * p; i++) w->c[i + j * w->n * p] = gram[i + (w->n + j) * all * p] / factor;
  hearth_deallocate(q->ctx, gram);
  hearth_tall_close(&t);
  return status;
}

/* x := r^-1 c, or v s^+ u^H c where the rank is not full. On one rank. */
static hearth_status solve(const hearth_factor *f, const tall_problem *w, int64_t rank) {
  const int64_t n = w->n, k = w->k, p = w->parts;
  double *y = NULL;
  if (rank == n) {
    memcpy(w->x, w->c, (size_t)(n * k * p) * sizeof *w->x);
    hearth_small_solve_upper(w->parts, n, f->r, k, w->x);
    return HEARTH_OK;
  }
  HEARTH_TRY(hearth_allocate(f->t->ctx, n * k * p * (int64_t)sizeof *y, &y));
  hearth_small_product(w->parts, true, n, k, n, w->u, w->c, y);
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < n * p; i++) y[i + j * n * p] = i / p < rank ? y[i + j * n * p] / w->s[i / p] : 0.0;
  hearth_small_product(w->parts, true, n, k, n, w->vt, y, w->x);
  hearth_deallocate(f->t->ctx, y);
  return HEARTH_OK;
}

hearth_status hearth_lstsq_residuals(hearth_least_squares *problem, const double *x) {
  hearth_context *ctx = problem->a->ctx;
  const int64_t m = problem->a->layout->shape[0], n = problem->a->layout->shape[1], k = problem->b->layout->shape[1];
  double *matrix = NULL, *gram = NULL, *squares = NULL, factor = 1.0;
  hearth_tall t = {0};
  if (problem->rank < n || m <= n) return hearth_agree(ctx, hearth_small_vector(ctx, 0, &factor, problem->real, &problem->residuals));
  hearth_status status = hearth_tall_open(problem->a, &t);
  if (status == HEARTH_OK) status = hearth_tall_beside(&t, problem->b);
  const int64_t p = t.parts;
  if (status == HEARTH_OK) {
    hearth_status mine = hearth_allocate_zero(ctx, (n + k) * k * p * (int64_t)sizeof *matrix, &matrix);
    if (mine == HEARTH_OK) mine = hearth_allocate(ctx, k * k * p * (int64_t)sizeof *gram, &gram);
    if (mine == HEARTH_OK) mine = hearth_allocate(ctx, k * (int64_t)sizeof *squares, &squares);
    for (int64_t j = 0; mine == HEARTH_OK && j < k; j++) {
      memcpy(matrix + j * (n + k) * p, x + j * n * p, (size_t)(n * p) * sizeof *x);
      matrix[p * (n + j) + j * (n + k) * p] = -1.0;
    }
    if (mine == HEARTH_OK) mine = hearth_tall_push(&t, false, k, matrix);
    status = hearth_agree(ctx, mine);
  }
  if (status == HEARTH_OK) status = hearth_tall_gram(&t, gram);
  for (int64_t j = 0; status == HEARTH_OK && j < k; j++) squares[j] = gram[p * (j + j * k)];
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_small_vector(ctx, k, squares, problem->real, &problem->residuals));
  hearth_deallocate(ctx, matrix);
  hearth_deallocate(ctx, gram);
  hearth_deallocate(ctx, squares);
  hearth_tall_close(&t);
  return status;
}

static hearth_status solve_factored(hearth_least_squares *problem, hearth_factor *f, tall_problem *w) {
  hearth_context *ctx = f->t->ctx;
  hearth_array *q = NULL;
  HEARTH_TRY(hearth_singular_triangle(f, w->s, w->u, w->vt));
  problem->rank = hearth_lstsq_rank(problem, w->n, w->s);
  hearth_status status = hearth_tall_target(f->t, w->n, problem->a->order, &q);
  if (status == HEARTH_OK) status = hearth_factor_write(f, w->n, NULL, q);
  if (status == HEARTH_OK) status = project(q, problem->b, w);
  hearth_array_destroy(&q);
  if (status == HEARTH_OK) status = hearth_agree(ctx, ctx->rank == 0 ? solve(f, w, problem->rank) : HEARTH_OK);
  if (status == HEARTH_OK) status = hearth_broadcast(ctx, w->x, w->n * w->k * w->parts * (int64_t)sizeof *w->x, 0);
  if (status == HEARTH_OK) status = hearth_lstsq_residuals(problem, w->x);
  if (status != HEARTH_OK) return status;
  hearth_status mine = hearth_small_array(ctx, w->parts, w->n, w->k, w->x, problem->a->dtype, problem->b->order, &problem->x);
  if (mine == HEARTH_OK) mine = hearth_small_vector(ctx, w->n, w->s, problem->real, &problem->s);
  return hearth_agree(ctx, mine);
}

hearth_status hearth_lstsq_tall(hearth_least_squares *problem) {
  hearth_tall t;
  hearth_factor f = {0};
  hearth_status status = hearth_tall_open(problem->a, &t);
  tall_problem w = {.parts = t.parts, .n = t.n, .k = problem->b->layout->shape[1]};
  if (status == HEARTH_OK) status = hearth_factor_make(&t, HEARTH_QR_AUTO, &f);
  if (status == HEARTH_OK) status = hearth_agree(t.ctx, prepare(t.ctx, &w));
  if (status == HEARTH_OK) status = solve_factored(problem, &f, &w);
  finish(problem->a->ctx, &w);
  hearth_factor_free(&f);
  hearth_tall_close(&t);
  return status;
}
