// The C++ binding of contexts, layouts and arrays: ownership, exceptions, spans, local views.
#include "check.hpp"
#include <cmath>
#include <type_traits>
#include <vector>

static double value_at(int64_t i, int64_t j) {
  return 1000.0 * static_cast<double>(i) + static_cast<double>(j);
}

static_assert(!std::is_copy_constructible_v<hearth::array> && !std::is_copy_assignable_v<hearth::array>, "handles are not copied");
static_assert(std::is_nothrow_move_constructible_v<hearth::array> && std::is_nothrow_move_assignable_v<hearth::pca>, "moving never throws");
static_assert(std::is_nothrow_destructible_v<hearth::context> && std::is_nothrow_destructible_v<hearth::local_view<double>>, "destroying never throws");

static void context() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  CHECK(ctx.rank() == test_rank() && ctx.size() == test_size());
  CHECK(!ctx.backend().empty());
  const auto memory = ctx.memory();
  CHECK(memory.in_use >= 0 && memory.peak >= memory.in_use && memory.cap == 0);
  CHECK(ctx.traffic().collectives >= 0);
  CHECK(hearth::dtype_name(HEARTH_FLOAT32) == "float32" && hearth::dtype_size(HEARTH_COMPLEX128) == 16);
  CHECK(hearth::status_string(HEARTH_ERR_NOT_FOUND) == "a name is not in the file");
  CHECK(hearth::version().find('.') != std::string::npos);
  const auto last = hearth::last_error(&ctx);
  CHECK(last.status == HEARTH_OK && last.message.empty());
  CHECK(ctx.destroy() == HEARTH_OK && !ctx && ctx.destroy() == HEARTH_OK);
  hearth::context fortran = hearth::context::create_fortran(MPI_Comm_c2f(MPI_COMM_WORLD), checking());
  CHECK(fortran.size() == test_size());
  CHECK(fortran.destroy() == HEARTH_OK);
}

static void layouts() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(7);
    hearth::layout rows = hearth::layout::split(ctx, {5, 7}, 1);
    CHECK(rows.ndim() == 2 && rows.shape() == (std::vector<int64_t>{5, 7}));
    CHECK(rows.local_shape() == (std::vector<int64_t>{5, mine.count}));
    CHECK(rows.dim_kind(0) == HEARTH_DIM_WHOLE);
    CHECK(mine.count == 0 || rows.global_index(1, 0) == mine.first);
    const std::vector<int64_t> starts = {0, mine.first}, counts = {5, mine.count};
    hearth::layout boxes = hearth::layout::from_local(ctx, {5, 7}, starts, counts);
    CHECK(boxes.local_shape() == rows.local_shape());
    CHECK(rows.equal(rows) == 1);
    hearth::layout_builder builder(ctx, {3, 2 * test_size()});
    builder.grid({test_size()});
    builder.block_cyclic(1, 0, 1, 0, 0);
    CHECK(builder.finish().global_index(1, 1) == test_rank() + test_size());
    builder = hearth::layout_builder(ctx, {2 * test_size()});
    std::vector<int64_t> cuts;
    for (int r = 0; r <= test_size(); r++) cuts.push_back(2 * r);
    builder.cuts(0, 0, cuts);
    CHECK(builder.finish().local_shape() == (std::vector<int64_t>{2}));
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, hearth::layout::from_local(ctx, {5, 7}, {0, 0, 0}, {5, 7, 1})); /* no multiple of two numbers */
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void moves() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    hearth::layout layout = hearth::layout::split(ctx, {8, 8}, 0);
    hearth_layout *raw = layout.get();
    hearth::layout moved = std::move(layout);
    CHECK(!layout && moved.get() == raw && moved.ndim() == 2);
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, layout.ndim()); /* empty: an exception, no crash */
    hearth::layout other = hearth::layout::split(ctx, {8}, 0);
    other = std::move(moved); /* the one it held is destroyed: the leak check below knows */
    CHECK(other.get() == raw && !moved);
    hearth::layout &self = other;
    other = std::move(self);
    CHECK(other.get() == raw);
    std::vector<hearth::array> arrays;
    for (int i = 0; i < 5; i++) arrays.emplace_back(other, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    arrays.erase(arrays.begin() + 1, arrays.begin() + 3);
    CHECK(arrays.size() == 3 && arrays[2].ndim() == 2);
    hearth::array nothing;
    CHECK(!nothing && nothing.destroy() == HEARTH_OK);
  }
  CHECK(ctx.destroy() == HEARTH_OK);
  hearth::context leaking(MPI_COMM_WORLD, checking());
  hearth::layout survivor = hearth::layout::split(leaking, {3}, 0);
  CHECK(leaking.destroy() == HEARTH_ERR_LEAK);
  CHECK(survivor.ndim() == 1); /* objects keep their context alive */
}

static void check_whole(hearth::array &whole, double shift, int64_t ni, int64_t nj) {
  const auto view = whole.access<double>(0, HEARTH_READ);
  bool right = view.extent(0) == ni && view.extent(1) == nj && view.ndim() == 2;
  for (int64_t i = 0; i < ni; i++)
    for (int64_t j = 0; j < nj; j++) right = right && std::fabs(view(i, j) - value_at(i, j) - shift) < 1e-9;
  CHECK(right);
}

static void wrapped() {
  constexpr int64_t ni = 11, nj = 6, halo = 2, row = nj + 2 * halo;
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(ni);
    std::vector<double> field(static_cast<std::size_t>((mine.count + 2 * halo) * row), -1.0);
    double *inner = field.data() + halo * row + halo;
    for (int64_t i = 0; i < mine.count; i++)
      for (int64_t j = 0; j < nj; j++) inner[i * row + j] = value_at(mine.first + i, j);
    const int64_t before = ctx.memory().in_use;
    hearth::array wrapped = hearth::array::wrap(ctx, hearth::window(inner, {mine.count, nj}, {row * 8, 8}), {ni, nj}, {mine.first, 0});
    CHECK(ctx.memory().in_use - before < 8 * 1024);
    hearth::layout all = hearth::layout::split(ctx, {ni, nj}, -1);
    hearth::array whole(all, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR);
    wrapped.copy(whole);
    check_whole(whole, 0, ni, nj);
    for (double &x : field) x += 0.25;
    wrapped.copy(whole);
    check_whole(whole, 0.25, ni, nj);
    wrapped.fill(7);
    CHECK(field.front() == -0.75 && field.back() == -0.75);
    CHECK(mine.count == 0 || (inner[0] == 7 && inner[(mine.count - 1) * row + nj - 1] == 7 && inner[nj] == -0.75));
    std::vector<double> next(static_cast<std::size_t>(mine.count * nj), 3.0);
    wrapped.rebind({hearth::window(next.data(), {mine.count, nj})});
    hearth::array copy = wrapped.clone();
    const auto view = copy.access<double>();
    CHECK(mine.count == 0 || view(0, nj - 1) == 3);
    CHECK_THROWS(HEARTH_ERR_ARGUMENT, hearth::array::wrap(ctx, hearth::window(next), {ni, nj}, {0})); /* sizes differ */
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void views() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    const share mine(9);
    hearth::layout layout = hearth::layout::split(ctx, {9, 4}, 0);
    for (hearth_order order : {HEARTH_ROW_MAJOR, HEARTH_COLUMN_MAJOR}) {
      hearth::array a(layout, HEARTH_FLOAT32, order);
      CHECK(a.dtype() == HEARTH_FLOAT32 && a.order() == order && a.pieces() == 1 && a.shape() == (std::vector<int64_t>{9, 4}));
      CHECK(a.layout().equal(layout) == 1);
      a.set_name("temperature");
      a.set_axis(1, "level", "m", {1, 2, 4, 8});
      a.set_axis(0, "x");
      CHECK_THROWS(HEARTH_ERR_ARGUMENT, a.set_axis(1, "level", nullptr, {1, 2}));
      {
        auto view = a.access<float>(0, HEARTH_WRITE);
        CHECK(view.contiguous() && (mine.count < 2 || view.contiguous(order)));
        float next = 0;
        for (float &x : view.span()) x = next++;
        CHECK(static_cast<int64_t>(view.span().size()) == 4 * mine.count && view.size() == 4 * mine.count);
        const int64_t last = mine.count - 1; /* element (last, 1) in the order of memory */
        CHECK(mine.count == 0 || view(last, 1) == static_cast<float>(order == HEARTH_ROW_MAJOR ? 4 * last + 1 : mine.count + last));
        hearth::local_view<float> moved = std::move(view);
        CHECK(moved.size() == 4 * mine.count);
        CHECK_THROWS(HEARTH_ERR_STATE, a.access<float>(0, HEARTH_WRITE)); /* open already */
      }
      a.access<float>().release(); /* the view above has closed the piece */
      const hearth::error wrong = CHECK_THROWS(HEARTH_ERR_ARGUMENT, a.access<double>());
      CHECK(std::string(wrong.what()).find("float32") != std::string::npos);
      const hearth_window window = a.access(0, HEARTH_READ);
      CHECK(window.ndim == 2 && window.dtype == HEARTH_FLOAT32);
      a.release(0);
    }
    double wide[3][8] = {};
    const auto strided = hearth::window(&wide[0][0], {3, 2}, {64, 16});
    hearth::layout own = hearth::layout::split(ctx, {3 * test_size(), 2}, 0);
    hearth::array lent = hearth::array::wrap(own, {strided});
    auto view = lent.access<double>();
    CHECK(!view.contiguous());
    CHECK_THROWS(HEARTH_ERR_UNSUPPORTED, view.span());
    view(2, 1) = 5;
    view.release();
    CHECK(wide[2][2] == 5);
    const auto column = hearth::window(&wide[0][0], {3, 2}, HEARTH_COLUMN_MAJOR);
    CHECK(column.stride[0] == 8 && column.stride[1] == 24);
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void plans() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  {
    hearth::layout rows = hearth::layout::split(ctx, {8, 6}, 0), columns = hearth::layout::split(ctx, {8, 6}, 1);
    hearth::array a(rows, HEARTH_INT32, HEARTH_ROW_MAJOR), b(columns, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR);
    a.fill(42);
    hearth::plan plan(rows, columns);
    plan.execute(a, b);
    const auto volume = plan.volume();
    const auto shape = rows.local_shape();
    CHECK(volume.sent + volume.local == shape[0] * shape[1]);
    const auto view = b.access<double>(0, HEARTH_READ);
    bool right = true;
    for (double x : view.span()) right = right && x == 42;
    CHECK(right);
    const int64_t from[] = {2, 1}, to[] = {0, 0}, count[] = {3, 4};
    hearth::plan box = hearth::plan::create_box(rows, from, columns, to, count);
    CHECK(static_cast<bool>(box));
  }
  CHECK(ctx.destroy() == HEARTH_OK);
}

static void errors() {
  hearth::context ctx(MPI_COMM_WORLD, checking());
  const hearth::error axis = CHECK_THROWS(HEARTH_ERR_ARGUMENT, hearth::layout::split(ctx, {4}, 3));
  CHECK(std::string(axis.what()).find("layout::split: ") == 0 && std::strlen(axis.what()) > 20 && axis.rank() >= 0);
  const auto last = hearth::last_error(&ctx);
  CHECK(last.status == HEARTH_ERR_ARGUMENT && std::string(axis.what()).find(last.message) != std::string::npos && last.rank == axis.rank());
  hearth_context_options bad = HEARTH_CONTEXT_OPTIONS_INIT;
  bad.backend = 77;
  const hearth::error backend = CHECK_THROWS(HEARTH_ERR_ARGUMENT, hearth::context(MPI_COMM_WORLD, bad));
  CHECK(std::strlen(backend.what()) > 20);
  hearth::layout layout;
  CHECK_THROWS(HEARTH_ERR_ARGUMENT, hearth::array(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR));
  CHECK(ctx.destroy() == HEARTH_OK);
}

int main(int argc, char **argv) {
  const test_case tests[] = {{"context", context}, {"layouts", layouts}, {"moves", moves},  {"wrapped", wrapped},
                             {"views", views},     {"plans", plans},     {"errors", errors}};
  return run_tests(argc, argv, tests);
}
