// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/tile.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace bsr::gpu;

TEST_CASE("every tile that can be selected is one that spmm_mma can run") {
  for (const int bytes : {1, 2, 4, 8})
    for (const int rows : {16, 32, 64, 128})
      for (const int depth_bytes : {32, 64, 128})
        for (const int limit : {99 << 10, 163 << 10, 227 << 10}) {
          CAPTURE(bytes, rows, depth_bytes, limit);
          const spmm_tile tile = select_tile(bytes, rows, depth_bytes / bytes, limit);
          CHECK(tile.is_valid());
          CHECK(tile.shared_bytes() <= limit);
          CHECK(tile.block_rows == rows);
          // Accumulators: at most 128 registers of a lane.
          CHECK(tile.rows_of_warp() * tile.columns_of_warp() / 32 * (bytes == 8 ? 2 : 1) <= 128);
        }
}

TEST_CASE("the tile of spmm_wgmma fits sm_90, and takes blocks of 64 and 128 rows") {
  for (const int rows : {64, 128}) {
    for (const int bytes : {1, 2, 4}) {
      const wgmma_tile tile = select_wgmma_tile(rows, bytes);
      CHECK(tile.rows() == 128);
      CHECK(tile.threads() == 384);
      CHECK(tile.depth * bytes == 128);
      // With 32 values of each of 256 threads for an epilogue that is data.
      CHECK(tile.shared_bytes() + 256 * 32 * 4 <= wgmma_shared_kib << 10);
    }
    for (const along a : {along::k, along::m})
      for (const along b : {along::k, along::n}) {
        CHECK(takes_wgmma<bsr::bfloat16>(rows, 64, a, b));
        CHECK(takes_wgmma<bsr::float16>(rows, 64, a, b));
        CHECK(!takes_wgmma<bsr::float16>(rows, 32, a, b));
        CHECK(takes_wgmma<std::int8_t>(rows, 128, a, b) == (a == along::k && b == along::k));
        CHECK(!takes_wgmma<std::int8_t>(rows, 64, a, b));
        CHECK(takes_wgmma<float>(rows, 32, a, b) == (a == along::k && b == along::k));
        CHECK(!takes_wgmma<double>(rows, 16, a, b));
      }
  }
}

TEST_CASE("the tile of spmm_wgmma_narrow fits sm_90, and takes blocks of 16 and 32 rows") {
  for (const int rows : {16, 32}) {
    const wgmma_tile tile = select_wgmma_tile(rows);
    CHECK(tile.rows() == 128);
    CHECK(tile.threads() == 640);
    // With 8 values of each of 512 threads for an epilogue that is data.
    CHECK(tile.shared_bytes() + 512 * 8 * 4 <= wgmma_shared_kib << 10);
    CHECK(tile.depth == planned_depth(2, rows, 2 * rows));
    for (const along a : {along::k, along::m})
      for (const along b : {along::k, along::n}) {
        CHECK(takes_wgmma<bsr::bfloat16>(rows, rows, a, b));
        CHECK(takes_wgmma<bsr::float16>(rows, rows, a, b));
        CHECK(!takes_wgmma<bsr::float16>(rows, 64, a, b));
        for (const int depth : {8, 16, 32, 64}) {
          CHECK(!takes_wgmma<float>(rows, depth, a, b));
          CHECK(!takes_wgmma<std::int8_t>(rows, depth, a, b));
        }
      }
  }
  CHECK(!takes_wgmma<bsr::bfloat16>(8, 8, along::k, along::k));
}

TEST_CASE("every tile for sampled products fits every device") {
  for (const int bytes : {1, 2, 4, 8})
    for (const int rows : {16, 32, 64, 128}) {
      if (bytes == 8 && rows == 128) continue;
      CAPTURE(bytes, rows);
      const spmm_tile tile = select_sample_tile(bytes, rows);
      CHECK(tile.is_valid());
      CHECK(tile.shared_bytes() <= 99 << 10);
      CHECK(tile.rows_of_warp() * tile.columns_of_warp() / 32 * (bytes == 8 ? 2 : 1) <= 128);
    }
  CHECK(select_sample_rows(2, 128) == 128);
  CHECK(select_sample_rows(8, 128) == 64);
  CHECK(select_sample_rows(2, 48) == 16);
  CHECK(select_sample_rows(4, 96) == 32);
  CHECK(select_sample_rows(2, 24) == 0);
}

TEST_CASE("the depth of a step is the largest piece of a block that fills a line at most") {
  CHECK(select_depth(2, 16) == 16);
  CHECK(select_depth(2, 32) == 32);
  CHECK(select_depth(2, 64) == 64);
  CHECK(select_depth(2, 128) == 64);
  CHECK(select_depth(2, 48) == 16);
  CHECK(select_depth(2, 96) == 32);
  CHECK(select_depth(2, 24) == 0);
  CHECK(select_depth(4, 16) == 16);
  CHECK(select_depth(4, 128) == 32);
  CHECK(select_depth(1, 16) == 0);
  CHECK(select_depth(1, 32) == 32);
  CHECK(select_depth(1, 128) == 128);
  CHECK(select_depth(8, 4) == 4);
  CHECK(select_depth(8, 128) == 16);
  CHECK(select_depth(8, 3) == 0);
}
