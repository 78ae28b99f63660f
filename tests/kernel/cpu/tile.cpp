// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/tile.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <type_traits>
#include <vector>

namespace {

TEST_CASE("vector_registers: as many as the instruction set has", "[tile]") {
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
    defined(__AVX512VL__)
  STATIC_CHECK(bsr::vector_registers == 32);
#elif defined(__x86_64__)
  STATIC_CHECK(bsr::vector_registers == 16);
#elif defined(__aarch64__)
  STATIC_CHECK(bsr::vector_registers == 32);
#endif
}

TEST_CASE("select_tile: the sums, a row of B and an element of A fit the registers", "[tile]") {
  for (int rows = 1; rows <= 200; ++rows) {
    const bsr::spmm_tile tile = bsr::select_tile(rows);
    INFO(rows << " rows: " << tile.rows << " x " << tile.packs);
    REQUIRE(tile.rows >= 1);
    REQUIRE(tile.packs >= 1);
    REQUIRE(tile.rows * tile.packs + tile.packs + 1 <= bsr::vector_registers);
    // The buffer of a tile holds so many packs a row.
    REQUIRE(tile.packs <= 8);
  }
}

TEST_CASE("select_tile: the strips of a block row have tiles as wide as the panels", "[tile]") {
  // Panels are cut once for the whole block row, the kernel is chosen by the height of a strip.
  for (int rows = 1; rows <= 200; ++rows) {
    const bsr::spmm_tile tile = bsr::select_tile(rows);
    const bsr::strip_cut cut = bsr::cut_rows(rows, tile.rows);
    for (int strip = 0; strip < cut.strips; ++strip) {
      INFO(rows << " rows, strip " << strip << " of " << cut.strips << " has " << cut.rows(strip));
      REQUIRE(bsr::select_tile(cut.rows(strip)).packs >= tile.packs);
      REQUIRE(cut.rows(strip) <= bsr::tallest_tile);
    }
  }
}

TEST_CASE("tallest_tile: the highest of all tiles", "[tile]") {
  int most = 0;
  for (int rows = 1; rows <= 1000; ++rows) most = std::max(most, bsr::select_tile(rows).rows);
  CHECK(bsr::tallest_tile == most);
}

TEST_CASE("panel_unroll: divides the columns of a block", "[tile]") {
  for (int cols = 1; cols <= 200; ++cols) {
    const int unroll = bsr::panel_unroll(cols);
    INFO(cols << " columns: " << unroll);
    REQUIRE(unroll >= 1);
    REQUIRE(unroll <= 8);
    REQUIRE(cols % unroll == 0);
    // Small blocks are unrolled whole, and nothing is left alone that has a divisor up to 7.
    if (cols <= 8) REQUIRE(unroll == cols);
    if (unroll == 1 && cols > 1)
      for (int divisor = 2; divisor <= 7; ++divisor) REQUIRE(cols % divisor != 0);
  }
  STATIC_CHECK(bsr::panel_unroll(0) >= 1);
}

TEST_CASE("panel_distance: at least the next block", "[tile]") {
  for (int cols = 1; cols <= 200; ++cols) {
    INFO(cols << " columns");
    REQUIRE(bsr::panel_distance(cols) >= 1);
    // As far ahead as 8 columns reach, and never further.
    REQUIRE((bsr::panel_distance(cols) == 1 || bsr::panel_distance(cols) * cols <= 8));
    if (cols > 1) REQUIRE(bsr::panel_distance(cols) <= bsr::panel_distance(cols - 1));
  }
  STATIC_CHECK(bsr::panel_prefetch(4));
  STATIC_CHECK(bsr::panel_prefetch(bsr::dynamic));
  STATIC_CHECK_FALSE(bsr::panel_prefetch(64));
}

TEST_CASE("cut_rows: every row once, strips as even as can be, higher ones first", "[tile]") {
  for (int rows = 1; rows <= 200; ++rows)
    for (int height = 1; height <= 20; ++height) {
      const bsr::strip_cut cut = bsr::cut_rows(rows, height);
      INFO(rows << " rows in tiles of " << height << ": " << cut.strips << " strips, " << cut.highest
                << " with " << cut.height);
      REQUIRE(cut.strips == (rows + height - 1) / height);
      REQUIRE(cut.height <= height);
      REQUIRE((cut.highest >= 1 && cut.highest <= cut.strips));
      int next = 0;
      for (int strip = 0; strip < cut.strips; ++strip) {
        REQUIRE(cut.first_row(strip) == next);
        REQUIRE(cut.rows(strip) >= 1);
        REQUIRE(cut.rows(strip) == (strip < cut.highest ? cut.height : cut.height - 1));
        next += cut.rows(strip);
      }
      REQUIRE(next == rows);
    }
  STATIC_CHECK(bsr::cut_rows(17, 8).rows(0) == 6);
  STATIC_CHECK(bsr::cut_rows(17, 8).rows(2) == 5);
}

TEST_CASE("the numbers of SpMV", "[tile]") {
  // Chains hide the time of an addition: several for small blocks, none where the packs of a block suffice.
  for (int packs = 1; packs <= 64; ++packs) {
    INFO(packs << " packs");
    REQUIRE(bsr::spmv_chains(packs) >= 1);
    REQUIRE(bsr::spmv_chains(packs) * packs >= 3);
    if (bsr::spmv_chains(packs) > 1) REQUIRE(bsr::spmv_chains(packs) * packs <= 4);
  }
  STATIC_CHECK(bsr::spmv_distance<float> * sizeof(float) == bsr::spmv_distance<double> * sizeof(double));
  STATIC_CHECK(std::is_same_v<bsr::spmv_list, bsr::square_blocks<1, 2, 3, 4, 5, 6, 8>>);
}

}  // namespace
