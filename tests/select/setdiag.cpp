// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/select/setdiag.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bsr/format/has_canonical_format.hpp"
#include "bsr/select/element.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// a[i, i + k] = values[...], as scipy's setdiag does it for a dense matrix; where stored(i, j) says so.
template <class V, class Values, class Stored>
table<V> with_diagonal(table<V> a, const Values& values, std::int64_t k, const Stored& stored) {
  for (std::int64_t i = std::max<std::int64_t>(0, -k), e = 0;
       i < a.rows && i + k < a.cols && e < static_cast<std::int64_t>(values.size()); ++i, ++e)
    if (stored(i, i + k)) a(i, i + k) = widen(values[e]);
  return a;
}

template <class A>
void check_every_diagonal(random& rng, const A& a) {
  using T = typename A::value_type;
  const auto all = dense(a);
  const bool sorted = bsr::has_sorted_indices(a);
  std::string wrong;
  for (std::int64_t k = 1 - a.rows(); k < a.cols(); ++k) {
    const auto values = random_vector<T>(rng, rng.between(0, 12), numbers::small_integers);
    const auto everywhere = [](std::int64_t, std::int64_t) { return true; };
    const auto in_block = [&](std::int64_t i, std::int64_t j) {
      return bsr::contains_block(a, i / a.blocksize().rows, j / a.blocksize().cols);
    };
    auto b = a;
    bsr::setdiag(b, values, k);
    bsr::check_format(b);
    wrong += difference(b, with_diagonal(all, values, k, everywhere));
    if (sorted && !bsr::has_sorted_indices(b)) wrong += "unsorted";
    b = a;
    bsr::setdiag(b, values, k, bsr::where_stored);
    wrong += difference(b, with_diagonal(all, values, k, in_block));
    wrong += array_difference("indices", b.indices(), a.indices());
    b = a;
    bsr::setdiag(b, 3, k);
    bsr::buffer<T> same(12);
    for (T& x : same) x = static_cast<T>(3);
    wrong += difference(b, with_diagonal(all, same, k, everywhere));
  }
  CHECK(wrong == "");
}

TEMPLATE_TEST_CASE("setdiag: every diagonal of random matrices", "[select]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(11);
  random_options options = wild;
  options.values = numbers::small_integers;
  for (int trial = 0; trial < 5; ++trial) {
    check_every_diagonal(rng, random_matrix<TestType, 2, 3>(rng, {8, 9}, options));
    check_every_diagonal(rng, random_matrix<TestType, 2, 3>(rng, {7, 5}, options));
    options.sorted = !options.sorted;
    check_every_diagonal(rng, random_matrix<TestType>(rng, {6, 10}, {4, 1}, options));
  }
  check_every_diagonal(rng, random_matrix<TestType, 2, 3>(rng, {2, 0}, options));
}

TEST_CASE("setdiag: blocks come in order, those that are there stay in memory", "[select]") {
  auto a = sample::canonical<double>();
  bsr::setdiag(a, std::vector<float>{1, 2, 3, 4, 5, 6});
  // scipy.sparse.csr_array(a).setdiag([1, 2, 3, 4, 5, 6]), then tobsr((2, 3)): the same blocks
  CHECK(array_difference("indices", a.indices(), std::vector<int>{0, 2, 0, 1, 0, 1}) == "");
  CHECK(array_difference("indptr", a.indptr(), std::vector<int>{0, 2, 4, 6}) == "");
  const double* const where = a.data().data();
  bsr::setdiag(a, 0.0);
  CHECK(a.data().data() == where);
  CHECK(a.num_blocks() == 6);
  CHECK(bsr::element(a, 0, 0) == 0.0);
  // NaN in a duplicate goes as well.
  bsr::matrix<double, 1> twice({1, 1}, {std::numeric_limits<double>::quiet_NaN(), 2.0}, {0, 0}, {0, 2});
  bsr::setdiag(twice, 7, bsr::where_stored);
  CHECK(bsr::element(twice, 0, 0) == 7.0);
  CHECK(twice.num_blocks() == 2);
}

TEST_CASE("setdiag: what is refused leaves the matrix as it was", "[select]") {
  auto a = sample::matrix<double>();
  for (const std::int64_t k : {std::int64_t{9}, std::int64_t{-6}, (std::numeric_limits<std::int64_t>::min)()})
    CHECK(text_of<bsr::shape_error>([&] { bsr::setdiag(a, 1.0, k); }) ==
          "bsr: setdiag: k exceeds array dimensions: " + std::to_string(k) + " in a 6x9 matrix.");
  CHECK(text_of<bsr::alias_error>([&] { bsr::setdiag(a, a.data().subspan(2, 3)); }) ==
        "bsr: setdiag(a, values): values share memory with the elements of a.");
  CHECK(stored_difference(a, sample::matrix<double>()) == "");
  bsr::matrix<double, 1> bad({2, 2}, {1.0, 2.0}, {0, 5}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { bsr::setdiag(bad, 1.0); }) ==
        "bsr: setdiag: column index values must be < 2 (now max 5): block row 1 holds 5.");
  bsr::matrix<double, 2> none({0, 0});
  bsr::setdiag(none, 1.0);
  CHECK(none.num_blocks() == 0);
}

}  // namespace
