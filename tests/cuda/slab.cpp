// SPDX-License-Identifier: BSD-3-Clause
// Slabs and their descriptors against the tables of CuTe (cuda/oracle/cute.py).
#include "bsr/kernel/cuda/slab.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "cuda/cute_tables.hpp"
#include "cuda/emulator/hopper_isa.hpp"

using namespace bsr::gpu;
using bsr_test::table;

/// Every element of an operand of so many rows or columns, and of as many of k as `Line` bytes hold: by its
/// slice's descriptor, and as the engine's slabs lie.
template <int Bytes, int Line = line_bytes>
static int differences_of_operand(const std::string& name, along order, int columns = 256) {
  const auto& expected = table(name);
  constexpr int width = Line / Bytes;  // elements of a line
  // Along n a slab has as many lines as elements in a line.
  constexpr int lines = Bytes == 2 ? width : slab_lines;
  REQUIRE(static_cast<int>(expected.size()) == columns * width);
  using slab = tile_along_k<Bytes, Line, lines>;
  constexpr int slice_elements = slice_bytes / Bytes;
  constexpr int in_chunk = chunk_bytes / Bytes;
  int wrong = 0;
  for (int n = 0; n < columns; ++n)
    for (int k = 0; k < width; ++k) {
      const int right = Bytes * expected[static_cast<std::size_t>(width * n + k)];
      const bsr_test::emulator::operand_places slice(slab_descriptor(0, order, k / slice_elements, Line));
      wrong += static_cast<int>(slice.at(n, k % slice_elements, order != along::k, Bytes)) != right;
      const int line = order == along::k ? n % lines : k;
      const int in_line = order == along::k ? k : n % width;
      wrong +=
          n / lines * slab::bytes + slab::at(line, in_line / in_chunk) + in_line % in_chunk * Bytes != right;
    }
  return wrong;
}

TEST_CASE("descriptors name the elements that CuTe's do") {
  CHECK(differences_of_operand<2>("wgmma.k", along::k) == 0);
  CHECK(differences_of_operand<2>("wgmma.n", along::n) == 0);
  CHECK(differences_of_operand<1>("wgmma.k.1", along::k) == 0);
  CHECK(differences_of_operand<4>("wgmma.k.4", along::k) == 0);
  CHECK(differences_of_operand<2, 64>("wgmma.k.64", along::k) == 0);
  CHECK(differences_of_operand<2, 64>("wgmma.n.64", along::n, 32) == 0);
  CHECK(differences_of_operand<2, 32>("wgmma.k.32", along::k) == 0);
  CHECK(differences_of_operand<2, 32>("wgmma.n.32", along::n, 16) == 0);
}

TEST_CASE("descriptors have the bits of CuTe's") {
  const auto check = [](const std::string& name, along order, int line) {
    CAPTURE(name);
    const auto& parts = table(name + ".descriptor");
    REQUIRE(parts.size() == 3);
    for (const std::uint32_t at : {0u, 0x400u, 0x2c000u}) {
      const std::uint64_t bits = slab_descriptor(at, order, 0, line);
      CHECK((bits & 0xffff) == at / 16);
      // Nobody asks how far the second slab of an operand is that has one.
      for (int part = order == along::n && line < line_bytes ? 2 : 1; part < 4; ++part)
        CHECK(static_cast<int>(bits >> 16 * part & 0xffff) == parts[static_cast<std::size_t>(part - 1)]);
    }
  };
  check("wgmma.k", along::k, 128);
  check("wgmma.n", along::n, 128);
  check("wgmma.k.1", along::k, 128);
  check("wgmma.k.4", along::k, 128);
  check("wgmma.k.64", along::k, 64);
  check("wgmma.n.64", along::n, 64);
  check("wgmma.k.32", along::k, 32);
  check("wgmma.n.32", along::n, 32);
}

TEST_CASE("a slab has four slices, whatever the elements") {
  static_assert(slices_of_slab == 4);
  static_assert(slab_bytes == 8192);
  static_assert(has_slabs_along_n<bsr::bfloat16> && has_slabs_along_n<bsr::float16>);
  static_assert(!has_slabs_along_n<std::int8_t> && !has_slabs_along_n<float>);
}
