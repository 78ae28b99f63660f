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

/// Every element of an operand of 256 rows or columns and 128 bytes of k: by its slice's descriptor, and as
/// the engine's slabs lie.
template <int Bytes>
static int differences_of_operand(const std::string& name, along order) {
  constexpr int width = line_bytes / Bytes;  // elements of a line
  const auto& expected = table(name);
  const int depth = order == along::k ? width : slab_lines;
  REQUIRE(static_cast<int>(expected.size()) == 256 * depth);
  using slab = tile_along_k<Bytes, line_bytes, slab_lines>;
  constexpr int slice_elements = slice_bytes / Bytes;
  constexpr int in_chunk = chunk_bytes / Bytes;
  int wrong = 0;
  for (int n = 0; n < 256; ++n)
    for (int k = 0; k < depth; ++k) {
      const int right = Bytes * expected[static_cast<std::size_t>(depth * n + k)];
      const bsr_test::emulator::operand_places slice(slab_descriptor(0, order, k / slice_elements));
      wrong += static_cast<int>(slice.at(n, k % slice_elements, order != along::k, Bytes)) != right;
      const int line = order == along::k ? n % slab_lines : k;
      const int in_line = order == along::k ? k : n % slab_lines;
      wrong +=
          n / slab_lines * slab_bytes + slab::at(line, in_line / in_chunk) + in_line % in_chunk * Bytes !=
          right;
    }
  return wrong;
}

TEST_CASE("descriptors name the elements that CuTe's do") {
  CHECK(differences_of_operand<2>("wgmma.k", along::k) == 0);
  CHECK(differences_of_operand<2>("wgmma.n", along::n) == 0);
  CHECK(differences_of_operand<1>("wgmma.k.1", along::k) == 0);
  CHECK(differences_of_operand<4>("wgmma.k.4", along::k) == 0);
}

TEST_CASE("descriptors have the bits of CuTe's") {
  const auto check = [](const std::string& name, along order) {
    CAPTURE(name);
    const auto& parts = table(name + ".descriptor");
    REQUIRE(parts.size() == 3);
    for (const std::uint32_t at : {0u, 0x400u, 0x2c000u}) {
      const std::uint64_t bits = slab_descriptor(at, order, 0);
      CHECK((bits & 0xffff) == at / 16);
      for (int part = 1; part < 4; ++part)
        CHECK(static_cast<int>(bits >> 16 * part & 0xffff) == parts[static_cast<std::size_t>(part - 1)]);
    }
  };
  check("wgmma.k", along::k);
  check("wgmma.n", along::n);
  check("wgmma.k.1", along::k);
  check("wgmma.k.4", along::k);
}

TEST_CASE("a slab has four slices, whatever the elements") {
  static_assert(slices_of_slab == 4);
  static_assert(slab_bytes == 8192);
  static_assert(has_slabs_along_n<bsr::bfloat16> && has_slabs_along_n<bsr::float16>);
  static_assert(!has_slabs_along_n<std::int8_t> && !has_slabs_along_n<float>);
}
