// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/matrix_view.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

struct arrays {
  std::vector<double> data = std::vector<double>(12);
  std::vector<std::int32_t> indices{1, 0, 2};
  std::vector<std::int32_t> indptr{0, 2, 3};
};

TEST_CASE("matrix_view: scipy's arrays where they lie, from spans and from pointers", "[storage]") {
  arrays x;
  const bsr::matrix_view<double, 2> a({4, 6}, x.data, x.indices, x.indptr);
  CHECK(a.data().data() == x.data.data());
  CHECK(a.indices().data() == x.indices.data());
  CHECK(a.indptr().data() == x.indptr.data());
  CHECK(a.num_blocks() == 3);
  a.block(2)(1, 0) = 7;
  CHECK(x.data[10] == 7);
  const bsr::matrix_view<const double, 2> b({4, 6}, x.data.data(), x.indices.data(), x.indptr.data(), 3);
  CHECK(b.block(2)(1, 0) == 7);
  CHECK(b.num_blocks() == 3);
  const bsr::matrix_view<const double> c({4, 6}, x.data.data(), x.indices.data(), x.indptr.data(),
                                         std::size_t{3}, bsr::dims(2, 2));
  CHECK(c.blocksize() == bsr::dims(2, 2));
  const bsr::matrix_view<const double> d({3, 5}, x.data.data(), x.indices.data(), x.indptr.data(), 3,
                                         bsr::dims(2, 2), bsr::padded);
  CHECK(d.is_padded());
  // What lies beyond indptr[-1] is left out.
  x.indptr[2] = 2;
  const bsr::matrix_view<double, 2> cut({4, 6}, x.data, x.indices, x.indptr);
  CHECK(cut.num_blocks() == 2);
  CHECK(cut.data().size() == 8);
}

TEST_CASE("matrix_view: conversions that happen by themselves, and those that do not", "[storage]") {
  using fixed = bsr::matrix_view<float, 2, 3>;
  using fixed_const = bsr::matrix_view<const float, 2, 3>;
  using any = bsr::matrix_view<float>;
  using any_const = bsr::matrix_view<const float>;
  STATIC_CHECK(std::is_convertible_v<fixed, fixed_const>);
  STATIC_CHECK(std::is_convertible_v<fixed, any>);
  STATIC_CHECK(std::is_convertible_v<fixed, any_const>);
  STATIC_CHECK(std::is_convertible_v<fixed_const, any_const>);
  STATIC_CHECK(std::is_convertible_v<any, any_const>);
  STATIC_CHECK(std::is_convertible_v<fixed, bsr::pattern_view<2, 3>>);
  STATIC_CHECK_FALSE(std::is_convertible_v<fixed_const, fixed>);
  STATIC_CHECK_FALSE(std::is_convertible_v<any, fixed>);
  STATIC_CHECK_FALSE(std::is_convertible_v<fixed_const, any>);
  STATIC_CHECK_FALSE(std::is_convertible_v<fixed, bsr::matrix_view<double, 2, 3>>);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<fixed>);
  STATIC_CHECK(std::is_copy_constructible_v<fixed>);
  auto a = sample::matrix<float>();
  const any_const v = a.view();
  CHECK(v.blocksize() == bsr::dims(2, 3));
  CHECK(v.data().data() == a.data().data());
}

TEST_CASE("matrix_view: a dynamic one is told its block size", "[storage]") {
  using span = std::span<double>;
  using indices = std::span<const std::int32_t>;
  STATIC_CHECK(std::is_constructible_v<bsr::matrix_view<double, 2>, bsr::dims, span, indices, indices>);
  STATIC_CHECK_FALSE(std::is_constructible_v<bsr::matrix_view<double>, bsr::dims, span, indices, indices>);
  STATIC_CHECK(
      std::is_constructible_v<bsr::matrix_view<double>, bsr::dims, span, indices, indices, bsr::dims>);
}

TEST_CASE("matrix_view: what does not fit is refused", "[storage]") {
  arrays x;
  using view = bsr::matrix_view<double, 2>;
  CHECK(text_of<bsr::shape_error>([&] { view({4, 7}, x.data, x.indices, x.indptr); })
            .starts_with(
                "bsr: matrix_view: shape must be multiple of blocksize: shape is 4x7, blocksize is 2x2"));
  CHECK(text_of<bsr::shape_error>([&] { view({6, 6}, x.data, x.indices, x.indptr); }) ==
        "bsr: matrix_view: index pointer size (3) should be (4): shape is 6x6, blocksize is 2x2.");
  x.data.pop_back();
  CHECK(text_of<bsr::shape_error>([&] { view({4, 6}, x.data, x.indices, x.indptr); }) ==
        "bsr: matrix_view: indices and data should have the same size: 3 indices need 3 blocks of 2x2 "
        "elements, and data "
        "has 11 elements.");
  double* const none = nullptr;
  CHECK(text_of<bsr::shape_error>([&] { view({4, 6}, none, x.indices.data(), x.indptr.data(), 3); }) ==
        "bsr: matrix_view: data is null, and there are 3 blocks.");
  CHECK(text_of<bsr::shape_error>([&] {
          view({4, 6}, x.data.data(), x.indices.data(), x.indptr.data(), -1);
        }) == "bsr: matrix_view: -1 elements at a valid pointer are no array.");
  CHECK(text_of<bsr::shape_error>([&] {
          view({4, 6}, x.data.data(), static_cast<const std::int32_t*>(nullptr), x.indptr.data(), 3);
        }) == "bsr: matrix_view: 3 elements at a null pointer are no array.");
  CHECK(text_of<bsr::shape_error>([&] {
          view({4, 6}, x.data.data(), x.indices.data(), static_cast<const std::int32_t*>(nullptr), 3);
        }) == "bsr: matrix_view: 3 elements at a null pointer are no array.");
  CHECK(text_of<bsr::format_error>([&] {
          view({4, 6}, x.data.data(), x.indices.data(), x.indptr.data(), 2);
        }).starts_with("bsr: matrix_view: Last value of index pointer"));
}

TEST_CASE("block_row: refers to the matrix, not to the view", "[storage]") {
  const auto a = sample::matrix<int>();
  auto row = a.view().row(0);
  std::vector<int> first;
  for (auto block : row) first.push_back(block(0, 0));
  CHECK(first == std::vector<int>{1, 7, 1});
  auto it = row.begin();
  CHECK((*it++).col() == 2);
  CHECK((*it).col() == 0);
}

}  // namespace
