// SPDX-License-Identifier: BSD-3-Clause
// Where tiles lie: every chunk has a place of its own, and no access of a warp needs a bank more often than
// its bytes demand.
#include "bsr/kernel/cuda/swizzle.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <vector>

#include "bsr/kernel/cuda/fragment.hpp"

using namespace bsr::gpu;

/// How often the busiest bank is needed by accesses of `width` bytes at these addresses, of which the machine
/// serves 128 bytes at a time; less what 128 bytes in distinct banks would need. Lanes that read the same
/// word share it.
static int conflicts(const std::vector<int>& addresses, int width) {
  int wavefronts = 0;
  const auto at_a_time = static_cast<std::size_t>(128 / width);
  for (std::size_t first = 0; first < addresses.size(); first += at_a_time) {
    std::set<int> words[32];
    for (std::size_t i = first; i < std::min(first + at_a_time, addresses.size()); ++i)
      for (int w = 0; w < width; w += 4) words[(addresses[i] + w) / 4 % 32].insert((addresses[i] + w) / 4);
    std::size_t most = 0;
    for (const auto& bank : words) most = std::max(most, bank.size());
    wavefronts += static_cast<int>(most) - 1;
  }
  return wavefronts;
}

/// Every byte of the tile belongs to exactly one chunk.
template <class Tile>
static bool is_a_bijection(int rows) {
  std::set<int> starts;
  for (int row = 0; row < rows; ++row)
    for (int chunk = 0; chunk < Tile::chunks; ++chunk) {
      const int at = Tile::at(row, chunk);
      if (at % chunk_bytes != 0 || at < 0 || at >= Tile::bytes) return false;
      starts.insert(at);
    }
  return static_cast<int>(starts.size()) * chunk_bytes == Tile::bytes;
}

/// What a warp writes: 32 consecutive chunks, 8 lanes at a time.
template <class Tile>
static int conflicts_of_copies(int rows) {
  int found = 0;
  for (int first = 0; first + 32 <= rows * Tile::chunks; first += 32) {
    std::vector<int> addresses;
    for (int lane = 0; lane < 32; ++lane)
      addresses.push_back(Tile::at((first + lane) / Tile::chunks, (first + lane) % Tile::chunks));
    found += conflicts(addresses, chunk_bytes);
  }
  return found;
}

template <int Bytes, int RowBytes>
static void check_along_k() {
  CAPTURE(Bytes, RowBytes);
  using tile = tile_along_k<Bytes, RowBytes, 64>;
  CHECK(is_a_bijection<tile>(64));
  CHECK(conflicts_of_copies<tile>(64) == 0);
  int found = 0;
  for (int row = 0; row < 64; row += 8)
    for (int slice = 0; slice < RowBytes / 32; ++slice) {
      std::vector<int> addresses;
      if constexpr (Bytes == 8) {
        for (int lane = 0; lane < 32; ++lane) {
          const place p = mma_fragment<8>::a(lane, 0);
          addresses.push_back(tile::at(row + p.row, 2 * slice + p.col / 2) + p.col % 2 * 8);
        }
        found += conflicts(addresses, 8);
      } else {
        for (int chunk = 2 * slice; chunk < 2 * slice + 2; ++chunk)
          for (int r = 0; r < 8; ++r) addresses.push_back(tile::at(row + r, chunk));
        found += conflicts(addresses, chunk_bytes);
      }
    }
  CHECK(found == 0);
}

TEST_CASE("tiles along k are read and written without bank conflicts") {
  check_along_k<1, 32>(), check_along_k<1, 64>(), check_along_k<1, 128>();
  check_along_k<2, 32>(), check_along_k<2, 64>(), check_along_k<2, 128>();
  check_along_k<4, 32>(), check_along_k<4, 64>(), check_along_k<4, 128>();
  check_along_k<8, 32>(), check_along_k<8, 64>(), check_along_k<8, 128>();
}

template <int Bytes, int RowBytes>
static void check_along_n() {
  CAPTURE(Bytes, RowBytes);
  constexpr int rows = 64;
  using tile = tile_along_n<Bytes, RowBytes, rows>;
  CHECK(is_a_bijection<tile>(rows));
  CHECK(conflicts_of_copies<tile>(rows) == 0);
  int found = 0;
  constexpr int depth = mma_fragment<Bytes>::depth;
  for (int k = 0; k + depth <= rows; k += depth)
    for (int chunk = 0; chunk + 2 <= tile::chunks; chunk += 2) {
      std::vector<int> addresses;
      if constexpr (Bytes == 2) {  // ldmatrix, 8 rows of one chunk
        for (int half = 0; half < 2; ++half)
          for (int r = 0; r < 16; ++r) addresses.push_back(tile::at(k + r, chunk + half));
        found += conflicts(addresses, chunk_bytes);
      } else if constexpr (Bytes == 1) {  // words of four columns, rows 4 t + i
        for (int i = 0; i < 4; ++i) {
          addresses.clear();
          for (int lane = 0; lane < 32; ++lane)
            addresses.push_back(tile::at(k + 4 * (lane % 4) + i, chunk + lane / 4 / 4) + lane / 4 % 4 * 4);
          found += conflicts(addresses, 4);
        }
      } else {  // single elements
        constexpr int in_chunk = chunk_bytes / Bytes;
        for (int n = 0; n + 8 <= 2 * in_chunk; n += 8) {
          addresses.clear();
          for (int lane = 0; lane < 32; ++lane) {
            const place p = mma_fragment<Bytes>::b(lane, 0);
            addresses.push_back(tile::at(k + p.row, chunk + (n + p.col) / in_chunk) +
                                (n + p.col) % in_chunk * Bytes);
          }
          found += conflicts(addresses, Bytes);
        }
        if constexpr (Bytes == 8) {  // eight columns are four chunks
          for (int quad = 0; quad < tile::chunks; quad += 4) {
            addresses.clear();
            for (int lane = 0; lane < 32; ++lane) {
              const place p = mma_fragment<Bytes>::b(lane, 0);
              addresses.push_back(tile::at(k + p.row, quad + p.col / 2) + p.col % 2 * 8);
            }
            found += conflicts(addresses, Bytes);
          }
        }
      }
    }
  CHECK(found == 0);
}

TEST_CASE("tiles along n are read and written without bank conflicts") {
  check_along_n<1, 128>(), check_along_n<1, 256>();
  check_along_n<2, 128>(), check_along_n<2, 256>(), check_along_n<2, 512>();
  check_along_n<4, 128>(), check_along_n<4, 512>();
  check_along_n<8, 128>(), check_along_n<8, 512>();
  // Transposed blocks of 16 and 32 rows.
  check_along_n<2, 32>(), check_along_n<2, 64>(), check_along_n<4, 64>(), check_along_n<8, 256>();
}

TEST_CASE("without an exchange there would be conflicts") {
  std::vector<int> addresses;
  for (int row = 0; row < 8; ++row) addresses.push_back(row * 128);
  CHECK(conflicts(addresses, chunk_bytes) == 7);
}
