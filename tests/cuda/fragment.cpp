// SPDX-License-Identifier: BSD-3-Clause
// Every entry of the maps of fragments and swizzles against the tables of CuTe (cuda/oracle/cute.py).
#include "bsr/kernel/cuda/fragment.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "bsr/kernel/cuda/swizzle.hpp"
#include "cuda/cute_tables.hpp"

using namespace bsr::gpu;
using bsr_test::table;

/// All elements of all lanes: `index(place)` must be what the table says.
template <class Place, class Number>
static void check_lanes(const std::string& name, int elements, const Place& where, const Number& number) {
  CAPTURE(name);
  const auto& expected = table(name);
  REQUIRE(static_cast<int>(expected.size()) == 32 * elements);
  int wrong = 0;
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < elements; ++i)
      wrong += number(where(lane, i)) != expected[static_cast<std::size_t>(lane * elements + i)];
  CHECK(wrong == 0);
}
template <class Map>
static void check_mma(const std::string& name) {
  check_lanes(name + ".a", Map::a_elements, Map::a, [](place p) { return p.row + 16 * p.col; });
  check_lanes(name + ".b", Map::b_elements, Map::b, [](place p) { return p.col + 8 * p.row; });
  check_lanes(name + ".c", Map::c_elements, Map::c, [](place p) { return p.row + 16 * p.col; });
}

TEST_CASE("the registers of mma.sync hold the elements that CuTe says they hold") {
  check_mma<mma_fragment<2>>("m16n8k16.f16");
  check_mma<mma_fragment<2>>("m16n8k16.bf16");
  check_mma<mma_fragment<4>>("m16n8k8.tf32");
  check_mma<mma_fragment<1>>("m16n8k32.s8");
  check_mma<mma_fragment<1, 16>>("m16n8k16.s8");
}

TEST_CASE("m8n8k4 of doubles is the upper and the lower half of a fragment") {
  using map = mma_fragment<8>;
  for (int half = 0; half < 2; ++half) {
    check_lanes(
        "m8n8k4.f64.a", 1, [&](int lane, int) { return map::a(lane, half); },
        [&](place p) { return p.row - 8 * half + 8 * p.col; });
    check_lanes(
        "m8n8k4.f64.c", 2, [&](int lane, int i) { return map::c(lane, 2 * half + i); },
        [&](place p) { return p.row - 8 * half + 8 * p.col; });
  }
  check_lanes("m8n8k4.f64.b", 1, map::b, [](place p) { return p.col + 8 * p.row; });
}

TEST_CASE("ldmatrix hands out the elements that CuTe says it does") {
  for (const bool transposed : {false, true}) {
    const auto& bits = table(transposed ? "ldmatrix.trans.bits" : "ldmatrix.bits");
    REQUIRE(bits.size() == 32 * 128);
    int wrong = 0;
    for (int lane = 0; lane < 32; ++lane)
      for (int matrix = 0; matrix < 4; ++matrix)
        for (int i = 0; i < 2; ++i) {
          const place p = loaded_matrix(lane, i, transposed);
          const auto first = static_cast<std::size_t>(lane * 128 + matrix * 32 + i * 16);
          wrong += bits[first] != matrix * 1024 + p.row * 128 + p.col * 16;
        }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the threads of a warpgroup hold the sums that CuTe says they hold") {
  const auto differences = [](const std::string& name, int sums) {
    const auto& expected = table(name);
    REQUIRE(static_cast<int>(expected.size()) == 128 * sums);
    int wrong = 0;
    for (int thread = 0; thread < 128; ++thread)
      for (int i = 0; i < sums; ++i) {
        const place p = wgmma_fragment::c(thread, i);
        wrong += p.row + 64 * p.col != expected[static_cast<std::size_t>(sums * thread + i)];
      }
    return wrong;
  };
  CHECK(differences("wgmma.c", 128) == 0);
  CHECK(differences("wgmma.32.c", 16) == 0);
  CHECK(differences("wgmma.16.c", 8) == 0);
}

/// Where a tile puts each element of 8 rows, counted in elements.
template <class Tile, int Bytes>
static int differences(const std::string& name, bool columns_first) {
  const auto& expected = table(name);
  constexpr int in_chunk = chunk_bytes / Bytes;
  const int width = static_cast<int>(expected.size()) / 8;
  int wrong = 0;
  for (int row = 0; row < 8; ++row)
    for (int e = 0; e < width; ++e) {
      const int at = Tile::at(row, e / in_chunk) / Bytes + e % in_chunk;
      wrong += at != expected[static_cast<std::size_t>(columns_first ? e * 8 + row : row * width + e)];
    }
  return wrong;
}

TEST_CASE("tiles lie where the hardware's swizzles put them") {
  CHECK(differences<tile_along_k<2, 128, 8>, 2>("k.128.2", false) == 0);
  CHECK(differences<tile_along_k<2, 64, 8>, 2>("k.64.2", false) == 0);
  CHECK(differences<tile_along_k<2, 32, 8>, 2>("k.32.2", false) == 0);
  CHECK(differences<tile_along_k<4, 128, 8>, 4>("k.128.4", false) == 0);
  CHECK(differences<tile_along_k<4, 64, 8>, 4>("k.64.4", false) == 0);
  CHECK(differences<tile_along_k<4, 32, 8>, 4>("k.32.4", false) == 0);
  CHECK(differences<tile_along_k<1, 128, 8>, 1>("k.128.1", false) == 0);
  CHECK(differences<tile_along_k<1, 64, 8>, 1>("k.64.1", false) == 0);
  CHECK(differences<tile_along_k<1, 32, 8>, 1>("k.32.1", false) == 0);
  CHECK(differences<tile_along_n<2, 128, 8>, 2>("n.128.2", true) == 0);
}
