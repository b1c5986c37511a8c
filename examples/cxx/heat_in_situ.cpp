// Heat equation on a square, dT/dt = kappa Laplace(T) + sources that come and go, with EOFs of the temperature while it runs.
// Rows are divided among the ranks; each rank keeps a halo of one row on either side, which the analysis never sees.
// With a fourth argument the temperatures are kept as well, sample by sample, for postprocess.
//   mpirun -n 4 heat_in_situ [n=96] [samples=120] [out=heat_eof.nc] [series=none]
#include <cmath>
#include <cstdlib>
#include <hearth/hearth.hpp>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

// The solver: explicit Euler in time, five-point Laplacian, walls at temperature 0.
class heat {
public:
  heat(MPI_Comm comm, std::int64_t n) : comm_(comm), n_(n) {
    MPI_Comm_rank(comm, &rank_);
    MPI_Comm_size(comm, &size_);
    first_ = n * rank_ / size_;
    rows_ = n * (rank_ + 1) / size_ - first_;
    now_.assign(static_cast<std::size_t>((rows_ + 2) * n_), 0.0);
    next_ = now_;
  }

  std::int64_t n() const { return n_; }
  std::int64_t first_row() const { return first_; }
  std::int64_t rows() const { return rows_; }
  double time() const { return time_; }

  // This rank's rows without the halo, as a window that nothing is copied into.
  hearth_window window() {
    hearth_window w{};
    w.base = now_.data() + n_;
    w.dtype = HEARTH_FLOAT64;
    w.ndim = 2;
    w.extent[0] = rows_;
    w.extent[1] = n_;
    w.stride[0] = n_ * static_cast<std::int64_t>(sizeof(double));
    w.stride[1] = sizeof(double);
    return w;
  }

  // One step; the time levels swap, so the window must be taken anew.
  void step() {
    exchange();
    const double number = 0.2, dt = number / static_cast<double>(n_ * n_); // kappa = 1, dx = 1 / n
    for (std::int64_t j = 0; j < rows_; j++)
      for (std::int64_t i = 0; i < n_; i++) {
        const double *t = &now_[static_cast<std::size_t>((j + 1) * n_ + i)];
        const double west = i > 0 ? t[-1] : 0, east = i + 1 < n_ ? t[1] : 0;
        next_[static_cast<std::size_t>((j + 1) * n_ + i)] = t[0] + number * (west + east + t[-n_] + t[n_] - 4 * t[0]) + dt * source(first_ + j, i);
      }
    std::swap(now_, next_);
    time_ += dt;
  }

private:
  // Three lamps that breathe at their own rates.
  double source(std::int64_t j, std::int64_t i) const {
    static const double lamp[3][4] = {{0.3, 0.3, 900, 400}, {0.7, 0.4, 700, 1300}, {0.5, 0.75, 800, 2900}};
    const double x = (static_cast<double>(i) + 0.5) / static_cast<double>(n_), y = (static_cast<double>(j) + 0.5) / static_cast<double>(n_);
    double sum = 0;
    for (const auto &l : lamp) sum += l[2] * (1 + std::sin(l[3] * time_)) * std::exp(-200 * ((x - l[0]) * (x - l[0]) + (y - l[1]) * (y - l[1])));
    return sum;
  }

  // Ranks without rows pass nothing on: the grid is taken to have at least as many rows as there are ranks.
  void exchange() {
    const int up = rank_ + 1 < size_ ? rank_ + 1 : MPI_PROC_NULL, down = rank_ > 0 ? rank_ - 1 : MPI_PROC_NULL, n = static_cast<int>(n_);
    double *t = now_.data();
    MPI_Sendrecv(t + rows_ * n_, n, MPI_DOUBLE, up, 0, t, n, MPI_DOUBLE, down, 0, comm_, MPI_STATUS_IGNORE);
    MPI_Sendrecv(t + n_, n, MPI_DOUBLE, down, 1, t + (rows_ + 1) * n_, n, MPI_DOUBLE, up, 1, comm_, MPI_STATUS_IGNORE);
  }

  MPI_Comm comm_;
  std::int64_t n_, first_ = 0, rows_ = 0;
  int rank_ = 0, size_ = 1;
  double time_ = 0;
  std::vector<double> now_, next_;
};

// The solver's own output: temperature(time, y, x), a sample at a time.
class series {
public:
  series(hearth::context &ctx, heat &model, int samples, const std::vector<double> &axis, const std::string &path)
      : out_(ctx, path), n_(model.n()),
        frame_(hearth::array::wrap(ctx, frame(model), std::vector<std::int64_t>{1, n_, n_}, std::vector<std::int64_t>{0, model.first_row(), 0})) {
    const std::int64_t length[3] = {samples, n_, n_};
    for (int d = 0; d < 3; d++) {
      out_.dimension(names[d], length[d]);
      out_.variable(names[d], HEARTH_FLOAT64, names[d], std::nan(""));
    }
    out_.variable("temperature", HEARTH_FLOAT64, "time y x", std::nan(""));
    out_.text("temperature", "units", "K");
    for (int d = 1; d < 3; d++) out_.write_numbers(names[d], axis);
  }

  void add(heat &model) {
    frame_.rebind(std::vector<hearth_window>{frame(model)});
    out_.write_box("temperature", {static_cast<std::int64_t>(times_.size()), 0, 0}, frame_);
    times_.push_back(model.time());
  }

  void finish() {
    out_.write_numbers(names[0], times_);
    out_.commit();
  }

private:
  static constexpr const char *names[3] = {"time", "y", "x"};

  // The rows with an axis of length 1 in front.
  static hearth_window frame(heat &model) {
    hearth_window w = model.window(), with{};
    with.base = w.base;
    with.dtype = w.dtype;
    with.ndim = 3;
    with.extent[0] = 1;
    with.stride[0] = sizeof(double);
    for (int d = 0; d < 2; d++) with.extent[d + 1] = w.extent[d], with.stride[d + 1] = w.stride[d];
    return with;
  }

  hearth::output out_;
  std::int64_t n_;
  hearth::array frame_;
  std::vector<double> times_;
};

void run(std::int64_t n, int samples, const std::string &out, const std::string &kept) {
  hearth::context ctx(MPI_COMM_WORLD);
  heat model(MPI_COMM_WORLD, n);
  const std::vector<std::int64_t> shape{n, n}, start{model.first_row(), 0};
  std::vector<double> axis(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < axis.size(); i++) axis[i] = (static_cast<double>(i) + 0.5) / static_cast<double>(n);

  hearth::array temperature = hearth::array::wrap(ctx, model.window(), shape, start);
  temperature.set_name("temperature", "K");
  temperature.set_axis(0, "y", "1", axis);
  temperature.set_axis(1, "x", "1", axis);
  hearth::pca eof(ctx, 5);
  std::optional<series> all;
  if (!kept.empty()) all.emplace(ctx, model, samples, axis, kept);

  for (int s = 0; s < samples; s++) {
    for (int k = 0; k < 20; k++) model.step();
    temperature.rebind(std::vector<hearth_window>{model.window()});
    eof.partial_fit(temperature, model.time());
    if (all) all->add(model);
  }
  if (all) all->finish();
  const std::vector<double> share = eof.explained_variance_ratio(eof.modes());
  if (ctx.rank() == 0)
    for (std::size_t k = 0; k < share.size(); k++) std::cout << "mode " << k + 1 << "  " << 100 * share[k] << " % of the variance\n";
  eof.write(out);
}

} // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int code = 0, rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  try {
    run(argc > 1 ? std::atoi(argv[1]) : 96, argc > 2 ? std::atoi(argv[2]) : 120, argc > 3 ? argv[3] : "heat_eof.nc", argc > 4 ? argv[4] : "");
  } catch (const hearth::error &e) {
    if (rank == 0) std::cerr << "heat_in_situ: " << e.what() << '\n';
    code = 1;
  }
  MPI_Finalize();
  return code;
}
