// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/bytes_cases.hpp"

using namespace bsr_test;
using s8 = std::int8_t;
using u8 = std::uint8_t;

template <class TA, class TB, class TC, int R, int C, class LayoutC = bsr::row_major>
static void check(std::int64_t block_rows, std::int64_t block_cols, std::initializer_list<int> columns) {
  check_bytes<bsr::micro::spmm_bytes, bsr::row_major, LayoutC, TA, TB, TC, R, C>(block_rows, block_cols,
                                                                                 columns);
}

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

TEST_CASE("spmm_bytes: a deep B in parts, more strips than keep their sums at once") {
  check<s8, s8, std::int32_t, 4, 64>(40, 52, {18});
  check<u8, s8, float, 13, 64>(4, 52, {3, 17});
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
