// The program parts that docs/cxx.md shows, in a small solver that runs them. ../fortran/check_snippets.py compares the texts.
#include "check.hpp"
#include <cmath>
#include <vector>

static void in_situ() {
  const share mine(12);
  const int64_t nx = 12, ny = 10, nx_local = mine.count, i0 = mine.first, halo = 1, row = ny + 2 * halo;
  std::vector<double> u(static_cast<std::size_t>((nx_local + 2 * halo) * row));
  const auto advance = [&](int step) {
    for (int64_t i = 0; i < nx_local; i++)
      for (int64_t j = 0; j < ny; j++)
        u[static_cast<std::size_t>((i + halo) * row + j + halo)] =
            std::sin(0.7 * step) * static_cast<double>(i0 + i) + std::cos(1.9 * step) * static_cast<double>(j);
  };

  hearth::context ctx(MPI_COMM_WORLD);
  double *inner = &u[static_cast<std::size_t>(halo * row + halo)];
  const hearth_window window = hearth::window(inner, {nx_local, ny}, {row * 8, 8}); // extents, then strides in bytes
  hearth::array field = hearth::array::wrap(ctx, window, {nx, ny}, {i0, 0});
  hearth::pca eof(ctx, 2);
  for (int step = 0; step < 40; step++) {
    advance(step);
    eof.partial_fit(field, 0.1 * step);
  }

  hearth::array components = eof.components(0);
  const auto e = components.access<double>(0, HEARTH_READ); // e(mode, i, j), this rank's part
  double largest = 0;
  for (double x : e.span()) largest = std::max(largest, std::fabs(x));
  const std::vector<double> variance = eof.explained_variance_ratio();

  const auto scree = eof.scree();                      // .eigenvalues, .ratios, .cumulative
  eof.rotate(HEARTH_ROTATION_VARIMAX, eof.modes(), 0); // results follow, until a new fit or HEARTH_ROTATION_NONE
  CHECK(scree.ratios[0] == variance[0]);

  CHECK(largest >= 0 && largest < 1 && variance[0] >= variance[1] && variance[0] + variance[1] > 1 - 1e-9);
  CHECK(e.extent(0) == 2 && e.extent(1) == nx_local && e.extent(2) == ny);
}

static void options_and_errors() {
  hearth::context ctx(MPI_COMM_WORLD);
  bool caught = false;

  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  options.bunch = 8;
  hearth::metric metric(ctx);
  metric.scale(0, 100.0);
  hearth::pca eof(ctx, 4, &metric, options);
  try {
    hearth::layout::split(ctx, {4, 5}, 7);
  } catch (const hearth::error &error) {
    if (ctx.rank() == 0) std::printf("status %d from rank %d: %s\n", error.status(), error.rank(), error.what());
    caught = true;
  }
  CHECK(caught);
}

int main(int argc, char **argv) {
  const test_case tests[] = {{"in_situ", in_situ}, {"options_and_errors", options_and_errors}};
  return run_tests(argc, argv, tests);
}
