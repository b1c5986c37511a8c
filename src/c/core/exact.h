/* Sums without rounding: a fixed-point number over the whole range of float64 in limbs of 32 bits. What is added in which order, by whom and in how many parts
 * leaves no trace; adding two such numbers limb by limb gives the sum of both, so that ranks combine by one integer reduction. The result is the exact sum
 * rounded once, to nearest even; infinities and NaN are counted beside it and give what IEEE arithmetic gives in any order. */
#ifndef HEARTH_CORE_EXACT_H
#define HEARTH_CORE_EXACT_H
#include <stdint.h>
#include <string.h>

/* 2098 bits from the smallest subnormal to the largest number, the rest is room for 2^63 terms and for signs. */
#define HEARTH_EXACT_LIMBS 68
#define HEARTH_EXACT_LOWEST (-1074) /* exponent of the lowest bit of limb 0 */

/* Zero bytes are the number 0. */
typedef struct hearth_exact {
  int64_t limb[HEARTH_EXACT_LIMBS]; /* value: sum of limb[i] 2^(32 i - 1074); limbs are signed and overlap until they are normalised */
  int64_t nan, above, below;        /* numbers of NaN, +infinity and -infinity */
  int64_t pending;                  /* additions since the limbs were normalised */
} hearth_exact;

enum { HEARTH_EXACT_WORDS = sizeof(hearth_exact) / sizeof(int64_t) };

/* Brings every limb into -2^31 .. 2^31 - 1. Limbs of 2^31 such numbers can be added up. */
void hearth_exact_normalise(hearth_exact *sum);
/* sum := sum + other; both stay or become normalised. */
void hearth_exact_merge(hearth_exact *sum, const hearth_exact *other);
/* sum := -sum. */
void hearth_exact_negate(hearth_exact *sum);
/* The exact sum, rounded to nearest even; +0 for nothing. Beyond the range: infinity. */
double hearth_exact_round(const hearth_exact *sum);
/* The limbs of `count` normalised numbers that are not zero are all in [*first, *end); widens what is given. */
void hearth_exact_range(int64_t count, const hearth_exact *sums, int64_t *first, int64_t *end);

/* Limbs grow by less than 2^32 at a time. */
#define HEARTH_EXACT_PENDING_MAX ((int64_t)1 << 29)

static inline void hearth_exact_add(hearth_exact *sum, double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int exponent = (int)(bits >> 52 & 0x7ff), position = exponent > 0 ? exponent - 1 : 0;
  const int64_t sign = bits >> 63 ? -1 : 0;
  const uint64_t fraction = bits & 0xfffffffffffffu, mantissa = exponent > 0 ? fraction | 0x10000000000000u : fraction;
  if (exponent == 0x7ff) {
    if (fraction)
      ++sum->nan;
    else
      ++*(sign ? &sum->below : &sum->above);
    return;
  }
  int64_t *limb = sum->limb + (position >> 5);
  const int shift = position & 31;
  const uint64_t low = mantissa << shift;
  limb[0] += ((int64_t)(low & 0xffffffffu) ^ sign) - sign;
  limb[1] += ((int64_t)(low >> 32) ^ sign) - sign;
  limb[2] += ((int64_t)(mantissa >> (63 - shift) >> 1) ^ sign) - sign;
  if (++sum->pending == HEARTH_EXACT_PENDING_MAX) hearth_exact_normalise(sum);
}

#endif
