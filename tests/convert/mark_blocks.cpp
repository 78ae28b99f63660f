// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/mark_blocks.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"

namespace {

using bsr::dynamic;
using bsr::extent;

TEST_CASE("mark_blocks: what is zero", "[convert]") {
  using bsr::detail::not_zero;
  CHECK(not_zero(0.0) == 0);
  CHECK(not_zero(-0.0f) == 0);
  CHECK(not_zero(false) == 0);
  CHECK(not_zero(std::complex<double>(0.0, -0.0)) == 0);
  CHECK(not_zero(std::numeric_limits<double>::quiet_NaN()) == 1);
  CHECK(not_zero(std::numeric_limits<float>::denorm_min()) == 1);
  CHECK(not_zero(std::numeric_limits<float>::infinity()) == 1);
  CHECK(not_zero(std::complex<float>(0.0f, 1.0f)) == 1);
  CHECK(not_zero(std::int8_t{-128}) == 1);
}

/// Numbers that are zero, and numbers that are not though some of their bits or parts are.
template <class T>
std::vector<T> zeros() {
  if constexpr (bsr::is_complex<T>) {
    using R = typename T::value_type;
    return {T(), T(R(-0.0), R(0)), T(R(0), R(-0.0))};
  } else if constexpr (std::same_as<T, bool> || std::integral<T>) {
    return {T()};
  } else {
    return {T(0.0f), T(-0.0f)};
  }
}
template <class T>
std::vector<T> others() {
  if constexpr (bsr::is_complex<T>) {
    using R = typename T::value_type;
    return {T(R(0), R(1)), T(std::numeric_limits<R>::denorm_min(), R(0)),
            T(R(-0.0), std::numeric_limits<R>::quiet_NaN())};
  } else if constexpr (std::same_as<T, bool>) {
    return {true};
  } else if constexpr (std::integral<T>) {
    return {T(1), std::numeric_limits<T>::min() == 0 ? std::numeric_limits<T>::max()
                                                     : std::numeric_limits<T>::min()};
  } else if constexpr (std::floating_point<T>) {
    return {T(1), -std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::quiet_NaN(),
            -std::numeric_limits<T>::infinity()};
  } else {
    return {T(1.0f), T(-2.0f), T(std::numeric_limits<float>::quiet_NaN())};
  }
}

template <class T, class Layout, int R, int C>
void compare(std::int64_t m, std::int64_t n, extent<R> rows, extent<C> cols) {
  bsr::dense_matrix<T, Layout> x(m, n);
  std::uint32_t state = 12345;
  const auto next = [&](std::size_t size) {
    state = state * 1664525u + 1013904223u;
    return static_cast<std::size_t>(state >> 8) % size;
  };
  const auto zero = zeros<T>();
  const auto other = others<T>();
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      x(i, j) = next(5) == 0 ? other[next(other.size())] : zero[next(zero.size())];
  bsr::detail::block_marker<T, Layout, R, C> mark(std::as_const(x).view(), rows, cols);
  const std::int64_t block_rows = (m + rows.value() - 1) / rows.value();
  const std::int64_t block_cols = (n + cols.value() - 1) / cols.value();
  std::vector<std::uint8_t> hit(static_cast<std::size_t>(mark.panel() * mark.chunk()), 7);
  for (std::int64_t i = 0; i < block_rows; i += mark.panel())
    for (std::int64_t j = 0; j < block_cols; j += mark.chunk()) {
      const std::int64_t last_i = std::min(i + mark.panel(), block_rows);
      const std::int64_t last_j = std::min(j + mark.chunk(), block_cols);
      mark(i, last_i, j, last_j, hit.data());
      for (std::int64_t p = i; p < last_i; ++p)
        for (std::int64_t q = j; q < last_j; ++q) {
          bool any = false;
          for (std::int64_t r = p * rows.value(); r < std::min(m, (p + 1) * rows.value()); ++r)
            for (std::int64_t c = q * cols.value(); c < std::min(n, (q + 1) * cols.value()); ++c)
              any |= !(x(r, c) == T{});
          if (hit[static_cast<std::size_t>((p - i) * mark.chunk() + q - j)] != any)
            FAIL("block (" << p << ", " << q << ") of " << rows.value() << "x" << cols.value() << " in " << m
                           << "x" << n);
        }
    }
}

TEMPLATE_TEST_CASE("mark_blocks: every block of every type is seen", "[convert]", float, double, long double,
                   bool, std::int8_t, std::uint16_t, std::int32_t, std::uint64_t, bsr::float16, bsr::bfloat16,
                   std::complex<float>, std::complex<double>, std::complex<long double>) {
  const auto sizes = [](auto rows, auto cols) {
    for (const std::int64_t m : {1, 7, 300})
      for (const std::int64_t n : {1, 13, 129, 700}) {
        compare<TestType, bsr::row_major>(m, n, rows, cols);
        compare<TestType, bsr::col_major>(m, n, rows, cols);
      }
  };
  sizes(extent<1>(), extent<1>());
  sizes(extent<2>(), extent<3>());
  sizes(extent<4>(), extent<1>());
  sizes(extent<8>(), extent<8>());
  sizes(extent<dynamic>(5), extent<dynamic>(7));
  sizes(extent<dynamic>(1), extent<dynamic>(40));
  sizes(extent<dynamic>(2000), extent<dynamic>(2000));
}

TEST_CASE("mark_blocks: a row longer than a piece", "[convert]") {
  compare<float, bsr::row_major>(5, 20011, extent<2>(), extent<3>());
  compare<double, bsr::row_major>(3, 9001, extent<dynamic>(2), extent<dynamic>(5000));
  compare<double, bsr::row_major>(1, 9001, extent<1>(), extent<1>());
}

TEST_CASE("mark_blocks: marks become columns", "[convert]") {
  std::uint32_t state = 1;
  for (const std::uint32_t density : {0u, 1u, 10u, 50u, 100u})
    for (std::int64_t n = 0; n < 300; n += n < 140 ? 1 : 37) {
      std::vector<std::uint8_t> hit(static_cast<std::size_t>(n));
      std::vector<std::int32_t> expected;
      for (std::size_t k = 0; k < hit.size(); ++k) {
        state = state * 1664525u + 1013904223u;
        hit[k] = (state >> 8) % 100 < density;
        if (hit[k] != 0) expected.push_back(1000 + static_cast<std::int32_t>(k));
      }
      std::vector<std::int32_t> found(expected.size() + bsr::detail::list_slack + 1, -1);
      std::int32_t* const end = bsr::detail::list_marked(hit.data(), n, 1000, found.data());
      REQUIRE(end - found.data() == static_cast<std::ptrdiff_t>(expected.size()));
      CHECK(found.back() == -1);
      found.resize(expected.size());
      CHECK(found == expected);
    }
}

}  // namespace
