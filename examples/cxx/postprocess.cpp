// Post-processing of a solver's HDF5 output (NetCDF-4 is HDF5): EOFs of a series of fields read block by block, rotated to simple structure, with their
// sampling errors and the quality of the factorisation, as CF NetCDF that `hearth plot` draws. heat_in_situ writes such a series.
//   mpirun -n 4 postprocess heat.h5 [variable=temperature] [modes=4] [out=heat_post.nc]
#include <cmath>
#include <cstdlib>
#include <hearth/hearth.hpp>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

namespace {

const double none = std::numeric_limits<double>::quiet_NaN(); // no _FillValue

// Names of the dimensions of a series [sample, space...]; a plain HDF5 file has none.
std::vector<std::string> dimensions_of(const hearth::variable &series) {
  std::vector<std::string> names;
  for (std::size_t d = 0; d < series.shape().size(); d++) {
    const std::string name = series.dimension(static_cast<std::int32_t>(d)).name;
    names.push_back(!name.empty() ? name : d == 0 ? "sample" : "x" + std::to_string(d - 1));
  }
  return names;
}

// What is found, and the file that it goes to.
class report {
public:
  report(hearth::context &ctx, hearth::file &file, const std::string &name, std::int32_t modes, const std::string &path)
      : file_(file), series_(file, name.c_str()), dims_(dimensions_of(series_)), shape_(series_.shape()), source_(ctx), eof_(ctx, modes), out_(ctx, path),
        name_(name) {
    series_.source(0, source_); // samples lie along the first dimension
    for (std::size_t d = 1; d < dims_.size(); d++) space_ += (d > 1 ? " " : "") + dims_[d];
  }

  // True if the modes are orthonormal, as modes have to be.
  bool run(bool talk) {
    eof_.fit(source_);
    const hearth::array scores = eof_.transform(source_);
    const std::vector<double> sizes = eof_.effective_samples_of(scores);
    const auto quality = eof_.quality();
    const auto scree = eof_.scree();
    define();
    write("", "explained_variance_ratio", scores);
    std::vector<double> error(scree.eigenvalues);
    for (std::size_t k = 0; k < error.size(); k++) error[k] *= std::sqrt(2 / sizes[k]);
    out_.write_numbers("north_error", error);
    out_.write_numbers("effective_samples", sizes);
    out_.write("mean", mean());
    eof_.rotate(HEARTH_ROTATION_VARIMAX, eof_.modes(), 0);
    write("rotated_", "rotated_variance_ratio", eof_.transform(source_));
    out_.commit();
    if (talk) {
      for (std::size_t k = 0; k < error.size(); k++)
        std::cout << "mode " << k + 1 << "  " << 100 * scree.ratios[k] << " % of the variance, eigenvalue " << scree.eigenvalues[k] << " +- " << error[k]
                  << '\n';
      std::cout << "left out: " << 100 * quality.residual * quality.residual << " %, orthogonality " << quality.orthogonality << '\n';
    }
    return quality.orthogonality < 1e-9;
  }

private:
  void variable(const std::string &name, const std::string &dims, const std::string &title) {
    out_.variable(name, HEARTH_FLOAT64, dims, none);
    out_.text(name, "long_name", title + " of " + name_);
  }

  void define() {
    out_.text("", "Conventions", "CF-1.8");
    out_.text("", "title", "Empirical orthogonal functions");
    for (std::size_t d = 0; d < dims_.size(); d++) out_.dimension(dims_[d], shape_[d]);
    out_.dimension("mode", eof_.modes());
    for (const std::string &dim : dims_)
      if (has_coordinate(dim)) out_.variable(dim, HEARTH_FLOAT64, dim, none);
    for (const std::string kind : {"", "rotated_"}) {
      const std::string rotated = kind.empty() ? "" : "rotated ";
      variable(kind + "eigenvalue", "mode", "variance of the " + rotated + "scores");
      variable(kind + "eof", "mode " + space_, rotated + "empirical orthogonal functions");
      variable(kind + "pc", dims_[0] + " mode", rotated + "scores");
    }
    variable("explained_variance_ratio", "mode", "shares of the total variance");
    variable("rotated_variance_ratio", "mode", "shares of the total variance, rotated,");
    variable("north_error", "mode", "sampling errors of the eigenvalues");
    variable("effective_samples", "mode", "effective number of samples of the scores");
    variable("mean", space_, "mean");
    out_.text("mean", "units", series_.attribute_text("units").text);
    for (const std::string &dim : dims_)
      if (has_coordinate(dim)) out_.write(dim, hearth::variable(file_, dim.c_str()).load(0));
  }

  bool has_coordinate(const std::string &dim) const {
    for (std::int32_t i = 0; i < file_.variables(); i++)
      if (file_.variable_name(i) == dim) return true;
    return false;
  }

  // The modes as the estimator shows them now.
  void write(const std::string &kind, const std::string &ratio, const hearth::array &scores) {
    out_.write_numbers(ratio, eof_.explained_variance_ratio());
    out_.write_numbers(kind + "eigenvalue", eof_.eigenvalues());
    out_.write(kind + "eof", eof_.components(0));
    out_.write(kind + "pc", scores);
  }

  // [1, space...] without its first axis.
  hearth::array mean() { return eof_.mean(0).squeeze({0}); }

  hearth::file &file_;
  hearth::variable series_;
  std::vector<std::string> dims_;
  std::vector<std::int64_t> shape_;
  hearth::source source_;
  hearth::pca eof_;
  hearth::output out_;
  std::string name_, space_;
};

} // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int code = 0, rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  try {
    hearth::context ctx(MPI_COMM_WORLD);
    hearth::file file(ctx, argc > 1 ? argv[1] : "heat.h5");
    report found(ctx, file, argc > 2 ? argv[2] : "temperature", argc > 3 ? std::atoi(argv[3]) : 4, argc > 4 ? argv[4] : "heat_post.nc");
    code = found.run(rank == 0) ? 0 : 1;
  } catch (const hearth::error &e) {
    if (rank == 0) std::cerr << "postprocess: " << e.what() << '\n';
    code = 1;
  }
  MPI_Finalize();
  return code;
}
