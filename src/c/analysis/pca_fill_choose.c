/* Filling by iterated reconstruction with as many modes as reconstruct values best that were set aside (Beckers and Rixen 2003, Alvera-Azcarate et al. 2005).
 * Which values these are follows from the seed and their global numbers alone. */
#include "analysis/pca_fill_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/random.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <string.h>

/* More modes are not tried after so many that did not improve. */
enum { PATIENCE = 3 };
/* Iterations for a trial end here: with too many modes they converge slowly. */
enum { TRIAL_ITERATIONS = 60 };
#define TRIAL_TOLERANCE 1e-4
/* The stream of random numbers that this uses. */
enum { STREAM = 0x6761 };

typedef struct aside {
  int64_t n;
  int64_t *place; /* [n] element of this rank's Y, t p + i, without the padding of its memory */
  int64_t *bytes; /* [n] in Y's memory */
  double *truth;  /* [n] weighted value */
  double *now;    /* [n] scratch */
  int64_t all;    /* of all ranks */
} aside;

/* Share of the values that is set aside: 1 % and 40 more, at most 3 %, but some 20 where there are few. */
static double share(int64_t values) {
  const double usual = fmin(0.01 + 40 / (double)values, 0.03), least = fmin(20 / (double)values, 0.1);
  return fmax(usual, least);
}

static bool is_aside(const hearth_fill *fill, double part, int64_t t, int64_t i) {
  const hearth_random random = {(uint64_t)fill->pca->options.seed, STREAM};
  uint32_t word[4];
  hearth_random_block(&random, (uint64_t)((fill->first + t) * fill->all_p + fill->number[i]), hearth_random_tag(HEARTH_RANDOM_UNIFORM, 0), word);
  return !fill->gap_host[t * fill->p + i] && hearth_uniform_double(word[0], word[1]) < part;
}

/* Values between Y's memory and `now`. Local. */
static hearth_status move(const hearth_fill *fill, const aside *a, bool into) {
  const hearth_context *ctx = fill->pca->ctx;
  if (a->n == 0) return HEARTH_OK;
  const hearth_view host = {.data = a->now, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 1, .extent = {a->n}, .stride = {sizeof *a->now}};
  hearth_view y = host;
  y.data = hearth_array_view(fill->matrix)->data;
  y.space = hearth_array_view(fill->matrix)->space;
  const int64_t *place[HEARTH_MAX_NDIM] = {a->bytes}, *plain[HEARTH_MAX_NDIM] = {NULL};
  HEARTH_TRY(into ? ctx->backend->copy_places(ctx->queue, &y, &host, place, plain) : ctx->backend->copy_places(ctx->queue, &host, &y, plain, place));
  return ctx->backend->wait(ctx->queue);
}

/* Value k's mean. */
static double mean_of(const hearth_fill *fill, const aside *a, int64_t k) {
  const int64_t t = a->place[k] / fill->p, i = a->place[k] % fill->p;
  return fill->mean[(fill->labels ? fill->labels[t] : 0) * fill->p + i];
}

/* Chooses the values; points that take no part have 0 throughout and say nothing. Local. */
static hearth_status choose(hearth_fill *fill, const uint8_t *use, aside *a) {
  const hearth_context *ctx = fill->pca->ctx;
  const double part = share(fill->values);
  const hearth_view *own = hearth_array_view(fill->matrix);
  for (int pass = 0; pass < 2; pass++) {
    int64_t n = 0;
    for (int64_t t = 0; t < fill->n; t++)
      for (int64_t i = 0; i < fill->p; i++) {
        if (!use[i] || !is_aside(fill, part, t, i)) continue;
        if (pass == 1) {
          a->place[n] = t * fill->p + i;
          a->bytes[n] = t * own->stride[1] + i * own->stride[0];
        }
        n++;
      }
    a->n = n;
    if (pass == 1) break;
    HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *a->place, &a->place));
    HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *a->bytes, &a->bytes));
    HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *a->truth, &a->truth));
    HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *a->now, &a->now));
  }
  HEARTH_TRY(move(fill, a, false));
  for (int64_t k = 0; k < a->n; k++) {
    a->truth[k] = a->now[k] + mean_of(fill, a, k);
    a->now[k] = 0;
    fill->gap_host[a->place[k]] = 1;
  }
  HEARTH_TRY(move(fill, a, true));
  return hearth_fill_set_gaps(fill);
}

/* Values put back. Local. */
static hearth_status put_back(hearth_fill *fill, aside *a) {
  for (int64_t k = 0; k < a->n; k++) {
    a->now[k] = a->truth[k] - mean_of(fill, a, k);
    fill->gap_host[a->place[k]] = 0;
  }
  HEARTH_TRY(move(fill, a, true));
  return hearth_fill_set_gaps(fill);
}

/* Root mean square error at the values set aside. Collective; agreed. */
static hearth_status error_of(const hearth_fill *fill, aside *a, double *error) {
  const hearth_context *ctx = fill->pca->ctx;
  double sum = 0;
  HEARTH_TRY(hearth_agree(ctx, move(fill, a, false)));
  for (int64_t k = 0; k < a->n; k++) {
    const double d = a->now[k] + mean_of(fill, a, k) - a->truth[k];
    sum += d * d;
  }
  HEARTH_TRY(hearth_allreduce_f64(ctx, &sum, 1, HEARTH_OP_SUM));
  *error = sqrt(sum / (double)a->all);
  return HEARTH_OK;
}

/* Points with anything but 0 in Y. Local. */
static hearth_status find_used(const hearth_fill *fill, uint8_t *use) {
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t p = fill->p;
  if (fill->n * p == 0) return HEARTH_OK;
  const hearth_view y = hearth_fill_view(fill);
  hearth_view squares = hearth_pca_matrix(ctx, fill->device, 1, p, p, 1);
  squares.ndim = 1;
  squares.extent[0] = p;
  squares.stride[0] = sizeof(double);
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &squares, 0));
  HEARTH_TRY(ctx->backend->column_squares(ctx->queue, &squares, &y));
  HEARTH_TRY(hearth_pca_download(ctx, fill->host, fill->device, p));
  for (int64_t i = 0; i < p; i++) use[i] = fill->host[i] > 0;
  return HEARTH_OK;
}

/* Modes to try at most. */
static int32_t most_modes(const hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const int64_t wanted = pca->options.gap_modes ? pca->options.gap_modes : pca->n_components + 10,
                least = fill->all_n - 1 < fill->all_p ? fill->all_n - 1 : fill->all_p;
  return (int32_t)(wanted < least ? wanted : least);
}

static hearth_status try_modes(hearth_fill *fill, aside *a, int32_t most, double tolerance, hearth_pca_gaps *report) {
  const int32_t limit = fill->pca->options.gap_iterations;
  int32_t failed = 0;
  double least = INFINITY, chosen = INFINITY;
  /* Fewer modes are preferred within the standard error of a root mean square of so many values. */
  const double equal = 1 + 1 / sqrt(2 * (double)a->all);
  for (int32_t modes = 1; modes <= most && failed < PATIENCE; modes++) {
    double error = 0;
    HEARTH_TRY(hearth_fill_iterate(fill, modes, fmax(tolerance, TRIAL_TOLERANCE), limit < TRIAL_ITERATIONS ? limit : TRIAL_ITERATIONS));
    HEARTH_TRY(error_of(fill, a, &error));
    hearth_log_write(fill->pca->ctx, HEARTH_LOG_INFO, "gaps: %d modes, error %.4g of a standard deviation at %lld values set aside (%d iterations)", modes,
                     fill->deviation > 0 ? error / fill->deviation : 0, (long long)a->all, fill->iterations);
    failed = error < least ? 0 : failed + 1;
    if (error * equal < chosen) {
      chosen = error;
      report->modes = modes;
    }
    least = fmin(least, error);
  }
  report->error = fill->deviation > 0 ? chosen / fill->deviation : 0;
  return hearth_agree(fill->pca->ctx, put_back(fill, a));
}

hearth_status hearth_fill_dineof(hearth_fill *fill, hearth_pca_gaps *report) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const double tolerance = pca->options.gap_tolerance > 0 ? pca->options.gap_tolerance : 1e-5;
  const int32_t most = most_modes(fill);
  aside a = {0};
  uint8_t *use = NULL;
  hearth_status status = hearth_allocate_zero(ctx, fill->p, &use);
  if (status == HEARTH_OK) status = hearth_fill_step_create(fill, most);
  if (status == HEARTH_OK) status = find_used(fill, use);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK && fill->by_samples) { /* a point may vary on other ranks only */
    for (int64_t i = 0; i < fill->p; i++) fill->host[i] = use[i];
    status = hearth_allreduce_f64(ctx, fill->host, fill->p, HEARTH_OP_MAX);
    for (int64_t i = 0; i < fill->p && status == HEARTH_OK; i++) use[i] = fill->host[i] > 0;
  }
  if (status == HEARTH_OK) status = hearth_agree(ctx, choose(fill, use, &a));
  a.all = a.n;
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, &a.all, 1, HEARTH_OP_SUM);
  if (status == HEARTH_OK && a.all == 0)
    status =
        hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "%lld values that vary are too few to set some aside and choose the number of modes", (long long)fill->values);
  if (status == HEARTH_OK) status = try_modes(fill, &a, most, tolerance, report);
  if (status == HEARTH_OK) status = hearth_fill_iterate(fill, report->modes, tolerance, pca->options.gap_iterations);
  report->iterations = fill->iterations;
  hearth_fill_step_destroy(fill);
  void *const part[] = {use, a.place, a.bytes, a.truth, a.now};
  for (size_t i = 0; i < sizeof part / sizeof *part; i++) hearth_deallocate(ctx, part[i]);
  return status;
}
