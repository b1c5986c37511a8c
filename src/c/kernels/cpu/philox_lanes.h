/* Template: Philox4x32-10 on vectors of 64-bit lanes. Wants NAME, TARGET, V, LANES, SIDE and the operations; undefines them. SIDE vectors at a
 * time hide the latency of the multiplication. */
TARGET static void NAME(const hearth_random *random, uint32_t tag, int64_t n, cpu_words *words) {
  const V m0 = V_SET(HEARTH_PHILOX_M0), m1 = V_SET(HEARTH_PHILOX_M1);
  const uint32_t seed0 = (uint32_t)random->seed, seed1 = (uint32_t)(random->seed >> 32);
  for (int64_t i = 0; i < n; i += SIDE * LANES) {
    V a[SIDE], b[SIDE], c[SIDE], d[SIDE];
    for (int j = 0; j < SIDE; ++j) {
      a[j] = V_LOAD(&words->block[i + j * LANES]);
      b[j] = V_HIGH(a[j]);
      c[j] = V_SET(random->stream);
      d[j] = V_SET(tag);
    }
    for (uint32_t round = 0; round < HEARTH_PHILOX_ROUNDS; ++round) {
      const V key0 = V_SET(seed0 + round * HEARTH_PHILOX_W0), key1 = V_SET(seed1 + round * HEARTH_PHILOX_W1);
      for (int j = 0; j < SIDE; ++j) {
        const V p = V_MUL(a[j], m0), q = V_MUL(c[j], m1);
        a[j] = V_XOR3(V_HIGH(q), b[j], key0);
        b[j] = q;
        c[j] = V_XOR3(V_HIGH(p), d[j], key1);
        d[j] = p;
      }
    }
    for (int j = 0; j < SIDE; ++j) {
      V_STORE_LOW(&words->word[0][i + j * LANES], a[j]);
      V_STORE_LOW(&words->word[1][i + j * LANES], b[j]);
      V_STORE_LOW(&words->word[2][i + j * LANES], c[j]);
      V_STORE_LOW(&words->word[3][i + j * LANES], d[j]);
    }
  }
}
#undef NAME
#undef TARGET
#undef V
#undef LANES
#undef SIDE
#undef V_SET
#undef V_LOAD
#undef V_HIGH
#undef V_MUL
#undef V_XOR3
#undef V_STORE_LOW
