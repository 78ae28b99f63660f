// SPDX-License-Identifier: BSD-3-Clause
// Halves in packs of floats: every bit pattern, and what is rounded.
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_halves.hpp"
#include "support/fence.hpp"
#include "support/random.hpp"

using P = bsr::simd::pack<float>;
using bsr::bfloat16;
using bsr::float16;

namespace {

bool same(float x, float y) {
  return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (x != x && y != y);
}

template <class Half>
void all_patterns() {
  for (std::uint32_t bits = 0; bits < 65536; bits += static_cast<std::uint32_t>(2 * P::size)) {
    Half in[2 * P::size];
    for (int l = 0; l < 2 * P::size; ++l)
      in[l] = Half::from_bits(static_cast<std::uint16_t>(bits + static_cast<std::uint32_t>(l)));
    float out[2 * P::size];
    P::load_from(in).store(out);
    P::load_from(in + P::size).store(out + P::size);
    for (int l = 0; l < 2 * P::size; ++l) REQUIRE(same(out[l], float(in[l])));
    P first, second;
    bsr::detail::load_two<false>(in, 2 * P::size, first, second);
    bsr::detail::order_two<Half>(first, second);
    first.store(out);
    second.store(out + P::size);
    for (int l = 0; l < 2 * P::size; ++l) REQUIRE(same(out[l], float(in[l])));
  }
}

template <class Half>
void parts() {
  const bsr_test::fence page;
  for (int n = 0; n <= 2 * P::size; ++n) {
    Half* const in = page.last<Half>(n);
    for (int l = 0; l < n; ++l) in[l] = Half(l + 1);
    P first, second;
    bsr::detail::load_two<true>(in, n, first, second);
    bsr::detail::order_two<Half>(first, second);
    float out[2 * P::size];
    first.store(out);
    second.store(out + P::size);
    for (int l = 0; l < 2 * P::size; ++l) REQUIRE(out[l] == (l < n ? static_cast<float>(l + 1) : 0));
    if (n > P::size) continue;
    P::load_from(in, P::first(n)).store(out);
    for (int l = 0; l < P::size; ++l) REQUIRE(out[l] == (l < n ? static_cast<float>(l + 1) : 0));
    P::broadcast(-3).store_to(in, P::first(n));
    for (int l = 0; l < n; ++l) REQUIRE(float(in[l]) == -3);
  }
}

template <class Half>
void rounding() {
  bsr_test::random rng(1);
  std::vector<float> values{0.0f,
                            -0.0f,
                            65504.0f,
                            65519.9f,
                            65520.0f,
                            3.4e38f,
                            std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN(),
                            0x1p-24f,
                            0x1p-25f,
                            0x1.8p-25f,
                            0x1p-133f,
                            0x1p-134f};
  for (int i = 0; i < 20000; ++i) {
    // Any bits, and the middle between two halves with a last bit more or less.
    auto bits = static_cast<std::uint32_t>(rng.bits());
    values.push_back(std::bit_cast<float>(bits));
    bits = (bits & 0xffff0000u) | 0x8000u;
    values.push_back(std::bit_cast<float>(bits + static_cast<std::uint32_t>(rng.below(3)) - 1));
    const float middle = float(float16::from_bits(static_cast<std::uint16_t>(rng.bits())));
    values.push_back(std::bit_cast<float>(std::bit_cast<std::uint32_t>(middle) + 0x1000u +
                                          static_cast<std::uint32_t>(rng.below(3)) - 1));
  }
  while (values.size() % static_cast<std::size_t>(P::size) != 0) values.push_back(1);
  for (std::size_t at = 0; at < values.size(); at += static_cast<std::size_t>(P::size)) {
    Half out[P::size];
    P::load(values.data() + at).store_to(out, P::first(P::size));
    for (std::size_t l = 0; l < static_cast<std::size_t>(P::size); ++l) {
      INFO(values[at + l]);
      REQUIRE(out[l].bits() == Half(values[at + l]).bits());
    }
  }
}

}  // namespace

TEST_CASE("pack: halves are loaded as the floats that they are") {
  all_patterns<bfloat16>();
  all_patterns<float16>();
  parts<bfloat16>();
  parts<float16>();
}

TEST_CASE("pack: floats are stored as halves as the constructors round them") {
  rounding<bfloat16>();
  rounding<float16>();
}
