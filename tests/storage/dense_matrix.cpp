// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/dense_matrix.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/storage.hpp"
#include "support/throws.hpp"

namespace {

using bsr_test::text_of;

TEST_CASE("dense_matrix: packed, zero at first, aligned", "[storage]") {
  bsr::dense_matrix<double> x(3, 4);
  CHECK(x.shape() == bsr::dims(3, 4));
  CHECK(x.ld() == 4);
  CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0);
  bool zero = true;
  for (std::int64_t k = 0; k < 12; ++k) zero &= x.data()[k] == 0;
  CHECK(zero);
  x(1, 2) = 5;
  CHECK(x.data()[6] == 5);
  CHECK(std::as_const(x).view()(1, 2) == 5);
  bsr::dense_matrix<double, bsr::col_major> y(3, 4);
  y(1, 2) = 5;
  CHECK(y.data()[7] == 5);
  CHECK(y.ld() == 3);
  STATIC_CHECK(std::is_same_v<decltype(y.view()), bsr::dense_view<double, bsr::col_major>>);
}

TEST_CASE("dense_matrix: copies are deep, default and moved-from are 0x0", "[storage]") {
  bsr::dense_matrix<float> x(2, 2, bsr::uninitialized);
  x(0, 0) = 1;
  auto copy = x;
  copy(0, 0) = 2;
  CHECK(x(0, 0) == 1.0f);
  const auto moved = std::move(x);
  CHECK(moved(0, 0) == 1.0f);
  CHECK(x.shape() == bsr::dims(0, 0));
  CHECK(x.view().rows() == 0);
  x = copy;
  CHECK(x(0, 0) == 2.0f);
  CHECK(bsr::dense_matrix<float>().rows() == 0);
  CHECK(bsr::dense_matrix<float>(0, 5).view().cols() == 5);
}

TEST_CASE("dense_matrix: sizes that cannot be are refused", "[storage]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::dense_matrix<float>(-1, 2); }) ==
        "bsr: dense_matrix: a -1x2 matrix cannot exist.");
  CHECK(text_of<bsr::shape_error>([] {
          bsr::dense_matrix<float>(std::int64_t{1} << 40, std::int64_t{1} << 40);
        }) == "bsr: dense_matrix: a 1099511627776x1099511627776 matrix cannot exist.");
  CHECK(text_of<bsr::shape_error>([] {
          bsr::dense_matrix<double>(std::int64_t{1} << 31, std::int64_t{1} << 31);
        }) == "bsr: a buffer of 4611686018427387904 elements of 8 bytes cannot exist.");
}

}  // namespace
