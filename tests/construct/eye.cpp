// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/construct/eye.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "bsr/convert/to_bsr.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

/// numpy.eye(m, n, k).
template <class T>
bsr::dense_matrix<T> dense_eye(std::int64_t m, std::int64_t n, std::int64_t k) {
  bsr::dense_matrix<T> result(m, n);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) result(i, j) = static_cast<T>(j - i == k ? 1 : 0);
  return result;
}

TEMPLATE_TEST_CASE("eye: every shape and diagonal", "[construct]", bool, std::int8_t, std::complex<double>) {
  std::string wrong;
  for (std::int64_t m = 0; m <= 7; ++m)
    for (std::int64_t n = 0; n <= 7; ++n)
      for (std::int64_t k = -9; k <= 9; ++k) {
        const auto expected = dense_eye<TestType>(m, n, k);
        // A conversion from dense stores exactly the blocks that hold something.
        wrong += stored_difference(bsr::eye<TestType, 2, 3>(m, n, k, bsr::padded),
                                   bsr::to_bsr<2, 3>(expected, bsr::padded));
        wrong += stored_difference(bsr::eye<TestType, std::int64_t>({m, n}, {3, 1}, k, bsr::padded),
                                   bsr::to_bsr(expected, {3, 1}, bsr::padded));
        if (m % 2 == 0 && n % 2 == 0) {
          wrong += stored_difference(bsr::eye<TestType, 2>(m, n, k), bsr::to_bsr<2>(expected));
          wrong += stored_difference(bsr::eye<TestType>({m, n}, {2, 2}, k), bsr::to_bsr<2>(expected));
        }
        CHECK(wrong == "");
      }
}

TEST_CASE("eye: as scipy", "[construct]") {
  // scipy.sparse.eye_array(4, 6, k=1, format='bsr').tobsr((2, 3))
  const bsr::matrix<double, 2, 3> expected({4, 6}, {0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0}, {0, 1}, {0, 1, 2});
  const auto a = bsr::eye<double, 2, 3>(4, 6, 1);
  STATIC_CHECK(std::is_same_v<decltype(a), const bsr::matrix<double, 2, 3>>);
  CHECK(stored_difference(a, expected) == "");
  const auto i = bsr::eye<float, 3>(9u);
  STATIC_CHECK(std::is_same_v<decltype(i), const bsr::matrix<float, 3>>);
  CHECK(stored_difference(i, bsr::eye<float, 3>(9, 9)) == "");
  STATIC_CHECK(std::is_same_v<decltype(bsr::eye<float, 2, 1, std::int64_t>(2)),
                              bsr::matrix<float, 2, 1, std::int64_t>>);
}

TEST_CASE("eye: diagonals far out of range", "[construct]") {
  for (const auto k :
       {(std::numeric_limits<std::int64_t>::min)(), (std::numeric_limits<std::int64_t>::max)()})
    CHECK(bsr::eye<double, 2>(4, 4, k).num_blocks() == 0);
}

TEST_CASE("eye: sizes that cannot be", "[construct]") {
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::eye<double, 2>(5, 4); }) ==
        "bsr: eye: shape must be multiple of blocksize: shape is 5x4, blocksize is 2x2; pass bsr::padded if "
        "the last blocks shall reach beyond the edge.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::eye<double, 2>(-2, 4); }) ==
        "bsr: eye: invalid shape -2x4.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::eye<double>({4, 4}, {0, 0}); }) ==
        "bsr: eye: invalid blocksize 0x0.");
  const std::int64_t far = std::int64_t{1} << 40;
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::eye<double, 1>(1, far); }) ==
        "bsr: eye: 1099511627776 block columns are too many for int32 indices, which end at 2147483647; ask "
        "for std::int64_t indices.");
  const auto a = bsr::eye<double, 1, 1, std::int64_t>(1, far, far - 1);
  CHECK(a.indices()[0] == far - 1);
}

}  // namespace
