/* Template: what selection does with keys in the first cache. Wants KEY (uint32_t or uint64_t) and SELECT(name), undefines them. Keys are `step` apart. */

/* Lowest, highest and NaN of `period` interleaved sequences: key t belongs to t % period. */
CPU_CLONES static void SELECT(extremes)(int64_t n, const void *restrict keys, int64_t period, int nan_exists, void *restrict lowest, void *restrict highest,
                                        void *restrict nans) {
  const KEY *k = keys;
  KEY *low = lowest, *high = highest, *nan = nans;
  const KEY none = nan_exists ? (KEY)-1 : 0; /* 0 is above no key: it changes nothing below */
  for (int64_t base = 0; base + period <= n; base += period) {
    const KEY *restrict row = k + base;
#pragma omp simd
    for (int64_t t = 0; t < period; ++t) {
      const KEY key = row[t], valid = key != none || !nan_exists ? (KEY)-1 : 0;
      const KEY floor = key | (KEY)~valid, top = key & valid;
      low[t] = floor < low[t] ? floor : low[t];
      high[t] = top > high[t] ? top : high[t];
      nan[t] += (KEY)(~valid & 1);
    }
  }
}

static void SELECT(bins)(int64_t n, const void *keys, int64_t step, const hearth_key_range *range, int64_t ranges, int64_t *counts, int64_t nowhere) {
  const KEY *k = keys;
  for (int64_t r = 0; r < ranges; ++r) {
    const KEY low = (KEY)range[r].low, width = (KEY)(range[r].high - range[r].low);
    const int shift = range[r].shift;
    const int64_t at = range[r].at;
    for (int64_t i = 0; i < n; ++i) {
      const KEY d = (KEY)(k[i * step] - low);
      ++counts[d <= width ? at + (int64_t)(d >> shift) : nowhere];
    }
  }
}

/* Keys of one range to `found`; returns how many. */
static int64_t SELECT(collect)(int64_t n, const void *keys, int64_t step, const hearth_key_range *range, void *found) {
  const KEY *k = keys, low = (KEY)range->low, width = (KEY)(range->high - range->low);
  KEY *to = found;
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    const KEY key = k[i * step];
    to[count] = key;
    count += (KEY)(key - low) <= width;
  }
  return count;
}

/* Folds what `extremes` found of sequence j, j + outputs, ... into one. */
static void SELECT(fold)(int64_t period, int64_t outputs, int64_t j, const void *lowest, const void *highest, const void *nans, hearth_key_extremes *sum) {
  const KEY *low = lowest, *high = highest, *nan = nans;
  for (int64_t t = j; t < period; t += outputs) {
    if (low[t] < sum->lowest) sum->lowest = low[t];
    if (high[t] > sum->highest) sum->highest = high[t];
    sum->nans += (int64_t)nan[t];
  }
}

#undef KEY
#undef SELECT
