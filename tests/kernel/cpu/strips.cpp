// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/strips.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

TEST_CASE("for_each_strip: the pieces take every strip of every block once, in shares that differ by one") {
  bsr_test::random rng(3);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::int64_t rows = rng.below(12), strips = rng.between(1, 4);
    std::vector<std::int32_t> indptr{0};
    for (std::int64_t i = 0; i < rows; ++i)
      indptr.push_back(indptr.back() + static_cast<std::int32_t>(rng.chance(0.3) ? 0 : rng.below(9)));
    const std::int64_t blocks = indptr.back();
    for (const int pieces : {1, 2, 3, 7, 40}) {
      std::vector<int> taken(static_cast<std::size_t>(blocks * strips));
      for (int piece = 0; piece < pieces; ++piece) {
        std::int64_t share = 0;
        bsr::for_each_strip(indptr.data(), rows, strips, piece, pieces,
                            [&](std::int64_t row, std::int64_t strip, std::int64_t first, std::int64_t last) {
                              REQUIRE(first < last);
                              REQUIRE(first >= indptr[static_cast<std::size_t>(row)]);
                              REQUIRE(last <= indptr[static_cast<std::size_t>(row) + 1]);
                              REQUIRE(strip < strips);
                              share += last - first;
                              for (std::int64_t k = first; k < last; ++k)
                                ++taken[static_cast<std::size_t>(k * strips + strip)];
                            });
        REQUIRE(share >= blocks * strips / pieces);
        REQUIRE(share <= blocks * strips / pieces + 1);
      }
      for (const int n : taken) REQUIRE(n == 1);
    }
  }
}
