/* Random numbers as functions of (seed, stream, number of the element): one text for all backends, exact operations and roundings in a fixed order, so that
 * all give the same bits.
 *
 * Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. The seed is the key; the counter is block (64
 * bits), stream (32 bits), attempt (24 bits) and purpose (8 bits). A block has four words of 32 bits, which neighbouring elements share. */
#ifndef HEARTH_KERNELS_RANDOM_H
#define HEARTH_KERNELS_RANDOM_H
#include <stdint.h>

typedef struct hearth_random {
  uint64_t seed;
  uint32_t stream;
} hearth_random;

/* Streams of different kinds of numbers have nothing in common. */
typedef enum hearth_random_purpose {
  HEARTH_RANDOM_UNIFORM,
  HEARTH_RANDOM_NORMAL,
  HEARTH_RANDOM_INTEGER,
  HEARTH_RANDOM_PERMUTATION,
  HEARTH_RANDOM_SHUFFLE
} hearth_random_purpose;

#define HEARTH_PHILOX_M0 0xD2511F53u
#define HEARTH_PHILOX_M1 0xCD9E8D57u
#define HEARTH_PHILOX_W0 0x9E3779B9u
#define HEARTH_PHILOX_W1 0xBB67AE85u
enum { HEARTH_PHILOX_ROUNDS = 10 };

static inline void hearth_philox(uint32_t word[4], uint32_t key0, uint32_t key1) {
  for (int round = 0; round < HEARTH_PHILOX_ROUNDS; ++round) {
    const uint64_t p = (uint64_t)word[0] * HEARTH_PHILOX_M0, q = (uint64_t)word[2] * HEARTH_PHILOX_M1;
    word[0] = (uint32_t)(q >> 32) ^ word[1] ^ key0;
    word[1] = (uint32_t)q;
    word[2] = (uint32_t)(p >> 32) ^ word[3] ^ key1;
    word[3] = (uint32_t)p;
    key0 += HEARTH_PHILOX_W0;
    key1 += HEARTH_PHILOX_W1;
  }
}

/* The last word of the counter. */
static inline uint32_t hearth_random_tag(hearth_random_purpose purpose, uint32_t attempt) {
  return attempt << 8 | (uint32_t)purpose;
}

static inline void hearth_random_block(const hearth_random *random, uint64_t block, uint32_t tag, uint32_t word[4]) {
  word[0] = (uint32_t)block;
  word[1] = (uint32_t)(block >> 32);
  word[2] = random->stream;
  word[3] = tag;
  hearth_philox(word, (uint32_t)random->seed, (uint32_t)(random->seed >> 32));
}

/* Standard normal number of an element (kernels/normal.h). */
double hearth_random_normal(const hearth_random *random, uint64_t element);

/* [0, 1) in steps of 2^-53, from 27 and 26 bits: both conversions, their sum and the scaling are exact. */
static inline double hearth_uniform_double(uint32_t high, uint32_t low) {
  return ((double)(int32_t)(high >> 5) * 0x1p26 + (double)(int32_t)(low >> 6)) * 0x1p-53;
}

/* [0, 1) in steps of 2^-24. */
static inline float hearth_uniform_float(uint32_t word) {
  return (float)(int32_t)(word >> 8) * 0x1p-24f;
}

/* One of 0 .. range - 1 without bias (D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29, 2019): the upper part of word * range, but
 * words whose lower part is below 2^bits mod range are refused and the next is taken. Ranges up to 2^32 use words of 32 bits. The first word comes from a
 * block that neighbours share, the words after a refusal from blocks of the element's own. */
static inline uint64_t hearth_random_below(const hearth_random *random, hearth_random_purpose purpose, uint64_t element, uint64_t range) {
  uint32_t word[4];
  const int narrow = range <= (uint64_t)1 << 32;
  const uint64_t refused = narrow ? (((uint64_t)1 << 32) - range) % range : (0 - range) % range;
  hearth_random_block(random, element >> (narrow ? 2 : 1), hearth_random_tag(purpose, 0), word);
  uint64_t bits = narrow ? word[element & 3] : word[2 * (element & 1)] | (uint64_t)word[2 * (element & 1) + 1] << 32;
  for (uint32_t attempt = 1;; ++attempt) {
    const unsigned __int128 product = (unsigned __int128)bits * range;
    const uint64_t low = narrow ? (uint32_t)product : (uint64_t)product;
    if (low >= refused) return (uint64_t)(product >> (narrow ? 32 : 64));
    hearth_random_block(random, element, hearth_random_tag(purpose, attempt), word);
    bits = narrow ? word[0] : word[0] | (uint64_t)word[1] << 32;
  }
}

/* A keyed bijection of 0 .. n - 1: an alternating Feistel network on the bits of n - 1, with as many rounds as NIST's FF1 (SP 800-38G), walked until it is
 * back below n (J. Black, P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). */
enum { HEARTH_FEISTEL_ROUNDS = 10 };

typedef struct hearth_feistel {
  uint64_t n;
  int low_bits; /* the lower half; the upper half has as many or one less */
  uint32_t low_mask, high_mask;
} hearth_feistel;

static inline hearth_feistel hearth_feistel_of(int64_t n) {
  hearth_feistel feistel = {.n = (uint64_t)n};
  int bits = 2; /* no half is empty */
  while (bits < 63 && (feistel.n - 1) >> bits) ++bits;
  feistel.low_bits = (bits + 1) / 2;
  feistel.low_mask = (uint32_t)(((uint64_t)1 << feistel.low_bits) - 1);
  feistel.high_mask = (uint32_t)(((uint64_t)1 << (bits - feistel.low_bits)) - 1);
  return feistel;
}

static inline int64_t hearth_random_permuted(const hearth_random *random, const hearth_feistel *feistel, int64_t element) {
  uint64_t x = (uint64_t)element;
  do {
    uint32_t low = (uint32_t)x & feistel->low_mask, high = (uint32_t)(x >> feistel->low_bits), word[4];
    for (uint32_t round = 0; round < HEARTH_FEISTEL_ROUNDS; round += 2) {
      hearth_random_block(random, low, hearth_random_tag(HEARTH_RANDOM_PERMUTATION, round), word);
      high ^= word[0] & feistel->high_mask;
      hearth_random_block(random, high, hearth_random_tag(HEARTH_RANDOM_PERMUTATION, round + 1), word);
      low ^= word[0] & feistel->low_mask;
    }
    x = (uint64_t)high << feistel->low_bits | low;
  } while (x >= feistel->n);
  return (int64_t)x;
}

#endif
