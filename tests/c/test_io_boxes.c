/* Tiles of a rank's part: they cover every element once, keep to their limit, and do not cut chunks that fit. */
#include "test_io_support.h"
#include "io/boxes.h"

static const int64_t shape[3] = {9, 26, 31}, origin[3] = {4, 1, 0};
static const int64_t limits[] = {1, 7, 100, 500, 4000, INT64_MAX};
static const int64_t aligns[][3] = {{0, 0, 0}, {3, 5, 8}, {9, 1, 31}, {1, 26, 4}};

/* Marks the local elements of a tile. */
static int64_t mark(const hearth_layout *layout, const hearth_span *tile, unsigned char *seen) {
  int64_t wrong = 0, extent[3], global;
  hearth_layout_local_shape(layout, 3, extent);
  for (int64_t i = 0; i < hearth_span_count(&tile[0]); i++)
    for (int64_t j = 0; j < hearth_span_count(&tile[1]); j++)
      for (int64_t k = 0; k < hearth_span_count(&tile[2]); k++) {
        const int64_t at[3] = {i, j, k};
        int64_t linear = 0;
        for (int32_t d = 0; d < 3; d++) {
          const hearth_span *s = &tile[d];
          linear = linear * extent[d] + s->local + at[d];
          hearth_layout_global_index(layout, d, s->local + at[d], &global);
          wrong += global != s->global + at[d] / s->block * s->spacing + at[d] % s->block;
        }
        wrong += seen[linear]++ != 0;
      }
  return wrong;
}

/* Chunks touched by a tile, counted per chunk: a chunk that fits the limit is touched by one tile of a plain box only. */
static int64_t touch(const hearth_span *tile, const int64_t *align, unsigned char *chunks) {
  int64_t from[3], to[3], n[3], twice = 0;
  for (int d = 0; d < 3; d++) {
    const int64_t c = align[d] > 0 ? align[d] : 1;
    from[d] = (origin[d] + tile[d].global) / c;
    to[d] = (origin[d] + tile[d].global + hearth_span_hull(&tile[d]) - 1) / c;
    n[d] = (origin[d] + shape[d]) / c + 1;
  }
  for (int64_t i = from[0]; i <= to[0]; i++)
    for (int64_t j = from[1]; j <= to[1]; j++)
      for (int64_t k = from[2]; k <= to[2]; k++) twice += chunks[(i * n[1] + j) * n[2] + k]++ != 0;
  return twice;
}

static int64_t check(const hearth_layout *layout, bool gaps, int64_t limit, const int64_t *align, int32_t order) {
  const int64_t any[3] = {gaps ? INT64_MAX : -1, gaps ? INT64_MAX : -1, gaps ? 2 : -1};
  hearth_tiling tiling;
  hearth_span tile[3];
  int64_t wrong = 0, volume = 1, extent[3], twice = 0;
  bool plain = true;
  unsigned char *seen = calloc(9 * 26 * 31, 1), *chunks = calloc(14 * 28 * 32, 1);
  hearth_layout_local_shape(layout, 3, extent);
  for (int d = 0; d < 3; d++) volume *= extent[d];
  if (hearth_tiling_make(layout, 0, any, &tiling) != HEARTH_OK) return 1;
  tiling.limit = limit;
  tiling.hull = gaps;
  tiling.order = order;
  for (int d = 0; d < 3; d++) {
    tiling.align[d] = align[d];
    tiling.origin[d] = origin[d];
    plain = plain && tiling.nspans[d] == 1 && tiling.spans[d][0].nblocks == 1;
  }
  while (hearth_tiling_next(&tiling, tile)) {
    int64_t elements = 1, least = 1; /* blocks that were taken together are not cut inside */
    for (int d = 0; d < 3; d++) {
      elements *= hearth_span_hull(&tile[d]);
      least *= tile[d].spacing > tile[d].block ? tile[d].block : 1;
    }
    wrong += elements > limit && elements > least;
    wrong += mark(layout, tile, seen);
    twice += touch(tile, align, chunks);
  }
  for (int64_t i = 0; i < volume; i++) wrong += seen[i] != 1;
  const int64_t chunk = (align[0] ? align[0] : 1) * (align[1] ? align[1] : 1) * (align[2] ? align[2] : 1);
  if (plain && chunk <= limit) wrong += twice;
  hearth_tiling_free(&tiling);
  free(seen);
  free(chunks);
  return wrong;
}

static void tiles(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_layout *layout;
  for (int which = 0; (layout = io_layout(ctx, 3, shape, which)); which++) {
    for (int gaps = 0; gaps < 2; gaps++)
      for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++)
        for (size_t a = 0; a < sizeof aligns / sizeof aligns[0]; a++)
          for (int32_t order = 0; order < 2; order++) {
            const int64_t wrong = check(layout, gaps, limits[l], aligns[a], order);
            if (wrong)
              fprintf(stderr, "layout %d, gaps %d, limit %lld, chunks %zu, order %d: %lld\n", which, gaps, (long long)limits[l], a, order, (long long)wrong);
            assert_all(wrong == 0);
          }
    assert_ok(hearth_layout_destroy(&layout));
  }
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(tiles)};
HEARTH_TEST_MAIN(tests)
