// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/dense_view.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"
#include "support/throws.hpp"

namespace {

using bsr_test::text_of;

std::vector<int> counted(int n) {
  std::vector<int> v(static_cast<std::size_t>(n));
  std::iota(v.begin(), v.end(), 0);
  return v;
}

TEST_CASE("dense_view: where elements lie in every layout", "[storage]") {
  auto v = counted(24);
  const bsr::dense_view rows(v.data(), 4, 6);
  STATIC_CHECK(std::is_same_v<decltype(rows), const bsr::dense_view<int>>);
  CHECK(rows(2, 5) == 17);
  CHECK(rows.ld() == 6);
  const bsr::dense_view gap(v.data(), 4, 3, 6);
  CHECK(gap(2, 1) == 13);
  const bsr::dense_view<int, bsr::col_major> cols(v.data(), 4, 6);
  CHECK(cols(2, 5) == 22);
  CHECK(cols.ld() == 4);
  CHECK(cols.row_stride() == 1);
  CHECK(cols.col_stride() == 4);
  const bsr::dense_view<int, bsr::strided> odd(v.data(), 3, 2, 8, 3);
  CHECK(odd(2, 1) == 19);
  rows(0, 0) = 100;
  CHECK(v[0] == 100);
}

TEST_CASE("dense_view: transpose is another view of the same memory", "[storage]") {
  auto v = counted(24);
  const auto t = transpose(bsr::dense_view(v.data(), 4, 5, 6));
  STATIC_CHECK(std::is_same_v<decltype(t), const bsr::dense_view<int, bsr::col_major>>);
  CHECK(t.shape() == bsr::dims(5, 4));
  CHECK(t(4, 3) == 22);
  const auto tt = transpose(t);
  CHECK(tt(3, 4) == 22);
  CHECK(tt.ld() == 6);
  const auto s = transpose(bsr::dense_view<int, bsr::strided>(v.data(), 3, 2, 8, 3));
  CHECK(s(1, 2) == 19);
}

TEST_CASE("dense_view: block shares memory, keeps the stride, stays inside", "[storage]") {
  auto v = counted(24);
  const bsr::dense_view x(v.data(), 4, 6);
  const auto b = x.block(1, 2, 3, 4);
  CHECK(b(0, 0) == 8);
  CHECK(b(2, 3) == 23);
  CHECK(b.ld() == 6);
  CHECK(x.block(4, 6, 0, 0).rows() == 0);
  const auto s = bsr::dense_view<int, bsr::strided>(v.data(), 4, 6, 6, 1).block(1, 2, 3, 4);
  CHECK(s(2, 3) == 23);
  CHECK(text_of<bsr::shape_error>([&] { x.block(2, 0, 3, 1); }) ==
        "bsr: block: 3x1 elements at (2, 0) are not inside a 4x6 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { x.block(0, 6, 1, 1); }) ==
        "bsr: block: 1x1 elements at (0, 6) are not inside a 4x6 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { x.block(-1, 0, 1, 1); }) ==
        "bsr: block: 1x1 elements at (-1, 0) are not inside a 4x6 matrix.");
  CHECK(text_of<bsr::shape_error>([&] {
          x.block(0, 0, INT64_MAX, 1);
        }).starts_with("bsr: block: 9223372036854775807x1 elements"));
}

TEST_CASE("dense_view: const elements, no copy assignment", "[storage]") {
  STATIC_CHECK(std::is_convertible_v<bsr::dense_view<float>, bsr::dense_view<const float>>);
  STATIC_CHECK_FALSE(std::is_convertible_v<bsr::dense_view<const float>, bsr::dense_view<float>>);
  STATIC_CHECK_FALSE(std::is_convertible_v<bsr::dense_view<float>, bsr::dense_view<float, bsr::col_major>>);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<bsr::dense_view<float>>);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<bsr::vector_view<float>>);
  STATIC_CHECK(std::is_convertible_v<bsr::vector_view<float>, bsr::vector_view<const float>>);
  STATIC_CHECK(sizeof(bsr::dense_view<float>) == 32);
}

TEST_CASE("dense_view: refusals", "[storage]") {
  auto v = counted(24);
  CHECK(text_of<bsr::shape_error>([&] { bsr::dense_view(v.data(), 4, 6, 5); }) ==
        "bsr: dense_view: a 4x6 matrix cannot have a leading dimension of 5.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::dense_view<int, bsr::col_major>(v.data(), 4, 6, 3); }) ==
        "bsr: dense_view: a 4x6 matrix cannot have a leading dimension of 3.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::dense_view(v.data(), -4, 6, 6); }) ==
        "bsr: dense_view: a -4x6 matrix cannot have a leading dimension of 6.");
  CHECK(text_of<bsr::shape_error>([] { bsr::dense_view(static_cast<int*>(nullptr), 1, 1); }) ==
        "bsr: dense_view: a 1x1 matrix has no memory (its pointer is null).");
  CHECK(text_of<bsr::shape_error>([&] { bsr::dense_view<int, bsr::strided>(v.data(), 2, 2, 0, 1); }) ==
        "bsr: dense_view: a 2x2 matrix cannot have strides 0 and 1.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::dense_view<int, bsr::strided>(v.data(), 2, 2, 2, -1); }) ==
        "bsr: dense_view: a 2x2 matrix cannot have strides 2 and -1.");
}

TEST_CASE("dense_view: nothing needs no memory and no stride, one row no leading dimension", "[storage]") {
  CHECK_NOTHROW(bsr::dense_view(static_cast<int*>(nullptr), 0, 6));
  CHECK_NOTHROW(bsr::dense_view(static_cast<int*>(nullptr), 6, 0));
  CHECK_NOTHROW(bsr::dense_view<int, bsr::strided>(nullptr, 2, 0, 0, 2));
  CHECK(bsr::dense_view(static_cast<int*>(nullptr), 0, 6).block(0, 2, 0, 3).cols() == 3);
  auto v = counted(3);
  CHECK(bsr::dense_view(v.data(), 1, 3, 0)(0, 2) == 2);
}

TEST_CASE("vector_view: strides and refusals", "[storage]") {
  auto v = counted(10);
  const bsr::vector_view x(v.data(), 4, 3);
  CHECK(x[3] == 9);
  CHECK(x(1) == 3);
  CHECK(x.size() == 4);
  CHECK_NOTHROW(bsr::vector_view(static_cast<int*>(nullptr), 0));
  CHECK(text_of<bsr::shape_error>([&] { bsr::vector_view(v.data(), -1); }) ==
        "bsr: vector_view: -1 elements with stride 1 at a valid pointer are no vector.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::vector_view(v.data(), 3, 0); }) ==
        "bsr: vector_view: 3 elements with stride 0 at a valid pointer are no vector.");
  CHECK(text_of<bsr::shape_error>([] { bsr::vector_view(static_cast<int*>(nullptr), 1); }) ==
        "bsr: vector_view: 1 elements with stride 1 at a null pointer are no vector.");
}

}  // namespace
