#include "comm/comm.h"
#include "comm/group.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/exact.h"
#include <string.h>

enum { SPECIALS = 3 }; /* nan, above, below: they follow the limbs */

/* What all ranks have to know before they send limbs; the minimum of each is taken. */
enum { FIRST, MINUS_END, MINUS_SPECIAL, COUNT, MINUS_COUNT, MINUS_FAILED, NUMBERS };

static void describe(hearth_status mine, int64_t n, hearth_exact *sums, int64_t *numbers) {
  int64_t first = HEARTH_EXACT_LIMBS, end = 0, special = 0;
  for (int64_t k = 0; mine == HEARTH_OK && k < n; k++) {
    hearth_exact_normalise(&sums[k]);
    special |= sums[k].nan | sums[k].above | sums[k].below;
  }
  if (mine == HEARTH_OK) hearth_exact_range(n, sums, &first, &end);
  memcpy(numbers, (int64_t[NUMBERS]){first, -end, special ? -1 : 0, n, -n, mine == HEARTH_OK ? 0 : -1}, NUMBERS * sizeof *numbers);
}

/* The words that travel, close together at the beginning of the sums' own memory; and back. */
static void gather_words(int64_t n, hearth_exact *sums, int64_t first, int64_t count, int64_t specials) {
  int64_t *word = (int64_t *)sums;
  for (int64_t k = 0; k < n; k++, word += count + specials) {
    const hearth_exact sum = sums[k];
    memcpy(word, sum.limb + first, (size_t)count * sizeof *word);
    memcpy(word + count, &sum.nan, (size_t)specials * sizeof *word);
  }
}

static void spread_words(int64_t n, hearth_exact *sums, int64_t first, int64_t count, int64_t specials) {
  for (int64_t k = n - 1; k >= 0; k--) {
    const int64_t *word = (const int64_t *)sums + k * (count + specials);
    hearth_exact sum;
    memset(&sum, 0, sizeof sum);
    memcpy(sum.limb + first, word, (size_t)count * sizeof *word);
    memcpy(&sum.nan, word + count, (size_t)specials * sizeof *word);
    sums[k] = sum;
  }
}

/* `numbers` are those of all ranks. */
static hearth_status exchange(const hearth_context *ctx, MPI_Comm comm, const int64_t *numbers, int64_t n, hearth_exact *sums) {
  const int64_t first = numbers[FIRST], count = -numbers[MINUS_END] > first ? -numbers[MINUS_END] - first : 0, specials = numbers[MINUS_SPECIAL] ? SPECIALS : 0;
  if (n * (count + specials) == 0) return HEARTH_OK;
  gather_words(n, sums, first, count, specials);
  HEARTH_TRY(hearth_group_allreduce(ctx, comm, sums, n * (count + specials), MPI_INT64_T, MPI_SUM));
  spread_words(n, sums, first, count, specials);
  return HEARTH_OK;
}

hearth_status hearth_exact_combine(const hearth_context *ctx, hearth_status mine, const char *what, int64_t n, hearth_exact *sums) {
  int64_t numbers[NUMBERS];
  describe(mine, n, sums, numbers);
  HEARTH_TRY(hearth_allreduce_i64(ctx, numbers, NUMBERS, HEARTH_OP_MIN));
  if (numbers[MINUS_FAILED] < 0 || numbers[COUNT] != -numbers[MINUS_COUNT]) return hearth_agree_same(ctx, mine, what, &n, 1);
  return ctx->size == 1 ? HEARTH_OK : exchange(ctx, ctx->comm, numbers, n, sums);
}

hearth_status hearth_exact_join(const hearth_context *ctx, MPI_Comm comm, int64_t n, hearth_exact *sums) {
  int64_t numbers[NUMBERS];
  if (comm == MPI_COMM_NULL || ctx->size == 1) return HEARTH_OK;
  describe(HEARTH_OK, n, sums, numbers);
  HEARTH_TRY(hearth_group_allreduce(ctx, comm, numbers, NUMBERS, MPI_INT64_T, MPI_MIN));
  return exchange(ctx, comm, numbers, n, sums);
}
