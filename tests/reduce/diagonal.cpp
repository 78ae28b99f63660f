// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/reduce/diagonal.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// Small whole numbers: sums are exact in every type.
constexpr random_options exact{.density = 0.4,
                               .duplicates = 0.2,
                               .zero_blocks = 0.1,
                               .empty_rows = 0.15,
                               .values = numbers::small_integers};

template <class A>
void check_diagonals(const A& a) {
  using T = typename A::value_type;
  using S = bsr::sum_type_t<T>;
  const auto d = dense(a);
  for (std::int64_t k = -a.rows() - 1; k <= a.cols() + 1; ++k) {
    INFO(a.rows() << "x" << a.cols() << ", k = " << k);
    std::vector<wide_t<T>> expected;
    wide_t<S> total{};
    for (std::int64_t i = 0; i < a.rows(); ++i)
      if (i + k >= 0 && i + k < a.cols()) {
        expected.push_back(d(i, i + k));
        total = bsr::add<wide_t<S>>(total, static_cast<wide_t<S>>(d(i, i + k)));
      }
    std::string difference;
    const auto got = bsr::diagonal(a, k);
    STATIC_CHECK(std::is_same_v<decltype(got), const bsr::buffer<T>>);
    if (static_cast<std::size_t>(got.size()) != expected.size())
      difference = "wrong size";
    else
      for (std::size_t e = 0; e < expected.size(); ++e)
        if (widen(got[static_cast<std::int64_t>(e)]) != expected[e]) difference = "at " + std::to_string(e);
    CHECK(difference == "");
    const S sum = bsr::trace(a, k);
    CHECK(widen(sum) == total);
  }
}

TEMPLATE_TEST_CASE("diagonal, trace: random patterns, against the definition", "[reduce]", bool, std::int8_t,
                   double, std::complex<double>) {
  random rng(81);
  for (int round = 0; round < 8; ++round) {
    check_diagonals(random_matrix<TestType, 2, 3>(rng, {rng.between(0, 9), rng.between(0, 14)}, exact));
    const bsr::dims block(rng.between(1, 7), rng.between(1, 7));
    check_diagonals(random_matrix<TestType>(rng, {rng.between(0, 20), rng.between(0, 20)}, block, exact));
  }
}

TEST_CASE("diagonal: blocks of one element, and 64-bit indices", "[reduce]") {
  random rng(82);
  for (int round = 0; round < 8; ++round) {
    check_diagonals(random_matrix<float, 1>(rng, {rng.between(0, 9), rng.between(0, 9)}, exact));
    check_diagonals(
        random_matrix<std::int16_t, 5, 1, std::int64_t>(rng, {rng.between(0, 12), rng.between(0, 9)}, exact));
  }
}

// data = [[[1,2,3],[4,5,6]], [[7,0,8],[0,9,0]], [[1,0,0],[0,1,2]], [[0,0,0],[0,0,0]], [[3,0,0],[0,0,5]]]
// a = bsr_array((data, [2, 0, 2, 1, 0], [0, 3, 3, 5]), shape=(6, 9))
// a.diagonal(), a.diagonal(6), a.diagonal(-4), a.diagonal(9), a.trace(), a.trace(6), a.trace(-4), a.trace(-6)
//   [7 9 0 0 0 0] [2 6 0] [3 0] [] 16 8 3 0
TEST_CASE("diagonal, trace: as scipy", "[reduce]") {
  const auto a = sample::matrix<int>();
  CHECK(array_difference("diagonal", bsr::diagonal(a).span(), std::vector{7, 9, 0, 0, 0, 0}) == "");
  CHECK(array_difference("diagonal", bsr::diagonal(a, 6).span(), std::vector{2, 6, 0}) == "");
  CHECK(array_difference("diagonal", bsr::diagonal(a, -4).span(), std::vector{3, 0}) == "");
  CHECK(bsr::diagonal(a, 9).empty());
  CHECK(bsr::trace(a) == 16);
  CHECK(bsr::trace(a, 6) == 8);
  CHECK(bsr::trace(a, -4) == 3);
  CHECK(bsr::trace(a, -6) == 0);
  // bsr_array((np.array([[[100]], [[100]], [[-128]]], "i1"), [0, 0, 1], [0, 3]), shape=(1, 2)).trace()    -56
  const bsr::matrix<std::int8_t, 1> b({1, 2}, {100, 100, -128}, {0, 0, 1}, {0, 3});
  CHECK(bsr::trace(b) == -56);
  // bsr_array(np.full((3, 3), 100, "i1")).trace()    300
  const bsr::matrix<std::int8_t, 3> c({3, 3}, {100, 0, 0, 0, 100, 0, 0, 0, 100}, {0}, {0, 1});
  CHECK(bsr::trace(c) == 300);
}

TEST_CASE("diagonal: as far out as a number can be", "[reduce]") {
  const auto a = sample::matrix<float>();
  CHECK(bsr::diagonal(a, (std::numeric_limits<std::int64_t>::max)()).empty());
  CHECK(bsr::diagonal(a, (std::numeric_limits<std::int64_t>::min)()).empty());
  const bsr::matrix<float, 1> wide({1, std::int64_t{1} << 31}, {7.0f}, {(std::int32_t{1} << 30)}, {0, 1});
  CHECK(bsr::diagonal(wide, std::int64_t{1} << 30)[0] == 7);
}

TEST_CASE("diagonal, trace: broken indices are refused", "[reduce]") {
  const bsr::matrix<double, 2> broken({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2});
  const std::string sentence = "column index values must be < 2 (now max 2): block row 1 holds 2.";
  CHECK(text_of<bsr::format_error>([&] { bsr::diagonal(broken); }) == "bsr: diagonal: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::trace(broken); }) == "bsr: trace: " + sentence);
}

}  // namespace
