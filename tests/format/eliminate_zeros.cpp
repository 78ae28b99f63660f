// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/eliminate_zeros.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/golden.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("eliminate_zeros: as scipy: -0.0 is zero, NaN is not, duplicates are not summed",
          "[format][golden]") {
  int fewer = 0;
  const int cases = for_each_golden("without_zeros", [&](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    auto a = golden_bsr<T>(c, "a");
    const auto before = a.num_blocks();
    bsr::eliminate_zeros(a);
    fewer += a.num_blocks() < before;
    CHECK(stored_difference(a, golden_bsr<T>(c, "without_zeros")) == "");
  });
  CHECK(cases >= 100);
  CHECK(fewer >= 30);
}

TEST_CASE("eliminate_zeros: negative zeros go, NaN stays, a pair that cancels stays", "[format]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  bsr::matrix<double, 1, 2> a({2, 6}, {-0.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0, nan}, {2, 0, 0, 1}, {0, 3, 4});
  bsr::eliminate_zeros(a);
  CHECK(stored_difference(a, bsr::matrix<double, 1, 2>({2, 6}, {1.0, 0.0, -1.0, 0.0, 0.0, nan}, {0, 0, 1},
                                                       {0, 2, 3})) == "");
}

TEST_CASE("eliminate_zeros: padding does not keep a block alive", "[format]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // 3x3 with blocks of 2x2: only the first element of block (1, 1) lies inside.
  bsr::matrix<double, 2> a({3, 3}, {0.0, nan, nan, nan, 1.0, nan, 0.0, nan}, {1, 1}, {0, 1, 2}, bsr::padded);
  a.indptr()[0] = 0;
  bsr::eliminate_zeros(a);
  // Block (0, 1): its left column is inside, 0 and NaN. Block (1, 1): 1.
  CHECK(a.num_blocks() == 2);
  a.data()[2] = 0.0;
  bsr::eliminate_zeros(a);
  CHECK(a.num_blocks() == 1);
  a.data()[0] = 0.0;
  bsr::eliminate_zeros(a);
  CHECK(a.num_blocks() == 0);
  CHECK(a.indptr().back() == 0);
}

TEST_CASE("eliminate_zeros: CSR and nothing at all", "[format]") {
  bsr::csr<float> a({3, 3}, {0, 1, -0.0f, 2}, {0, 2, 1, 1}, {0, 2, 3, 4});
  bsr::eliminate_zeros(a);
  CHECK(stored_difference(a, bsr::csr<float>({3, 3}, {1, 2}, {2, 1}, {0, 1, 1, 2})) == "");
  bsr::matrix<float> none;
  bsr::eliminate_zeros(none);
  CHECK(none.num_blocks() == 0);
}

TEST_CASE("eliminate_zeros: CSC", "[format]") {
  bsr::csc<double> a({3, 3}, {1, 0, -0.0, 2}, {0, 2, 1, 1}, {0, 2, 3, 4});
  bsr::eliminate_zeros(a);
  CHECK(stored_difference(a, bsr::csc<double>({3, 3}, {1, 2}, {0, 1}, {0, 1, 1, 2})) == "");
}

}  // namespace
