/* Q R by Cholesky factors of Gram matrices: A R1^-1 R2^-1 ... until the columns are orthonormal to rounding. Products with the factors' inverses are made row
 * by row by substitution from A itself every time, so that nothing but Q is ever written.
 *
 * Two factors do (CholeskyQR2: Yamamoto, Nakatsukasa, Yanagisawa and Fukaya 2015) where the first Gram matrix is positive definite in spite of rounding, up to
 * condition numbers of about 1e8. Beyond, its diagonal is raised by a little before it is factorised (shifted CholeskyQR3: Fukaya, Kannan, Nakatsukasa,
 * Yamamoto and Yanagisawa 2020); every such factor takes the square root of that little off the condition number. What they prove for their shift is shown here
 * by the next Gram matrix, whose distance from the identity decides: the last factor is one of a matrix with condition number below 1.3. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/factor.h"
#include "linalg/small.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { FACTORS = 6 };
static const double near_identity = 0.25, shift = 16.0 * DBL_EPSILON, smallest = 1e-280, largest = 1e280;

typedef struct ladder {
  hearth_factor *f;
  int32_t method, parts;
  int64_t n;
  double *gram, *first, *r; /* the Gram matrix, that of A, the next triangle */
  int factors;
  bool shifted, restarted;
} ladder;

/* What rank 0 decided. */
typedef enum verdict { GO_ON, FINISH, RESTART, GIVE_UP } verdict;

static double diagonal(const ladder *l, const double *matrix, int64_t j) {
  return matrix[l->parts * (j + j * l->n)];
}

static bool needs_scale(const ladder *l) {
  for (int64_t j = 0; j < l->n; j++)
    if (!(diagonal(l, l->gram, j) >= smallest && diagonal(l, l->gram, j) <= largest)) return true;
  return false;
}

static double distance_from_identity(const ladder *l, double *most) {
  double sum = 0.0;
  *most = 0.0;
  for (int64_t j = 0; j < l->n; j++)
    for (int64_t i = 0; i < l->n * l->parts; i++) {
      const double x = l->gram[i + j * l->n * l->parts] - (i == j * l->parts);
      sum += x * x;
    }
  for (int64_t j = 0; j < l->n; j++) *most = fmax(*most, diagonal(l, l->gram, j));
  return sqrt(sum);
}

/* r := the factor of gram, its diagonal raised by the smallest shift that makes it definite. */
static bool factor_shifted(ladder *l) {
  double raise = shift * (double)l->n;
  for (int64_t j = 0; j < l->n; j++)
    if (!(diagonal(l, l->gram, j) > 0.0)) return false;
  for (int attempt = 0; attempt < 5; attempt++, raise *= 100.0) {
    memcpy(l->r, l->gram, (size_t)(l->n * l->n * l->parts) * sizeof *l->r);
    for (int64_t j = 0; j < l->n; j++) l->r[l->parts * (j + j * l->n)] *= 1.0 + raise;
    if (hearth_small_cholesky_upper(l->parts, l->n, l->r) == 0) return true;
  }
  return false;
}

/* On one rank: looks at gram, makes r. */
static verdict decide(ladder *l, int64_t *shifted) {
  double most = 0.0;
  const double distance = l->factors > 0 ? distance_from_identity(l, &most) : INFINITY;
  const bool near = distance < near_identity, plain_only = l->method == HEARTH_QR_CHOLESKY_QR2;
  *shifted = 0;
  if (l->factors > 0 && !isfinite(distance)) return GIVE_UP;
  if (plain_only && l->factors == 1 && !near) return GIVE_UP;
  if (most > 4.0 && !l->shifted) return l->restarted ? GIVE_UP : RESTART; /* a pivot of the first factor was rounding alone */
  if (!near && l->factors == FACTORS - 1) return GIVE_UP;
  const bool from_start = l->factors == 0 && (l->restarted || l->method == HEARTH_QR_SHIFTED_CHOLESKY_QR3);
  if (!from_start) {
    memcpy(l->r, l->gram, (size_t)(l->n * l->n * l->parts) * sizeof *l->r);
    if (hearth_small_cholesky_upper(l->parts, l->n, l->r) == 0) return near ? FINISH : GO_ON;
  }
  if (plain_only) return GIVE_UP;
  *shifted = 1;
  return factor_shifted(l) ? GO_ON : GIVE_UP;
}

static hearth_status decide_together(ladder *l, verdict *answer) {
  hearth_context *ctx = l->f->t->ctx;
  int64_t message[2] = {0, 0};
  if (ctx->rank == 0) message[0] = (int64_t)decide(l, &message[1]);
  HEARTH_TRY(hearth_broadcast(ctx, message, sizeof message, 0));
  *answer = (verdict)message[0];
  if (message[1]) l->shifted = true;
  if (*answer == RESTART || *answer == GIVE_UP) return HEARTH_OK;
  return hearth_broadcast(ctx, l->r, l->n * l->n * l->parts * (int64_t)sizeof *l->r, 0);
}

/* The first Gram matrix; where squares leave the range of numbers, that of scaled columns. */
static hearth_status first_gram(ladder *l) {
  HEARTH_TRY(hearth_tall_gram(l->f->t, l->gram));
  int64_t scale = needs_scale(l);
  HEARTH_TRY(hearth_broadcast(l->f->t->ctx, &scale, sizeof scale, 0));
  if (!scale) return HEARTH_OK;
  HEARTH_TRY(hearth_tall_rescale(l->f->t));
  return hearth_tall_gram(l->f->t, l->gram);
}

/* f->r := r f->r, and the step that divides by r. */
static hearth_status take(ladder *l) {
  const size_t bytes = (size_t)(l->n * l->n * l->parts) * sizeof *l->r;
  if (l->factors == 0)
    memcpy(l->f->r, l->r, bytes);
  else
    hearth_small_multiply_upper(l->parts, l->n, l->r, l->f->r);
  l->factors++;
  return hearth_agree(l->f->t->ctx, hearth_tall_push(l->f->t, true, l->n, l->r));
}

/* Columns as they were before they were scaled. */
static void undo_scale(const ladder *l) {
  const hearth_tall *t = l->f->t;
  for (int64_t j = 0; t->scale && j < l->n; j++)
    for (int64_t i = 0; i < (j + 1) * l->parts; i++) l->f->r[i + j * l->n * l->parts] /= t->scale[j];
}

static hearth_status climb(ladder *l, bool *done) {
  const size_t bytes = (size_t)(l->n * l->n * l->parts) * sizeof *l->r;
  verdict answer = GO_ON;
  HEARTH_TRY(first_gram(l));
  memcpy(l->first, l->gram, bytes);
  while (answer != FINISH) {
    HEARTH_TRY(decide_together(l, &answer));
    if (answer == GIVE_UP) break;
    if (answer == RESTART) {
      while (l->f->t->nsteps > 0) hearth_tall_pop(l->f->t);
      memcpy(l->gram, l->first, bytes);
      l->factors = 0;
      l->restarted = true;
      continue;
    }
    HEARTH_TRY(take(l));
    if (answer == GO_ON) HEARTH_TRY(hearth_tall_gram(l->f->t, l->gram));
  }
  *done = answer == FINISH;
  if (*done) undo_scale(l);
  while (!*done && l->f->t->nsteps > 0) hearth_tall_pop(l->f->t);
  l->f->method = l->factors == 2 && !l->shifted ? HEARTH_QR_CHOLESKY_QR2 : HEARTH_QR_SHIFTED_CHOLESKY_QR3;
  return HEARTH_OK;
}

hearth_status hearth_factor_cholesky(hearth_factor *f, int32_t method, bool *done) {
  hearth_tall *t = f->t;
  ladder l = {.f = f, .method = method, .parts = t->parts, .n = t->n};
  const int64_t bytes = t->n * t->n * t->parts * (int64_t)sizeof(double);
  *done = t->n == 0;
  f->method = HEARTH_QR_CHOLESKY_QR2;
  if (*done) return HEARTH_OK;
  hearth_status mine = hearth_allocate(t->ctx, bytes, &l.gram);
  if (mine == HEARTH_OK) mine = hearth_allocate(t->ctx, bytes, &l.first);
  if (mine == HEARTH_OK) mine = hearth_allocate(t->ctx, bytes, &l.r);
  hearth_status status = hearth_agree(t->ctx, mine);
  if (status == HEARTH_OK) status = climb(&l, done);
  hearth_deallocate(t->ctx, l.gram);
  hearth_deallocate(t->ctx, l.first);
  hearth_deallocate(t->ctx, l.r);
  return status;
}
