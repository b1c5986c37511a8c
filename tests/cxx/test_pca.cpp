// The C++ binding of metric, state, PCA, sources and files, on two patterns that are orthogonal in space and in time.
#include "check.hpp"
#include <cmath>
#include <vector>

static constexpr int nx = 24, nt = 16;
static constexpr double a1 = 3, a2 = 1;
static const double pi = std::acos(-1.0);

static double pattern(int k, int64_t i) {
  return std::sqrt(2.0 / nx) * std::cos(pi * k * (static_cast<double>(i) + 0.5) / nx);
}
static double series(int k, int t) {
  return std::sqrt(2.0 * (nt - 1) / nt) * std::cos(2 * pi * k * t / nt);
}
static double value_at(int64_t i, int t) {
  return 10 + static_cast<double>(i) + a1 * pattern(1, i) * series(1, t) + a2 * pattern(2, i) * series(3, t);
}
static bool close(double a, double b) {
  return std::fabs(a - b) < 1e-9;
}

/* The series [nt, nx], each rank its points. */
static std::vector<double> local_series(const share &mine) {
  std::vector<double> x;
  for (int t = 0; t < nt; t++)
    for (int64_t i = 0; i < mine.count; i++) x.push_back(value_at(mine.first + i, t));
  return x;
}

static void check_numbers(hearth::pca &eof) {
  CHECK(eof.samples() == nt && eof.modes() == 2);
  const auto lambda = eof.eigenvalues();
  CHECK(lambda.size() == 2 && close(lambda[0], a1 * a1) && close(lambda[1], a2 * a2));
  CHECK(eof.eigenvalues(1).size() == 1 && close(eof.total_variance(), a1 * a1 + a2 * a2));
  CHECK(close(eof.explained_variance_ratio()[0], a1 * a1 / (a1 * a1 + a2 * a2)));
  CHECK(std::fabs(eof.singular_values()[1] - a2 * std::sqrt(nt - 1.0)) < 1e-8);
  CHECK(eof.quality().orthogonality < 1e-10);
  hearth::array components = eof.components(0);
  const auto view = components.access<double>(0, HEARTH_READ);
  const int64_t first = view.extent(1) > 0 ? components.layout().global_index(1, 0) : 0;
  bool right = view.extent(0) == 2;
  for (int64_t i = 0; i < view.extent(1); i++) right = right && close(view(0, i), pattern(1, first + i));
  CHECK(right);
  CHECK_THROWS(HEARTH_ERR_ARGUMENT, eof.components(1));
}

static void batch() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(nx);
    std::vector<double> x = local_series(mine);
    hearth::array array = hearth::array::wrap(ctx, hearth::window(x.data(), {nt, mine.count}), {nt, nx}, {0, mine.first});
    hearth::pca eof(ctx, 2);
    eof.fit(array, 0);
    check_numbers(eof);
    CHECK(eof.scores().shape() == (std::vector<int64_t>{nt, 2}));
    hearth::array scores = eof.transform(array, 0), back = eof.inverse_transform(scores, 0);
    CHECK(scores.shape() == (std::vector<int64_t>{nt, 2}) && back.shape() == (std::vector<int64_t>{nt, nx}));
    hearth::metric metric(ctx);
    metric.scale(0, 10);
    hearth::state state(ctx);
    state.add("x", array);
    CHECK(state.fields() == 1);
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    options.ddof = 0;
    hearth::pca scaled(ctx, 1, &metric, options);
    scaled.fit(state, 0);
    CHECK(close(scaled.eigenvalues()[0], a1 * a1 / 100 * (nt - 1) / nt));
    eof.set_groups(2, std::vector<int32_t>(nt, 1));
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, eof.set_groups(2, std::vector<int32_t>(nt, 2)));
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, hearth::pca(ctx, 0));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void streaming() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(nx);
    std::vector<double> field(static_cast<std::size_t>(mine.count));
    hearth::array array = hearth::array::wrap(ctx, hearth::window(field), {nx}, {mine.first});
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    options.bunch = 3;
    hearth::pca eof(ctx, 2, nullptr, options);
    CHECK(eof.partial_fit_memory(array) > 0);
    for (int t = 0; t < nt; t++) {
      for (int64_t i = 0; i < mine.count; i++) field[static_cast<std::size_t>(i)] = value_at(mine.first + i, t);
      eof.partial_fit(array, 0.5 * t);
    }
    check_numbers(eof);
    const auto times = eof.times();
    CHECK(times.size() == nt && close(times[5], 2.5));
    CHECK(eof.discarded() < 1e-8 && eof.angle_bounds().size() == 2);
    eof.reset();
    CHECK_THROWS(HEARTH_ERR_STATE, eof.samples());
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

/* Diagnostics, rotation and back, an estimator from saved modes, the model's own array. */
static void found_again() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(nx);
    std::vector<double> x = local_series(mine), own(static_cast<std::size_t>(mine.count));
    hearth::array array = hearth::array::wrap(ctx, hearth::window(x.data(), {nt, mine.count}), {nt, nx}, {0, mine.first});
    hearth::pca eof(ctx, 2), again(ctx, 2);
    eof.fit(array, 0);
    const auto scree = eof.scree();
    const std::vector<double> sizes = eof.effective_samples(), north = eof.north_errors();
    CHECK(close(scree.cumulative[1], 1) && close(north[0], scree.eigenvalues[0] * std::sqrt(2 / sizes[0])));
    CHECK(close(eof.effective_samples_of(eof.scores())[1], sizes[1]) && eof.north_multiplets().size() == 2);
    CHECK(close(eof.reconstruction_error(array, 0)[0], std::sqrt(a2 * a2 / (a1 * a1 + a2 * a2))));
    hearth::array field = hearth::array::wrap(ctx, hearth::window(own), {nx}, {mine.first});
    eof.component_into(0, 0, field);
    bool right = true;
    for (int64_t i = 0; i < mine.count; i++) right = right && close(own[static_cast<std::size_t>(i)], pattern(1, mine.first + i));
    CHECK(right);
    eof.rotate(HEARTH_ROTATION_VARIMAX, 2, 0);
    const std::vector<double> rotated = eof.eigenvalues();
    CHECK(close(rotated[0] + rotated[1], a1 * a1 + a2 * a2));
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, eof.rotate(HEARTH_ROTATION_PROMAX, 2, 0.5));
    eof.rotate(HEARTH_ROTATION_NONE, 2, 0);
    hearth::array components = eof.components(0), mean = eof.mean(0);
    hearth::state modes(ctx), means(ctx);
    modes.add("x", components);
    means.add("x", mean);
    again.set_modes(modes, eof.eigenvalues(), eof.total_variance(), eof.samples(), &means);
    check_numbers(again);
    CHECK(again.inverse_transform(again.transform(array, 0), 0).shape() == (std::vector<int64_t>{nt, nx}));
    CHECK(again.weights(0).shape() == (std::vector<int64_t>{nx}));
    again.set_labels(std::vector<int32_t>(nt, 0));
    CHECK_THROWS(HEARTH_ERR_STATE, again.standard_deviation(0));
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, again.set_modes(modes, eof.eigenvalues(), 1, eof.samples()));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

/* A gap is filled with what was there; two halves of a stream become one. */
static void gaps_and_merges() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(nx);
    std::vector<double> x = local_series(mine), field(static_cast<std::size_t>(mine.count));
    if (mine.first <= 7 && 7 < mine.first + mine.count) x[static_cast<std::size_t>(5 * mine.count + 7 - mine.first)] = std::nan("");
    hearth::array array = hearth::array::wrap(ctx, hearth::window(x.data(), {nt, mine.count}), {nt, nx}, {0, mine.first});
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    options.gaps = HEARTH_GAPS_FILL;
    options.gap_tolerance = 1e-12;
    hearth::pca filler(ctx, 2, nullptr, options);
    filler.fit(array, 0);
    CHECK(filler.fill_report().modes >= 2);
    hearth::array filled = filler.filled(0).resplit(-1);
    const auto view = filled.access<double>();
    CHECK(std::fabs(view(5, 7) - value_at(7, 5)) < 1e-3);

    hearth::array one = hearth::array::wrap(ctx, hearth::window(field), {nx}, {mine.first});
    hearth::pca early(ctx, 2), late(ctx, 2);
    for (int t = 0; t < nt; t++) {
      for (int64_t i = 0; i < mine.count; i++) field[static_cast<std::size_t>(i)] = value_at(mine.first + i, t);
      (t < nt / 2 ? early : late).partial_fit(one, t);
    }
    early.merge(late);
    check_numbers(early);
#ifdef HEARTH_HAVE_IO
    early.save("test_cxx_pca.h5");
    hearth::pca restored(ctx, 2);
    restored.restore(one, "test_cxx_pca.h5");
    check_numbers(restored);
    CHECK_THROWS(HEARTH_ERR_STATE, restored.restore(one, "test_cxx_pca.h5"));
#endif
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

struct reader_counts {
  int reads = 0, releases = 0;
};

/* Reads boxes of the series [nt, nx], as a file would. */
static hearth_status read_box(void *user, int32_t, const int64_t *start, hearth_array *into) {
  static_cast<reader_counts *>(user)->reads++;
  hearth_window window;
  int32_t pieces = 0;
  hearth_layout *raw = nullptr;
  if (hearth_array_pieces(into, &pieces) != HEARTH_OK || pieces != 1 || hearth_array_layout(into, &raw) != HEARTH_OK) return HEARTH_ERR_INTERNAL;
  const hearth::layout layout(raw, nullptr);
  const hearth_status status = hearth_array_access(into, 0, HEARTH_WRITE, &window);
  if (status != HEARTH_OK) return status;
  const std::size_t width = static_cast<std::size_t>(hearth_dtype_size(static_cast<hearth_dtype>(window.dtype)));
  for (int64_t t = 0; t < window.extent[0]; t++)
    for (int64_t i = 0; i < window.extent[1]; i++) {
      const double value = value_at(start[1] + layout.global_index(1, i), static_cast<int>(start[0] + layout.global_index(0, t)));
      const float narrow = static_cast<float>(value);
      void *place = static_cast<char *>(window.base) + t * window.stride[0] + i * window.stride[1];
      std::memcpy(place, width == 8 ? static_cast<const void *>(&value) : &narrow, width);
    }
  return hearth_array_release(into, 0);
}

static void sources() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  reader_counts counts;
  {
    hearth::source source(ctx);
    hearth_reader_options reader = HEARTH_READER_OPTIONS_INIT;
    reader.read = read_box;
    reader.user = &counts;
    reader.release = [](void *user) { static_cast<reader_counts *>(user)->releases++; };
    source.add("x", HEARTH_FLOAT64, {nt, nx}, 0, reader);
    hearth::pca eof(ctx, 2);
    eof.fit(source);
    check_numbers(eof);
    CHECK(counts.reads > 0);
  }
  CHECK(counts.releases == 1);
  CHECK(ctx.destroy() == HEARTH_OK);
}

#ifdef HEARTH_HAVE_IO
static void files() {
  const std::string path = "test_cxx.nc";
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(nx);
    std::vector<double> x = local_series(mine);
    hearth::array array = hearth::array::wrap(ctx, hearth::window(x.data(), {nt, mine.count}), {nt, nx}, {0, mine.first});
    hearth::output output(ctx, path);
    output.dimension("time", nt);
    output.dimension("x", nx);
    output.variable("h", HEARTH_FLOAT64, "time x", -1);
    output.text("h", "units", "m");
    output.write("h", array);
    output.commit();
    output.destroy();

    hearth::file file(ctx, path);
    CHECK(!file.format().empty() && file.variables() >= 1);
    hearth::variable h(file, "h");
    CHECK(h.shape() == (std::vector<int64_t>{nt, nx}) && h.dtype().dtype == HEARTH_FLOAT64 && h.dimension(1).name == "x");
    CHECK(h.attribute_text("units").text == "m" && h.attribute_text("nothing").found == 0);
    hearth::array whole = h.load(-1);
    const auto view = whole.access<double>(0, HEARTH_READ);
    CHECK(close(view(5, 3), value_at(3, 5)));
    hearth::source source(ctx);
    h.source(0, source);
    hearth::pca eof(ctx, 2);
    eof.fit(source);
    check_numbers(eof);
    eof.write("test_cxx_eof.nc"); /* the context attached the I/O library by itself */
    CHECK(hearth::file(ctx, "test_cxx_eof.nc").variables() > 1);
    const hearth::error missing = CHECK_THROWS(HEARTH_ERR_NOT_FOUND, hearth::variable(file, "temperature"));
    CHECK(std::string(missing.what()).find("h") != std::string::npos);
    CHECK_THROWS(HEARTH_ERR_FILE, hearth::file(ctx, "no such file.nc"));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}
#endif

int main(int argc, char **argv) {
  const test_case tests[] = {
      {"batch", batch}, {"streaming", streaming}, {"found_again", found_again}, {"gaps_and_merges", gaps_and_merges}, {"sources", sources},
#ifdef HEARTH_HAVE_IO
      {"files", files},
#endif
  };
  return run_tests(argc, argv, tests);
}
