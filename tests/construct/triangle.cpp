// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/construct/triangle.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "bsr/select/element.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// The elements with keep(i, j).
template <class V, class Keep>
table<V> kept(const table<V>& a, const Keep& keep) {
  table<V> result(a.rows, a.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j)
      if (keep(i, j)) result(i, j) = a(i, j);
  return result;
}

/// Whether `part` stores exactly those blocks of a that hold a place with keep(i, j).
template <class A, class Keep>
bool same_blocks(const A& a, const A& part, const Keep& keep) {
  const bsr::dims block = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t j = 0; j < a.block_cols(); ++j) {
      bool any = false;
      for (std::int64_t r = i * block.rows; r < (i + 1) * block.rows && r < a.rows(); ++r)
        for (std::int64_t c = j * block.cols; c < (j + 1) * block.cols && c < a.cols(); ++c)
          any |= keep(r, c);
      if (bsr::contains_block(part, i, j) != (any && bsr::contains_block(a, i, j))) return false;
    }
  return bsr::has_canonical_format(part);
}

template <class A>
void check_triangles(const A& a) {
  const auto all = dense(a);
  const bsr::dims block = a.blocksize();
  std::string wrong;
  int same = 0;
  int cases = 0;
  for (std::int64_t k = -a.rows() - 2; k <= a.cols() + 2; ++k) {
    const auto lower = [&](std::int64_t i, std::int64_t j) { return j <= i + k; };
    const auto upper = [&](std::int64_t i, std::int64_t j) { return j >= i + k; };
    const auto in_blocks = [&](const auto& keep) {
      return [&](std::int64_t i, std::int64_t j) { return keep(i / block.rows, j / block.cols); };
    };
    const auto check = [&](const A& part, const auto& keep) {
      wrong += difference(part, kept(all, keep));
      same += same_blocks(a, part, keep);
      ++cases;
    };
    check(bsr::tril(a, k), lower);
    check(bsr::triu(a, k), upper);
    check(bsr::block_tril(a, k), in_blocks(lower));
    check(bsr::block_triu(a, k), in_blocks(upper));
  }
  CHECK(wrong == "");
  CHECK(same == cases);
}

TEMPLATE_TEST_CASE("triangle: every diagonal of random matrices", "[construct]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(8);
  random_options options = wild;
  options.values = numbers::small_integers;
  check_triangles(random_matrix<TestType, 2, 3>(rng, {8, 9}, options));
  check_triangles(random_matrix<TestType, 2, 3>(rng, {7, 11}, options));
  check_triangles(random_matrix<TestType, 2, 3>(rng, {11, 4}, options));
  check_triangles(random_matrix<TestType, 2, 3>(rng, {0, 3}, options));
  check_triangles(random_matrix<TestType, 2, 3>(rng, {2, 0}, options));
}

TEST_CASE("triangle: run-time blocks", "[construct]") {
  random rng(9);
  check_triangles(random_matrix<double, bsr::dynamic, bsr::dynamic, std::int64_t>(rng, {9, 8}, {4, 1}, {}));
  check_triangles(random_matrix<double>(rng, {6, 6}, {1, 1}, {}));
}

TEST_CASE("triangle: the sample, as scipy", "[construct]") {
  const auto a = sample::matrix<double>();
  // scipy.sparse.tril(a, format='csr').tobsr((2, 3)), and so on
  const auto lower = bsr::tril(a);
  STATIC_CHECK(std::is_same_v<decltype(lower), const bsr::matrix<double, 2, 3>>);
  CHECK(stored_difference(lower, bsr::matrix<double, 2, 3>({6, 9},
                                                           {7, 0, 0, 0, 9, 0,  //
                                                            3, 0, 0, 0, 0, 5,  //
                                                            0, 0, 0, 0, 0, 0},
                                                           {0, 0, 1}, {0, 1, 1, 3})) == "");
  CHECK(stored_difference(bsr::triu(a, 2), bsr::matrix<double, 2, 3>({6, 9},
                                                                     {0, 0, 8, 0, 0, 0,  //
                                                                      2, 2, 3, 4, 6, 8},
                                                                     {0, 2}, {0, 2, 2, 2})) == "");
  CHECK(stored_difference(bsr::tril(a, -4),
                          bsr::matrix<double, 2, 3>({6, 9}, {3, 0, 0, 0, 0, 0}, {0}, {0, 0, 0, 1})) == "");
  for (const auto k :
       {(std::numeric_limits<std::int64_t>::min)(), (std::numeric_limits<std::int64_t>::max)()}) {
    const bool all_below = k > 0;
    CHECK(bsr::tril(a, k).num_blocks() == (all_below ? 4 : 0));
    CHECK(bsr::triu(a, k).num_blocks() == (all_below ? 0 : 4));
    CHECK(bsr::block_tril(a, k).num_blocks() == (all_below ? 4 : 0));
    CHECK(bsr::block_triu(a, k).num_blocks() == (all_below ? 0 : 4));
  }
}

TEST_CASE("triangle: broken indices are refused", "[construct]") {
  const bsr::matrix<double, 1> bad({2, 2}, {1.0, 2.0}, {0, 5}, {0, 1, 2});
  const std::string text = ": column index values must be < 2 (now max 5): block row 1 holds 5.";
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::tril(bad); }) == "bsr: tril" + text);
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::triu(bad); }) == "bsr: triu" + text);
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::block_tril(bad); }) == "bsr: block_tril" + text);
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::block_triu(bad); }) == "bsr: block_triu" + text);
}

}  // namespace
