/* A hash of who owns what: every rank hashes its part, and the sum over the ranks stands for the whole map. 128 bits: two maps that differ have the same sum
 * once in 10^38 cases. */
#ifndef HEARTH_TENSOR_LAYOUT_HASH_H
#define HEARTH_TENSOR_LAYOUT_HASH_H
#include <hearth/context.h>
#include <stdbool.h>

typedef struct hearth_hash {
  uint64_t word[2];
} hearth_hash;

static inline uint64_t hearth_hash_mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static inline hearth_hash hearth_hash_begin(int64_t number) {
  return (hearth_hash){{hearth_hash_mix((uint64_t)number + 0x9e3779b97f4a7c15u), hearth_hash_mix((uint64_t)number + 0xd1b54a32d192ed03u)}};
}

static inline void hearth_hash_add(hearth_hash *hash, int64_t number) {
  hash->word[0] = hearth_hash_mix((hash->word[0] ^ (uint64_t)number) + 0x9e3779b97f4a7c15u);
  hash->word[1] = hearth_hash_mix((hash->word[1] + (uint64_t)number) * 0xaef17502108ef2d9u + 0xd1b54a32d192ed03u);
}

static inline void hearth_hash_sum(hearth_hash *sum, hearth_hash part) {
  sum->word[0] += part.word[0];
  sum->word[1] += part.word[1];
}

static inline bool hearth_hash_same(hearth_hash a, hearth_hash b) {
  return a.word[0] == b.word[0] && a.word[1] == b.word[1];
}

#endif
