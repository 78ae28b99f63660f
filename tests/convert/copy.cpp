// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/copy.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <vector>

#include "support/bounds.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class From, class To>
void check_copy(random& rng, std::int64_t m, std::int64_t n) {
  INFO(m << "x" << n);
  const guarded<float, From> x(random_dense<float>(rng, m, n));
  guarded<float, To> y(m, n);
  bsr::copy(x.view(), y.view());
  CHECK(difference(y.view(), dense(x.view())) == "");
  CHECK(y.intact());
}

TEST_CASE("copy: every pair of layouts, sizes around the tile", "[convert]") {
  random rng(2);
  for (const std::int64_t m : {0, 1, 5, 31, 32, 33, 70})
    for (const std::int64_t n : {0, 1, 4, 32, 65}) {
      check_copy<bsr::row_major, bsr::row_major>(rng, m, n);
      check_copy<bsr::row_major, bsr::col_major>(rng, m, n);
      check_copy<bsr::col_major, bsr::row_major>(rng, m, n);
      check_copy<bsr::col_major, bsr::col_major>(rng, m, n);
    }
  const auto x = random_dense<float>(rng, 4, 5);
  std::vector<float> memory(4 * 5 * 3, -1);
  const bsr::dense_view<float, bsr::strided> y(memory.data(), 4, 5, 3, 12);
  bsr::copy(x, y);
  CHECK(difference(y, dense(x)) == "");
  CHECK(memory[1] == -1.0f);
}

TEST_CASE("copy: other element types convert", "[convert]") {
  const std::array<double, 3> x{1.9, -2.5, 3};
  std::array<int, 3> y{};
  bsr::copy(x, y);
  CHECK(y == std::array<int, 3>{1, -2, 3});
  std::array<std::complex<float>, 3> z{};
  bsr::copy(y, z);
  CHECK(z[1] == std::complex<float>(-2, 0));
}

TEST_CASE("copy: vectors with strides", "[convert]") {
  const std::vector<double> x{1, 2, 3, 4, 5, 6};
  std::vector<double> y(3);
  bsr::copy(bsr::vector_view<const double>(x.data(), 3, 2), y);
  CHECK(y == std::vector<double>{1, 3, 5});
}

TEST_CASE("copy: onto itself nothing, beside itself something, across itself an error", "[convert]") {
  random rng(3);
  auto x = random_dense<double>(rng, 4, 6);
  const auto before = dense(x);
  bsr::copy(x, x);
  CHECK(difference(x, before) == "");
  // Interleaved columns of one buffer are apart.
  bsr::copy(x.view().block(0, 0, 4, 3), x.view().block(0, 3, 4, 3));
  CHECK(difference(x.view().block(0, 3, 4, 3), dense(x.view().block(0, 0, 4, 3))) == "");
  CHECK(text_of<bsr::alias_error>([&] {
          bsr::copy(x.view().block(0, 0, 4, 3), x.view().block(0, 2, 4, 3));
        }) == "bsr: copy(from, to): `to` (4x3) shares memory with `from` without being the same elements.");
  CHECK(text_of<bsr::alias_error>([&] {
          bsr::copy(transpose(x.view().block(0, 0, 4, 4)), x.view().block(0, 0, 4, 4));
        }).starts_with("bsr: copy(from, to)"));
  std::vector<float> v(5);
  CHECK(text_of<bsr::alias_error>(
            [&] { bsr::copy(bsr::vector_view(v.data(), 4), bsr::vector_view(v.data() + 1, 4)); }) ==
        "bsr: copy(from, to): `to` (4 elements) shares memory with `from` without being the same elements.");
}

TEST_CASE("copy: shapes that differ are refused", "[convert]") {
  const bsr::dense_matrix<double> x(2, 3);
  bsr::dense_matrix<double> y(3, 2);
  CHECK(text_of<bsr::shape_error>([&] { bsr::copy(x, y); }) ==
        "bsr: copy(from, to): from is 2x3, to is 3x2.");
  std::vector<double> u(2), v(3);
  CHECK(text_of<bsr::shape_error>([&] { bsr::copy(u, v); }) ==
        "bsr: copy(from, to): from has 2 elements, to has 3.");
}

}  // namespace
