// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/n_of_m.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "bsr/construct/random.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("n of m: by hand", "[prune]") {
  bsr::matrix<float, 2, 4> a({2, 4}, {1, -3, 2, 0, 5, 5, -5, 5}, {0}, {0, 1});
  bsr::prune::n_of_m(a, 2, 4);
  CHECK(std::vector<float>(a.data().begin(), a.data().end()) == std::vector<float>{0, -3, 2, 0, 5, 5, 0, 0});
  bsr::matrix<float, 2, 4> b({2, 4}, {1, -3, 2, 0, 5, 5, -5, 5}, {0}, {0, 1});
  bsr::prune::n_of_m(b.view(), 1, 2, 0.5);
  CHECK(std::vector<float>(b.data().begin(), b.data().end()) ==
        std::vector<float>{0.5f, -3, 2, 0, 5, 2.5f, -5, 2.5f});
}

TEST_CASE("n of m: counts are exact", "[prune]") {
  for (const int m : {2, 4, 8})
    for (int n = 1; n <= m; ++n) {
      auto a = bsr::random<double, 8>({64, 64}, 0.3, 5);
      bsr::prune::n_of_m(a, n, m);
      std::int64_t left = 0;
      for (const double x : a.data()) left += x != 0 ? 1 : 0;
      CHECK(left == a.nnz() / m * n);
    }
}

TEST_CASE("n of m: what is refused, and nothing has changed", "[prune]") {
  auto a = bsr::random<float, 2, 4>({4, 8}, 1, 5);
  a.data()[13] = std::nanf("");
  const auto before = a;
  CHECK(text_of<bsr::error>([&] { bsr::prune::n_of_m(a, 3, 2); }) ==
        "bsr: prune: n_of_m(a, 3, 2): n lies between 1 and m.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::prune::n_of_m(a, 2, 3); }) ==
        "bsr: prune: n_of_m(a, 2, 3): rows of 2x4 blocks do not consist of groups of 3.");
  CHECK(text_of<bsr::error>([&] { bsr::prune::n_of_m(a, 2, 4); }) ==
        "bsr: prune: n_of_m: element (1, 1) of stored block 1 is NaN.");
  for (std::size_t k = 0; k < 12; ++k) CHECK(a.data()[k] == before.data()[k]);
}

}  // namespace
