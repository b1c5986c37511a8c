/* QR, singular values, rank and norms of Fisher's irises, the wines of Forina et al. and the handwritten digits of Alpaydin and Kaynak (three constant columns,
 * rank 61) against NumPy's numbers (shared/data/ref/stats.json: la_iris, la_wine, la_digits); a 5 x 3 matrix of libROM's tests (librom_svd53). */
#include "core/context_impl.h"
#include "io_matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 64 };

typedef struct known {
  const char *file;
  int64_t columns, rank;
  double frobenius, one, infinity;
  double singular[MOST];
  double diagonal[MOST]; /* |diag R|; of a matrix without full rank it is not unique */
} known;
static const known cases[] = {
    {"sklearn/iris.csv",
     4,
     4,
     97.66928892952994,
     876.5000000000002,
     20.4,
     {95.95991387196455, 17.76103365732857, 3.460930930386974, 1.8848263059180452},
     {72.27620631992247, 7.887226845405895, 8.35634960152239, 2.333920569314362}},
    {"sklearn/wine_data.csv",
     13,
     13,
     10898.078031484094,
     132947.0,
     1844.92,
     {10886.669906563997, 493.56204763858983, 57.148843225157464, 30.100125394463607, 18.54281560810294, 14.463020475199242, 11.036037605806282,
      5.289890239005796, 4.456588273463079, 3.5752714471863904, 2.6012217407579423, 1.9868081834239728, 1.2139139751383983},
     {173.7858282484507, 14.806035016910148, 3.7174591318914576, 39.73868003445882, 176.2996274851157, 7.036764396011906, 6.3432366832940446,
      1.3035174363095978, 5.5246937273227585, 26.21641441078949, 1.9612443311701144, 4.888584918258515, 2671.6436638090786}},
    {"sklearn/digits.csv.gz",
     64,
     61,
     2628.119479780172,
     21724.0,
     433.0,
     {2193.1193368326085, 566.9967718352452,      542.0049327587235,     504.1516975014139,
      425.5929652649281,  353.2182468922452,      320.37583580496573,    302.0744098794024,
      279.5569649967507,  268.5194465356818,      228.6557720714022,     224.16479164400235,
      207.59616167064095, 197.01204306972673,     185.7875543684223,     174.752715229485,
      170.84809848110996, 165.44999281314475,     148.26909597942398,    144.93503320423963,
      139.3385122038826,  131.35359641712452,     128.81123432544817,    124.956439232985,
      122.62687880900933, 113.64174139682717,     111.49197314862009,    105.7804641416226,
      102.87836730326254, 96.23528399508814,      89.82890351018582,     87.47731131106706,
      85.28590820368564,  84.1569661269126,       81.74347556513683,     79.65230420778813,
      74.45917938835932,  70.12821949491651,      69.28702963383547,     67.65588621023468,
      64.03722163149646,  58.531634099453896,     57.20239465638324,     55.10810602044054,
      50.18735625431111,  48.184327403900284,     45.623362967525054,    40.89784592197578,
      34.76620283155267,  29.555375923818413,     21.290316948622856,    13.345112682546933,
      10.672117258651696, 10.445365442548916,     8.440430691224226,     5.182282319188763,
      3.9028233912723205, 2.5530423716509945,     1.5148390208636973,    1.0898164896680287,
      0.8605136739212997, 5.0161733774602645e-15, 7.848830563833728e-17, 0.0},
     {0}}};

/* The file itself, or what is in it, unpacked beside the test; false where there is none. */
static bool open_case(const known *k, char path[TEST_PATH], char temporary[TEST_PATH]) {
  char command[3 * TEST_PATH];
  temporary[0] = '\0';
  if (!test_data(k->file, path)) return false;
  if (!strstr(k->file, ".gz")) return true;
  snprintf(temporary, TEST_PATH, "test_io_factor_%d.csv", test_size);
  snprintf(command, sizeof command, "gzip -dc '%s' > %s", path, temporary);
  int failed = test_rank == 0 ? system(command) : 0;
  MPI_Bcast(&failed, 1, MPI_INT, 0, MPI_COMM_WORLD);
  assert_int_equal(failed, 0);
  snprintf(path, TEST_PATH, "%s", temporary);
  return true;
}

static double norm_of(const hearth_array *x, int32_t ord) {
  double norm = -1;
  assert_ok(hearth_matrix_norm(x, ord, &norm));
  return norm;
}

static void check_factors(const known *k, const hearth_array *x) {
  hearth_array *q = NULL, *r = NULL, *u = NULL, *s = NULL, *vt = NULL, *values = NULL;
  double residual = 1, orthogonality = 1;
  int64_t rank = -1;
  hearth_window window;
  assert_ok(hearth_qr(x, NULL, &q, &r));
  assert_ok(hearth_qr_quality(x, q, r, &residual, &orthogonality));
  assert_true(residual <= 1e-14 && orthogonality <= 1e-14);
  assert_ok(hearth_array_access(r, 0, HEARTH_READ, &window));
  for (int64_t i = 0; i < k->columns && k->rank == k->columns; i++) {
    const double diagonal = *(const double *)((const char *)window.base + i * (window.stride[0] + window.stride[1]));
    assert_near(diagonal / k->diagonal[i], 1, 1e-10);
  }
  assert_ok(hearth_array_release(r, 0));
  assert_ok(hearth_svd(x, NULL, &u, &s, &vt));
  assert_ok(hearth_svdvals(x, &values));
  for (int64_t i = 0; i < k->columns; i++) {
    assert_near(element(s, i), k->singular[i], 1e-14 * k->singular[0]);
    assert_near(element(values, i), k->singular[i], 1e-14 * k->singular[0]);
  }
  assert_ok(hearth_matrix_rank(x, -1, &rank));
  assert_int_equal(rank, k->rank);
  assert_near(norm_of(x, HEARTH_MATRIX_NORM_FROBENIUS) / k->frobenius, 1, 1e-14);
  assert_near(norm_of(x, HEARTH_MATRIX_NORM_ONE) / k->one, 1, 1e-14);
  assert_near(norm_of(x, HEARTH_MATRIX_NORM_INF) / k->infinity, 1, 1e-14);
  assert_near(norm_of(x, HEARTH_MATRIX_NORM_TWO) / k->singular[0], 1, 1e-14);
  hearth_array *arrays[] = {q, r, u, s, vt, values};
  for (int i = 0; i < 6; i++) hearth_array_destroy(&arrays[i]);
}

static void numpys_numbers(void **state) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  char path[TEST_PATH], temporary[TEST_PATH];
  (void)state;
  for (int c = 0; c < 3; c++) {
    if (!open_case(&cases[c], path, temporary)) continue;
    for (int b = 0; b < 3; b++)
      for (int32_t order = HEARTH_ROW_MAJOR; order <= HEARTH_COLUMN_MAJOR; order++) {
        hearth_context *ctx = test_context(backends[b]);
        hearth_array *x = load(ctx, cases[c].columns, path, (b + order) % 2, order);
        check_factors(&cases[c], x);
        hearth_array_destroy(&x);
        test_context_destroy(&ctx);
      }
    if (temporary[0] && test_rank == 0) unlink(temporary);
  }
}

static void libroms_matrix(void **state) {
  static double columns[3][5] = {
      {0.5377, 1.8339, -2.2588, 0.8622, 0.3188}, {-1.3077, -0.4336, 0.3426, 3.5784, 2.7694}, {-1.3499, 3.0349, 0.7254, -0.0631, 0.7147}};
  static const double singular[3] = {4.844863750652194, 3.667199763987771, 2.6911462536667172};
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_layout *whole = NULL, *rows = NULL;
  hearth_array *here = NULL, *x = NULL, *s = NULL;
  const hearth_window window = {.base = columns, .dtype = HEARTH_FLOAT64, .ndim = 2, .extent = {3, 5}, .stride = {5 * sizeof(double), sizeof(double)}};
  (void)state;
  assert_ok(hearth_layout_split(ctx, 2, (int64_t[]){3, 5}, -1, &whole));
  assert_ok(hearth_layout_split(ctx, 2, (int64_t[]){3, 5}, 1, &rows));
  assert_ok(hearth_array_wrap(whole, 1, &window, &here));
  assert_ok(hearth_redistribute(here, rows, &x));
  assert_ok(hearth_svdvals(x, &s));
  for (int i = 0; i < 3; i++) assert_near(element(s, i), singular[i], 1e-14 * singular[0]);
  hearth_array_destroy(&here);
  hearth_array_destroy(&x);
  hearth_array_destroy(&s);
  hearth_layout_destroy(&whole);
  hearth_layout_destroy(&rows);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(numpys_numbers), cmocka_unit_test(libroms_matrix)};
HEARTH_TEST_MAIN(tests)
