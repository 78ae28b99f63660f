// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/pack_squares.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

TEMPLATE_TEST_CASE("rows become columns in registers, and as they are loaded", "[pack]", float, double,
                   std::int32_t) {
  using P = bsr::simd::pack<TestType>;
  constexpr int size = P::size, ld = size + 3;
  TestType in[size * ld];
  for (int i = 0; i < size * ld; ++i) in[i] = static_cast<TestType>(i);
  P rows[size], columns[size];
  for (int i = 0; i < size; ++i) rows[i] = P::load(in + i * ld);
  bsr::detail::transpose_square(rows);
  bsr::detail::load_columns(in, ld, columns);
  TestType from_rows[size], from_memory[size];
  for (int i = 0; i < size; ++i) {
    rows[i].store(from_rows);
    columns[i].store(from_memory);
    for (int j = 0; j < size; ++j) {
      REQUIRE(from_rows[j] == in[j * ld + i]);
      REQUIRE(from_memory[j] == in[j * ld + i]);
    }
  }
}
