// SPDX-License-Identifier: BSD-3-Clause
// Every combination of layouts of the dense factor, the destination and the addend, on either side.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "expr/world.hpp"

using bsr_test::by_definition;
using bsr_test::difference;

namespace {

using bsr::col_major;
using bsr::row_major;
using bsr::strided;

/// A strided view, and whether its rows or its columns lie closer together.
struct strided_by_row {};
struct strided_by_col {};

/// A rows x cols matrix in a layout with gaps everywhere and poison in the gaps.
template <class Layout>
class laid_out {
 public:
  explicit laid_out(const bsr::dense_matrix<float>& x)
      : memory_(static_cast<std::size_t>(4 * (x.rows() + 3) * (x.cols() + 3)), bsr_test::poison<float>()),
        rows_(x.rows()),
        cols_(x.cols()) {
    for (std::int64_t i = 0; i < rows_; ++i)
      for (std::int64_t j = 0; j < cols_; ++j) view()(i, j) = x(i, j);
  }
  auto view() {
    float* const p = memory_.data() + 5;
    if constexpr (std::is_same_v<Layout, row_major>)
      return bsr::dense_view<float>(p, rows_, cols_, cols_ + 2);
    else if constexpr (std::is_same_v<Layout, col_major>)
      return bsr::dense_view<float, col_major>(p, rows_, cols_, rows_ + 3);
    else if constexpr (std::is_same_v<Layout, strided_by_row>)
      return bsr::dense_view<float, strided>(p, rows_, cols_, 2 * cols_ + 3, 2);
    else
      return bsr::dense_view<float, strided>(p, rows_, cols_, 3, 3 * rows_ + 1);
  }
  /// The poison is where it was.
  bool intact() {
    std::size_t poisoned = 0;
    for (const float x : memory_) poisoned += x != x;
    return poisoned == memory_.size() - static_cast<std::size_t>(rows_ * cols_);
  }

 private:
  std::vector<float> memory_;
  std::int64_t rows_, cols_;
};

template <class F>
void for_each_layout(F f) {
  f(row_major{});
  f(col_major{});
  f(strided_by_row{});
  f(strided_by_col{});
}

/// Calls f(b, c, d) for 4 x 4 x 4 layouts.
template <class F>
void for_all_layouts(const bsr::dense_matrix<float>& b, const bsr::dense_matrix<float>& c,
                     const bsr::dense_matrix<float>& d, F f) {
  for_each_layout([&](auto b_layout) {
    for_each_layout([&](auto c_layout) {
      for_each_layout([&](auto d_layout) {
        laid_out<decltype(b_layout)> b_here(b);
        laid_out<decltype(c_layout)> c_here(c);
        laid_out<decltype(d_layout)> d_here(d);
        f(b_here.view(), c_here.view(), d_here.view());
        CHECK(c_here.intact());
      });
    });
  });
}

using world = bsr_test::world<float>;

}  // namespace

TEST_CASE_METHOD(world, "c = a * b - 2 * d in 64 layouts", "[layouts]") {
  const auto wanted = ax.add(-2, d);
  for_all_layouts(x, y, d, [&](auto b_view, auto c_view, auto d_view) {
    c_view.on(by_definition) = a * b_view - 2 * d_view;
    CHECK(difference(c_view, wanted) == "");
  });
}

TEST_CASE_METHOD(world, "c = relu(b * transpose(a) + d) + per_col(f) in 64 layouts", "[layouts]") {
  const auto wanted = xat.add(1, dt).relu().add_col(f);
  for_all_layouts(xt, yt, dt, [&](auto b_view, auto c_view, auto d_view) {
    c_view.on(by_definition) = relu(b_view * transpose(a) + d_view) + bsr::per_col(f);
    CHECK(difference(c_view, wanted) == "");
  });
}

TEST_CASE_METHOD(world, "c += transpose(a) * b and c -= b * a in 16 layouts each", "[layouts]") {
  for_each_layout([&](auto b_layout) {
    for_each_layout([&](auto c_layout) {
      laid_out<decltype(b_layout)> b_left(y), b_right(yt);
      laid_out<decltype(c_layout)> c_left(x), c_right(xt);
      const auto c1 = c_left.view();
      const auto c2 = c_right.view();
      c1.on(by_definition) += transpose(a) * b_left.view();
      CHECK(difference(c1, aty.add(1, x)) == "");
      c2.on(by_definition) -= b_right.view() * a;
      CHECK(difference(c2, ya.scale(-1).add(1, xt)) == "");
      CHECK((c_left.intact() && c_right.intact()));
    });
  });
}

TEST_CASE_METHOD(world, "a transposed dense view is the same memory", "[layouts]") {
  const auto t = transpose(x);
  STATIC_REQUIRE(std::is_same_v<decltype(transpose(x.view())), bsr::dense_view<float, col_major>>);
  STATIC_REQUIRE(std::is_same_v<decltype(transpose(t)), bsr::dense_view<float>>);
  STATIC_REQUIRE(
      std::is_same_v<decltype(transpose(std::as_const(x))), bsr::dense_view<const float, col_major>>);
  CHECK(t.data() == x.data());
  CHECK(&t(2, 3) == &x(3, 2));
  const bsr::dense_view<float, strided> s(x.data(), 4, 2, 10, 2);
  CHECK(&transpose(s)(1, 3) == &s(3, 1));
  CHECK(transpose(s).rows() == 2);
}
