// Linear algebra from C++, on the second-difference matrix of order n: eigenvalues 2 - 2 cos(k pi / (n + 1)), determinant n + 1.
#include "check.hpp"
#include <cmath>
#include <vector>

static constexpr int n = 6;
static const double pi = std::acos(-1.0);

static double eigenvalue(int k) { /* k = 1 .. n, ascending */
  return 2 - 2 * std::cos(k * pi / (n + 1));
}

static std::vector<double> second() {
  std::vector<double> a(n * n);
  for (std::size_t i = 0; i < n; i++) {
    a[i * n + i] = 2;
    if (i + 1 < n) a[i * n + i + 1] = a[(i + 1) * n + i] = -1;
  }
  return a;
}

/* A row-major matrix, its rows split over the ranks. */
static hearth::array make(hearth::context &ctx, std::vector<double> values, int64_t rows, int64_t columns) {
  const hearth::layout layout = hearth::layout::split(ctx, std::vector<int64_t>{rows, columns}, -1);
  return hearth::array::wrap(layout, std::vector<hearth_window>{hearth::window(values.data(), {rows, columns})}).resplit(0);
}

/* All elements on every rank, in row-major order. */
static std::vector<double> everything(const hearth::array &array) {
  hearth::array all = array.ravel().resplit(-1);
  std::vector<double> values;
  const auto view = all.access<double>();
  for (int64_t i = 0; i < view.extent(0); i++) values.push_back(view(i));
  return values;
}

static bool same(const std::vector<double> &a, const std::vector<double> &b, double tolerance = 1e-12) {
  bool equal = a.size() == b.size();
  for (std::size_t i = 0; equal && i < a.size(); i++) equal = std::fabs(a[i] - b[i]) <= tolerance;
  return equal;
}

static std::vector<double> identity() {
  std::vector<double> one(n * n);
  for (std::size_t i = 0; i < n; i++) one[i * n + i] = 1;
  return one;
}

static void factors() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    std::vector<double> tall;
    for (int i = 0; i < 3 * n; i++)
      for (int j = 0; j < n; j++) tall.push_back(std::cos(0.1 * (i + 1) * (j + 1) * (j + 1)));
    const hearth::array a = make(ctx, tall, 3 * n, n);
    const auto [q, r] = a.qr();
    CHECK(same(everything(q.matmul(r)), tall) && same(everything(q.transpose().matmul(q)), identity()));
    const std::vector<double> upper = everything(r);
    bool triangular = true;
    for (std::size_t i = 0; i < n; i++)
      for (std::size_t j = 0; j < i; j++) triangular = triangular && std::fabs(upper[i * n + j]) < 1e-12;
    CHECK(triangular);
    const hearth::array b = make(ctx, second(), n, n), l = b.cholesky();
    CHECK(same(everything(l.matmul(l.transpose())), second()));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void spectra() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const hearth::array a = make(ctx, second(), n, n);
    std::vector<double> ascending, descending;
    for (int k = 1; k <= n; k++) ascending.push_back(eigenvalue(k)), descending.push_back(eigenvalue(n + 1 - k));
    const auto [w, v] = a.eigh();
    CHECK(same(everything(w), ascending));
    const std::vector<double> left = everything(a.matmul(v)), vectors = everything(v);
    bool right = true;
    for (std::size_t i = 0; i < n; i++)
      for (std::size_t k = 0; k < n; k++) right = right && std::fabs(left[i * n + k] - ascending[k] * vectors[i * n + k]) < 1e-12;
    CHECK(right && same(everything(v.transpose().matmul(v)), identity()));
    const auto [u, s, vt] = a.svd();
    CHECK(same(everything(s), descending) && same(everything(a.svdvals()), descending));
    CHECK(same(everything(u.multiply(s).matmul(vt)), second()));
    CHECK(std::fabs(a.cond(HEARTH_COND_2) - descending[0] / ascending[0]) < 1e-10);
    const auto [ru, rs, rvt, error] = a.rsvd(n);
    CHECK(same(everything(rs), descending, 1e-9) && error < 1e-6);
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void systems() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const hearth::array a = make(ctx, second(), n, n), x = make(ctx, {1, 2, 3, 4, 5, 6}, n, 1), b = a.matmul(x);
    CHECK(same(everything(a.solve(b)), {1, 2, 3, 4, 5, 6}));
    CHECK(same(everything(a.inv().matmul(a)), identity()));
    CHECK(same(everything(a.det()), {n + 1}));
    const hearth::array line = make(ctx, {1, 1, 1, 2, 1, 3, 1, 4, 1, 5}, 5, 2), y = make(ctx, {3.5, 4, 4.5, 5, 5.5}, 5, 1);
    const auto [coefficients, residuals, rank, sigma] = line.lstsq(y, -1);
    CHECK(rank == 2 && same(everything(coefficients), {3, 0.5}));
    CHECK_THROWS(HEARTH_ERR_NUMERICAL, make(ctx, std::vector<double>(n * n, 1.0), n, n).solve(b));
    CHECK_THROWS(HEARTH_ERR_MISMATCH, a.matmul(line));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

int main(int argc, char **argv) {
  const test_case tests[] = {{"factors", factors}, {"spectra", spectra}, {"systems", systems}};
  return run_tests(argc, argv, tests);
}
