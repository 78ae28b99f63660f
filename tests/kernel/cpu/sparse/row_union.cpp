// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/sparse/row_union.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "support/random.hpp"

namespace {

using bsr::detail::row_union;

/// Numbers that rise strictly, each of 0 ... below - 1 with a chance of one in `one_in`.
template <class Index>
std::vector<Index> rising(bsr_test::random& rng, int below, int one_in) {
  std::vector<Index> all;
  for (int k = 0; k < below; ++k)
    if (rng.below(one_in) == 0) all.push_back(static_cast<Index>(k));
  return all;
}

/// What unite_rows says, piece by piece: for every number of the union whether it is in a (1), in b (2).
/// Whoever reads beyond a row is caught by the sanitizers: rows are allocated with the length they have.
template <class A, class B>
std::map<std::int64_t, int> united(const std::vector<A>& a, const std::vector<B>& b) {
  std::map<std::int64_t, int> all;
  std::size_t p = 0, q = 0;
  std::int64_t last = -1;
  while (p < a.size() && q < b.size()) {
    const row_union u = bsr::detail::unite_rows(a.data() + p, static_cast<std::int64_t>(a.size() - p),
                                                b.data() + q, static_cast<std::int64_t>(b.size() - q));
    REQUIRE(u.size() > 0);
    const std::uint64_t either = u.in_a | u.in_b;
    REQUIRE((either & (either + 1)) == 0);  // no gap
    for (int k = 0; k < u.size(); ++k) {
      std::int64_t number = -1;
      int where = 0;
      if ((u.in_a >> k & 1) != 0) number = a[p++], where |= 1;
      if ((u.in_b >> k & 1) != 0) {
        if (where != 0) REQUIRE(number == b[q]);
        number = b[q++], where |= 2;
      }
      REQUIRE(number > last);
      last = number;
      all[number] = where;
    }
  }
  if (p < a.size()) REQUIRE(a[p] > last);
  if (q < b.size()) REQUIRE(b[q] > last);
  for (; p < a.size(); ++p) all[a[p]] = 1;
  for (; q < b.size(); ++q) all[b[q]] = 2;
  return all;
}
template <class A, class B>
void check(const std::vector<A>& a, const std::vector<B>& b) {
  std::map<std::int64_t, int> expected;
  for (const A x : a) expected[x] |= 1;
  for (const B x : b) expected[x] |= 2;
  CHECK(united(a, b) == expected);
}

TEMPLATE_TEST_CASE("unite_rows: every number once, and whose it is", "[kernel]", std::int32_t, std::int64_t) {
  using Index = TestType;
  bsr_test::random rng(1);
  for (const int below : {5, 30, 70, 400})
    for (const int one_in : {1, 2, 6})
      for (const int other : {1, 3, 9})
        for (int n = 0; n < 10; ++n)
          check(rising<Index>(rng, below, one_in), rising<Index>(rng, below, other));
  constexpr Index last = (std::numeric_limits<Index>::max)();
  check<Index, Index>({0, last - 1, last}, {1, last});
  check<Index, Index>({last}, {last});
  check<Index, Index>({last}, {0});
  // One row lies behind the other, both longer than what is looked at.
  std::vector<Index> low, high;
  for (Index k = 0; k < 100; ++k) low.push_back(k), high.push_back(k + 100);
  check(low, high);
  check(high, low);
  check(low, low);
}

TEST_CASE("unite_rows: indices of two types", "[kernel]") {
  bsr_test::random rng(2);
  for (int n = 0; n < 20; ++n) check(rising<std::int32_t>(rng, 90, 2), rising<std::int64_t>(rng, 90, 3));
}

}  // namespace
