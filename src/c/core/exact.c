#include "core/exact.h"
#include <math.h>

/* Limbs outside [*first, *end) are zero. */
static void used_limbs(const hearth_exact *sum, int *first, int *end) {
  *first = 0;
  *end = HEARTH_EXACT_LIMBS;
  while (*end > 0 && sum->limb[*end - 1] == 0) --*end;
  while (*first < *end && sum->limb[*first] == 0) ++*first;
}

void hearth_exact_normalise(hearth_exact *sum) {
  int first, end;
  int64_t carry = 0;
  used_limbs(sum, &first, &end);
  for (int i = first; i < HEARTH_EXACT_LIMBS - 1 && (i < end || carry != 0); ++i) {
    const int64_t limb = sum->limb[i] + carry;
    carry = (limb + ((int64_t)1 << 31)) >> 32;
    sum->limb[i] = limb - carry * ((int64_t)1 << 32);
  }
  sum->limb[HEARTH_EXACT_LIMBS - 1] += carry;
  sum->pending = 0;
}

void hearth_exact_merge(hearth_exact *sum, const hearth_exact *other) {
  for (int i = 0; i < HEARTH_EXACT_LIMBS; ++i) sum->limb[i] += other->limb[i];
  sum->nan += other->nan;
  sum->above += other->above;
  sum->below += other->below;
  hearth_exact_normalise(sum);
}

void hearth_exact_negate(hearth_exact *sum) {
  const int64_t above = sum->above;
  for (int i = 0; i < HEARTH_EXACT_LIMBS; ++i) sum->limb[i] = -sum->limb[i];
  sum->above = sum->below;
  sum->below = above;
}

/* The digits of |value|, all in 0 .. 2^32 - 1, those below *first being 0; returns the number of digits up to the highest that is not 0, and the sign. */
static int digits_of(const hearth_exact *value, uint64_t *digit, int *first, double *sign) {
  hearth_exact sum = *value;
  int count;
  hearth_exact_normalise(&sum);
  used_limbs(&sum, first, &count);
  /* Each limb outweighs all below it. */
  const int64_t factor = count > 0 && sum.limb[count - 1] < 0 ? -1 : 1;
  int64_t carry = 0;
  for (int i = *first; i < count; ++i) {
    const int64_t limb = factor * sum.limb[i] + carry;
    carry = limb >> 32;
    digit[i] = (uint64_t)(limb - carry * ((int64_t)1 << 32));
  }
  while (count > *first && digit[count - 1] == 0) --count;
  *sign = (double)factor;
  return count;
}

/* Nothing lies below the lowest bit of a subnormal number, so that rounding to 53 bits is right there too. */
static double round_digits(const uint64_t *digit, int first, int count) {
  uint64_t window[4] = {0}, rest = 0;
  for (int i = 0; i < 4 && count - i > first; ++i) window[i] = digit[count - 1 - i];
  for (int i = first; i < count - 4; ++i) rest |= digit[i];
  uint64_t high = window[0] << 32 | window[1], low = window[2] << 32 | window[3];
  int shift = 0;
  for (; !(high >> 63); ++shift) {
    high = high << 1 | low >> 63;
    low <<= 1;
  }
  rest |= low;
  uint64_t mantissa = high >> 11;
  const uint64_t dropped = high & 0x7ff;
  if (dropped > 0x400 || (dropped == 0x400 && (rest || (mantissa & 1)))) ++mantissa;
  return ldexp((double)mantissa, 32 * (count - 2) - shift + 11 + HEARTH_EXACT_LOWEST);
}

double hearth_exact_round(const hearth_exact *sum) {
  uint64_t digit[HEARTH_EXACT_LIMBS];
  double sign;
  if (sum->nan > 0 || (sum->above > 0 && sum->below > 0)) return NAN;
  if (sum->above > 0 || sum->below > 0) return sum->above > 0 ? INFINITY : -INFINITY;
  int first;
  const int count = digits_of(sum, digit, &first, &sign);
  return count > first ? sign * round_digits(digit, first, count) : 0.0;
}

void hearth_exact_range(int64_t count, const hearth_exact *sums, int64_t *first, int64_t *end) {
  for (int64_t k = 0; k < count; ++k) {
    const int64_t *limb = sums[k].limb;
    for (int64_t i = 0; i < *first; ++i)
      if (limb[i] != 0) *first = i;
    for (int64_t i = HEARTH_EXACT_LIMBS; i > *end; --i)
      if (limb[i - 1] != 0) *end = i;
  }
}
