// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/construct/diags.hpp"

#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/convert/to_bsr.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEMPLATE_TEST_CASE("diags: the same as scattered into a dense matrix", "[construct]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(3);
  for (int trial = 0; trial < 200; ++trial) {
    const std::int64_t m = rng.between(0, 9);
    const std::int64_t n = rng.between(0, 9);
    INFO(m << "x" << n << ", trial " << trial);
    bsr::dense_matrix<TestType> expected(m, n);
    std::vector<bsr::buffer<TestType>> values;
    std::vector<std::int32_t> offsets;
    for (std::int64_t k = -m; k <= n; ++k) {
      if (!rng.chance(0.3)) continue;
      const std::int64_t first = k < 0 ? -k : 0;
      const std::int64_t length = std::max<std::int64_t>(std::min(m, n - k) - first, 0);
      const bool same = rng.chance(0.3);
      bsr::buffer<TestType> diagonal(same ? 1 : length + rng.below(3));
      for (TestType& x : diagonal) x = rng.chance(0.4) ? TestType{} : rng.value<TestType>();
      for (std::int64_t e = 0; e < length; ++e) expected(first + e, first + e + k) = diagonal[same ? 0 : e];
      values.insert(values.begin(), diagonal);
      offsets.insert(offsets.begin(), static_cast<std::int32_t>(k));
    }
    std::string wrong =
        stored_difference(bsr::diags<TestType, 2, 3>(values, offsets, {m, n}, bsr::padded),
                          bsr::to_bsr<2, 3>(expected, bsr::padded)) +
        stored_difference(bsr::diags<TestType, std::int64_t>(values, offsets, {m, n}, {3, 1}, bsr::padded),
                          bsr::to_bsr(expected, {3, 1}, bsr::padded));
    if (m % 2 == 0 && n % 2 == 0)
      wrong += stored_difference(bsr::diags<TestType, 2>(values, offsets, {m, n}), bsr::to_bsr<2>(expected));
    wrong +=
        stored_difference(bsr::diags<TestType>(values, offsets, {m, n}, {1, 1}), bsr::to_bsr<1>(expected));
    CHECK(wrong == "");
  }
}

TEST_CASE("diags: as scipy", "[construct]") {
  // scipy.sparse.diags_array([[1., 2, 3, 0], [0, 0, 5.], [7.]], offsets=[0, -1, 2], shape=(4, 6)).tobsr((2,
  // 3))
  const auto a = bsr::diags<double, 2, 3>({{1, 2, 3, 0}, {0, 0, 5}, {7}}, {0, -1, 2}, {4, 6});
  STATIC_CHECK(std::is_same_v<decltype(a), const bsr::matrix<double, 2, 3>>);
  CHECK(stored_difference(a, bsr::matrix<double, 2, 3>({4, 6}, {1, 0, 7, 0, 2, 0, 0, 0, 0, 7, 0, 0,
                                                                0, 0, 3, 0, 0, 5, 0, 7, 0, 0, 0, 7},
                                                       {0, 1, 0, 1}, {0, 2, 4})) == "");
  // scipy.sparse.diags_array([[1., 2, 3, 4, 9, 9], [0, -0., 0, 5]], offsets=[0, 2], shape=(4, 6)).tobsr((2,
  // 2))
  const std::array<std::vector<int>, 2> values{{{1, 2, 3, 4, 9, 9}, {0, 0, 0, 5}}};
  const auto b = bsr::diags<float>(values, std::array{0, 2}, {4, 6}, {2, 2});
  STATIC_CHECK(std::is_same_v<decltype(b), const bsr::matrix<float>>);
  CHECK(stored_difference(b, bsr::matrix<float, 2>({4, 6}, {1, 0, 0, 2, 3, 0, 0, 4, 0, 0, 0, 5}, {0, 1, 2},
                                                   {0, 1, 3})) == "");
  CHECK(stored_difference(bsr::diags<float>({{1, 2, 3, 4, 9, 9}, {0, -0.0f, 0, 5}}, {0, 2}, {4, 6}, {2, 2}),
                          b) == "");
  CHECK(bsr::diags<float, 2>({}, {}, {4, 6}).num_blocks() == 0);
  // NaN is not zero.
  CHECK(bsr::diags<float, 2>({{std::numeric_limits<float>::quiet_NaN()}}, {0}, {4, 6}).num_blocks() == 2);
}

TEST_CASE("diags: what does not fit, in scipy's words", "[construct]") {
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 1>({{1, 2}, {3}}, {0}, {4, 6}); }) ==
        "bsr: diags: Different number of diagonals and offsets: 2 and 1.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 1>({{1, 2}}, {0}, {4, 6}); }) ==
        "bsr: diags: Diagonal length (index 0: 2 at offset 0) does not agree with array size 4x6, which has "
        "4 places there.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 1>({{}}, {0}, {4, 6}); }) ==
        "bsr: diags: Diagonal length (index 0: 0 at offset 0) does not agree with array size 4x6, which has "
        "4 places there.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 1>({{1}, {1}}, {0, 7}, {4, 6}); }) ==
        "bsr: diags: Offset 7 (index 1) out of bounds of a 4x6 matrix.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 1>({{1}, {1}}, {0, -5}, {4, 6}); }) ==
        "bsr: diags: Offset -5 (index 1) out of bounds of a 4x6 matrix.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 1>({{1}, {2}, {3}}, {1, 0, 1}, {4, 6}); }) ==
        "bsr: diags: offset array contains duplicate values: 1 at index 0 and 2.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::diags<double, 4>({{1}}, {0}, {4, 6}); }) ==
        "bsr: diags: shape must be multiple of blocksize: shape is 4x6, blocksize is 4x4; pass bsr::padded "
        "if the last blocks shall reach beyond the edge.");
  // Just outside is allowed, as in scipy, and empty.
  CHECK(bsr::diags<double, 1>({{}, {1}}, {6, -4}, {4, 6}).num_blocks() == 0);
}

}  // namespace
