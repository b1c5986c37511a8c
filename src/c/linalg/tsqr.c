#include "linalg/tsqr.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

enum { TAG = 71 };

static int64_t numbers(const hearth_tsqr *s, int64_t rows, int64_t columns) {
  return s->parts * rows * columns;
}

static hearth_status allocate(const hearth_tsqr *s, int64_t rows, int64_t columns, double **data) {
  return hearth_allocate_zero(s->ctx, numbers(s, rows, columns) * (int64_t)sizeof **data, data);
}

/* Rows first .. first + count of a column-major host matrix with `rows` rows. */
static hearth_view host_rows(const hearth_tsqr *s, double *data, int64_t rows, int64_t first, int64_t count, int64_t columns) {
  return (hearth_view){.data = data + s->parts * first,
                       .dtype = s->parts == 2 ? HEARTH_COMPLEX128 : HEARTH_FLOAT64,
                       .space = HEARTH_SPACE_HOST,
                       .ndim = 2,
                       .extent = {count, columns},
                       .stride = {8 * s->parts, 8 * s->parts * rows}};
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* to := the upper part of from [rows, n], `count` rows of it. */
static void copy_upper(const hearth_tsqr *s, int64_t count, int64_t rows, const double *from, int64_t to_rows, double *to) {
  for (int64_t j = 0; j < s->n && count > 0; j++)
    memcpy(to + numbers(s, to_rows, j), from + numbers(s, rows, j), (size_t)numbers(s, least(j + 1, count), 1) * sizeof *to);
}

/* Who joins whom: rank r takes the triangle of r + 1, r + 2, r + 4, ... as long as it is divisible. held: of every rank. */
static void plan_tree(hearth_tsqr *s, const int64_t *held) {
  const int rank = s->ctx->rank, size = s->ctx->size;
  int64_t own = least(s->held, s->n);
  s->parent = -1;
  for (int64_t step = 1; step < size && s->parent < 0; step *= 2) {
    if (rank % (2 * step) != 0) {
      s->parent = (int)(rank - step);
    } else if (rank + step < size) {
      hearth_tsqr_level *level = &s->level[s->levels++];
      *level = (hearth_tsqr_level){.partner = (int)(rank + step), .own = own};
      for (int64_t r = rank + step; r < rank + 2 * step && r < size; r++) level->other = least(level->other + held[r], s->n);
      own = least(own + level->other, s->n);
    }
  }
}

static hearth_status prepare(hearth_tsqr *s) {
  HEARTH_TRY(allocate(s, s->held, s->n, &s->a));
  HEARTH_TRY(allocate(s, s->n, 1, &s->tau));
  HEARTH_TRY(allocate(s, s->n, s->n, &s->r));
  HEARTH_TRY(allocate(s, s->n, 1, &s->phase));
  for (int i = 0; i < s->levels; i++) {
    HEARTH_TRY(allocate(s, s->level[i].own + s->level[i].other, s->n, &s->level[i].stack));
    HEARTH_TRY(allocate(s, s->n, 1, &s->level[i].tau));
  }
  return HEARTH_OK;
}

static hearth_status plan(hearth_tsqr *s) {
  int64_t *held = NULL;
  for (int32_t p = 0; p < s->rows->npieces; p++) s->held += s->rows->piece[p].view.extent[1] == s->n ? s->rows->piece[p].view.extent[0] : 0;
  HEARTH_TRY(hearth_agree(s->ctx, hearth_allocate(s->ctx, s->ctx->size * (int64_t)sizeof *held, &held)));
  const hearth_status status = hearth_allgather(s->ctx, &s->held, sizeof s->held, held);
  if (status == HEARTH_OK) plan_tree(s, held);
  hearth_deallocate(s->ctx, held);
  HEARTH_TRY(status);
  return hearth_agree(s->ctx, prepare(s));
}

/* The pieces one under the other. */
static hearth_status move_rows(const hearth_tsqr *s, const hearth_array *array, int64_t columns, double *data, bool out) {
  int64_t first = 0;
  for (int32_t p = 0; p < array->npieces; p++) {
    const hearth_view *piece = &array->piece[p].view;
    if (piece->extent[0] == 0 || piece->extent[1] != columns) continue;
    const hearth_view host = host_rows(s, data, s->held, first, piece->extent[0], columns);
    HEARTH_TRY(hearth_view_copy(s->ctx, out ? piece : &host, out ? &host : piece));
    first += piece->extent[0];
  }
  return HEARTH_OK;
}

static hearth_status exchange(const hearth_tsqr *s, bool send, int with, double *data, int64_t count) {
  MPI_Request request;
  const int64_t bytes = count * (int64_t)sizeof *data;
  HEARTH_TRY(send ? hearth_isend(s->ctx, data, bytes, with, TAG, &request) : hearth_irecv(s->ctx, data, bytes, with, TAG, &request));
  return hearth_wait_all(s->ctx, 1, &request);
}

/* Triangles up the tree. A rank that fails goes on communicating, so that nobody waits; the caller agrees. */
static hearth_status reduce(hearth_tsqr *s, double *received) {
  const int64_t count = numbers(s, s->n, s->n);
  hearth_status status = HEARTH_OK;
  for (int i = 0; i < s->levels; i++) {
    hearth_tsqr_level *level = &s->level[i];
    const int64_t rows = level->own + level->other;
    const hearth_status got = exchange(s, false, level->partner, received, count);
    copy_upper(s, level->own, s->n, s->r, rows, level->stack);
    copy_upper(s, level->other, s->n, received, rows, level->stack + numbers(s, level->own, 1));
    if (status == HEARTH_OK) status = got;
    if (status == HEARTH_OK) status = hearth_small_qr(s->ctx, s->parts, rows, s->n, level->stack, level->tau);
    copy_upper(s, least(rows, s->n), rows, level->stack, s->n, s->r);
  }
  if (s->parent >= 0) {
    const hearth_status sent = exchange(s, true, s->parent, s->r, count);
    if (status == HEARTH_OK) status = sent;
  }
  return status;
}

/* The one R with a diagonal that is real and not negative: rows times the conjugate phase of their diagonal. */
static void fix_phase(hearth_tsqr *s) {
  for (int64_t i = 0; i < s->n; i++) {
    double *at = s->r + numbers(s, i + i * s->n, 1), *phase = s->phase + numbers(s, i, 1);
    const double size = s->parts == 2 ? hypot(at[0], at[1]) : fabs(at[0]);
    phase[0] = size > 0.0 ? at[0] / size : 1.0;
    if (s->parts == 2) phase[1] = size > 0.0 ? at[1] / size : 0.0;
    for (int64_t j = i; j < s->n; j++) {
      double *x = s->r + numbers(s, i + j * s->n, 1);
      const double re = x[0], im = s->parts == 2 ? x[1] : 0.0, c = phase[0], d = s->parts == 2 ? phase[1] : 0.0;
      x[0] = re * c + im * d;
      if (s->parts == 2) x[1] = im * c - re * d;
    }
    at[0] = size;
    if (s->parts == 2) at[1] = 0.0;
  }
}

static hearth_status factorise(hearth_tsqr *s) {
  double *received = NULL;
  hearth_status status = s->levels > 0 ? allocate(s, s->n, s->n, &received) : HEARTH_OK;
  if (status == HEARTH_OK) status = move_rows(s, s->rows, s->n, s->a, false);
  if (status == HEARTH_OK) status = hearth_small_qr(s->ctx, s->parts, s->held, s->n, s->a, s->tau);
  status = hearth_agree(s->ctx, status);
  if (status == HEARTH_OK) {
    copy_upper(s, least(s->held, s->n), s->held, s->a, s->n, s->r);
    status = hearth_agree(s->ctx, reduce(s, received));
  }
  hearth_deallocate(s->ctx, received);
  if (status != HEARTH_OK) return status;
  if (s->ctx->rank == 0) fix_phase(s);
  HEARTH_TRY(hearth_broadcast(s->ctx, s->r, numbers(s, s->n, s->n) * (int64_t)sizeof *s->r, 0));
  return hearth_broadcast(s->ctx, s->phase, numbers(s, s->n, 1) * (int64_t)sizeof *s->phase, 0);
}

/* Replicas would count twice. */
static hearth_status without_replicas(const hearth_tall *t, hearth_tsqr *s) {
  hearth_layout *layout = NULL;
  s->rows = (hearth_array *)t->array;
  if (!hearth_layout_is_replicated(t->layout)) return HEARTH_OK;
  HEARTH_TRY(hearth_agree(t->ctx, hearth_layout_make_split(t->ctx, 2, t->array->layout->shape, 0, &layout)));
  const hearth_status status = hearth_redistribute(t->array, layout, &s->made);
  hearth_layout_destroy(&layout);
  s->rows = s->made;
  return status;
}

hearth_status hearth_tsqr_make(const hearth_tall *t, hearth_tsqr **tsqr) {
  hearth_tsqr *s = NULL;
  *tsqr = NULL;
  HEARTH_TRY(hearth_agree(t->ctx, hearth_allocate_zero(t->ctx, sizeof *s, &s)));
  *tsqr = s;
  s->ctx = t->ctx;
  s->parts = t->parts;
  s->n = t->n;
  HEARTH_TRY(without_replicas(t, s));
  HEARTH_TRY(plan(s));
  return factorise(s);
}

void hearth_tsqr_free(hearth_tsqr **tsqr) {
  hearth_tsqr *s = *tsqr;
  if (!s) return;
  for (int i = 0; i < s->levels; i++) {
    hearth_deallocate(s->ctx, s->level[i].stack);
    hearth_deallocate(s->ctx, s->level[i].tau);
  }
  hearth_deallocate(s->ctx, s->a);
  hearth_deallocate(s->ctx, s->tau);
  hearth_deallocate(s->ctx, s->r);
  hearth_deallocate(s->ctx, s->phase);
  hearth_array_destroy(&s->made);
  hearth_deallocate(s->ctx, s);
  *tsqr = NULL;
}

/* top [n, k] := phase z. */
static void begin(const hearth_tsqr *s, int64_t k, const double *z, double *top) {
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < s->n; i++) {
      const double *phase = s->phase + numbers(s, i, 1), *from = z ? z + numbers(s, i + j * s->n, 1) : NULL;
      const double re = from ? from[0] : i == j, im = from && s->parts == 2 ? from[1] : 0.0;
      double *to = top + numbers(s, i + j * s->n, 1);
      to[0] = re * phase[0] - (s->parts == 2 ? im * phase[1] : 0.0);
      if (s->parts == 2) to[1] = re * phase[1] + im * phase[0];
    }
}

/* to [to_rows, k] := `count` rows of from [from_rows, k], then zeros. */
static void move_block(const hearth_tsqr *s, int64_t k, int64_t count, int64_t from_rows, const double *from, int64_t to_rows, double *to) {
  for (int64_t j = 0; j < k; j++) {
    if (count > 0) memcpy(to + numbers(s, to_rows, j), from + numbers(s, from_rows, j), (size_t)numbers(s, count, 1) * sizeof *to);
    if (to_rows > count) memset(to + numbers(s, to_rows, j) + numbers(s, count, 1), 0, (size_t)numbers(s, to_rows - count, 1) * sizeof *to);
  }
}

/* Down the tree: top is what this rank's triangle is multiplied by. */
static hearth_status expand(hearth_tsqr *s, int64_t k, double *top, double *both, double *below) {
  const int64_t n = s->n, count = numbers(s, n, k);
  hearth_status status = s->parent >= 0 ? exchange(s, false, s->parent, top, count) : HEARTH_OK;
  for (int i = s->levels - 1; i >= 0; i--) {
    const hearth_tsqr_level *level = &s->level[i];
    const int64_t rows = level->own + level->other, reflectors = least(rows, n);
    move_block(s, k, reflectors, n, top, rows, both);
    if (status == HEARTH_OK) status = hearth_small_apply_q(s->ctx, s->parts, rows, k, reflectors, level->stack, level->tau, both);
    move_block(s, k, level->own, rows, both, n, top);
    move_block(s, k, level->other, rows, both + numbers(s, level->own, 1), n, below);
    const hearth_status sent = exchange(s, true, level->partner, below, count);
    if (status == HEARTH_OK) status = sent;
  }
  return status;
}

static hearth_status write_rows(hearth_tsqr *s, int64_t k, const double *z, double *work[4], hearth_array *target) {
  hearth_status status = allocate(s, s->n, k, &work[0]);
  if (status == HEARTH_OK) status = allocate(s, 2 * s->n, k, &work[1]);
  if (status == HEARTH_OK) status = allocate(s, s->n, k, &work[2]);
  if (status == HEARTH_OK) status = allocate(s, s->held, k, &work[3]);
  HEARTH_TRY(hearth_agree(s->ctx, status));
  if (s->parent < 0) begin(s, k, z, work[0]);
  status = expand(s, k, work[0], work[1], work[2]);
  if (status == HEARTH_OK) {
    move_block(s, k, least(s->held, s->n), s->n, work[0], s->held, work[3]);
    status = hearth_small_apply_q(s->ctx, s->parts, s->held, k, least(s->held, s->n), s->a, s->tau, work[3]);
  }
  if (status == HEARTH_OK) status = move_rows(s, target, k, work[3], true);
  return hearth_agree(s->ctx, status);
}

hearth_status hearth_tsqr_write(hearth_tsqr *s, int64_t k, const double *z, hearth_array *target) {
  double *work[4] = {NULL};
  hearth_array *split = NULL;
  hearth_layout *layout = NULL;
  hearth_status status = HEARTH_OK;
  if (s->n == 0 || k == 0) return HEARTH_OK;
  if (s->made) {
    status = hearth_layout_make_split(s->ctx, 2, target->layout->shape, 0, &layout);
    if (status == HEARTH_OK) status = hearth_array_create_local(layout, target->dtype, target->order, &split);
    hearth_layout_destroy(&layout);
    status = hearth_agree(s->ctx, status);
  }
  if (status == HEARTH_OK) status = write_rows(s, k, z, work, split ? split : target);
  for (int i = 0; i < 4; i++) hearth_deallocate(s->ctx, work[i]);
  if (status == HEARTH_OK && split) status = hearth_array_copy(split, target);
  hearth_array_destroy(&split);
  return status;
}
