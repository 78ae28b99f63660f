// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/to_dense.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "support/bounds.hpp"
#include "support/golden.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("to_dense: as scipy: duplicates added up, int8 wraps, bool ors", "[convert][golden]") {
  const int cases = for_each_golden("dense", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto expected = dense(golden_dense<T>(c, "dense"));
    const auto a = golden_bsr<T>(c, "a");
    CHECK(difference(bsr::to_dense(a), expected) == "");
    CHECK(difference(bsr::to_dense<bsr::col_major>(a), expected) == "");
    CHECK(difference(bsr::to_dense(golden_csr<T>(c, "csr")), expected) == "");
    CHECK(difference(bsr::to_dense(golden_coo<T>(c, "coo")), expected) == "");
  });
  CHECK(cases >= 100);
}

TEST_CASE("to_dense: every kind of scalar", "[convert]") {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    const auto expected = dense(sample::dense<T>());
    CHECK(difference(bsr::to_dense(sample::matrix<T>()), expected) == "");
    CHECK(difference(bsr::to_dense(sample::matrix<T, bsr::dynamic, bsr::dynamic, std::int64_t>()),
                     expected) == "");
    CHECK(difference(bsr::to_dense<bsr::col_major>(sample::dense<T>()), expected) == "");
  };
  check(bool{});
  check(std::int8_t{});
  check(std::uint8_t{});
  check(std::int16_t{});
  check(std::uint16_t{});
  check(std::int32_t{});
  check(std::uint32_t{});
  check(std::int64_t{});
  check(std::uint64_t{});
  check(float{});
  check(double{});
  check(static_cast<long double>(0));
  check(std::complex<float>{});
  check(std::complex<double>{});
  check(std::complex<long double>{});
}

TEST_CASE("to_dense: into memory of any layout, whatever it held, and nothing beside it", "[convert]") {
  random rng(5);
  for (std::int64_t m = 0; m <= 7; ++m)
    for (std::int64_t n = 0; n <= 7; ++n) {
      INFO(m << "x" << n);
      const auto a =
          random_matrix<float, 3, 2>(rng, {m, n}, {.density = 0.5, .values = numbers::small_integers});
      const auto expected = dense(a);
      guarded<float> by_row(m, n);  // full of NaN
      bsr::to_dense(a, by_row.view());
      CHECK(difference(by_row.view(), expected) == "");
      CHECK(by_row.intact());
      guarded<float, bsr::col_major> by_col(m, n);
      bsr::to_dense(a, by_col.view());
      CHECK(difference(by_col.view(), expected) == "");
      CHECK(by_col.intact());
    }
  std::vector<double> memory(6 * 9 * 6, -1.0);
  bsr::to_dense(sample::matrix<double>(), bsr::dense_view<double, bsr::strided>(memory.data(), 6, 9, 2, 36));
  CHECK(memory[2 * 5 + 36 * 2] == 5);
  CHECK(memory[1] == -1);
}

TEST_CASE("to_dense: what does not fit is refused", "[convert]") {
  bsr::dense_matrix<double> small(6, 8);
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_dense(sample::matrix<double>(), small); }) ==
        "bsr: to_dense(a, x): a is 6x9, x is 6x8.");
  bsr::dense_matrix<double> x(6, 9);
  x(0, 0) = 42;
  const bsr::matrix<double, 2, 3> broken({6, 9}, std::vector<double>(12), {3, 0}, {0, 1, 2, 2});
  CHECK(text_of<bsr::format_error>([&] { bsr::to_dense(broken, x); }) ==
        "bsr: to_dense: column index values must be < 3 (now max 3): block row 0 holds 3.");
  CHECK(x(0, 0) == 42);
  std::vector<double> values{1, 2, 3};
  const std::vector<std::int32_t> indices{0}, indptr{0, 1};
  const bsr::matrix_view<double, 1, 2> a({1, 2}, std::span(values).first(2), indices, indptr);
  CHECK(text_of<bsr::alias_error>([&] { bsr::to_dense(a, bsr::dense_view(values.data() + 1, 1, 2)); }) ==
        "bsr: to_dense(a, x): x (1x2) shares memory with the values of a.");
  CHECK(values == std::vector<double>{1, 2, 3});
}

}  // namespace
