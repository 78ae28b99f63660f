// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"

using namespace bsr_test;

namespace {

#if BSR_HAS_OPENMP
constexpr int most_threads = 3;
#else
constexpr int most_threads = 1;
#endif

/// Any value of the type, the outermost ones often.
template <class T>
T any_byte(bsr_test::random& rng) {
  if (rng.chance(0.3)) return std::numeric_limits<T>::min();
  if (rng.chance(0.2)) return std::numeric_limits<T>::max();
  return static_cast<T>(rng.bits());
}

/// C = alpha A B by the kernel, exactly, for static blocks and the same at run time.
template <class TA, class TB, class TC, int R, int C, class LayoutC = bsr::row_major>
void check(std::int64_t block_rows, std::int64_t block_cols, std::initializer_list<int> columns) {
  bsr_test::random rng(static_cast<std::uint64_t>(100 * R + C));
  auto a = random_matrix<TA, R, C>(rng, {block_rows * R, block_cols * C}, wild);
  for (TA& v : a.data()) v = any_byte<TA>(rng);
  const auto dense_a = bsr::to_dense(bsr::astype<std::int64_t>(a));
  for (const int n : columns) {
    guarded<TB> b(a.cols(), n);
    for (std::int64_t i = 0; i < a.cols(); ++i)
      for (std::int64_t j = 0; j < n; ++j) b.view()(i, j) = any_byte<TB>(rng);
    const TC alpha = n % 2 == 0 ? TC(1) : TC(-3);
    const auto run = [&](const auto& view) {
      using A = std::remove_cvref_t<decltype(view)>;
      using problem =
          bsr::spmm_problem<A, bsr::op::none, bsr::dense_view<const TB>, bsr::dense_view<TC, LayoutC>>;
      static_assert(bsr::micro::spmm_bytes<problem>::fits);
      for (int threads = 1; threads <= most_threads; ++threads) {
        guarded<TC, LayoutC> c(a.rows(), n);
        const bsr::dense_view<const TB> b_view = b.view();
        bsr::micro::spmm_bytes<problem>::run(bsr::cpu{.threads = threads},
                                             problem{alpha, view, b_view, c.view(), {}});
        REQUIRE(c.intact());
        for (std::int64_t i = 0; i < a.rows(); ++i)
          for (std::int64_t j = 0; j < n; ++j) {
            std::int64_t sum = 0;
            for (std::int64_t k = 0; k < a.cols(); ++k) sum += dense_a(i, k) * b.view()(k, j);
            INFO("n = " << n << ", element (" << i << ", " << j << "), blocks " << R << "x" << C);
            REQUIRE(c.view()(i, j) == static_cast<TC>(static_cast<std::int64_t>(alpha) * sum));
          }
      }
    };
    if constexpr (R == 16) run(bsr::input(a));
    run(bsr::matrix_view<const TA>(bsr::input(a)));
  }
}

using s8 = std::int8_t;
using u8 = std::uint8_t;

}  // namespace

TEST_CASE("spmm_bytes is exact for every sign, and does not saturate") {
  const auto sizes = {0, 1, 3, 8, 16, 31, 32, 33, 70};
  SECTION("signed, signed") { check<s8, s8, std::int32_t, 16, 16>(4, 5, sizes); }
  SECTION("signed, unsigned") { check<s8, u8, std::int32_t, 16, 16>(4, 5, sizes); }
  SECTION("unsigned, signed") { check<u8, s8, std::int32_t, 4, 8>(9, 5, sizes); }
  SECTION("unsigned, unsigned") { check<u8, u8, std::int32_t, 5, 12>(4, 5, sizes); }
}

TEST_CASE("spmm_bytes takes blocks that it packs, and leaves others to spmm_panel") {
  check<s8, s8, std::int32_t, 32, 32>(3, 4, {17, 64});
  check<s8, s8, std::int32_t, 3, 5>(4, 6, {17});
  check<s8, s8, std::int32_t, 1, 4>(40, 6, {17});
  check<s8, s8, std::int32_t, 14, 4>(130, 3, {33});  // more strips than it keeps row sums for
}

TEST_CASE("spmm_bytes: depths for two packs of columns, for one, and for none") {
  check<s8, s8, std::int32_t, 4, 16>(2, 100, {33});
  check<s8, s8, std::int32_t, 4, 16>(2, 190, {33});
  check<s8, s8, std::int32_t, 4, 16>(2, 400, {33});
}

TEST_CASE("spmm_bytes stores by columns, and as float") {
  check<s8, s8, std::int32_t, 16, 16, bsr::col_major>(4, 5, {1, 40});
  check<s8, u8, float, 16, 16>(4, 5, {1, 40});
}

TEST_CASE("Rows of -128: sums of 4096 of the largest products") {
  bsr::matrix<s8, 4, 64> a(
      {4, 4096}, std::vector<s8>(4 * 4096, s8(-128)),
      [] {
        std::vector<int> all(64);
        for (int i = 0; i < 64; ++i) all[static_cast<std::size_t>(i)] = i;
        return all;
      }(),
      std::vector<int>{0, 64});
  bsr::dense_matrix<s8> b(4096, 20);
  for (std::int64_t i = 0; i < 4096; ++i)
    for (std::int64_t j = 0; j < 20; ++j) b(i, j) = j % 2 == 0 ? s8(-128) : s8(127);
  bsr::dense_matrix<std::int32_t> c(4, 20);
  c = a * b;
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 20; ++j) REQUIRE(c(i, j) == 4096 * -128 * (j % 2 == 0 ? -128 : 127));
}

TEST_CASE("dot_bytes and interleave_bytes") {
  using P = bsr::detail::word_pack;
  bsr_test::random rng(2);
  std::vector<u8> bytes(4 * 64);
  for (u8& v : bytes) v = any_byte<u8>(rng);
  for (int count = 0; count <= P::size; ++count) {
    std::int32_t words[P::size];
    bsr::detail::interleave_bytes(bytes.data(), 64, 4, count, 0x80).store(words);
    u8 four[4 * P::size];
    std::memcpy(four, words, sizeof four);
    for (int l = 0; l < P::size; ++l)
      for (int i = 0; i < 4; ++i)
        REQUIRE(four[4 * l + i] == ((l < count ? bytes[static_cast<std::size_t>(64 * i + l)] : 0) ^ 0x80));
  }
  std::vector<u8> x(4 * P::size);
  std::vector<s8> y(4 * P::size);
  for (u8& v : x) v = any_byte<u8>(rng);
  for (s8& v : y) v = any_byte<s8>(rng);
  std::int32_t sums[P::size], left[P::size], right[P::size];
  std::memcpy(left, x.data(), sizeof left);
  std::memcpy(right, y.data(), sizeof right);
  bsr::detail::dot_bytes(P::broadcast(7), P::load(left), P::load(right)).store(sums);
  for (int l = 0; l < P::size; ++l) {
    int sum = 7;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t at = 4 * static_cast<std::size_t>(l) + i;
      sum += x[at] * y[at];
    }
    REQUIRE(sums[l] == sum);
  }
}
