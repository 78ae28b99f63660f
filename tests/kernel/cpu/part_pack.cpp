// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/part_pack.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "support/fence.hpp"

template <class T, int N>
static void check_part() {
  if constexpr (bsr::detail::has_part_pack<T, N>) {
    using P = bsr::detail::part_pack<T, N>;
    const auto values = [](const P& p) {
      std::array<T, N> x;
      p.store(x.data());
      return x;
    };
    std::array<T, 2 * N> from;
    for (std::size_t l = 0; l < from.size(); ++l) from[l] = static_cast<T>(l) * T(0.1) - T(0.35);
    const P a = P::load(from.data()), b = P::load(from.data() + N), c = P::broadcast(T(-0.0));
    CHECK(std::signbit(values(c)[N - 1]));
    for (std::size_t l = 0; l < N; ++l) {
      CHECK(values(a)[l] == from[l]);
      CHECK(values(a * b)[l] == from[l] * from[l + N]);
      CHECK(values(fma(a, b, a))[l] == std::fma(from[l], from[l + N], from[l]));
      CHECK(values(P::shuffle(a, b, [](int lane) { return 2 * lane; }))[l] == from[2 * l]);
    }
    const auto repeated = [&]<int Count>(std::integral_constant<int, Count>) {
      if constexpr (Count <= N) {
        const bsr_test::fence page;
        T* const few = page.last<T>(Count);
        std::copy(from.begin(), from.begin() + Count, few);
        for (std::size_t l = 0; l < N; ++l)
          CHECK(values(P::template load_repeated<Count>(few))[l] == few[l % Count]);
      }
    };
    repeated(std::integral_constant<int, 1>());
    repeated(std::integral_constant<int, 2>());
    repeated(std::integral_constant<int, 4>());
    repeated(std::integral_constant<int, 8>());
    const bsr_test::fence page;
    T* const last = page.last<T>(N - 1);
    a.template store_first<N - 1>(last);
    CHECK(std::equal(last, last + N - 1, from.begin()));
  }
}

TEST_CASE("parts of a register compute as registers do", "[pack]") {
  check_part<float, 4>();
  check_part<float, 8>();
  check_part<double, 2>();
  check_part<double, 4>();
  // What would not be a part.
  STATIC_CHECK(!bsr::detail::has_part_pack<float, bsr::simd::pack<float>::size>);
  STATIC_CHECK(!bsr::detail::has_part_pack<double, bsr::simd::pack<double>::size>);
  STATIC_CHECK(!bsr::detail::has_part_pack<std::int32_t, 4>);
}
