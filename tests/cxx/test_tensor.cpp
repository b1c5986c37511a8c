// Functions on arrays from C++: results are objects, several results a tuple, several operands a vector of pointers.
#include "check.hpp"
#include <cmath>
#include <vector>

/* 0, 1, ... in row-major order, rows split over the ranks. */
static hearth::array numbers(hearth::context &ctx, const std::vector<int64_t> &shape) {
  int64_t n = 1;
  for (int64_t extent : shape) n *= extent;
  const hearth::layout line = hearth::layout::split(ctx, std::vector<int64_t>{n}, 0);
  return hearth::array::arange(line, 0, 1, HEARTH_FLOAT64).reshape(shape);
}

/* All elements on every rank, in row-major order. */
static std::vector<double> everything(const hearth::array &array) {
  hearth::array all = array.ravel().cast(HEARTH_FLOAT64).resplit(-1);
  std::vector<double> values;
  const auto view = all.access<double>();
  for (int64_t i = 0; i < view.extent(0); i++) values.push_back(view(i));
  return values;
}

static bool same(const std::vector<double> &a, const std::vector<double> &b) {
  bool equal = a.size() == b.size();
  for (std::size_t i = 0; equal && i < a.size(); i++) equal = std::fabs(a[i] - b[i]) <= 1e-12;
  return equal;
}

static void reductions() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const hearth::array a = numbers(ctx, {2, 3});
    CHECK(same(everything(a.sum({0})), {3, 5, 7}));
    CHECK(same(everything(a.mean({1})), {1, 4}));
    CHECK(same(everything(a.std()), {std::sqrt(35.0 / 12)}));
    CHECK(same(everything(a.argmax({1})), {2, 2}));
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, a.sum({2}));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void functions() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const hearth::array a = numbers(ctx, {2, 3}), b = a.binary_scalar(10, HEARTH_OP_ADD);
    CHECK(same(everything(a.add(b)), {10, 12, 14, 16, 18, 20}));
    CHECK(same(everything(a.subtract(a.sum({0}))), {-3, -4, -5, 0, -1, -2}));
    CHECK(same(everything(hearth::array::concatenate({&a, &b}, 0).slice({1, 0}, {2, 2}, {1, 2})), {3, 5, 10, 12}));
    CHECK(same(everything(a.transpose()), {0, 3, 1, 4, 2, 5}));
    const auto [values, indices] = a.ravel().topk(2, 0, 1);
    CHECK(same(everything(values), {5, 4}) && same(everything(indices), {5, 4}));
    CHECK_THROWS(HEARTH_ERR_MISMATCH, a.add(numbers(ctx, {5})));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void views_outlive_their_base() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    hearth::array base = numbers(ctx, {4}), view = base.flip(0);
    CHECK(view.is_view() == 1);
    base.destroy();
    CHECK(same(everything(view), {3, 2, 1, 0}));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

int main(int argc, char **argv) {
  const test_case tests[] = {{"reductions", reductions}, {"functions", functions}, {"views_outlive_their_base", views_outlive_their_base}};
  return run_tests(argc, argv, tests);
}
