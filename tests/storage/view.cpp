// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/view.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"
#include "support/sample.hpp"

namespace {

using namespace bsr_test;

template <class X>
concept can_be_viewed = requires { typename bsr::view_t<X>; };

TEST_CASE("view: bsr's own types", "[storage]") {
  using matrix = bsr::matrix<float, 2, 3>;
  STATIC_CHECK(std::is_same_v<bsr::view_t<matrix&>, bsr::matrix_view<float, 2, 3>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<const matrix&>, bsr::matrix_view<const float, 2, 3>>);
  STATIC_CHECK(std::is_same_v<bsr::input_t<matrix&>, bsr::matrix_view<const float, 2, 3>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<bsr::matrix_view<float, 2>>, bsr::matrix_view<float, 2>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<bsr::dense_matrix<float>&>, bsr::dense_view<float>>);
  STATIC_CHECK(std::is_same_v<bsr::input_t<bsr::dense_matrix<float>&>, bsr::dense_view<const float>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<bsr::csr<int>&>, bsr::csr_view<int>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<const bsr::coo<int>&>, bsr::coo_view<const int>>);
}

TEST_CASE("view: owners that would be gone are refused, views of them are not", "[storage]") {
  STATIC_CHECK_FALSE(can_be_viewed<bsr::matrix<float>>);
  STATIC_CHECK_FALSE(can_be_viewed<const bsr::matrix<float>>);
  STATIC_CHECK_FALSE(can_be_viewed<bsr::dense_matrix<float>>);
  STATIC_CHECK_FALSE(can_be_viewed<bsr::csr<float>>);
  STATIC_CHECK_FALSE(can_be_viewed<bsr::coo<float>>);
  STATIC_CHECK_FALSE(can_be_viewed<std::vector<float>>);
  STATIC_CHECK(can_be_viewed<bsr::matrix_view<float>>);
  STATIC_CHECK(can_be_viewed<bsr::dense_view<float>>);
  STATIC_CHECK(can_be_viewed<std::span<float>>);
}

TEST_CASE("view: vectors, arrays and spans are vectors", "[storage]") {
  std::vector<double> v{1, 2, 3};
  const auto x = bsr::view(v);
  STATIC_CHECK(std::is_same_v<decltype(x), const bsr::vector_view<double>>);
  CHECK(x.data() == v.data());
  CHECK(x.size() == 3);
  const std::array<float, 2> a{};
  STATIC_CHECK(std::is_same_v<decltype(bsr::view(a)), bsr::vector_view<const float>>);
  int c[4] = {};
  STATIC_CHECK(std::is_same_v<decltype(bsr::view(c)), bsr::vector_view<int>>);
  STATIC_CHECK_FALSE(can_be_viewed<std::vector<std::string>&>);
  STATIC_CHECK_FALSE(can_be_viewed<std::vector<bool>&>);
  bsr::buffer<double> b{1, 2};
  CHECK(bsr::view(b).data() == b.data());
}

TEST_CASE("view: kinds", "[storage]") {
  STATIC_CHECK(bsr::sparse_like<bsr::matrix<float>&>);
  STATIC_CHECK(bsr::sparse_like<bsr::matrix_view<const float, 4>>);
  STATIC_CHECK_FALSE(bsr::sparse_like<bsr::matrix<float>>);
  STATIC_CHECK_FALSE(bsr::sparse_like<bsr::csr<float>&>);
  STATIC_CHECK(bsr::csr_like<bsr::csr<float>&>);
  STATIC_CHECK(bsr::coo_like<bsr::coo<float>&>);
  STATIC_CHECK(bsr::dense_like<bsr::dense_matrix<float>&>);
  STATIC_CHECK_FALSE(bsr::dense_like<std::vector<float>&>);
  STATIC_CHECK(bsr::vector_like<std::vector<float>&>);
  STATIC_CHECK_FALSE(bsr::vector_like<bsr::dense_view<float>>);
  STATIC_CHECK_FALSE(bsr::sparse_like<int>);
}

/// Looks like one of Eigen's matrices: 2 x 3, columns one after the other, four apart.
template <bool RowMajor, int Inner>
struct like_eigen {
  static constexpr bool IsRowMajor = RowMajor;
  static constexpr bool IsVectorAtCompileTime = false;
  static constexpr int InnerStrideAtCompileTime = Inner;
  mutable std::array<double, 40> memory{};
  double* data() { return memory.data(); }
  const double* data() const { return memory.data(); }
  int rows() const { return 2; }
  int cols() const { return 3; }
  int innerStride() const { return Inner == 1 ? 1 : 2; }
  int outerStride() const { return 9; }
};

TEST_CASE("view: what looks like Eigen's matrices is seen in its layout", "[storage]") {
  like_eigen<true, 1> rows;
  STATIC_CHECK(std::is_same_v<decltype(bsr::view(rows)), bsr::dense_view<double>>);
  CHECK(bsr::view(rows).ld() == 9);
  like_eigen<false, 1> cols;
  STATIC_CHECK(std::is_same_v<decltype(bsr::view(cols)), bsr::dense_view<double, bsr::col_major>>);
  CHECK(&bsr::view(cols)(1, 2) == cols.data() + 19);
  like_eigen<false, 2> odd;
  STATIC_CHECK(std::is_same_v<decltype(bsr::view(odd)), bsr::dense_view<double, bsr::strided>>);
  CHECK(&bsr::view(odd)(1, 2) == odd.data() + 20);
  like_eigen<true, bsr::dynamic> odd_rows;
  CHECK(&bsr::view(odd_rows)(1, 2) == odd_rows.data() + 13);
  STATIC_CHECK_FALSE(can_be_viewed<like_eigen<true, 1>>);
}

/// A type of another library that has nothing in common with ours.
struct image {
  std::vector<float> pixels = std::vector<float>(12);
};

}  // namespace

template <>
struct bsr::foreign_view<image> {
  static bsr::dense_view<float> view(image& x) { return {x.pixels.data(), 3, 4}; }
  static bsr::dense_view<const float> view(const image& x) { return {x.pixels.data(), 3, 4}; }
};

namespace {

TEST_CASE("view: another library's type, made known by foreign_view", "[storage]") {
  image x;
  CHECK(bsr::view(x).data() == x.pixels.data());
  STATIC_CHECK(bsr::dense_like<image&>);
  STATIC_CHECK(std::is_same_v<bsr::input_t<image&>, bsr::dense_view<const float>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<const image&>, bsr::dense_view<const float>>);
  STATIC_CHECK_FALSE(can_be_viewed<image>);
}

TEST_CASE("view: the sample, read through its view", "[storage]") {
  const auto a = sample::matrix<double>();
  CHECK(bsr::input(a).block(4)(1, 2) == 5);
}

}  // namespace
