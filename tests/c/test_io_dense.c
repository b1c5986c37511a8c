/* Fisher's irises and the wines of Forina et al. against NumPy's numbers (shared/data/ref/stats.json: la_iris, la_wine), of the matrix and of its Gram matrix.
 */
#include "core/context_impl.h"
#include "io_matrix.h"
#include <math.h>

typedef struct known {
  const char *file;
  int64_t columns;
  double logarithm; /* of the Gram matrix's determinant */
  double singular[13];
} known;
static const known cases[] = {
    {"sklearn/iris.csv", 4, 18.6326215137704, {95.95991387196455, 17.76103365732857, 3.460930930386974, 1.8848263059180452}},
    {"sklearn/wine_data.csv",
     13,
     74.4211152020202,
     {10886.669906563997, 493.56204763858983, 57.148843225157464, 30.100125394463607, 18.54281560810294, 14.463020475199242, 11.036037605806282,
      5.289890239005796, 4.456588273463079, 3.5752714471863904, 2.6012217407579423, 1.9868081834239728, 1.2139139751383983}}};

static void check(hearth_context *ctx, const known *k, const char *path, int32_t axis) {
  const double largest = k->singular[0], condition = largest / k->singular[k->columns - 1];
  hearth_array *x = load(ctx, k->columns, path, axis, HEARTH_ROW_MAJOR), *gram = NULL, *sign = NULL, *logarithm = NULL, *w = NULL;
  double cond = 0;
  assert_ok(hearth_cond(x, HEARTH_COND_2, &cond));
  assert_near(cond / condition, 1, 1e-12 * condition);
  assert_ok(hearth_gram(x, 1, &gram));
  assert_ok(hearth_slogdet(gram, &sign, &logarithm));
  assert_near(element(sign, 0), 1, 0);
  assert_near(element(logarithm, 0), k->logarithm, 1e-15 * condition * condition + 1e-12);
  assert_ok(hearth_eigvalsh(gram, NULL, &w));
  for (int64_t i = 0; i < k->columns; i++)
    assert_near(element(w, i), k->singular[k->columns - 1 - i] * k->singular[k->columns - 1 - i], 1e-14 * largest * largest);
  hearth_array *arrays[] = {x, gram, sign, logarithm, w};
  for (int i = 0; i < 5; i++) hearth_array_destroy(&arrays[i]);
}

static void numpys_numbers(void **state) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  char path[TEST_PATH];
  (void)state;
  for (int c = 0; c < 2; c++) {
    if (!test_data(cases[c].file, path)) continue;
    for (int b = 0; b < 3; b++) {
      hearth_context *ctx = test_context(backends[b]);
      ctx->alone_below = b == 1; /* distributed on the CPU */
      check(ctx, &cases[c], path, b % 2);
      test_context_destroy(&ctx);
    }
  }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(numpys_numbers)};
HEARTH_TEST_MAIN(tests)
