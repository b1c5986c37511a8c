// As consumer.c, in C++.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <hearth/hearth.hpp>
#include <vector>

static double analyse() {
  hearth::context ctx(MPI_COMM_WORLD);
  const std::int64_t samples = 6, points = 8, first = points * ctx.rank() / ctx.size(), count = points * (ctx.rank() + 1) / ctx.size() - first;
  std::vector<double> field;
  for (std::int64_t t = 0; t < samples; t++)
    for (std::int64_t i = 0; i < count; i++) field.push_back(static_cast<double>(t * (first + i + 1)));
  const hearth::array array = hearth::array::wrap(ctx, hearth::window(field.data(), {samples, count}), {samples, points}, {0, first});
  hearth::pca pca(ctx, 1);
  pca.fit(array, 0);
  const double eigenvalue = pca.eigenvalues()[0];
  if (ctx.rank() == 0) std::printf("eigenvalue %.4f on %d ranks\n", eigenvalue, static_cast<int>(ctx.size()));
  return eigenvalue;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int code = 1;
  try {
    code = std::fabs(analyse() - 714) > 1e-9;
  } catch (const hearth::error &e) {
    std::fprintf(stderr, "consumer: %s\n", e.what());
  }
  MPI_Finalize();
  return code;
}
