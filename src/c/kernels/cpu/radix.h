/* Template: stable sorting of records by their keys, digit by digit from the lowest, skipping digits that are the same everywhere. Wants RECORD (the type),
 * KEY(record), KEY_BITS and RADIX(name); undefines them.
 *
 * Short ranges are sorted by insertion, middling ones with digits of 8 bits, whose counts stay in the first cache, long ones with 11. */

static void RADIX(insertion)(RECORD *a, int64_t n) {
  for (int64_t i = 1; i < n; ++i) {
    const RECORD x = a[i];
    int64_t j = i;
    for (; j > 0 && KEY(x) < KEY(a[j - 1]); --j) a[j] = a[j - 1];
    a[j] = x;
  }
}

static inline __attribute__((always_inline)) void RADIX(passes)(RECORD *a, RECORD *b, int64_t n, int width, uint32_t *counts) {
  const int passes = (KEY_BITS + width - 1) / width;
  const uint64_t mask = ((uint64_t)1 << width) - 1;
  RECORD *from = a, *to = b;
  memset(counts, 0, ((size_t)passes << width) * sizeof *counts);
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t key = KEY(a[i]);
    for (int p = 0; p < passes; ++p) ++counts[((uint64_t)p << width) + (key >> (p * width) & mask)];
  }
  for (int p = 0; p < passes; ++p) {
    uint32_t *place = counts + ((size_t)p << width), sum = 0;
    const int shift = p * width;
    if (place[KEY(from[0]) >> shift & mask] == n) continue;
    for (uint64_t d = 0; d <= mask; ++d) {
      const uint32_t count = place[d];
      place[d] = sum;
      sum += count;
    }
    for (int64_t i = 0; i < n; ++i) to[place[KEY(from[i]) >> shift & mask]++] = from[i];
    RECORD *const swap = from;
    from = to;
    to = swap;
  }
  if (from != a) memcpy(a, from, (size_t)n * sizeof *a);
}

/* One thread; n < 2^32. */
static void RADIX(sort)(void *records, void *scratch, int64_t n) {
  uint32_t counts[(KEY_BITS + 10) / 11 * 2048];
  if (n <= RADIX_INSERTION) {
    RADIX(insertion)(records, n);
  } else if (n < RADIX_LONG) {
    RADIX(passes)(records, scratch, n, 8, counts);
  } else {
    RADIX(passes)(records, scratch, n, 11, counts);
  }
}

static void RADIX(count)(const void *records, int64_t n, int shift, int64_t *counts) {
  const RECORD *a = records;
  for (int64_t i = 0; i < n; ++i) ++counts[KEY(a[i]) >> shift & (RADIX_DIGITS - 1)];
}

static void RADIX(scatter)(const void *records, int64_t n, int shift, int64_t *place, void *target) {
  const RECORD *a = records;
  RECORD *to = target;
  for (int64_t i = 0; i < n; ++i) to[place[KEY(a[i]) >> shift & (RADIX_DIGITS - 1)]++] = a[i];
}

/* Two sorted ranges into one, from both ends at once: two chains of comparisons without branches. Of equal keys those of `a` come first. */
static void RADIX(merge)(const void *first, int64_t n, const void *second, int64_t m, void *target) {
  const RECORD *a = first, *b = second, *a_last = a + n - 1, *b_last = b + m - 1;
  RECORD *to = target, *to_last = to + n + m - 1;
  const int64_t both = (n < m ? n : m) / 2; /* neither side can run out before */
  int64_t steps = both;
  while (steps > 0) {
    for (int64_t i = 0; i < steps; ++i) {
      const bool low = KEY(*b) < KEY(*a), high = KEY(*b_last) < KEY(*a_last);
      *to++ = low ? *b : *a;
      *to_last-- = high ? *a_last : *b_last;
      b += low;
      a += !low;
      a_last -= high;
      b_last -= !high;
    }
    const int64_t left_a = a_last - a + 1, left_b = b_last - b + 1;
    steps = (left_a < left_b ? left_a : left_b) / 2;
  }
  while (a <= a_last && b <= b_last) {
    const bool low = KEY(*b) < KEY(*a);
    *to++ = low ? *b++ : *a++;
  }
  while (a <= a_last) *to++ = *a++;
  while (b <= b_last) *to++ = *b++;
}

/* How many of the first n are below `key`. */
static int64_t RADIX(below)(const void *records, int64_t n, uint64_t key) {
  const RECORD *a = records;
  int64_t low = 0;
  while (n > 0) {
    const int64_t half = n / 2;
    if (KEY(a[low + half]) < key) {
      low += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return low;
}

#undef RECORD
#undef KEY
#undef KEY_BITS
#undef RADIX
