/* Values of the files that tests make, as functions of the element number. */
#ifndef HEARTH_TESTS_IO_VALUES_H
#define HEARTH_TESTS_IO_VALUES_H
#include "test_io_support.h"

enum { NX = 6, NY = 10 };

/* Packed: two values are missing, two outside the valid range. */
static inline int16_t packed(int64_t i) {
  return (int16_t)(i == 7 ? -32767 : i == 20 ? -9999 : i == 33 ? 2500 : i == 41 ? -2500 : 10 * i - 300);
}
static inline double unpacked(int64_t i) {
  return i == 7 || i == 20 || i == 33 || i == 41 ? NAN : (double)packed(i) * 0.01 + 273.15;
}
static inline double unpacked_single(int64_t i) {
  return i == 7 || i == 20 || i == 33 || i == 41 ? (double)NAN : (double)((float)packed(i) * 0.01f + 273.15f);
}
static inline double as_short(int64_t i) {
  return packed(i);
}
static inline double plain_float(int64_t i) {
  return i == 5 || i == 6 ? NAN : 0.25 * (double)i;
}
static inline double count(int64_t i) {
  return (double)i;
}
static inline double large(int64_t i) {
  return (double)(65000 + i);
}
static inline double larger(int64_t i) {
  return 4294967000.0 + (double)i;
}
static inline double parity(int64_t i) {
  return (double)(i % 2);
}

typedef struct made_values {
  int16_t packed[NX * NY];
  float single[NX * NY];
  double plain[NX * NY];
  uint16_t two[NX * NY];
  uint32_t four[NX * NY];
  uint64_t eight[NX * NY], too_large[NX * NY];
  uint8_t one[NX * NY];
  int32_t number[NX * NY];
} made_values;

static inline void fill_values(made_values *v) {
  for (int i = 0; i < NX * NY; i++) {
    v->packed[i] = packed(i);
    v->single[i] = i == 5 ? NAN : i == 6 ? -1e34f : 0.25f * (float)i;
    v->plain[i] = io_plain(i);
    v->two[i] = (uint16_t)(65000 + i);
    v->four[i] = 4294967000u + (uint32_t)i;
    v->eight[i] = (uint64_t)i;
    v->too_large[i] = i == 50 ? UINT64_MAX : (uint64_t)i;
    v->one[i] = (uint8_t)(i % 2);
    v->number[i] = i;
  }
}

#endif
